// Original file: proto/deviceauth/v1/admin.proto


export interface GetCertificateRequest {
  /**
   * The id, or a prefix of at least 8 characters that only one certificate has.
   */
  'certificateId'?: (string);
}

export interface GetCertificateRequest__Output {
  /**
   * The id, or a prefix of at least 8 characters that only one certificate has.
   */
  'certificateId': (string);
}
