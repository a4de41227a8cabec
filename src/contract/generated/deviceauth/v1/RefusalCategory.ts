// Original file: proto/deviceauth/v1/device_auth.proto

/**
 * What a broker may know of a refusal.
 */
export const RefusalCategory = {
  REFUSAL_CATEGORY_UNSPECIFIED: 'REFUSAL_CATEGORY_UNSPECIFIED',
  /**
   * The certificate cannot be accepted, whoever presents it (malformed, expired, unknown, inactive, revoked).
   */
  REFUSAL_CERTIFICATE: 'REFUSAL_CERTIFICATE',
  /**
   * The client id is not one this certificate may use.
   */
  REFUSAL_CLIENT_ID: 'REFUSAL_CLIENT_ID',
} as const;

/**
 * What a broker may know of a refusal.
 */
export type RefusalCategory =
  | 'REFUSAL_CATEGORY_UNSPECIFIED'
  | 0
  /**
   * The certificate cannot be accepted, whoever presents it (malformed, expired, unknown, inactive, revoked).
   */
  | 'REFUSAL_CERTIFICATE'
  | 1
  /**
   * The client id is not one this certificate may use.
   */
  | 'REFUSAL_CLIENT_ID'
  | 2

/**
 * What a broker may know of a refusal.
 */
export type RefusalCategory__Output = typeof RefusalCategory[keyof typeof RefusalCategory]
