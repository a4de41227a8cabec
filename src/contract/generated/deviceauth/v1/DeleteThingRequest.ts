// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteThingRequest {
  /**
   * Required.
   */
  'name'?: (string);
}

export interface DeleteThingRequest__Output {
  /**
   * Required.
   */
  'name': (string);
}
