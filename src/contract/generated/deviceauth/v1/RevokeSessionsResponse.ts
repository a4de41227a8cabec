// Original file: proto/deviceauth/v1/admin.proto


export interface RevokeSessionsResponse {
  /**
   * How many ended.
   */
  'revoked'?: (number);
}

export interface RevokeSessionsResponse__Output {
  /**
   * How many ended.
   */
  'revoked': (number);
}
