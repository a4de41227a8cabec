// Original file: proto/deviceauth/v1/device_auth.proto

export const Effect = {
  /**
   * Unknown to this reader: counts as a deny of everything its patterns match.
   */
  EFFECT_UNSPECIFIED: 'EFFECT_UNSPECIFIED',
  ALLOW: 'ALLOW',
  DENY: 'DENY',
} as const;

export type Effect =
  /**
   * Unknown to this reader: counts as a deny of everything its patterns match.
   */
  | 'EFFECT_UNSPECIFIED'
  | 0
  | 'ALLOW'
  | 1
  | 'DENY'
  | 2

export type Effect__Output = typeof Effect[keyof typeof Effect]
