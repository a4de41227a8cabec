/**
 * When a job of the daemon in the cloud is tried, and tried again. Always true:
 * - One attempt at a time, each with an end: its signal is aborted after `timeoutMs`.
 * - After a failure the next one follows by itself, without end: after `firstDelayMs`, doubled for each failure in a row up to
 *   `longestDelayMs`, times a random number in [½, 1], and not before the service asked for; at once when the network comes up.
 * - What is asked for while an attempt runs follows it, once.
 * - What the attempt throws is a defect, told, and counts as a failure.
 */
import type { Clock } from '../../clock.ts';
import type { NetworkState } from '../network-state.ts';
import type { Outcome, Trouble } from '../outcome.ts';
import type { JobStatus } from '../status.ts';
import type { JobLog } from './ports.ts';

export type AttemptResult =
  /** `at`: when it was, if not now. `again`: after so many milliseconds; left out: when it is asked for. */
  | { readonly kind: 'done'; readonly detail: string; readonly at?: number; readonly again?: number }
  /** Nothing was tried, since there is nothing to try: `waiting` until it is asked for. */
  | { readonly kind: 'idle'; readonly detail: string }
  /** `atLeast`: not before so many milliseconds have passed. */
  | { readonly kind: 'failed'; readonly trouble: Trouble; readonly detail: string; readonly atLeast?: number }
  /** Not again until it is asked for. */
  | { readonly kind: 'given-up'; readonly message: string; readonly detail: string };

export interface RepeatedAttemptsOptions {
  readonly name: JobStatus['name'];
  readonly clock: Clock;
  readonly network: Pick<NetworkState, 'reached' | 'unreachable' | 'onChange'>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Of one attempt; read for each. */
  readonly timeoutMs: () => number;
  readonly log: JobLog;
  readonly attempt: (signal: AbortSignal, failuresBefore: number) => Promise<AttemptResult>;
}

/** Longer than this nobody is believed who asks to wait. */
const LONGEST_WAIT_MS = 3_600_000;

export class RepeatedAttempts {
  readonly #options: RepeatedAttemptsOptions;
  readonly #stopping = new AbortController();
  readonly #offNetwork: () => void;
  #running: Promise<void> | undefined;
  #cancelNext: (() => void) | undefined;
  #askedMeanwhile = false;
  #cameUpMeanwhile = false;
  #state: JobStatus['state'] = 'waiting';
  #detail = 'for its first attempt';
  #startedAt: number | undefined;
  #succeededAt: number | undefined;
  #nextAt: number | undefined;
  #failures = 0;
  #lastError = '';
  /** Monotonic: what the service asked to wait for. */
  #notBefore = 0;

  constructor(options: RepeatedAttemptsOptions) {
    this.#options = options;
    this.#offNetwork = options.network.onChange((state) => {
      if (state === 'up') this.#cameUp();
    });
  }

  status(): JobStatus {
    return {
      name: this.#options.name,
      state: this.#state,
      detail: this.#detail,
      startedAt: this.#startedAt,
      succeededAt: this.#succeededAt,
      nextAt: this.#nextAt,
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /** Now, or right after the attempt under way; what the service asked to wait is kept. */
  ask(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#running !== undefined) {
      this.#askedMeanwhile = true;
      this.#state = 'running';
      return;
    }
    const wait = this.#notBefore - this.#options.clock.monotonic();
    if (wait > 0) {
      this.#state = 'waiting';
      this.#schedule(wait);
    } else {
      this.#begin();
    }
  }

  /** Not any more, until it is asked for. What runs comes to its end. */
  off(detail: string): void {
    this.#unschedule();
    this.#state = 'off';
    this.#detail = detail;
    this.#askedMeanwhile = false;
    this.#failures = 0;
    this.#lastError = '';
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#offNetwork();
    this.#unschedule();
    this.#stopping.abort(new DOMException('the daemon stops', 'AbortError'));
    await this.#running;
  }

  /** Resolves when the attempt under way, if there is one, is over. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #cameUp(): void {
    if (this.#running !== undefined) this.#cameUpMeanwhile = true;
    else if (this.#failures > 0 && this.#nextAt !== undefined) this.ask();
  }

  #begin(): void {
    this.#unschedule();
    this.#askedMeanwhile = false;
    this.#cameUpMeanwhile = false;
    this.#state = 'running';
    this.#startedAt = this.#options.clock.now();
    this.#running = this.#attempt().then((result) => {
      this.#running = undefined;
      if (this.#state === 'running') this.#take(result);
    });
  }

  async #attempt(): Promise<AttemptResult> {
    const { attempt, clock, log, name, timeoutMs } = this.#options;
    const deadline = new AbortController();
    const cancel = clock.after(timeoutMs(), () =>
      deadline.abort(new DOMException('there was no answer in time', 'TimeoutError')),
    );
    try {
      return await attempt(AbortSignal.any([this.#stopping.signal, deadline.signal]), this.#failures);
    } catch (err) {
      log.error({ err, job: name }, 'a job in the cloud failed through a defect');
      const trouble: Trouble = {
        kind: 'trouble',
        trouble: 'unexpected',
        message: 'a defect; the log has its cause',
      };
      return { kind: 'failed', trouble, detail: 'tried again' };
    } finally {
      cancel();
    }
  }

  #take(result: AttemptResult): void {
    if (this.#stopping.signal.aborted) return;
    const { clock } = this.#options;
    this.#detail = result.detail;
    if (result.kind === 'failed') {
      this.#failed(result.trouble, result.atLeast ?? 0);
      return;
    }
    this.#notBefore = 0;
    this.#failures = result.kind === 'given-up' ? this.#failures + 1 : 0;
    this.#lastError = result.kind === 'given-up' ? result.message : '';
    this.#state = result.kind === 'done' ? 'done' : 'waiting';
    if (result.kind === 'done') this.#succeededAt = result.at ?? clock.now();
    if (this.#askedMeanwhile) this.ask();
    else if (result.kind === 'done' && result.again !== undefined) {
      this.#schedule(result.again);
      this.#state = 'waiting';
    }
  }

  #failed({ trouble, message, retryAfterMs = 0 }: Trouble, atLeast: number): void {
    const { clock, firstDelayMs, longestDelayMs, random } = this.#options;
    this.#failures += 1;
    this.#lastError = message;
    this.#state = 'waiting';
    const asked = Math.min(retryAfterMs, LONGEST_WAIT_MS);
    this.#notBefore = clock.monotonic() + asked;
    if (this.#askedMeanwhile || (this.#cameUpMeanwhile && trouble === 'unreachable')) {
      this.ask();
      return;
    }
    const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(this.#failures - 1, 30));
    this.#schedule(Math.max(asked, atLeast, ceiling * (0.5 + random() / 2)));
  }

  #schedule(milliseconds: number): void {
    this.#unschedule();
    const { clock } = this.#options;
    const delay = Math.round(milliseconds);
    this.#nextAt = clock.now() + delay;
    this.#cancelNext = clock.after(delay, () => this.#begin());
  }

  #unschedule(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#nextAt = undefined;
  }
}

/** Any answer says that the network is up; nothing is said by a try that was cut short by those who wanted it. */
export function tellNetwork(
  network: Pick<NetworkState, 'reached' | 'unreachable'>,
  outcome: Outcome<unknown>,
  signal: AbortSignal,
): void {
  if (outcome.kind === 'trouble' && outcome.unheard) return;
  if (outcome.kind === 'answered' || outcome.trouble !== 'unreachable') network.reached();
  else if (!signal.aborted || isTimeout(signal.reason)) network.unreachable();
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}
