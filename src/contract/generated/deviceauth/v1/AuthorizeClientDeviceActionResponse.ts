// Original file: proto/deviceauth/v1/device_auth.proto


export interface AuthorizeClientDeviceActionResponse {
  /**
   * False also for an operation or resource that is malformed.
   */
  'isAuthorized'?: (boolean);
}

export interface AuthorizeClientDeviceActionResponse__Output {
  /**
   * False also for an operation or resource that is malformed.
   */
  'isAuthorized': (boolean);
}
