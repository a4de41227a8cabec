// Original file: proto/deviceauth/v1/admin.proto


export interface ListComponentsRequest {
}

export interface ListComponentsRequest__Output {
}
