/**
 * Decides, before anything of a call is read, whether a listener takes it: is the operation allowed here, is there
 * room. What it admits it counts until the call's end, and an ended call is counted off exactly once.
 */
import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import type { ListenerLimits } from './limits.ts';
import { TokenBucket } from './limits.ts';

/** When a caller over the concurrency limit may try again: some call will have ended by then. */
const BUSY_RETRY_MS = 100;
/** A listener is one caller's, which needs one stream, and a second while the first is being noticed as lost. */
const MOST_UPDATE_STREAMS = 32;
const STREAM_RETRY_MS = 5_000;

export interface GateOptions {
  readonly listener: string;
  /** `all`: whatever the listener's services have (the admin socket). A function is asked at each call. */
  readonly operations: readonly string[] | 'all' | ((operation: string) => boolean);
  readonly limits: ListenerLimits;
  readonly clock: Clock;
}

export interface GateCounts {
  readonly calls: number;
  readonly rejected: number;
  readonly active: number;
}

/** A stream in progress, which would not end by itself when the listener stops. */
export interface OpenStream {
  end(): void;
}

export class ListenerGate {
  readonly listener: string;
  readonly #allows: (operation: string) => boolean;
  readonly #maxConcurrent: number;
  readonly #bucket: TokenBucket;
  readonly #streams = new Set<OpenStream>();
  #calls = 0;
  #rejected = 0;
  #active = 0;
  #updateStreams = 0;
  #stopping = false;

  constructor(options: GateOptions) {
    this.listener = options.listener;
    this.#allows = allowing(options.operations);
    this.#maxConcurrent = options.limits.maxConcurrentCalls;
    this.#bucket = new TokenBucket(options.limits.maxCallsPerSecond, options.clock);
  }

  /** Undefined: admitted, and `release` is owed. */
  admit(operation: string): DaemonError | 'stopping' | undefined {
    this.#calls += 1;
    const refusal = this.#refusal(operation);
    if (refusal === undefined) this.#active += 1;
    else this.#rejected += 1;
    return refusal;
  }

  release(): void {
    this.#active -= 1;
  }

  opened(stream: OpenStream): void {
    this.#streams.add(stream);
  }

  closed(stream: OpenStream): void {
    this.#streams.delete(stream);
  }

  /** Update streams may make the daemon hold much for a caller that does not read, so they are few. */
  takeUpdateStream(): DaemonError | undefined {
    if (this.#updateStreams < MOST_UPDATE_STREAMS) {
      this.#updateStreams += 1;
      return undefined;
    }
    this.#rejected += 1;
    const message = `the listener "${this.listener}" has ${MOST_UPDATE_STREAMS} update streams, its limit`;
    return new DaemonError('LIMIT_EXCEEDED', message, { retryAfterMs: STREAM_RETRY_MS });
  }

  releaseUpdateStream(): void {
    this.#updateStreams -= 1;
  }

  /** How many of these requests within a stream may be served now. */
  takeRequests(wanted: number): number {
    const taken = this.#bucket.take(wanted);
    if (taken < wanted) this.#rejected += wanted - taken;
    return taken;
  }

  retryAfterMs(): number {
    return this.#bucket.retryAfterMs();
  }

  counts(): GateCounts {
    return { calls: this.#calls, rejected: this.#rejected, active: this.#active };
  }

  /** From now on nothing is admitted; streams in progress are ended. Calls in progress go on. */
  stop(): void {
    this.#stopping = true;
    for (const stream of [...this.#streams]) stream.end();
  }

  #refusal(operation: string): DaemonError | 'stopping' | undefined {
    if (this.#stopping) return 'stopping';
    if (!this.#allows(operation)) {
      return new DaemonError('UNAUTHORIZED', `the listener "${this.listener}" does not allow ${operation}`);
    }
    if (this.#maxConcurrent > 0 && this.#active >= this.#maxConcurrent) {
      const message = `the listener "${this.listener}" has ${this.#maxConcurrent} calls in progress, its limit`;
      return new DaemonError('LIMIT_EXCEEDED', message, { retryAfterMs: BUSY_RETRY_MS });
    }
    if (this.#bucket.take(1) === 0) {
      const message = `the listener "${this.listener}" takes no more calls this second`;
      return new DaemonError('LIMIT_EXCEEDED', message, { retryAfterMs: this.#bucket.retryAfterMs() });
    }
    return undefined;
  }
}

function allowing(operations: GateOptions['operations']): (operation: string) => boolean {
  if (typeof operations === 'function') return operations;
  if (operations === 'all') return () => true;
  const allowed = new Set(operations);
  return (operation) => allowed.has(operation);
}
