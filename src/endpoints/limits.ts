/**
 * The bounds of one listener, counted here because HTTP/2's own stream limit only makes callers wait. A bucket holds
 * at most one second's worth, so a burst is as large as the rate, and what is refused costs the bucket nothing.
 */
import type { Clock } from '../clock.ts';

export interface ListenerLimits {
  /** The largest message taken, in bytes. */
  readonly maxMessageBytes: number;
  /** Calls in progress at once, streams included; 0: no limit. */
  readonly maxConcurrentCalls: number;
  /** Calls, and requests within streams, a second; 0: no limit. */
  readonly maxCallsPerSecond: number;
}

export class TokenBucket {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = perSecond;
    this.#filledAt = clock.monotonic();
  }

  /** Takes as many of `wanted` as there are; the answer is how many. */
  take(wanted: number): number {
    if (this.#perSecond <= 0) return wanted;
    this.#fill();
    const taken = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** When the next one will be there, at least 1 ms. */
  retryAfterMs(): number {
    if (this.#perSecond <= 0) return 1;
    this.#fill();
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 1000) / this.#perSecond));
  }

  #fill(): void {
    const now = this.#clock.monotonic();
    const filled = this.#tokens + ((now - this.#filledAt) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#perSecond, filled);
    this.#filledAt = now;
  }
}
