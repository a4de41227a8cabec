// Original file: proto/deviceauth/v1/admin.proto


export interface ListThingsRequest {
  /**
   * Only names that begin so; empty: all.
   */
  'prefix'?: (string);
  /**
   * The name after which to go on; empty: from the beginning.
   */
  'pageToken'?: (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize'?: (number);
}

export interface ListThingsRequest__Output {
  /**
   * Only names that begin so; empty: all.
   */
  'prefix': (string);
  /**
   * The name after which to go on; empty: from the beginning.
   */
  'pageToken': (string);
  /**
   * 1 to 1,000; 0: 100.
   */
  'pageSize': (number);
}
