// Original file: proto/deviceauth/v1/admin.proto


export interface ReloadConfigurationRequest {
}

export interface ReloadConfigurationRequest__Output {
}
