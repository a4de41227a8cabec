/**
 * How many requests may go out: a token bucket that holds a second's worth, and pauses that the service asks for. Always true:
 * - Whoever takes a turn goes in the order in which it asked; with a rate of 0 nobody waits but in a pause.
 * - No turn comes before the end of a pause, and a later pause never shortens an earlier one.
 * - A turn that would come after its deadline is refused at once, and takes nothing from the others; so is, in a pause, one that
 *   trust stands in for.
 * - Another rate counts at once, for those that wait too.
 */
import type { Clock } from '../clock.ts';

export interface Turn {
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  /** It is not to wait for the end of a pause: see `Asking`. */
  readonly standIn: boolean;
}

/** `now`: go. Otherwise when a turn is to be had, in milliseconds from now. */
export type TurnOutcome = 'now' | 'aborted' | { readonly retryAfterMs: number };

interface Waiting {
  /** Monotonic. */
  due: number;
  /** Looks at once whether it is due. */
  wake(): void;
}

const SECOND = 1_000;

export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: () => number;
  /** In the order in which they asked. */
  readonly #waiting = new Set<Waiting>();
  #interval: number;
  /** When the bucket would be full if nothing more were taken (monotonic). */
  #fullAt = 0;
  #pausedUntil = 0;

  /** `perSecond` is read at each turn; 0: no limit. */
  constructor(clock: Clock, perSecond: () => number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#interval = intervalOf(perSecond());
  }

  /** Monotonic; in the past when there is no pause. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** Nobody gets a turn for so long. */
  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + milliseconds);
  }

  /** The rate may be another. */
  settingsChanged(): void {
    const interval = intervalOf(this.#perSecond());
    if (interval === this.#interval) return;
    this.#interval = interval;
    // What the bucket lacks beyond being empty is what those that wait have been promised.
    this.#fullAt = Math.min(this.#fullAt, this.#clock.monotonic() + SECOND);
    for (const turn of this.#waiting) turn.due = this.#reserve();
    for (const turn of [...this.#waiting]) turn.wake();
  }

  async take({ signal, deadline, standIn }: Turn): Promise<TurnOutcome> {
    this.settingsChanged();
    const isLate = (due: number): boolean =>
      Math.max(due, this.#pausedUntil) >= deadline ||
      (standIn && this.#pausedUntil > this.#clock.monotonic());
    const first = this.#next();
    if (isLate(first)) return this.#refusal(first);
    const turn: Waiting = { due: this.#reserve(), wake: () => {} };
    this.#waiting.add(turn);
    try {
      for (;;) {
        // A pause may begin while a turn is waited for.
        if (isLate(turn.due)) return this.#refusal(turn.due);
        const left = Math.max(turn.due, this.#pausedUntil) - this.#clock.monotonic();
        if (signal.aborted) return 'aborted';
        if (left <= 0) return 'now';
        await this.#rest(turn, left, signal);
      }
    } finally {
      this.#waiting.delete(turn);
    }
  }

  #next(): number {
    const now = this.#clock.monotonic();
    return this.#interval === 0 ? now : Math.max(now, this.#fullAt + this.#interval - burst(this.#interval));
  }

  #reserve(): number {
    const due = this.#next();
    if (this.#interval !== 0) this.#fullAt = Math.max(this.#fullAt, this.#clock.monotonic()) + this.#interval;
    return due;
  }

  /** Until so much time has passed, it is woken, or the signal is aborted. */
  #rest(turn: Waiting, milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, done);
      signal.addEventListener('abort', done, { once: true });
      turn.wake = done;
    });
  }

  #refusal(due: number): TurnOutcome {
    const retryAfterMs = Math.ceil(Math.max(due, this.#pausedUntil) - this.#clock.monotonic());
    return { retryAfterMs: Math.max(1, retryAfterMs) };
  }
}

/** Between two turns; 0: no limit. */
function intervalOf(perSecond: number): number {
  return perSecond === 0 ? 0 : SECOND / perSecond;
}

/** A second's worth, and one turn at least. */
function burst(interval: number): number {
  return Math.max(SECOND, interval);
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
