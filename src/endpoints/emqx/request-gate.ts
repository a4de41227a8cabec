/**
 * When a request may go to EMQX. Always true:
 * - No more than the rate in a second, and no more than four at once; only kicks may have the last place.
 * - Whoever waits goes by urgency, and among equals in the order in which they came.
 * - While EMQX is out of reach only one goes at a time, and none before the end of a pause.
 */
import type { Clock } from '../../clock.ts';

const URGENCIES = ['kick', 'flush', 'audit', 'walk'] as const;
export type Urgency = (typeof URGENCIES)[number];

export interface RequestGateOptions {
  readonly clock: Clock;
  readonly requestsPerSecond: number;
}

interface Waiting {
  readonly go: () => void;
}

const AT_ONCE = 4;
/** So much may be made up for when a timer was late. */
const SLACK_MS = 10;

export class RequestGate {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #waiting: Record<Urgency, Set<Waiting>> = {
    kick: new Set(),
    flush: new Set(),
    audit: new Set(),
    walk: new Set(),
  };
  #inFlight = 0;
  #nextAt = 0;
  #heldUntil = 0;
  #isNarrow = false;
  #cancel: (() => void) | undefined = undefined;

  constructor({ clock, requestsPerSecond }: RequestGateOptions) {
    this.#clock = clock;
    this.#interval = 1_000 / requestsPerSecond;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Undefined when the signal was aborted before its turn. */
  async run<T>(urgency: Urgency, signal: AbortSignal, task: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#turn(urgency, signal))) return undefined;
    try {
      return await task();
    } finally {
      this.#inFlight -= 1;
      this.#pump();
    }
  }

  /** A task sends a second request: whoever comes next waits for it, the task does not. */
  charge(): void {
    this.#nextAt += this.#interval;
  }

  /** Nobody goes for so long, and then one at a time. */
  hold(milliseconds: number): void {
    this.#heldUntil = this.#clock.monotonic() + milliseconds;
    this.#isNarrow = true;
  }

  /** EMQX answers. */
  open(): void {
    this.#heldUntil = 0;
    this.#isNarrow = false;
    this.#pump();
  }

  #turn(urgency: Urgency, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const queue = this.#waiting[urgency];
      const abort = (): void => {
        queue.delete(waiting);
        resolve(false);
      };
      const waiting: Waiting = {
        go: () => {
          signal.removeEventListener('abort', abort);
          resolve(true);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      queue.add(waiting);
      this.#pump();
    });
  }

  #pump(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (;;) {
      const next = this.#next();
      if (next === undefined) return;
      const now = this.#clock.monotonic();
      const wait = Math.max(this.#heldUntil, this.#nextAt) - now;
      if (wait > 0) {
        this.#cancel = this.#clock.after(wait, () => this.#pump());
        return;
      }
      this.#nextAt = Math.max(this.#nextAt, now - SLACK_MS) + this.#interval;
      this.#inFlight += 1;
      next();
    }
  }

  /** Takes nobody out of the queue before it is called. */
  #next(): (() => void) | undefined {
    for (const urgency of URGENCIES) {
      const places = this.#isNarrow ? 1 : urgency === 'kick' ? AT_ONCE : AT_ONCE - 1;
      if (this.#inFlight >= places) continue;
      const queue = this.#waiting[urgency];
      for (const waiting of queue) {
        return () => {
          queue.delete(waiting);
          waiting.go();
        };
      }
    }
    return undefined;
  }
}
