// Original file: proto/deviceauth/v1/device_auth.proto


export interface GetGrantSetResponse {
  /**
   * A serialized GrantSet. The id is the SHA-256 of exactly these bytes: check it, then parse.
   */
  'grantSet'?: (Buffer | Uint8Array | string);
}

export interface GetGrantSetResponse__Output {
  /**
   * A serialized GrantSet. The id is the SHA-256 of exactly these bytes: check it, then parse.
   */
  'grantSet': (Buffer);
}
