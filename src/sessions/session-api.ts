/** The words in which the session room answers its callers. */
import type { DaemonError } from '../errors.ts';
import type { Decision, SessionGrants } from '../policy/grants.ts';
import type { Broker } from './session-events.ts';

export interface OpenRequest {
  readonly clientId: string;
  readonly certificatePem: string;
  readonly broker: Broker;
  readonly correlationId: string;
}

export interface OpenedSession {
  readonly token: string;
  readonly grants: SessionGrants;
  readonly leaseMs: number;
  readonly certificateRemainingMs: number;
  /** The daemon's life and the last event that this answer reflects. */
  readonly epoch: string;
  readonly sequence: number;
  readonly thingName: string;
  readonly certificateId: string;
}

export type OpenResult =
  | { readonly kind: 'opened'; readonly session: OpenedSession }
  | { readonly kind: 'refused'; readonly error: DaemonError };

export type AuthorizeResult =
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'invalid-token' };

export interface Hello {
  readonly broker: Broker;
  readonly caller: string;
  /** The epoch the caller last heard; empty at its first connection. */
  readonly epoch: string;
}

/** An opening whose answer its caller did not get, and does not wait for any more. */
export interface UnansweredCall {
  readonly clientId: string;
  readonly correlationId: string;
}

/** A caller's end of its update stream. After its end, whoever ended it, nothing on it has an effect. */
export interface UpdateSubscription {
  held(tokens: readonly string[], last: boolean): void;
  used(tokens: readonly string[]): void;
  /** As `close` for each, and for what these calls opened; heartbeats say how many of both were taken in. */
  closed(tokens: readonly string[], unanswered?: readonly UnansweredCall[]): void;
  /** The caller is gone; may be called at any time, from the sink too, and more than once. */
  end(): void;
}

/** Parts that are absent or empty match everything. */
export interface SessionFilter {
  readonly tokenPrefix?: string;
  readonly thingName?: string;
  readonly certificateId?: string;
}

export interface SessionStats {
  readonly active: number;
  readonly limit: number;
  readonly held: number;
  readonly issued: number;
  readonly evicted: number;
  readonly displaced: number;
  readonly refusedFull: number;
}
