// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionsSnapshot as _deviceauth_v1_SessionsSnapshot, SessionsSnapshot__Output as _deviceauth_v1_SessionsSnapshot__Output } from '../../deviceauth/v1/SessionsSnapshot.ts';
import type { GrantSetAdded as _deviceauth_v1_GrantSetAdded, GrantSetAdded__Output as _deviceauth_v1_GrantSetAdded__Output } from '../../deviceauth/v1/GrantSetAdded.ts';
import type { SessionsChanged as _deviceauth_v1_SessionsChanged, SessionsChanged__Output as _deviceauth_v1_SessionsChanged__Output } from '../../deviceauth/v1/SessionsChanged.ts';
import type { SessionsEnded as _deviceauth_v1_SessionsEnded, SessionsEnded__Output as _deviceauth_v1_SessionsEnded__Output } from '../../deviceauth/v1/SessionsEnded.ts';
import type { Heartbeat as _deviceauth_v1_Heartbeat, Heartbeat__Output as _deviceauth_v1_Heartbeat__Output } from '../../deviceauth/v1/Heartbeat.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One event. Sequences grow within an epoch (a life of the daemon); a new epoch means that the
 * daemon restarted and every token not confirmed by the snapshot is unknown to it. An event
 * about a token the caller does not know yet is kept for 60 s and applied when the answer to
 * GetClientDeviceAuthToken arrives, unless that answer's sequence is not smaller than the event's.
 * A stream that is silent for 15 s is gone.
 */
export interface SessionUpdate {
  /**
   * Never empty.
   */
  'epoch'?: (string);
  /**
   * Grows with every event of the epoch, to whomever it is sent.
   */
  'sequence'?: (number | string | Long);
  /**
   * First, once the last held message has arrived.
   */
  'snapshot'?: (_deviceauth_v1_SessionsSnapshot | null);
  /**
   * Keep it: events that come name it.
   */
  'grantSetAdded'?: (_deviceauth_v1_GrantSetAdded | null);
  /**
   * Other grants for these tokens.
   */
  'sessionsChanged'?: (_deviceauth_v1_SessionsChanged | null);
  /**
   * These tokens are void.
   */
  'sessionsEnded'?: (_deviceauth_v1_SessionsEnded | null);
  /**
   * The daemon lives; renews leases.
   */
  'heartbeat'?: (_deviceauth_v1_Heartbeat | null);
  'event'?: "snapshot"|"grantSetAdded"|"sessionsChanged"|"sessionsEnded"|"heartbeat";
}

/**
 * One event. Sequences grow within an epoch (a life of the daemon); a new epoch means that the
 * daemon restarted and every token not confirmed by the snapshot is unknown to it. An event
 * about a token the caller does not know yet is kept for 60 s and applied when the answer to
 * GetClientDeviceAuthToken arrives, unless that answer's sequence is not smaller than the event's.
 * A stream that is silent for 15 s is gone.
 */
export interface SessionUpdate__Output {
  /**
   * Never empty.
   */
  'epoch': (string);
  /**
   * Grows with every event of the epoch, to whomever it is sent.
   */
  'sequence': (number);
  /**
   * First, once the last held message has arrived.
   */
  'snapshot'?: (_deviceauth_v1_SessionsSnapshot__Output | null);
  /**
   * Keep it: events that come name it.
   */
  'grantSetAdded'?: (_deviceauth_v1_GrantSetAdded__Output | null);
  /**
   * Other grants for these tokens.
   */
  'sessionsChanged'?: (_deviceauth_v1_SessionsChanged__Output | null);
  /**
   * These tokens are void.
   */
  'sessionsEnded'?: (_deviceauth_v1_SessionsEnded__Output | null);
  /**
   * The daemon lives; renews leases.
   */
  'heartbeat'?: (_deviceauth_v1_Heartbeat__Output | null);
  'event'?: "snapshot"|"grantSetAdded"|"sessionsChanged"|"sessionsEnded"|"heartbeat";
}
