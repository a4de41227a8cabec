// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * Sessions that are over at the caller: as CloseClientDeviceSession for each, without a call for each. What a heartbeat of
 * this stream does not count may be lost: the caller says it again on its next stream.
 */
export interface ClosedTokens {
  /**
   * At most 1,000. Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens'?: (string)[];
}

/**
 * Sessions that are over at the caller: as CloseClientDeviceSession for each, without a call for each. What a heartbeat of
 * this stream does not count may be lost: the caller says it again on its next stream.
 */
export interface ClosedTokens__Output {
  /**
   * At most 1,000. Unknown ones are ignored; may be empty.
   */
  'clientDeviceAuthTokens': (string)[];
}
