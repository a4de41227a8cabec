// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteCertificateRequest {
  'certificateId'?: (string);
}

export interface DeleteCertificateRequest__Output {
  'certificateId': (string);
}
