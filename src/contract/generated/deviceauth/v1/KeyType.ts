// Original file: proto/deviceauth/v1/admin.proto

export const KeyType = {
  /**
   * EC P-256.
   */
  KEY_TYPE_UNSPECIFIED: 'KEY_TYPE_UNSPECIFIED',
  EC_P256: 'EC_P256',
  RSA_2048: 'RSA_2048',
} as const;

export type KeyType =
  /**
   * EC P-256.
   */
  | 'KEY_TYPE_UNSPECIFIED'
  | 0
  | 'EC_P256'
  | 1
  | 'RSA_2048'
  | 2

export type KeyType__Output = typeof KeyType[keyof typeof KeyType]
