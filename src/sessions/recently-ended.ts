/**
 * Tokens whose session ended so soon after it was issued that the answer that names them may still be on its way.
 * A caller whose stream broke in between would take such a token for good: it is told on its next stream.
 *
 * An entry is kept for 60 s at least and 120 s at most; their number is bounded by how many sessions a caller's
 * limits let it open in that time.
 */
import type { Clock } from '../clock.ts';
import type { EndReason } from './session-events.ts';

/** How long after the issue of a token its answer may arrive. */
export const ANSWER_WINDOW_MS = 60_000;

export interface EndedEarly {
  readonly reason: EndReason;
  /** Of the event that told of it, where there was a stream. */
  readonly sequence: number;
}

type ByBroker = Map<string, Map<string, EndedEarly>>;

export class RecentlyEnded {
  readonly #clock: Clock;
  #recent: ByBroker = new Map();
  #older: ByBroker = new Map();
  #turned: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turned = clock.monotonic();
  }

  add(broker: string, token: string, end: EndedEarly): void {
    this.#turn();
    const tokens = this.#recent.get(broker) ?? new Map<string, EndedEarly>();
    tokens.set(token, end);
    this.#recent.set(broker, tokens);
  }

  of(broker: string): [string, EndedEarly][] {
    this.#turn();
    return [...(this.#older.get(broker) ?? []), ...(this.#recent.get(broker) ?? [])];
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    const passed = now - this.#turned;
    if (passed < ANSWER_WINDOW_MS) return;
    this.#older = passed < 2 * ANSWER_WINDOW_MS ? this.#recent : new Map();
    this.#recent = new Map();
    this.#turned = now;
  }
}
