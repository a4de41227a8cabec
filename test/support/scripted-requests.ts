import { type NetworkState as Network, NetworkState } from '../../src/cloud/network-state.ts';
import { answered, type Outcome } from '../../src/cloud/outcome.ts';
import { RequestQueue, type RequestSettings } from '../../src/cloud/request-queue.ts';
import type { TroubleStatus } from '../../src/cloud/status.ts';
import { ManualClock } from './manual-clock.ts';

export interface RequestChoices {
  readonly operation?: string;
  readonly signal?: AbortSignal;
  /** Monotonic; without it now. */
  readonly since?: number;
  /** From now, in milliseconds. */
  readonly within?: number;
  readonly onBehalfOf?: string;
  readonly standIn?: boolean;
}

/** A try that has reached the cloud, and waits for what the test lets it meet. */
export interface OpenTry {
  readonly name: string;
  readonly signal: AbortSignal;
  answer(): void;
  meet(outcome: Outcome<string>): void;
  throws(error: unknown): void;
}

/** A request queue whose cloud answers when the test says so. */
export class ScriptedRequests {
  readonly clock = new ManualClock();
  readonly network: Network;
  readonly queue: RequestQueue;
  readonly told: TroubleStatus[] = [];
  readonly faults: unknown[] = [];
  /** Tries that were begun, in their order. */
  readonly begun: string[] = [];
  readonly open: OpenTry[] = [];
  settings: RequestSettings;
  /** Of the next draws. */
  random = 0.5;

  constructor(settings: Partial<RequestSettings> = {}) {
    this.settings = { size: 100, workers: 1, requestsPerSecond: 0, timeoutSeconds: 10, ...settings };
    this.network = new NetworkState(this.clock, (error) => this.faults.push(error));
    this.queue = new RequestQueue({
      clock: this.clock,
      random: () => this.random,
      settings: () => this.settings,
      network: this.network,
      coalesced: () => 0,
      onTrouble: (trouble) => this.told.push(trouble),
      onFault: (error) => this.faults.push(error),
    });
  }

  /** Asks under a name, and gives what comes of it. */
  ask(name: string, choices: RequestChoices = {}) {
    const { operation = 'DescribeCertificate', within = 30_000, onBehalfOf = name } = choices;
    const now = this.clock.monotonic();
    return this.queue.run<string>({
      operation,
      asking: {
        signal: choices.signal ?? new AbortController().signal,
        since: choices.since ?? now,
        deadline: now + within,
        onBehalfOf,
        standIn: choices.standIn ?? false,
      },
      attempt: (signal) => {
        this.begun.push(name);
        const { promise, resolve, reject } = Promise.withResolvers<Outcome<string>>();
        const close = (settle: () => void) => {
          this.open.splice(this.open.indexOf(entry), 1);
          settle();
        };
        const entry: OpenTry = {
          name,
          signal,
          answer: () => close(() => resolve(answered(name))),
          meet: (outcome) => close(() => resolve(outcome)),
          throws: (error) => close(() => reject(error)),
        };
        this.open.push(entry);
        return promise;
      },
    });
  }

  /** What is under way now; fails where there is nothing. */
  get first(): OpenTry {
    const [first] = this.open;
    if (first === undefined) throw new Error('no try is under way');
    return first;
  }
}
