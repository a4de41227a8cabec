// Original file: proto/deviceauth/v1/admin.proto


export interface GetServerCaRequest {
}

export interface GetServerCaRequest__Output {
}
