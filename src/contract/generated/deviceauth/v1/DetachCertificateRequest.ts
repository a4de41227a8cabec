// Original file: proto/deviceauth/v1/admin.proto


export interface DetachCertificateRequest {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId'?: (string);
  /**
   * Required.
   */
  'thingName'?: (string);
}

export interface DetachCertificateRequest__Output {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId': (string);
  /**
   * Required.
   */
  'thingName': (string);
}
