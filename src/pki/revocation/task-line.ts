/** Tasks one after the other. What one throws is told and keeps none from its turn; after `stop` those that wait are dropped. */
export class TaskLine {
  readonly #onFault: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Resolves when it has had its turn, whatever came of it. */
  add(task: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#stopped) return;
      try {
        await task();
      } catch (error) {
        this.#onFault(error);
      }
    });
    return this.#last;
  }

  /** Resolves when what was begun by now is done. */
  idle(): Promise<void> {
    return this.#last;
  }

  stop(): void {
    this.#stopped = true;
  }
}
