// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * Tokens used since the last report, sent once a minute: the caller decides locally, so this
 * is how the daemon knows which sessions are idle.
 */
export interface TokenUsage {
  'clientDeviceAuthTokens'?: (string)[];
}

/**
 * Tokens used since the last report, sent once a minute: the caller decides locally, so this
 * is how the daemon knows which sessions are idle.
 */
export interface TokenUsage__Output {
  'clientDeviceAuthTokens': (string)[];
}
