// Original file: proto/deviceauth/v1/admin.proto

import type { KeyType as _deviceauth_v1_KeyType, KeyType__Output as _deviceauth_v1_KeyType__Output } from '../../deviceauth/v1/KeyType.ts';

export interface CreateDeviceCaRequest {
  /**
   * 1 to 64 characters of [a-z0-9-]; empty: "default".
   */
  'name'?: (string);
  /**
   * UNSPECIFIED: EC_P256.
   */
  'keyType'?: (_deviceauth_v1_KeyType);
  /**
   * 0: 3,650.
   */
  'validityDays'?: (number);
  /**
   * As in DeviceCa.
   */
  'provisioning'?: (boolean);
}

export interface CreateDeviceCaRequest__Output {
  /**
   * 1 to 64 characters of [a-z0-9-]; empty: "default".
   */
  'name': (string);
  /**
   * UNSPECIFIED: EC_P256.
   */
  'keyType': (_deviceauth_v1_KeyType__Output);
  /**
   * 0: 3,650.
   */
  'validityDays': (number);
  /**
   * As in DeviceCa.
   */
  'provisioning': (boolean);
}
