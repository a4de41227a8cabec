/**
 * One HTTPS connection pool to one host of AWS, as the core device: what the data plane and the credential provider are
 * asked through.
 */
import type { Outcome } from './outcome.ts';

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** With the query, as it goes on the wire. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

export interface ServiceAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, and no longer than the limit. */
  readonly body: string;
}

export interface ServiceConnection {
  /** Lower-case hex SHA-256 of the core's certificate in use; undefined: there is none that can be used. */
  readonly certificateId?: string | undefined;
  /** Whatever status was answered is `answered`; no answer, or half of one, is `unreachable`. Never throws for the network's fault. */
  send(request: ServiceRequest): Promise<Outcome<ServiceAnswer>>;
  /** Certificate, key and roots are read again for the connections made from now on. */
  reload(): void;
  close(): void;
}
