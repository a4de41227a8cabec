/** The session room's words as messages of the contract. Numbers are clamped to what their fields hold. */
import type { GetClientDeviceAuthTokenResponse } from '../../contract/generated/deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { SessionGrants as SessionGrantsMessage } from '../../contract/generated/deviceauth/v1/SessionGrants.ts';
import type { SessionUpdate } from '../../contract/generated/deviceauth/v1/SessionUpdate.ts';
import type { SessionGrants } from '../../policy/grants.ts';
import type { EndReason, SequencedEvent, SessionEvent } from '../../sessions/session-events.ts';
import type { OpenedSession } from '../ports.ts';

const MAX_UINT32 = 2 ** 32 - 1;

const END_REASONS = {
  REVOKED: 'END_REASON_REVOKED',
  DISPLACED: 'END_REASON_DISPLACED',
  SUPERSEDED: 'END_REASON_SUPERSEDED',
} as const satisfies Record<EndReason, string>;

/** Not a number counts as 0: a lease that is in doubt is over. */
function uint32(value: number): number {
  return value > 0 ? Math.min(Math.floor(value), MAX_UINT32) : 0;
}

function grantsMessage(grants: SessionGrants): SessionGrantsMessage {
  return { grantSetIds: [...grants.setIds], variables: Object.fromEntries(grants.variables) };
}

export function tokenResponse(
  session: OpenedSession,
  correlationId: string,
): GetClientDeviceAuthTokenResponse {
  return {
    clientDeviceAuthToken: session.token,
    grants: grantsMessage(session.grants),
    leaseMs: uint32(session.leaseMs),
    certificateRemainingMs: uint32(session.certificateRemainingMs),
    epoch: session.epoch,
    sequence: session.sequence,
    thingName: session.thingName,
    certificateId: session.certificateId,
    correlationId,
  };
}

export function sessionUpdate(update: SequencedEvent): SessionUpdate {
  return { epoch: update.epoch, sequence: update.sequence, ...eventMessage(update.event) };
}

function eventMessage(event: SessionEvent): SessionUpdate {
  switch (event.kind) {
    case 'snapshot':
      return {
        snapshot: {
          sessions: event.sessions.map((state) => ({
            clientDeviceAuthToken: state.token,
            grants: grantsMessage(state.grants),
            leaseMs: uint32(state.leaseMs),
            certificateRemainingMs: uint32(state.certificateRemainingMs),
          })),
          unknownTokens: [...event.unknown],
          last: event.last,
        },
      };
    case 'grant-set-added':
      return { grantSetAdded: { grantSetId: event.id, grantSet: event.bytes } };
    case 'changed':
      return {
        sessionsChanged: {
          changes: event.changes.map((change) => ({
            clientDeviceAuthTokens: [...change.tokens],
            grantSetIds: [...change.grantSetIds],
            variables: change.variables.map((values) => ({ values: Object.fromEntries(values) })),
          })),
        },
      };
    case 'ended':
      return {
        sessionsEnded: {
          clientDeviceAuthTokens: [...event.tokens],
          reason: END_REASONS[event.reason],
          correlationId: event.correlationId,
        },
      };
    case 'heartbeat':
      return { heartbeat: { leaseMs: uint32(event.leaseMs), closedTokens: event.closedTokens } };
  }
}
