/**
 * One caller's update stream: a sink, the grant sets it has been told of, and where in the daemon's life it began.
 * Nothing is delivered after its end; a sink that throws ends it.
 */
import type { Broker, SequencedEvent, SessionEvent } from './session-events.ts';

/** Takes an event at once; whoever cannot keep up ends the subscription. */
export type EventSink = (event: SequencedEvent) => void;

/** Why the daemon ended a stream; one that its caller ended is not told. */
export type StreamEnd = 'replaced' | 'stopped' | 'failed';

/** Ids are content hashes and old ones rarely come back; a caller that is sent a set twice loses nothing. */
const MOST_KNOWN_SETS = 4_096;

export interface UpdateStreamOptions {
  readonly broker: Broker;
  readonly caller: string;
  /** Wall clock. */
  readonly since: number;
  /** The last sequence before it. */
  readonly start: number;
  readonly epoch: string;
  readonly sink: EventSink;
  readonly nextSequence: () => number;
  readonly onEnd: (end: StreamEnd) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

export class UpdateStream {
  readonly #options: UpdateStreamOptions;
  readonly #knownSets = new Set<string>();
  #live = true;
  /** Its caller has had a whole snapshot, so a heartbeat extends nothing that was not confirmed. */
  complete = false;
  /** How many tokens its caller has closed on it, unknown ones too. */
  closedTokens = 0;

  constructor(options: UpdateStreamOptions) {
    this.#options = options;
  }

  get live(): boolean {
    return this.#live;
  }

  get broker(): Broker {
    return this.#options.broker;
  }

  get caller(): string {
    return this.#options.caller;
  }

  get since(): number {
    return this.#options.since;
  }

  get start(): number {
    return this.#options.start;
  }

  deliver(event: SessionEvent): void {
    if (!this.#live) return;
    const { epoch, nextSequence, sink, onFault } = this.#options;
    try {
      sink({ epoch, sequence: nextSequence(), event });
    } catch (error) {
      onFault('an update could not be delivered', error);
      this.end('failed');
    }
  }

  /** True when it had not been told of this set before. */
  learn(grantSetId: string): boolean {
    if (this.#knownSets.has(grantSetId)) return false;
    this.#knownSets.add(grantSetId);
    if (this.#knownSets.size > MOST_KNOWN_SETS) {
      const [oldest] = this.#knownSets;
      if (oldest !== undefined) this.#knownSets.delete(oldest);
    }
    return true;
  }

  /** Undefined: its caller ended it. */
  end(why: StreamEnd | undefined): void {
    if (!this.#live) return;
    this.#live = false;
    if (why !== undefined) this.#options.onEnd(why);
  }
}
