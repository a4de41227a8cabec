// Original file: proto/deviceauth/v1/device_auth.proto


export interface GetGrantSetRequest {
  /**
   * Required.
   */
  'grantSetId'?: (string);
}

export interface GetGrantSetRequest__Output {
  /**
   * Required.
   */
  'grantSetId': (string);
}
