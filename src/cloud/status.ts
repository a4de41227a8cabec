/** What an operator is told of the cloud: for `deviceauthctl cloud status`, `status` and the metrics. Times are the wall clock's, in milliseconds. */
import type { TroubleKind } from './outcome.ts';

export interface QueueStatus {
  readonly waiting: number;
  readonly inFlight: number;
  /** `performance.cloudRequestQueueSize`. */
  readonly size: number;
  /** `performance.maxConcurrentCloudRequests`. */
  readonly workers: number;
  /** Refused since the start, for lack of room. */
  readonly rejected: number;
  /** Verifications that joined an identical one, since the start. */
  readonly coalesced: number;
}

export interface BreakerStatus {
  /** `open`: nothing is asked. `half-open`: one request finds out whether it may close. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** When the next probe may go out; undefined when closed. */
  readonly probeAt: number | undefined;
}

export interface NetworkStatus {
  /** From what the requests met: `down` means that the cloud cannot be reached, whatever the cause. */
  readonly state: 'unknown' | 'up' | 'down';
  readonly since: number;
}

export interface OperationStatus {
  /** Of the API, such as `DescribeCertificate`. */
  readonly operation: string;
  readonly answered: number;
  readonly troubles: Readonly<Record<TroubleKind, number>>;
  /** Tries after the first. */
  readonly retries: number;
  /** How long tries that were answered took: cumulative counts by upper bound in seconds, as Prometheus has them. */
  readonly latency: {
    readonly bounds: readonly number[];
    readonly cumulative: readonly number[];
    readonly sum: number;
  };
}

export interface TroubleStatus {
  readonly operation: string;
  readonly trouble: TroubleKind;
  readonly message: string;
  readonly at: number;
}

export interface RequestsStatus {
  readonly queue: QueueStatus;
  readonly breaker: BreakerStatus;
  readonly network: NetworkStatus;
  /** `cloud.requestsPerSecond`; 0: no limit. */
  readonly requestsPerSecond: number;
  /** The service asked to wait until then. */
  readonly pausedUntil: number | undefined;
  readonly operations: readonly OperationStatus[];
  /** The latest of each kind that has not been followed by an answer to the same operation. */
  readonly troubles: readonly TroubleStatus[];
}

/** A thing the daemon does in the cloud by itself, such as uploading its CAs. */
export interface JobStatus {
  readonly name: 'certificate-authorities' | 'connectivity-information' | 'refresh';
  /** `off`: not configured. `waiting`: for its turn. `done`: nothing is to be done. */
  readonly state: 'off' | 'waiting' | 'running' | 'done';
  /** One line for the operator, such as what was done, or why it is off. */
  readonly detail: string;
  /** Of the attempt under way or the last one; undefined: none yet. */
  readonly startedAt: number | undefined;
  readonly succeededAt: number | undefined;
  readonly nextAt: number | undefined;
  /** In a row. */
  readonly failures: number;
  /** Why the last one failed; empty when it did not. */
  readonly lastError: string;
}

export interface CloudStatus extends RequestsStatus {
  readonly jobs: readonly JobStatus[];
}
