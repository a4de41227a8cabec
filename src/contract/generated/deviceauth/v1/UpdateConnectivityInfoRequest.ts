// Original file: proto/deviceauth/v1/admin.proto


export interface UpdateConnectivityInfoRequest {
}

export interface UpdateConnectivityInfoRequest__Output {
}
