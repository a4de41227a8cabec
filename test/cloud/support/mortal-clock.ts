/** A process's clock: what it set going ends with the process, and its monotonic time begins with it. */
import type { Clock } from '../../../src/clock.ts';

export class MortalClock implements Clock {
  readonly #world: Clock;
  readonly #bornAt: number;
  readonly #cancels = new Set<() => void>();
  #dead = false;

  constructor(world: Clock) {
    this.#world = world;
    this.#bornAt = world.monotonic();
  }

  now(): number {
    return this.#world.now();
  }

  monotonic(): number {
    return this.#world.monotonic() - this.#bornAt;
  }

  after(delay: number, task: () => void): () => void {
    if (this.#dead) return () => {};
    const end = (): void => {
      cancel();
      this.#cancels.delete(end);
    };
    const cancel = this.#world.after(delay, () => {
      this.#cancels.delete(end);
      task();
    });
    this.#cancels.add(end);
    return end;
  }

  kill(): void {
    this.#dead = true;
    for (const end of [...this.#cancels]) end();
  }
}
