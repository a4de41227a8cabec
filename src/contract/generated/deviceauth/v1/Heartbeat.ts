// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * Sent every 5 s. Every live session's lease becomes lease_ms from now, but never beyond its
 * certificate's remaining life.
 */
export interface Heartbeat {
  /**
   * From the moment this message arrived.
   */
  'leaseMs'?: (number);
}

/**
 * Sent every 5 s. Every live session's lease becomes lease_ms from now, but never beyond its
 * certificate's remaining life.
 */
export interface Heartbeat__Output {
  /**
   * From the moment this message arrived.
   */
  'leaseMs': (number);
}
