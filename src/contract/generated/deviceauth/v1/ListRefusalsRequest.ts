// Original file: proto/deviceauth/v1/admin.proto


export interface ListRefusalsRequest {
  /**
   * 1 to 1,000; 0: 50.
   */
  'limit'?: (number);
}

export interface ListRefusalsRequest__Output {
  /**
   * 1 to 1,000; 0: 50.
   */
  'limit': (number);
}
