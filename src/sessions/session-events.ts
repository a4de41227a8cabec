/** What live sessions go through, as the session room tells it to the endpoints. */
import type { SessionGrants } from '../policy/grants.ts';

/** One listener and the instance id its plugin chose at start; `instanceId` is empty for a caller without an update stream. */
export interface Broker {
  readonly listener: string;
  readonly instanceId: string;
}

export type EndReason = 'REVOKED' | 'DISPLACED' | 'SUPERSEDED';

/** As `deviceauth.v1.SessionUpdate`, before it is put on the wire. */
export type SessionEvent =
  | {
      readonly kind: 'snapshot';
      readonly sessions: readonly SessionState[];
      readonly unknown: readonly string[];
      readonly last: boolean;
    }
  | { readonly kind: 'grant-set-added'; readonly id: string; readonly bytes: Uint8Array }
  | { readonly kind: 'changed'; readonly changes: readonly SessionChange[] }
  | {
      readonly kind: 'ended';
      readonly tokens: readonly string[];
      readonly reason: EndReason;
      readonly correlationId: string;
    }
  | {
      readonly kind: 'heartbeat';
      readonly leaseMs: number;
      /** Tokens the caller has closed on this stream so far, unknown ones too. */
      readonly closedTokens: number;
    };

export interface SessionState {
  readonly token: string;
  readonly grants: SessionGrants;
  readonly leaseMs: number;
  readonly certificateRemainingMs: number;
}

export interface SessionChange {
  readonly tokens: readonly string[];
  readonly grantSetIds: readonly string[];
  /** One for each token, or empty when no variable changed. */
  readonly variables: readonly SessionGrants['variables'][];
}

/** An event with its place in the daemon's life. */
export interface SequencedEvent {
  readonly epoch: string;
  readonly sequence: number;
  readonly event: SessionEvent;
}
