/**
 * `emqx check`: what in a configuration of EMQX lets somebody in without deviceauthd, or has devices refused. Needs neither
 * EMQX nor a daemon. Ends with 0, with 1 when there are errors, with 2 when something cannot be read.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Configuration } from '../../config/schema.ts';
import type { Invocation } from '../command.ts';
import { checkEmqx } from '../emqx/check.ts';
import { EmqxVersion } from '../emqx/emqx-version.ts';
import { overridden } from '../emqx/environment-file.ts';
import { HoconError, parseHocon, type Source } from '../emqx/hocon.ts';
import { failed, jsonOf, type Report, textOf } from '../emqx/report.ts';
import { Settings } from '../emqx/settings.ts';
import { subjectOf } from '../emqx/subject.ts';
import { CliFailure, EXIT, fileFailure, usage } from '../failure.ts';
import { write } from '../terminal.ts';

const LARGEST_FILE = 16 * 1024 * 1024;

export async function check({ args, terminal, json }: Invocation): Promise<number> {
  const version = versionOf(args.text('emqx-version'));
  const files = args.operands();
  const sources = files.map((file) => ({ file, text: readText(file) }));
  const environmentFile = args.text('env-file');
  const { settings, profile, absent } = understood(() => settingsOf(sources, environmentFile));
  const configuration = await configurationOf(args.text('config'));
  const subject = subjectOf({ settings, version, hardened: profile === 'hardened', configuration });
  const report: Report = {
    files,
    version: version.text,
    doors: [...subject.doors],
    findings: checkEmqx(subject),
    notes: [
      ...absent.map((file) => `${file}, to be included and not there (EMQX looks in data/configs too)`),
      ...(environmentFile === undefined ? ['EMQX_… variables of the environment (--env-file FILE)'] : []),
      ...(files.length === 1 ? ['what dashboard and API have changed (cluster.hocon: see --help)'] : []),
      ...(configuration === undefined ? ["deviceauthd's own configuration (--config FILE)"] : []),
      ...(version.known ? [] : ['the version of EMQX (--emqx-version V): the worst defaults are assumed']),
    ],
  };
  await write(terminal.stdout, json ? jsonOf(report) : textOf(report));
  return failed(report) ? EXIT.failed : EXIT.ok;
}

function versionOf(text: string | undefined): EmqxVersion {
  if (text === undefined) return EmqxVersion.UNKNOWN;
  const version = EmqxVersion.parse(text);
  if (version === undefined) throw usage(`--emqx-version must be a version such as 5.8.9 (is "${text}")`);
  if (version.before(5)) throw usage(`EMQX ${text} is too old: this is about 5.0 and newer`);
  return version;
}

interface Read {
  readonly settings: Settings;
  readonly profile: string | undefined;
  /** Files that are included and are not there. */
  readonly absent: readonly string[];
}

function settingsOf(sources: readonly Source[], environmentFile: string | undefined): Read {
  const absent = new Set<string>();
  const tree = parseHocon(sources, (name, from) => {
    const found = readInclude(name, from);
    if (found === undefined) absent.add(resolve(dirname(from), name));
    return found;
  });
  const environment = environmentFile === undefined ? undefined : readText(environmentFile);
  const all =
    environment === undefined
      ? { tree, profile: undefined }
      : overridden(tree, environment, environmentFile ?? '');
  return { settings: new Settings(all.tree), profile: all.profile, absent: [...absent] };
}

/** Relative to the file that includes it, as EMQX has it. */
function readInclude(name: string, from: string): Source | undefined {
  const file = resolve(dirname(from), name);
  try {
    return { file, text: readText(file) };
  } catch (error) {
    const cause = error instanceof CliFailure ? (error.details.cause as NodeJS.ErrnoException) : undefined;
    if (cause?.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > LARGEST_FILE) throw new Error(`it has more than ${LARGEST_FILE} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fileFailure('read', file, error);
  }
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HoconError)) throw error;
    const { file, line, column } = error.place;
    throw new CliFailure(`${file}:${line}:${column}: ${error.message}`, {
      reason: 'EMQX_CONFIGURATION_INVALID',
      exitCode: EXIT.usage,
      fix: 'nothing was checked; correct it, or write it in a plainer way',
      cause: error,
    });
  }
}

async function configurationOf(file: string | undefined): Promise<Configuration | undefined> {
  if (file === undefined) return undefined;
  const [{ loadConfigurationFile }, { compileDeviceGroups }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../policy/device-groups.ts'),
  ]);
  const { effective, errors } = loadConfigurationFile(file, { validateDeviceGroups: compileDeviceGroups });
  if (errors.length > 0)
    throw new CliFailure(`the configuration ${file} cannot be used`, {
      reason: 'CONFIGURATION_INVALID',
      exitCode: EXIT.usage,
      problems: errors,
      fix: `correct it: \`deviceauthctl config check ${file}\` shows it whole`,
    });
  if (Object.keys(effective.emqx).length === 0)
    throw new CliFailure(`the configuration ${file} has no EMQX`, {
      reason: 'CONFIGURATION_INVALID',
      exitCode: EXIT.usage,
      fix: 'add `emqx.<name>`, as in plugins/emqx',
    });
  return effective;
}
