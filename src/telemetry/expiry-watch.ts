/**
 * Tells ahead what expires: a WARNING 30 days before, an ALARM 7 days before, and an ALARM for what should have been
 * renewed by itself a day ago. One finding for each thing, which says what to do; what was renewed is cleared at the
 * next look. `daemon/expiries.ts` knows what there is, and looks every hour, at changes, and when somebody asks.
 */
import type { Findings, Severity } from './findings.ts';

export type ExpiryKind =
  | 'server-ca'
  | 'server-ca-next'
  | 'device-ca'
  | 'listener'
  | 'listener-client-ca'
  | 'core'
  | 'server-certificate';

export interface Expiring {
  readonly kind: ExpiryKind;
  /** Which of its kind; empty where there is only one. */
  readonly name: string;
  readonly notAfter: number;
  /** At the beginning of a sentence: "The device CA factory". */
  readonly what: string;
  /** A sentence: what becomes of it, and what to do. */
  readonly remedy: string;
  /** Of what renews itself: when. Nobody need be told of its end before that. Undefined: it does not renew itself. */
  readonly renewsAt?: number;
}

export interface ExpiryWatchOptions {
  /** What time it is for certificates. */
  readonly now: () => number;
  readonly findings: Findings;
  readonly sources: () => readonly Expiring[];
}

export interface ExpirySample {
  readonly kind: ExpiryKind;
  readonly name: string;
  readonly notAfter: number;
}

const CODE = 'certificate.expiry';
const DAY = 86_400_000;
const WARNED_BEFORE = 30 * DAY;
const ALARMED_BEFORE = 7 * DAY;
const LATE_AFTER = DAY;
/** Names of server certificates are chosen by brokers. The soonest are kept. */
const MOST_SAMPLES_OF_A_KIND = 100;

export class ExpiryWatch {
  readonly #options: ExpiryWatchOptions;
  readonly #raised = new Set<string>();

  constructor(options: ExpiryWatchOptions) {
    this.#options = options;
  }

  look(): void {
    const { findings, sources, now } = this.#options;
    const seen = new Set<string>();
    for (const expiring of sources()) {
      const severity = severityOf(expiring, now());
      if (severity === undefined) continue;
      const subject = `${expiring.kind} ${expiring.name}`.trim();
      seen.add(subject);
      this.#raised.add(subject);
      findings.raise({ severity, code: CODE, subject, message: sentence(expiring, now()) });
    }
    for (const subject of this.#raised) {
      if (seen.has(subject)) continue;
      this.#raised.delete(subject);
      findings.clear(CODE, subject);
    }
  }

  /** For the metrics: bounded, and without streams that have only a number. */
  samples(): readonly ExpirySample[] {
    const counts = new Map<ExpiryKind, number>();
    return this.#options
      .sources()
      .toSorted((one, other) => one.notAfter - other.notAfter)
      .filter(({ kind, name }) => {
        if (/(^|\/)#\d+$/.test(name)) return false;
        const count = (counts.get(kind) ?? 0) + 1;
        counts.set(kind, count);
        return count <= MOST_SAMPLES_OF_A_KIND;
      })
      .map(({ kind, name, notAfter }) => ({ kind, name, notAfter }));
  }
}

function severityOf({ notAfter, renewsAt }: Expiring, now: number): Severity | undefined {
  if (now >= notAfter) return 'ALARM';
  if (renewsAt !== undefined) return now > renewsAt + LATE_AFTER ? 'ALARM' : undefined;
  if (now >= notAfter - ALARMED_BEFORE) return 'ALARM';
  return now >= notAfter - WARNED_BEFORE ? 'WARNING' : undefined;
}

function sentence({ what, notAfter, renewsAt, remedy }: Expiring, now: number): string {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const expires = `${now >= notAfter ? 'expired' : 'expires'} on ${day(notAfter)}`;
  const late =
    renewsAt !== undefined && now < notAfter ? `should have been renewed on ${day(renewsAt)} and ` : '';
  return `${what} ${late}${expires}: ${remedy}`;
}
