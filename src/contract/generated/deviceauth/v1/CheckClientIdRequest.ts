// Original file: proto/deviceauth/v1/device_auth.proto


export interface CheckClientIdRequest {
  /**
   * Required.
   */
  'clientId'?: (string);
  /**
   * May be empty; see GetClientDeviceAuthTokenRequest.
   */
  'correlationId'?: (string);
}

export interface CheckClientIdRequest__Output {
  /**
   * Required.
   */
  'clientId': (string);
  /**
   * May be empty; see GetClientDeviceAuthTokenRequest.
   */
  'correlationId': (string);
}
