/** What of the cloud an operator should know now, from what requests met. A device that is refused is no finding. */
import type { TroubleKind } from '../cloud/outcome.ts';
import { sentence } from '../cloud/sentence.ts';
import type { RequestsStatus } from '../cloud/status.ts';
import type { Finding, Severity } from '../telemetry/findings.ts';

export interface CloudFacts {
  readonly status: RequestsStatus;
  /** Whether devices are verified there. */
  readonly verifies: boolean;
  /** Keys of the configuration without which the verifier can ask nothing. */
  readonly missingPaths: readonly string[];
  /** When the daemon began. */
  readonly startedAt: number;
  /** Of the core's files, each one sentence, and when it was noticed. */
  readonly problems: ReadonlyMap<string, number>;
}

/** What is not here passes by itself, or is told as the network being down. */
const SEVERITIES: Partial<Readonly<Record<TroubleKind, Severity>>> = {
  misconfigured: 'ALARM',
  unexpected: 'WARNING',
  throttled: 'INFO',
};

const TRUSTED_ONLY = 'devices whose trust still stands are let in, others are not';
const NOT_NEEDED = 'no device needs it to get in, but AWS learns of no new CA of this host';

export function cloudFindings({
  missingPaths,
  problems,
  startedAt,
  status,
  verifies,
}: CloudFacts): readonly Finding[] {
  const { network, troubles } = status;
  const found: Finding[] = [];
  if (missingPaths.length > 0) {
    found.push({
      severity: 'ALARM',
      code: 'cloud.paths-missing',
      subject: '',
      message: `AWS does not publish the paths of what the verifier asks, and the configuration lacks ${missingPaths.join(', ')}: only devices that are still trusted are let in. docs/aws.md tells what to do.`,
      since: startedAt,
    });
  }
  for (const [problem, since] of problems) {
    found.push({
      severity: 'ALARM',
      code: 'cloud.core-files',
      subject: problem.split(':')[0] ?? '',
      message: `The core device cannot show who it is: ${problem}.`,
      since,
    });
  }
  if (network.state === 'down') {
    found.push({
      severity: 'WARNING',
      code: 'cloud.unreachable',
      subject: '',
      message: `The cloud cannot be reached: ${verifies ? TRUSTED_ONLY : NOT_NEEDED}. \`deviceauthctl doctor\` looks for the reason.`,
      since: network.since,
    });
  }
  for (const { at, message, operation, trouble } of troubles) {
    const severity = SEVERITIES[trouble];
    if (severity === undefined) continue;
    found.push({
      severity,
      code: `cloud.${trouble}`,
      subject: operation,
      message: `${operation} gave no verdict: ${sentence(message)}`,
      since: at,
    });
  }
  return found;
}
