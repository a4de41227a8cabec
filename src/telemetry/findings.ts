/**
 * What the operator should know now: rooms raise a finding while something is wrong and clear it
 * when it is right again; `status` lists them, worst first. One finding for each code and subject;
 * raising it again keeps the time it began.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from './logger.ts';

export type Severity = 'INFO' | 'WARNING' | 'ALARM';

export interface Finding {
  readonly severity: Severity;
  /** Stable identifier, such as `listener.insecure-loopback`. */
  readonly code: string;
  /** Which of several: a listener's name, a file. Empty where there is only one. */
  readonly subject: string;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
}

export interface FindingInput {
  readonly severity: Severity;
  readonly code: string;
  readonly subject?: string;
  readonly message: string;
}

const WORST_FIRST: readonly Severity[] = ['ALARM', 'WARNING', 'INFO'];

export class Findings {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #open = new Map<string, Finding>();

  constructor(clock: Clock, logger?: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  raise(input: FindingInput): void {
    const { severity, code, subject = '', message } = input;
    const key = keyOf(code, subject);
    const before = this.#open.get(key);
    this.#open.set(key, { severity, code, subject, message, since: before?.since ?? this.#clock.now() });
    if (before?.severity === severity && before.message === message) return;
    const level = severity === 'INFO' ? 'info' : 'warn';
    this.#logger?.[level]({ finding: code, subject, severity }, message);
  }

  clear(code: string, subject = ''): void {
    if (this.#open.delete(keyOf(code, subject))) {
      this.#logger?.info({ finding: code, subject }, 'no longer so');
    }
  }

  /** Worst first, then oldest first. */
  list(): readonly Finding[] {
    return [...this.#open.values()].sort(
      (a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity) || a.since - b.since,
    );
  }
}

/** How many of each severity, zeros included. */
export function countBySeverity(
  findings: readonly Pick<Finding, 'severity'>[],
): Readonly<Record<Severity, number>> {
  const counts = { ALARM: 0, WARNING: 0, INFO: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function keyOf(code: string, subject: string): string {
  return `${code}\0${subject}`;
}
