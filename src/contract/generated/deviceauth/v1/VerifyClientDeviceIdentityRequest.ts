// Original file: proto/deviceauth/v1/device_auth.proto

import type { ClientDeviceCredential as _deviceauth_v1_ClientDeviceCredential, ClientDeviceCredential__Output as _deviceauth_v1_ClientDeviceCredential__Output } from '../../deviceauth/v1/ClientDeviceCredential.ts';

export interface VerifyClientDeviceIdentityRequest {
  /**
   * Required.
   */
  'credential'?: (_deviceauth_v1_ClientDeviceCredential | null);
  /**
   * May be empty; see GetClientDeviceAuthTokenRequest.
   */
  'correlationId'?: (string);
}

export interface VerifyClientDeviceIdentityRequest__Output {
  /**
   * Required.
   */
  'credential': (_deviceauth_v1_ClientDeviceCredential__Output | null);
  /**
   * May be empty; see GetClientDeviceAuthTokenRequest.
   */
  'correlationId': (string);
}
