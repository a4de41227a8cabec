// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveDeviceCaRequest {
  /**
   * Required.
   */
  'name'?: (string);
}

export interface RemoveDeviceCaRequest__Output {
  /**
   * Required.
   */
  'name': (string);
}
