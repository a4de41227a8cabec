// Original file: proto/deviceauth/v1/device_auth.proto

import type { ErrorReason as _deviceauth_v1_ErrorReason, ErrorReason__Output as _deviceauth_v1_ErrorReason__Output } from '../../deviceauth/v1/ErrorReason.ts';

export interface VerifyClientDeviceIdentityResponse {
  /**
   * True only for a certificate that is active and within its validity.
   */
  'isValidClientDevice'?: (boolean);
  /**
   * VERIFICATION_UNAVAILABLE when the answer is false for lack of a verdict; otherwise UNSPECIFIED.
   */
  'reason'?: (_deviceauth_v1_ErrorReason);
}

export interface VerifyClientDeviceIdentityResponse__Output {
  /**
   * True only for a certificate that is active and within its validity.
   */
  'isValidClientDevice': (boolean);
  /**
   * VERIFICATION_UNAVAILABLE when the answer is false for lack of a verdict; otherwise UNSPECIFIED.
   */
  'reason': (_deviceauth_v1_ErrorReason__Output);
}
