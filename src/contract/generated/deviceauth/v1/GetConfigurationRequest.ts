// Original file: proto/deviceauth/v1/admin.proto


export interface GetConfigurationRequest {
}

export interface GetConfigurationRequest__Output {
}
