// Original file: proto/deviceauth/v1/admin.proto


export interface RemoveDeviceCaResponse {
}

export interface RemoveDeviceCaResponse__Output {
}
