// Original file: proto/deviceauth/v1/device_auth.proto

import type { EndReason as _deviceauth_v1_EndReason, EndReason__Output as _deviceauth_v1_EndReason__Output } from '../../deviceauth/v1/EndReason.ts';

/**
 * These tokens are void. Disconnect their clients and deny their wills. END_REASON_SUPERSEDED
 * and a reason the caller does not know: disconnect too.
 */
export interface SessionsEnded {
  /**
   * Never empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
  /**
   * The same for all of them.
   */
  'reason'?: (_deviceauth_v1_EndReason);
  /**
   * What both sides log; may be empty.
   */
  'correlationId'?: (string);
}

/**
 * These tokens are void. Disconnect their clients and deny their wills. END_REASON_SUPERSEDED
 * and a reason the caller does not know: disconnect too.
 */
export interface SessionsEnded__Output {
  /**
   * Never empty.
   */
  'clientDeviceAuthTokens': (string)[];
  /**
   * The same for all of them.
   */
  'reason': (_deviceauth_v1_EndReason__Output);
  /**
   * What both sides log; may be empty.
   */
  'correlationId': (string);
}
