// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * A set that coming SessionsChanged events name; sent once before them.
 */
export interface GrantSetAdded {
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
  'grantSetId': (string);
  /**
   * As in GetGrantSetResponse.
   */
  'grantSet': (Buffer);
}
