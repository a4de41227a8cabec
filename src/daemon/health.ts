/**
 * How the daemon is: a line for people, and the watchdog's rule. The daemon is well when
 * - every listener and the admin socket take connections, and
 * - the registry can be read: without it no device can be let in and no revocation seen, so to go on prolonging leases
 *   would be to allow in doubt.
 * Both are what a restart may mend, and what is held by devices outlives one. Nothing else counts: metrics, logs, a full
 * disk, an unreachable cloud and a bad configuration are findings, and a restart would only add an outage to them.
 */
import { countBySeverity, type Severity } from '../telemetry/findings.ts';

export interface HealthParts {
  readonly endpoints: { closed(): readonly string[] };
  readonly registry: { thing(name: string): Promise<unknown> };
}

/** What is wrong, or undefined. Rejects when the registry does. */
export async function troubleOf({ endpoints, registry }: HealthParts): Promise<string | undefined> {
  const [closed] = endpoints.closed();
  if (closed !== undefined) return `the listener "${closed}" takes no connections`;
  // Found or not: it was looked for.
  await registry.thing('watchdog');
  return undefined;
}

export interface StatusParts {
  readonly sessions: number;
  /** With an update stream. */
  readonly brokers: number;
  readonly findings: readonly { readonly severity: Severity }[];
}

/** Such as "12 sessions, 1 broker; 1 alarm, 2 warnings". */
export function statusLine({ sessions, brokers, findings }: StatusParts): string {
  const { ALARM, WARNING } = countBySeverity(findings);
  const told = [count(ALARM, 'alarm'), count(WARNING, 'warning')].filter((text) => !text.startsWith('0'));
  const line = `${count(sessions, 'session')}, ${count(brokers, 'broker')}`;
  return told.length === 0 ? line : `${line}; ${told.join(', ')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
