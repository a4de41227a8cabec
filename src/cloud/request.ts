/** One question to the cloud on behalf of a device, as the request queue takes it. */
import type { Asking, Unavailable } from '../identity/verifier.ts';
import type { Answered, Outcome } from './outcome.ts';

export interface CloudRequest<T> {
  /** The API operation, such as `DescribeCertificate`: for metrics and messages. */
  readonly operation: string;
  readonly asking: Asking;
  /**
   * One try. Answers `trouble` for whatever the network or the service does; what it throws is a defect. Ends when the
   * signal is aborted. It may be made several times.
   */
  attempt(signal: AbortSignal): Promise<Outcome<T>>;
}

export interface CloudRequests {
  run<T>(request: CloudRequest<T>): Promise<Answered<T> | Unavailable>;
}
