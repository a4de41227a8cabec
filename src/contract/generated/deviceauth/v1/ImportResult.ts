// Original file: proto/deviceauth/v1/admin.proto


export interface ImportResult {
  /**
   * The item's.
   */
  'line'?: (number);
  /**
   * Empty when it failed.
   */
  'certificateId'?: (string);
  /**
   * Registered before and left as it was.
   */
  'unchanged'?: (boolean);
  /**
   * Empty when it worked; otherwise an ErrorReason name and what to do.
   */
  'errorReason'?: (string);
  /**
   * Empty when it worked.
   */
  'errorMessage'?: (string);
}

export interface ImportResult__Output {
  /**
   * The item's.
   */
  'line': (number);
  /**
   * Empty when it failed.
   */
  'certificateId': (string);
  /**
   * Registered before and left as it was.
   */
  'unchanged': (boolean);
  /**
   * Empty when it worked; otherwise an ErrorReason name and what to do.
   */
  'errorReason': (string);
  /**
   * Empty when it worked.
   */
  'errorMessage': (string);
}
