// Original file: proto/deviceauth/v1/admin.proto


export interface ListSessionsRequest {
  /**
   * Only this thing's; empty: all.
   */
  'thingName'?: (string);
  'pageToken'?: (string);
  'pageSize'?: (number);
}

export interface ListSessionsRequest__Output {
  /**
   * Only this thing's; empty: all.
   */
  'thingName': (string);
  'pageToken': (string);
  'pageSize': (number);
}
