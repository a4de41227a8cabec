// Original file: proto/deviceauth/v1/admin.proto


export interface RegisterDeviceCaRequest {
  'name'?: (string);
  'certificatePem'?: (string);
  'provisioning'?: (boolean);
}

export interface RegisterDeviceCaRequest__Output {
  'name': (string);
  'certificatePem': (string);
  'provisioning': (boolean);
}
