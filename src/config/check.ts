/** What `deviceauthctl config check FILE [--json]` prints. Needs no daemon. */

import { type LoadOptions, type LoadResult, loadConfigurationFile, type Problem } from './load.ts';
import { printable } from './printable.ts';

export interface ConfigurationCheck {
  /** For people; ends with a newline. */
  readonly text: string;
  /** One JSON document; ends with a newline. */
  readonly json: string;
  /** 0, or 2 with errors. */
  readonly exitCode: 0 | 2;
}

export function checkConfigurationFile(
  file: string,
  options: Omit<LoadOptions, 'previous'> = {},
): ConfigurationCheck {
  return reportCheck(loadConfigurationFile(file, options), file);
}

export function reportCheck(result: LoadResult, file: string): ConfigurationCheck {
  const effective = printable(result.effective);
  const { warnings, errors } = result;
  return {
    text: asText(effective, result, file),
    json: `${JSON.stringify({ effective, warnings, errors }, null, 2)}\n`,
    exitCode: errors.length > 0 ? 2 : 0,
  };
}

function asText(effective: unknown, { warnings, errors }: LoadResult, file: string): string {
  const lines = [
    ...errors.map((problem) => `error: ${line(problem)}`),
    ...warnings.map((problem) => `warning: ${line(problem)}`),
  ];
  const verdict =
    errors.length > 0
      ? `${file} cannot be used: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`
      : `${file} is good: ${count(warnings, 'warning')}.`;
  const heading =
    errors.length > 0 ? 'Effective values, with defaults where the file is wrong:' : 'Effective values:';
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    verdict,
    '',
    heading,
    JSON.stringify(effective, null, 2),
    '',
  ].join('\n');
}

function line({ path, value, rule }: Problem): string {
  const where = path === '' ? '' : `${path}: `;
  const what = value === null ? '' : ` (it is ${JSON.stringify(value)})`;
  return `${where}${rule}${what}`;
}

function count(problems: readonly Problem[], noun: string): string {
  return `${problems.length === 0 ? 'no' : problems.length} ${noun}${problems.length === 1 ? '' : 's'}`;
}
