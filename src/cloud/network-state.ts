/**
 * Whether the cloud can be reached, from what requests to it met. Always true:
 * - Any answer, an error of the service included, means `up`, at once. What is wrong before the cloud is heard means nothing.
 * - Several tries in a row without one mean `down`: a single lost connection changes nothing.
 * - Listeners are told after a change, and of nothing else.
 */
import type { Clock } from '../clock.ts';
import type { NetworkStatus } from './status.ts';

const UNANSWERED = 3;

export class NetworkState {
  readonly #clock: Clock;
  readonly #onListenerError: (error: unknown) => void;
  readonly #listeners = new Set<{ readonly tell: (state: NetworkStatus['state']) => void }>();
  #state: NetworkStatus['state'] = 'unknown';
  #since: number;
  #unanswered = 0;

  constructor(clock: Clock, onListenerError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onListenerError = onListenerError;
    this.#since = clock.now();
  }

  get status(): NetworkStatus {
    return { state: this.#state, since: this.#since };
  }

  /** Something was answered. */
  reached(): void {
    this.#unanswered = 0;
    this.#become('up');
  }

  /** Nothing was. */
  unreachable(): void {
    this.#unanswered += 1;
    if (this.#unanswered >= UNANSWERED) this.#become('down');
  }

  /** The answer ends it. */
  onChange(listener: (state: NetworkStatus['state']) => void): () => void {
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  #become(state: NetworkStatus['state']): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#since = this.#clock.now();
    for (const { tell } of [...this.#listeners]) {
      try {
        tell(state);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
