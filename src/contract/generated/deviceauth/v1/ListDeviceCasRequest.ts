// Original file: proto/deviceauth/v1/admin.proto


export interface ListDeviceCasRequest {
}

export interface ListDeviceCasRequest__Output {
}
