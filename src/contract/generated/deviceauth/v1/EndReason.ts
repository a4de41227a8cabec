// Original file: proto/deviceauth/v1/device_auth.proto

export const EndReason = {
  END_REASON_UNSPECIFIED: 'END_REASON_UNSPECIFIED',
  /**
   * Certificate revoked, deactivated, deleted, detached or expired, thing deleted, or the operator's kick.
   */
  END_REASON_REVOKED: 'END_REASON_REVOKED',
  /**
   * The token cache had no other room; the device may come back in ten minutes or when there is room.
   */
  END_REASON_DISPLACED: 'END_REASON_DISPLACED',
  /**
   * More sessions of this client id at this broker than sessions.maxPerClientId; the oldest ended.
   */
  END_REASON_SUPERSEDED: 'END_REASON_SUPERSEDED',
} as const;

export type EndReason =
  | 'END_REASON_UNSPECIFIED'
  | 0
  /**
   * Certificate revoked, deactivated, deleted, detached or expired, thing deleted, or the operator's kick.
   */
  | 'END_REASON_REVOKED'
  | 1
  /**
   * The token cache had no other room; the device may come back in ten minutes or when there is room.
   */
  | 'END_REASON_DISPLACED'
  | 2
  /**
   * More sessions of this client id at this broker than sessions.maxPerClientId; the oldest ended.
   */
  | 'END_REASON_SUPERSEDED'
  | 3

export type EndReason__Output = typeof EndReason[keyof typeof EndReason]
