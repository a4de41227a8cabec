// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * Tokens used since the last report, sent every 30 s if there are any: the caller decides locally, so this is how
 * the daemon knows which sessions are idle. Half of the shortest time after which an idle session may be displaced
 * (sessions.minimumHeldSeconds), so that one in use never seems idle.
 */
export interface TokenUsage {
  /**
   * Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
}

/**
 * Tokens used since the last report, sent every 30 s if there are any: the caller decides locally, so this is how
 * the daemon knows which sessions are idle. Half of the shortest time after which an idle session may be displaced
 * (sessions.minimumHeldSeconds), so that one in use never seems idle.
 */
export interface TokenUsage__Output {
  /**
   * Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens': (string)[];
}
