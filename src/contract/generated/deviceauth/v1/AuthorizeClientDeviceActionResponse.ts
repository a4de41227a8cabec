// Original file: proto/deviceauth/v1/device_auth.proto


export interface AuthorizeClientDeviceActionResponse {
  'isAuthorized'?: (boolean);
}

export interface AuthorizeClientDeviceActionResponse__Output {
  'isAuthorized': (boolean);
}
