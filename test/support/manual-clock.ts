import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until a test moves it; due tasks run in order of their time. */
export class ManualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #tasks: { at: number; task: () => void }[] = [];

  constructor(wall: number = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delay: number, task: () => void): () => void {
    const entry = { at: this.#monotonic + Math.max(0, delay), task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** How many tasks wait for their time. */
  get pending(): number {
    return this.#tasks.length;
  }

  /** Time passes: both clocks advance, and tasks that come due run. */
  advance(milliseconds: number): void {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      const next = this.#tasks.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((entry) => entry !== next);
      this.#wall += Math.max(0, next.at - this.#monotonic);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.task();
    }
    this.#wall += end - this.#monotonic;
    this.#monotonic = end;
  }

  /** As `advance`, but as in a process: whatever a task set going has run before the next task does. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      await turn();
      const next = this.#tasks.reduce<number | undefined>(
        (earliest, { at }) => (earliest === undefined || at < earliest ? at : earliest),
        undefined,
      );
      if (next === undefined || next > end) break;
      const index = this.#tasks.findIndex(({ at }) => at === next);
      const [entry] = this.#tasks.splice(index, 1);
      this.#wall += Math.max(0, next - this.#monotonic);
      this.#monotonic = Math.max(this.#monotonic, next);
      entry?.task();
    }
    this.advance(end - this.#monotonic);
  }

  /** Somebody sets the wall clock. No time passes. */
  setWall(milliseconds: number): void {
    this.#wall = milliseconds;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
