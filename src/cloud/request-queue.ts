/**
 * The only way by which devices cost requests to the cloud. Always true:
 * - At most `workers` tries are under way, and as many as that whenever enough wait.
 * - At most `size` requests are here beside one for each worker, those between two tries included; one more is refused at once,
 *   with a delay. A smaller size keeps those that wait and refuses until they are fewer; more workers begin at once.
 * - Requests are begun in the order in which the verifications began that need them, so that a verification of two
 *   requests does not queue twice.
 * - Nobody's requests take more than a tenth of the places.
 * - A request that nobody wants any more leaves its place at once; one that cannot be answered before its deadline is not made.
 * - What trust stands in for is tried once, and not for longer than brokers wait: see `Asking`.
 * - A worker is held while a try is made or waits for its turn (`RateLimit`), not between tries.
 * - Whatever a try does, an answer comes: `run` never rejects.
 */
import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import type { Asking, Unavailable } from '../identity/verifier.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { NetworkState } from './network-state.ts';
import { OperationStats } from './operation-stats.ts';
import { type Answered, isWorthRetrying, type Outcome, type Trouble, trouble } from './outcome.ts';
import { delay, RateLimit } from './rate-limit.ts';
import type { CloudRequest, CloudRequests } from './request.ts';
import type { RequestsStatus, TroubleStatus } from './status.ts';
import { Troubles } from './troubles.ts';

export interface RequestSettings {
  /** `performance.cloudRequestQueueSize`. */
  readonly size: number;
  /** `performance.maxConcurrentCloudRequests`. */
  readonly workers: number;
  /** `cloud.requestsPerSecond`; 0: no limit. */
  readonly requestsPerSecond: number;
  /** `cloud.requestTimeoutSeconds`. */
  readonly timeoutSeconds: number;
}

export interface RequestQueueOptions {
  readonly clock: Clock;
  /** From 0 to below 1: for jitter. */
  readonly random: () => number;
  /** Read at each use; `settingsChanged` tells of another number of workers, or another rate. */
  readonly settings: () => RequestSettings;
  readonly network: NetworkState;
  /** How many verifications joined an identical one: for the status. */
  readonly coalesced: () => number;
  /** Something is wrong for the operator to see; not more often than every ten minutes of a kind. */
  readonly onTrouble: (trouble: TroubleStatus) => void;
  /** A try threw: a defect. */
  readonly onFault: (error: unknown) => void;
}

const MOST_TRIES = 4;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** Of one certificate, however small the queue. */
const FEWEST_PLACES = 4;
const SHORTEST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A try that is not answered within it says something of the cloud, even if nobody waited longer. */
const TELLING_MS = 3_000;
/** For a device that trust can let in: brokers wait about five seconds for an answer. */
const STAND_IN_MS = 3_000;
/** What the service asks for is heeded up to this: more is a mistake, and would keep devices out for as long. */
const LONGEST_ASKED_MS = 300_000;

/** One request on its way. */
interface Entry<T> {
  readonly request: CloudRequest<T>;
  /** Aborted with the asker's, and when the queue stops. */
  readonly signal: AbortSignal;
}

export class RequestQueue implements CloudRequests {
  readonly #options: RequestQueueOptions;
  readonly #queue: PQueue;
  readonly #rate: RateLimit;
  readonly #breaker: CircuitBreaker;
  readonly #stats = new OperationStats();
  readonly #troubles: Troubles;
  readonly #stopping = new AbortController();
  /** Requests on their way by whose they are. */
  readonly #places = new Map<string, number>();
  #betweenTries = 0;
  #rejected = 0;
  #throttledInARow = 0;
  /** Monotonic: when that was counted last. */
  #throttledAt = Number.NEGATIVE_INFINITY;
  /** Of tries, answered or not; for the delay that the refused are told. Milliseconds. */
  #usualMs = 100;

  constructor(options: RequestQueueOptions) {
    const { clock, onTrouble, random, settings } = options;
    this.#options = options;
    this.#queue = new PQueue({ concurrency: settings().workers });
    this.#rate = new RateLimit(clock, () => settings().requestsPerSecond);
    this.#breaker = new CircuitBreaker({ clock, random });
    this.#troubles = new Troubles(clock, onTrouble);
  }

  async run<T>(request: CloudRequest<T>): Promise<Answered<T> | Unavailable> {
    const { asking } = request;
    const refusal = this.#refusal(asking);
    if (refusal !== undefined) return refusal;
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const { signal: stopping } = this.#stopping;
    asking.signal.addEventListener('abort', abort, { once: true });
    stopping.addEventListener('abort', abort, { once: true });
    this.#take(asking.onBehalfOf, 1);
    try {
      return await this.#tries({ request, signal: controller.signal });
    } finally {
      this.#take(asking.onBehalfOf, -1);
      asking.signal.removeEventListener('abort', abort);
      stopping.removeEventListener('abort', abort);
    }
  }

