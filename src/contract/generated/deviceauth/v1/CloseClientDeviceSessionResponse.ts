// Original file: proto/deviceauth/v1/device_auth.proto


export interface CloseClientDeviceSessionResponse {
}

export interface CloseClientDeviceSessionResponse__Output {
}
