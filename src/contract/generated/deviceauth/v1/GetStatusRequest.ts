// Original file: proto/deviceauth/v1/admin.proto


export interface GetStatusRequest {
}

export interface GetStatusRequest__Output {
}
