// Original file: proto/deviceauth/v1/device_auth.proto

export const KeyType = {
  /**
   * What the call says it means.
   */
  KEY_TYPE_UNSPECIFIED: 'KEY_TYPE_UNSPECIFIED',
  EC_P256: 'EC_P256',
  RSA_2048: 'RSA_2048',
} as const;

export type KeyType =
  /**
   * What the call says it means.
   */
  | 'KEY_TYPE_UNSPECIFIED'
  | 0
  | 'EC_P256'
  | 1
  | 'RSA_2048'
  | 2

export type KeyType__Output = typeof KeyType[keyof typeof KeyType]
