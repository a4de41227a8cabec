/**
 * How many requests may go out: a token bucket that holds a second's worth, and pauses that the service asks for. Always true:
 * - Whoever takes a turn goes in the order in which it asked; with a rate of 0 nobody waits but in a pause.
 * - No turn comes before the end of a pause, and a later pause never shortens an earlier one.
 * - A turn that would come after its deadline is refused at once, and takes nothing from the others.
 */
import type { Clock } from '../clock.ts';

export interface Turn {
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly deadline: number;
}

/** `now`: go. Otherwise when a turn is to be had, in milliseconds from now. */
export type TurnOutcome = 'now' | 'aborted' | { readonly retryAfterMs: number };

export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: () => number;
  /** When the bucket would be full if nothing more were taken (monotonic). */
  #fullAt = 0;
  #pausedUntil = 0;

  /** `perSecond` is read at each turn; 0: no limit. */
  constructor(clock: Clock, perSecond: () => number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Monotonic; in the past when there is no pause. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** Nobody gets a turn for so long. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + milliseconds);
  }

  async take({ signal, deadline }: Turn): Promise<TurnOutcome> {
    const now = this.#clock.monotonic();
    const perSecond = this.#perSecond();
    const interval = perSecond === 0 ? 0 : 1_000 / perSecond;
    const burst = Math.max(1, perSecond) * interval;
    let due = Math.max(now, this.#fullAt + interval - burst);
    if (Math.max(due, this.#pausedUntil) >= deadline) return this.#refusal(due);
    this.#fullAt = Math.max(this.#fullAt, now) + interval;
    for (;;) {
      // A pause may begin while a turn is waited for.
      due = Math.max(due, this.#pausedUntil);
      if (due >= deadline) return this.#refusal(due);
      const left = due - this.#clock.monotonic();
      if (left <= 0) return signal.aborted ? 'aborted' : 'now';
      if (!(await delay(this.#clock, left, signal))) return 'aborted';
    }
  }

  #refusal(due: number): TurnOutcome {
    const retryAfterMs = Math.ceil(Math.max(due, this.#pausedUntil) - this.#clock.monotonic());
    return { retryAfterMs: Math.max(1, retryAfterMs) };
  }
}

/** False when the signal was aborted first. */
export function delay(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const abort = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', abort);
      resolve(true);
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
