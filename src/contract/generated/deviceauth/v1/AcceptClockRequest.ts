// Original file: proto/deviceauth/v1/admin.proto


export interface AcceptClockRequest {
}

export interface AcceptClockRequest__Output {
}
