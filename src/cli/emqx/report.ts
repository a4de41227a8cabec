/** Findings as text for a person and as JSON for a program. */
import { printable } from '../terminal.ts';
import { json, plural } from '../text.ts';
import { type Finding, severityOf } from './finding.ts';

export interface Report {
  readonly files: readonly string[];
  readonly version: string;
  readonly doors: readonly string[];
  readonly findings: readonly Finding[];
  /** What was not looked at. */
  readonly notes: readonly string[];
}

const EFFECTS = {
  stranger: 'lets somebody in',
  broken: 'refuses devices',
  weak: 'worth knowing',
} as const;

export function failed({ findings }: Report): boolean {
  return findings.some((finding) => severityOf(finding) === 'error');
}

export function jsonOf(report: Report): string {
  const findings = report.findings.map((finding) => {
    const { code, effect, key, value, at, why, fix } = finding;
    const where = at === undefined ? {} : { file: at.file, line: at.line };
    return { code, severity: severityOf(finding), effect, key, value, ...where, why, fix };
  });
  return json({ ok: !failed(report), ...report, findings });
}

export function textOf(report: Report): string {
  const { findings, notes } = report;
  const errors = findings.filter((finding) => severityOf(finding) === 'error').length;
  const verdict =
    findings.length === 0
      ? 'Nothing found.'
      : `${plural(errors, 'error')}, ${plural(findings.length - errors, 'warning')}.`;
  return [
    ...findings.map(findingText),
    verdict,
    ...notes.map((note) => `Not seen: ${printable(note)}`),
    '',
  ].join('\n');
}

function findingText(finding: Finding): string {
  const { effect, key, value, at, why, fix } = finding;
  const is = value === null ? 'is not written' : `= ${value}`;
  const where = at === undefined ? '' : ` (${at.file}:${at.line})`;
  return [
    printable(`${severityOf(finding)}: ${EFFECTS[effect]}: ${key} ${is}${where}`),
    printable(`    ${why}`),
    printable(`    -> ${fix}`),
    '',
  ].join('\n');
}
