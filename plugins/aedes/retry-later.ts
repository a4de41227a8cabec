/**
 * Who was told to come back later. MQTT 3.1.1 cannot carry the delay, so devices knock again at once; until the
 * delay is over the caller answers them itself. Bounded (the longest known are forgotten first) and at most a
 * minute each, so that the daemon is asked again soon after room was made.
 */
import type { Clock } from '../../src/clock.ts';

const MOST_ENTRIES = 10_000;
const LONGEST = 60_000;

export class RetryLater {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  tell(key: string, delayMs: number): void {
    this.#until.delete(key);
    if (this.#until.size >= MOST_ENTRIES) {
      const oldest = this.#until.keys().next().value;
      if (oldest !== undefined) this.#until.delete(oldest);
    }
    this.#until.set(key, this.#clock.monotonic() + Math.min(delayMs, LONGEST));
  }

  /** Milliseconds still to wait; 0: the daemon may be asked. */
  remaining(key: string): number {
    const until = this.#until.get(key);
    if (until === undefined) return 0;
    const left = until - this.#clock.monotonic();
    if (left > 0) return left;
    this.#until.delete(key);
    return 0;
  }
}
