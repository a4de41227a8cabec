// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteCertificateResponse {
}

export interface DeleteCertificateResponse__Output {
}
