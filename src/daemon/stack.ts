/** What was started, to be stopped in reverse order. One that fails to stop does not keep the others from it. */
export class Stack {
  readonly #stops: (() => unknown)[] = [];
  #unwinding: Promise<void> | undefined;

  push(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  /** Rejects, once all were told to stop, with what the first one that failed threw. */
  unwind(): Promise<void> {
    this.#unwinding ??= this.#unwind();
    return this.#unwinding;
  }

  async #unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
