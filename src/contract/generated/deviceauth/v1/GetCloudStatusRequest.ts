// Original file: proto/deviceauth/v1/admin.proto


export interface GetCloudStatusRequest {
}

export interface GetCloudStatusRequest__Output {
}
