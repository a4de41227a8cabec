// Original file: proto/deviceauth/v1/admin.proto


export interface ListSessionsRequest {
  /**
   * Only this thing's; empty: all.
   */
  'thingName'?: (string);
  /**
   * Where to go on: the `next_page_token` of the page before; empty: from the beginning.
   */
  'pageToken'?: (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize'?: (number);
}

export interface ListSessionsRequest__Output {
  /**
   * Only this thing's; empty: all.
   */
  'thingName': (string);
  /**
   * Where to go on: the `next_page_token` of the page before; empty: from the beginning.
   */
  'pageToken': (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize': (number);
}
