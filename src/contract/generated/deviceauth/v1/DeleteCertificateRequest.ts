// Original file: proto/deviceauth/v1/admin.proto


export interface DeleteCertificateRequest {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId'?: (string);
}

export interface DeleteCertificateRequest__Output {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId': (string);
}
