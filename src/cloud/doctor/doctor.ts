/**
 * Looks at what the cloud needs of this host, one check after the other, and tells each as it is done. Always true: every check
 * has one result, in the order of the list, and an end; what goes wrong with one keeps only those that need it from being tried.
 */
import type { Clock } from '../../clock.ts';
import {
  type Check,
  CheckFailure,
  type CheckOutcome,
  type CheckResult,
  type Found,
  failed,
  skipped,
} from './check.ts';

export interface DoctorOptions {
  readonly checks: readonly Check[];
  readonly clock: Pick<Clock, 'after'>;
  /** Of one check, in milliseconds. */
  readonly timeoutMs: number;
  /** When an examination is over, however it ended. */
  readonly onEnd?: () => void;
}

export class Doctor {
  readonly #options: DoctorOptions;

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /** Ends early when the signal is aborted. */
  async *examine(signal: AbortSignal): AsyncGenerator<CheckResult, void> {
    try {
      yield* this.#results(signal);
    } finally {
      this.#options.onEnd?.();
    }
  }

  async *#results(signal: AbortSignal): AsyncGenerator<CheckResult, void> {
    const outcomes = new Map<string, CheckOutcome>();
    for (const check of this.#options.checks) {
      if (signal.aborted) return;
      const { name, needs = [] } = check;
      const missing = needs.find((need) => ['failed', 'skipped'].includes(outcomes.get(need) ?? 'ok'));
      const found =
        missing === undefined ? await this.#look(check, signal) : skipped(`${missing} has to be right first`);
      outcomes.set(name, found.outcome);
      if (signal.aborted) return;
      yield { name, ...found };
    }
  }

  async #look(check: Check, signal: AbortSignal): Promise<Found> {
    const { clock, timeoutMs } = this.#options;
    const deadline = new AbortController();
    const cancel = clock.after(timeoutMs, () => deadline.abort());
    const either = AbortSignal.any([signal, deadline.signal]);
    const { promise: ended, reject } = Promise.withResolvers<never>();
    either.addEventListener('abort', () => reject(either.reason), { once: true });
    try {
      // Not everything that looks can be ended: the system's name resolution goes on.
      return await Promise.race([check.look(either), ended]);
    } catch (error) {
      if (deadline.signal.aborted)
        return failed(
          `there was no answer in ${Math.round(timeoutMs / 1_000)} s`,
          'see whether a firewall drops what is sent, or the other side hangs',
        );
      const { message } = error instanceof Error ? error : new Error(String(error));
      return failed(message, error instanceof CheckFailure ? error.remedy : '');
    } finally {
      cancel();
    }
  }
}
