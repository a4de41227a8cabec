// Original file: proto/deviceauth/v1/device_auth.proto

import type { SessionGrants as _deviceauth_v1_SessionGrants, SessionGrants__Output as _deviceauth_v1_SessionGrants__Output } from '../../deviceauth/v1/SessionGrants.ts';

export interface SessionState {
  'clientDeviceAuthToken'?: (string);
  'grants'?: (_deviceauth_v1_SessionGrants | null);
  'leaseMs'?: (number);
  'certificateRemainingMs'?: (number);
}

export interface SessionState__Output {
  'clientDeviceAuthToken': (string);
  'grants': (_deviceauth_v1_SessionGrants__Output | null);
  'leaseMs': (number);
  'certificateRemainingMs': (number);
}
