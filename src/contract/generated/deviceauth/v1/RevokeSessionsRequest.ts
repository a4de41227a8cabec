// Original file: proto/deviceauth/v1/admin.proto


export interface RevokeSessionsRequest {
  /**
   * As in Session; may be empty.
   */
  'tokenPrefix'?: (string);
  /**
   * May be empty.
   */
  'thingName'?: (string);
  /**
   * The whole id; may be empty.
   */
  'certificateId'?: (string);
}

export interface RevokeSessionsRequest__Output {
  /**
   * As in Session; may be empty.
   */
  'tokenPrefix': (string);
  /**
   * May be empty.
   */
  'thingName': (string);
  /**
   * The whole id; may be empty.
   */
  'certificateId': (string);
}
