// Original file: proto/deviceauth/v1/admin.proto


/**
 * What came closest to allowing it.
 */
export interface NearMiss {
  /**
   * "group": a group whose policy would allow it does not match the thing;
   * "resource": a statement's operation matched but none of its resources did;
   * "operation": a resource matched but not the operation;
   * "request": the request itself is malformed.
   */
  'kind'?: (string);
  /**
   * May be empty.
   */
  'group'?: (string);
  /**
   * May be empty.
   */
  'policy'?: (string);
  /**
   * May be empty.
   */
  'statement'?: (string);
  /**
   * Why it did not match, for a person.
   */
  'detail'?: (string);
}

/**
 * What came closest to allowing it.
 */
export interface NearMiss__Output {
  /**
   * "group": a group whose policy would allow it does not match the thing;
   * "resource": a statement's operation matched but none of its resources did;
   * "operation": a resource matched but not the operation;
   * "request": the request itself is malformed.
   */
  'kind': (string);
  /**
   * May be empty.
   */
  'group': (string);
  /**
   * May be empty.
   */
  'policy': (string);
  /**
   * May be empty.
   */
  'statement': (string);
  /**
   * Why it did not match, for a person.
   */
  'detail': (string);
}
