// Original file: proto/deviceauth/v1/device_auth.proto

import type { ErrorReason as _deviceauth_v1_ErrorReason, ErrorReason__Output as _deviceauth_v1_ErrorReason__Output } from '../../deviceauth/v1/ErrorReason.ts';

export interface AuthorizationResult {
  /**
   * False whenever error is set.
   */
  'isAuthorized'?: (boolean);
  /**
   * Set (and is_authorized false) when this request was an error: INVALID_ARGUMENTS,
   * INVALID_CLIENT_DEVICE_AUTH_TOKEN or LIMIT_EXCEEDED. The stream goes on.
   */
  'error'?: (_deviceauth_v1_ErrorReason);
  /**
   * What was wrong, when error is set; may be empty.
   */
  'errorMessage'?: (string);
}

export interface AuthorizationResult__Output {
  /**
   * False whenever error is set.
   */
  'isAuthorized': (boolean);
  /**
   * Set (and is_authorized false) when this request was an error: INVALID_ARGUMENTS,
   * INVALID_CLIENT_DEVICE_AUTH_TOKEN or LIMIT_EXCEEDED. The stream goes on.
   */
  'error': (_deviceauth_v1_ErrorReason__Output);
  /**
   * What was wrong, when error is set; may be empty.
   */
  'errorMessage': (string);
}
