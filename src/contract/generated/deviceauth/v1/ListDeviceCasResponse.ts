// Original file: proto/deviceauth/v1/admin.proto

import type { DeviceCa as _deviceauth_v1_DeviceCa, DeviceCa__Output as _deviceauth_v1_DeviceCa__Output } from '../../deviceauth/v1/DeviceCa.ts';

export interface ListDeviceCasResponse {
  /**
   * By name; may be empty.
   */
  'deviceCas'?: (_deviceauth_v1_DeviceCa)[];
}

export interface ListDeviceCasResponse__Output {
  /**
   * By name; may be empty.
   */
  'deviceCas': (_deviceauth_v1_DeviceCa__Output)[];
}
