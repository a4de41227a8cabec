// Original file: proto/deviceauth/v1/device_auth.proto


export interface CloseClientDeviceSessionRequest {
  /**
   * Required.
   */
  'clientDeviceAuthToken'?: (string);
}

export interface CloseClientDeviceSessionRequest__Output {
  /**
   * Required.
   */
  'clientDeviceAuthToken': (string);
}
