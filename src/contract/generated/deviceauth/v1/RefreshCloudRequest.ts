// Original file: proto/deviceauth/v1/admin.proto


export interface RefreshCloudRequest {
}

export interface RefreshCloudRequest__Output {
}
