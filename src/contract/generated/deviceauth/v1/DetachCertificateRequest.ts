// Original file: proto/deviceauth/v1/admin.proto


export interface DetachCertificateRequest {
  'certificateId'?: (string);
  'thingName'?: (string);
}

export interface DetachCertificateRequest__Output {
  'certificateId': (string);
  'thingName': (string);
}
