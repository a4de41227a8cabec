// Original file: proto/deviceauth/v1/admin.proto


export interface AttachCertificateRequest {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId'?: (string);
  /**
   * Required; the thing must exist.
   */
  'thingName'?: (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive'?: (boolean);
}

export interface AttachCertificateRequest__Output {
  /**
   * Required; as in GetCertificateRequest.
   */
  'certificateId': (string);
  /**
   * Required; the thing must exist.
   */
  'thingName': (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive': (boolean);
}
