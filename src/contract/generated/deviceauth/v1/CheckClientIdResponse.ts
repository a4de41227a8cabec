// Original file: proto/deviceauth/v1/device_auth.proto

import type { ErrorReason as _deviceauth_v1_ErrorReason, ErrorReason__Output as _deviceauth_v1_ErrorReason__Output } from '../../deviceauth/v1/ErrorReason.ts';

export interface CheckClientIdResponse {
  /**
   * True only if it is certain that no registered thing has this name and no session, of whatever broker, this client
   * id. A thing of the name may be registered at any time later: ask again at the client's next connection.
   */
  'isFree'?: (boolean);
  /**
   * VERIFICATION_UNAVAILABLE when is_free is false for lack of a verdict; otherwise UNSPECIFIED.
   */
  'reason'?: (_deviceauth_v1_ErrorReason);
}

export interface CheckClientIdResponse__Output {
  /**
   * True only if it is certain that no registered thing has this name and no session, of whatever broker, this client
   * id. A thing of the name may be registered at any time later: ask again at the client's next connection.
   */
  'isFree': (boolean);
  /**
   * VERIFICATION_UNAVAILABLE when is_free is false for lack of a verdict; otherwise UNSPECIFIED.
   */
  'reason': (_deviceauth_v1_ErrorReason__Output);
}
