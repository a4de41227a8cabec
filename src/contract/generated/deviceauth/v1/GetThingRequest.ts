// Original file: proto/deviceauth/v1/admin.proto


export interface GetThingRequest {
  /**
   * Required.
   */
  'name'?: (string);
}

export interface GetThingRequest__Output {
  /**
   * Required.
   */
  'name': (string);
}