  /** Another number of workers and another rate count at once; everything else is read when it is needed. */
  settingsChanged(): void {
    this.#queue.concurrency = this.#options.settings().workers;
    this.#rate.settingsChanged();
  }

  /** Whether devices' requests wait for a worker. */
  isBusy(): boolean {
    return this.#waiting() > 0;
  }

  get status(): RequestsStatus {
    const { clock, coalesced, network, settings } = this.#options;
    const { requestsPerSecond, size, workers } = settings();
    const paused = this.#rate.pausedUntil - clock.monotonic();
    return {
      queue: {
        waiting: this.#waiting(),
        inFlight: this.#queue.pending,
        size,
        workers,
        rejected: this.#rejected,
        coalesced: coalesced(),
      },
      breaker: this.#breaker.status,
      network: network.status,
      requestsPerSecond,
      pausedUntil: paused > 0 ? clock.now() + paused : undefined,
      operations: this.#stats.list(),
      troubles: this.#troubles.list(),
    };
  }

  /** Ends what is under way; everything is unavailable from now on. */
  stop(): void {
    this.#stopping.abort();
  }

  #waiting(): number {
    return this.#queue.size + this.#betweenTries;
  }

  /** Why it is not even taken in. */
  #refusal({ onBehalfOf, signal }: Asking): Unavailable | undefined {
    if (this.#stopping.signal.aborted) return unavailable('the daemon stops');
    if (signal.aborted) return unavailable('nobody waits for it');
    const closedFor = this.#breaker.closedFor;
    if (closedFor !== undefined) return this.#closed(closedFor);
    const { size, workers } = this.#options.settings();
    const isFull = this.#queue.pending + this.#waiting() >= workers + size;
    const most = Math.max(FEWEST_PLACES, Math.floor(size / 10));
    const isCrowding = onBehalfOf !== undefined && (this.#places.get(onBehalfOf) ?? 0) >= most;
    if (!isFull && !isCrowding) return undefined;
    this.#rejected += 1;
    const cause = isFull
      ? `${size} requests to the cloud wait already (performance.cloudRequestQueueSize)`
      : `${most} requests for this certificate are on their way already`;
    return { ...unavailable(cause, this.#delayOfFull()), queueFull: true };
  }

  #closed(retryAfterMs: number): Unavailable {
    return unavailable('the cloud did not answer of late, and is asked again a little later', retryAfterMs);
  }

  /** How long it takes to work off what waits, about. */
  #delayOfFull(): number {
    const { requestsPerSecond, workers } = this.#options.settings();
    const waiting = this.#waiting() + 1;
    const byWorkers = (waiting * this.#usualMs) / workers;
    const byRate = requestsPerSecond === 0 ? 0 : (waiting * 1_000) / requestsPerSecond;
    return Math.round(Math.min(LONGEST_DELAY_MS, Math.max(SHORTEST_DELAY_MS, byWorkers, byRate)));
  }

  #take(onBehalfOf: string | undefined, change: 1 | -1): void {
    if (onBehalfOf === undefined) return;
    const places = (this.#places.get(onBehalfOf) ?? 0) + change;
    if (places === 0) this.#places.delete(onBehalfOf);
    else this.#places.set(onBehalfOf, places);
  }

  async #tries<T>(entry: Entry<T>): Promise<Answered<T> | Unavailable> {
    const { asking, operation } = entry.request;
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#whenItsTurn(entry);
      if (outcome.kind !== 'trouble') return outcome;
      const { message } = outcome;
      const gaveUp = unavailable(`${operation}: ${message}`, outcome.retryAfterMs);
      if (tries === MOST_TRIES || asking.standIn || !isWorthRetrying(outcome)) return gaveUp;
      const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
      const wait = Math.max(this.#options.random() * longest, bounded(outcome.retryAfterMs) ?? 0);
      if (this.#options.clock.monotonic() + wait >= asking.deadline) return gaveUp;
      this.#betweenTries += 1;
      const waited = await delay(this.#options.clock, wait, entry.signal);
      this.#betweenTries -= 1;
      if (!waited) return gaveUp;
      this.#stats.retried(operation);
    }
  }

  async #whenItsTurn<T>(entry: Entry<T>): Promise<Outcome<T> | Unavailable> {
    const { signal } = entry;
    try {
      return await this.#queue.add(() => this.#work(entry), {
        priority: -entry.request.asking.since,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) this.#options.onFault(error);
      return unavailable(signal.aborted ? 'it was no longer waited for' : 'the daemon failed; see its log');
    }
  }

  async #work<T>(entry: Entry<T>): Promise<Outcome<T> | Unavailable> {
    for (;;) {
      const passage = this.#breaker.pass();
      if (passage.kind === 'refused') return this.#closed(passage.retryAfterMs);
      if (passage.kind === 'pass') return await this.#passed(entry, passage.probe);
      await settled(passage.until, entry.signal);
      if (entry.signal.aborted) return unavailable('it was no longer waited for');
    }
  }

  async #passed<T>(entry: Entry<T>, probe: boolean): Promise<Outcome<T> | Unavailable> {
    const { signal } = entry;
    const { deadline, standIn } = entry.request.asking;
    const turn = await this.#rate.take({ signal, deadline, standIn });
    if (turn === 'now') return await this.#try(entry, probe);
    if (probe) this.#breaker.abandoned();
    if (turn === 'aborted') return unavailable('it was no longer waited for');
    return unavailable(
      'requests to the cloud are held back (cloud.requestsPerSecond, or AWS asked to wait)',
      turn.retryAfterMs,
    );
  }

  async #try<T>(entry: Entry<T>, probe: boolean): Promise<Outcome<T>> {
    const { asking, operation } = entry.request;
    const begun = this.#options.clock.monotonic();
    const outcome = await this.#attempt(entry);
    const took = this.#options.clock.monotonic() - begun;
    this.#usualMs += (took - this.#usualMs) / 16;
    if (outcome.kind === 'answered') {
      this.#throttledInARow = 0;
      this.#stats.answered(operation, took);
      this.#troubles.answered(operation);
      this.#options.network.reached();
      this.#breaker.succeeded();
    } else if (this.#isCutShort(entry, outcome, took)) {
      if (probe) this.#breaker.abandoned();
    } else if (outcome.unheard) {
      this.#tell(operation, outcome);
      if (probe) this.#breaker.abandoned();
    } else {
      this.#met(operation, outcome, begun);
      this.#breaker.met(outcome.trouble, asking.onBehalfOf, probe);
    }
    return outcome;
  }

  /** By those who asked, so that it says nothing about the cloud, unless that had its time. */
  #isCutShort({ request: { asking }, signal }: Entry<unknown>, { trouble: kind }: Trouble, took: number) {
    if (!signal.aborted || kind !== 'unreachable') return false;
    const telling = Math.min(TELLING_MS, (asking.deadline - asking.since) / 2);
    return this.#stopping.signal.aborted || took < telling;
  }

  #met(operation: string, outcome: Trouble, begun: number): void {
    this.#tell(operation, outcome);
    if (outcome.trouble === 'unreachable') this.#options.network.unreachable();
    else this.#options.network.reached();
    if (outcome.trouble === 'throttled') {
      // Those that were under way together are throttled together.
      if (begun > this.#throttledAt) {
        this.#throttledInARow += 1;
        this.#throttledAt = this.#options.clock.monotonic();
      }
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#throttledInARow, 10));
      this.#rate.pause(bounded(outcome.retryAfterMs) ?? this.#options.random() * longest);
    } else if (outcome.retryAfterMs !== undefined) {
      this.#rate.pause(bounded(outcome.retryAfterMs) ?? 0);
    }
  }

  #tell(operation: string, outcome: Trouble): void {
    this.#stats.met(operation, outcome.trouble);
    this.#troubles.met(operation, outcome);
  }

  /** Ends when its time is up, whatever the attempt does about its signal. */
  async #attempt<T>({ request, signal }: Entry<T>): Promise<Outcome<T>> {
    const { clock, onFault, settings } = this.#options;
    const controller = new AbortController();
    const usual = settings().timeoutSeconds * 1_000;
    const timeout = request.asking.standIn ? Math.min(STAND_IN_MS, usual) : usual;
    const begun = clock.monotonic();
    const ended = Promise.withResolvers<Trouble>();
    const end = (message: string): void => {
      ended.resolve(trouble('unreachable', message));
      controller.abort();
    };
    const left = (): void => {
      const seconds = Math.round((clock.monotonic() - begun) / 100) / 10;
      end(`no answer within ${seconds} s, after which nobody waited for it`);
    };
    const cancel = clock.after(timeout, () => end(`no answer within ${timeout / 1_000} s`));
    signal.addEventListener('abort', left, { once: true });
    try {
      return await Promise.race([request.attempt(controller.signal), ended.promise]);
    } catch (error) {
      onFault(error);
      return trouble('unexpected', 'the daemon failed; see its log');
    } finally {
      cancel();
      signal.removeEventListener('abort', left);
    }
  }
}

function bounded(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, LONGEST_ASKED_MS);
}

function unavailable(cause: string, retryAfterMs?: number): Unavailable {
  return { kind: 'unavailable', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Resolves when either comes. */
function settled(until: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    void until.then(done);
    if (signal.aborted) done();
  });
}
