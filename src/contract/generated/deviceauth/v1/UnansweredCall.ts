// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * A GetClientDeviceAuthToken of this broker instance that ended at the caller without an answer: its deadline passed, or its
 * connection was lost. A session that it opened is closed.
 */
export interface UnansweredCall {
  /**
   * Of the call's credential.
   */
  'clientId'?: (string);
  /**
   * Of the call, and of no other of this client id; empty: ignored.
   */
  'correlationId'?: (string);
}

/**
 * A GetClientDeviceAuthToken of this broker instance that ended at the caller without an answer: its deadline passed, or its
 * connection was lost. A session that it opened is closed.
 */
export interface UnansweredCall__Output {
  /**
   * Of the call's credential.
   */
  'clientId': (string);
  /**
   * Of the call, and of no other of this client id; empty: ignored.
   */
  'correlationId': (string);
}
