// Original file: proto/deviceauth/v1/admin.proto


export interface ListServerCertificatesRequest {
}

export interface ListServerCertificatesRequest__Output {
}
