// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionGrants as _deviceauth_v1_SessionGrants, SessionGrants__Output as _deviceauth_v1_SessionGrants__Output } from '../../deviceauth/v1/SessionGrants.ts';

export interface SessionState {
  /**
   * One of the held tokens.
   */
  'clientDeviceAuthToken'?: (string);
  /**
   * Always set; replaces what the caller had.
   */
  'grants'?: (_deviceauth_v1_SessionGrants | null);
  /**
   * As in GetClientDeviceAuthTokenResponse.
   */
  'leaseMs'?: (number);
  /**
   * As in GetClientDeviceAuthTokenResponse.
   */
  'certificateRemainingMs'?: (number);
}

export interface SessionState__Output {
  /**
   * One of the held tokens.
   */
  'clientDeviceAuthToken': (string);
  /**
   * Always set; replaces what the caller had.
   */
  'grants': (_deviceauth_v1_SessionGrants__Output | null);
  /**
   * As in GetClientDeviceAuthTokenResponse.
   */
  'leaseMs': (number);
  /**
   * As in GetClientDeviceAuthTokenResponse.
   */
  'certificateRemainingMs': (number);
}
