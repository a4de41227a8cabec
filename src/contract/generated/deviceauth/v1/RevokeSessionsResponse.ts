// Original file: proto/deviceauth/v1/admin.proto


export interface RevokeSessionsResponse {
  'revoked'?: (number);
}

export interface RevokeSessionsResponse__Output {
  'revoked': (number);
}
