// Original file: proto/deviceauth/v1/device_auth.proto

import type { MqttCredential as _deviceauth_v1_MqttCredential, MqttCredential__Output as _deviceauth_v1_MqttCredential__Output } from '../../deviceauth/v1/MqttCredential.ts';

export interface CredentialDocument {
  'mqttCredential'?: (_deviceauth_v1_MqttCredential | null);
  'credential'?: "mqttCredential";
}

export interface CredentialDocument__Output {
  'mqttCredential'?: (_deviceauth_v1_MqttCredential__Output | null);
  'credential'?: "mqttCredential";
}
