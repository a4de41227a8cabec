// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * A set that coming SessionsChanged events name; sent once before them.
 */
export interface GrantSetAdded {
  /**
   * The SHA-256 of grant_set, lower-case hex.
   */
  'grantSetId'?: (string);
  /**
   * As in GetGrantSetResponse.
   */
  'grantSet'?: (Buffer | Uint8Array | string);
}

/**
 * A set that coming SessionsChanged events name; sent once before them.
 */
export interface GrantSetAdded__Output {
  /**
   * The SHA-256 of grant_set, lower-case hex.
   */
  'grantSetId': (string);
  /**
   * As in GetGrantSetResponse.
   */
  'grantSet': (Buffer);
}
