/**
 * What the demo has started, to be stopped in reverse. Whoever starts something adds it in the same turn, before waiting
 * for it: so nothing that was ever started is missed, and nothing new outlives a stop that has begun.
 */
export type Stop = () => unknown;

export class Running {
  readonly #stops: Stop[] = [];
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Throws when all is being stopped already: `stop` is then called at once. */
  add(stop: Stop): void {
    if (!this.#stopping) {
      this.#stops.push(stop);
      return;
    }
    void stop();
    throw new Error('the demo is stopping');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) await stop();
  }
}
