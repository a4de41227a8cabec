/**
 * Work in small steps, in order, at most about a millisecond of it in one turn of the event loop: an event may
 * concern ten thousand sessions, and a broker has other clients to serve meanwhile.
 */
import type { Clock } from '../../src/clock.ts';

const SLICE = 1;

export class TickQueue {
  readonly #clock: Clock;
  readonly #onDefect: (error: unknown) => void;
  #work: Iterator<unknown>[] = [];
  #scheduled = false;

  constructor(clock: Clock, onDefect: (error: unknown) => void) {
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  /** A step is what the iterator does between two yields. */
  add(steps: Iterator<unknown>): void {
    this.#work.push(steps);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#slice();
    });
  }

  #slice(): void {
    const end = this.#clock.monotonic() + SLICE;
    let at = 0;
    while (at < this.#work.length) {
      let done = true;
      try {
        done = this.#work[at]?.next().done ?? true;
      } catch (error) {
        this.#onDefect(error);
      }
      if (done) at++;
      if (this.#clock.monotonic() >= end) break;
    }
    this.#work = this.#work.slice(at);
    if (this.#work.length > 0) this.#schedule();
  }
}
