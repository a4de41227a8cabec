/**
 * Work that several callers may wait for together. Always true:
 * - Of one key at most one is under way; whoever asks meanwhile waits for that one.
 * - It runs under its own signal to its own deadline; a caller that leaves only stops waiting.
 * - The last caller that leaves ends it, unless somebody wanted it detached.
 */
import type { Clock } from '../clock.ts';

export interface Flight {
  /** Aborted at the deadline, or when nobody wants the outcome any more. */
  readonly signal: AbortSignal;
  /** When it began, and when it is aborted at the latest (monotonic milliseconds). */
  readonly begunAt: number;
  readonly deadline: number;
  /** How many callers wait now. */
  waiting(): number;
}

export interface JoinOptions {
  /** Goes on even if every caller leaves. */
  readonly detached?: boolean;
  /** Start anew whatever is under way, and let nobody join: for what must be true now. */
  readonly alone?: boolean;
}

export class SharedFlights<T> {
  readonly #timer: Clock;
  readonly #deadline: () => number;
  readonly #flights = new Map<string, RunningFlight<T>>();
  readonly #alone = new Set<RunningFlight<T>>();
  #joined = 0;

  constructor(timer: Clock, deadlineMs: () => number) {
    this.#timer = timer;
    this.#deadline = deadlineMs;
  }

  get size(): number {
    return this.#flights.size + this.#alone.size;
  }

  /** How many found one under way that they could wait for. */
  get joined(): number {
    return this.#joined;
  }

  /** Undefined when the caller's signal was aborted first. Rejects when `start` does. */
  async join(
    key: string,
    signal: AbortSignal,
    start: (flight: Flight) => Promise<T>,
    options: JoinOptions = {},
  ): Promise<T | undefined> {
    if (signal.aborted) return undefined;
    const { detached = false, alone = false } = options;
    const found = alone ? undefined : this.#flights.get(key);
    if (found !== undefined) this.#joined += 1;
    const running = found ?? this.#begin(key, start, alone);
    if (detached) running.detach();
    return await running.wait(signal);
  }

  /** Ends everything under way. */
  stop(): void {
    for (const flight of [...this.#flights.values(), ...this.#alone]) flight.drop();
  }

  #begin(key: string, start: (flight: Flight) => Promise<T>, alone: boolean): RunningFlight<T> {
    const begunAt = this.#timer.monotonic();
    const allowed = this.#deadline();
    const flight = new RunningFlight(start, { begunAt, deadline: begunAt + allowed }, () => {
      cancel();
      this.#alone.delete(flight);
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    const cancel = this.#timer.after(allowed, () => flight.drop());
    if (alone) this.#alone.add(flight);
    else this.#flights.set(key, flight);
    flight.launch();
    return flight;
  }
}

class RunningFlight<T> implements Flight {
  readonly begunAt: number;
  readonly deadline: number;
  readonly #controller = new AbortController();
  readonly #start: (flight: Flight) => Promise<T>;
  readonly #ended: () => void;
  readonly #outcome = Promise.withResolvers<T>();
  #waiting = 0;
  #detached = false;

  constructor(
    start: (flight: Flight) => Promise<T>,
    times: Pick<Flight, 'begunAt' | 'deadline'>,
    ended: () => void,
  ) {
    this.begunAt = times.begunAt;
    this.deadline = times.deadline;
    this.#start = start;
    this.#ended = ended;
    // It may fail with nobody waiting.
    this.#outcome.promise.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  waiting(): number {
    return this.#waiting;
  }

  launch(): void {
    const run = async (): Promise<T> => this.#start(this);
    run().finally(this.#ended).then(this.#outcome.resolve, this.#outcome.reject);
  }

  detach(): void {
    this.#detached = true;
  }

  /** Nobody may join what is being ended. */
  drop(): void {
    this.#ended();
    this.#controller.abort();
  }

  wait(signal: AbortSignal): Promise<T | undefined> {
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      let left = false;
      const leave = (): boolean => {
        if (left) return false;
        left = true;
        this.#waiting -= 1;
        signal.removeEventListener('abort', abort);
        return true;
      };
      const abort = (): void => {
        if (!leave()) return;
        if (this.#waiting === 0 && !this.#detached) this.drop();
        resolve(undefined);
      };
      signal.addEventListener('abort', abort);
      this.#outcome.promise.then(
        (value) => {
          if (leave()) resolve(value);
        },
        (error: unknown) => {
          if (leave()) reject(error);
        },
      );
    });
  }
}
