// Original file: proto/deviceauth/v1/device_auth.proto

import type { UnansweredCall as _deviceauth_v1_UnansweredCall, UnansweredCall__Output as _deviceauth_v1_UnansweredCall__Output } from '../../deviceauth/v1/UnansweredCall.ts';

/**
 * Sessions that are over at the caller: as CloseClientDeviceSession for each, without a call for each. What a heartbeat of
 * this stream does not count may be lost: the caller says it again on its next stream. At most 1,000 of both kinds together.
 */
export interface ClosedTokens {
  /**
   * Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
  /**
   * Calls that may have opened a session of which the caller knows nothing. May be empty.
   */
  'unanswered'?: (_deviceauth_v1_UnansweredCall)[];
}

/**
 * Sessions that are over at the caller: as CloseClientDeviceSession for each, without a call for each. What a heartbeat of
 * this stream does not count may be lost: the caller says it again on its next stream. At most 1,000 of both kinds together.
 */
export interface ClosedTokens__Output {
  /**
   * Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens': (string)[];
  /**
   * Calls that may have opened a session of which the caller knows nothing. May be empty.
   */
  'unanswered': (_deviceauth_v1_UnansweredCall__Output)[];
}
