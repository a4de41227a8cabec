// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * Tokens the caller holds, in chunks of at most 1,000. A session of this broker instance that is in
 * none of them, and was not issued within the last 60 s, is closed when the last chunk arrives.
 */
export interface HeldTokens {
  /**
   * May be empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
  /**
   * No more will follow: the daemon answers with the snapshot.
   */
  'last'?: (boolean);
}

/**
 * Tokens the caller holds, in chunks of at most 1,000. A session of this broker instance that is in
 * none of them, and was not issued within the last 60 s, is closed when the last chunk arrives.
 */
export interface HeldTokens__Output {
  /**
   * May be empty.
   */
  'clientDeviceAuthTokens': (string)[];
  /**
   * No more will follow: the daemon answers with the snapshot.
   */
  'last': (boolean);
}
