// Original file: proto/deviceauth/v1/device_auth.proto

import type { MqttCredential as _deviceauth_v1_MqttCredential, MqttCredential__Output as _deviceauth_v1_MqttCredential__Output } from '../../deviceauth/v1/MqttCredential.ts';

export interface CredentialDocument {
  /**
   * Required; the only kind there is.
   */
  'mqttCredential'?: (_deviceauth_v1_MqttCredential | null);
  'credential'?: "mqttCredential";
}

export interface CredentialDocument__Output {
  /**
   * Required; the only kind there is.
   */
  'mqttCredential'?: (_deviceauth_v1_MqttCredential__Output | null);
  'credential'?: "mqttCredential";
}
