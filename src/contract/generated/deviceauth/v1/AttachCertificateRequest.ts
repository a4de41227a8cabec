// Original file: proto/deviceauth/v1/admin.proto


export interface AttachCertificateRequest {
  'certificateId'?: (string);
  'thingName'?: (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive'?: (boolean);
}

export interface AttachCertificateRequest__Output {
  'certificateId': (string);
  'thingName': (string);
  /**
   * The certificate may then be attached to this thing only.
   */
  'exclusive': (boolean);
}
