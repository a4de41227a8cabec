// Original file: proto/deviceauth/v1/admin.proto


export interface RegisterDeviceCaRequest {
  /**
   * Required; as in DeviceCa.
   */
  'name'?: (string);
  /**
   * Required: the CA certificate.
   */
  'certificatePem'?: (string);
  /**
   * As in DeviceCa.
   */
  'provisioning'?: (boolean);
}

export interface RegisterDeviceCaRequest__Output {
  /**
   * Required; as in DeviceCa.
   */
  'name': (string);
  /**
   * Required: the CA certificate.
   */
  'certificatePem': (string);
  /**
   * As in DeviceCa.
   */
  'provisioning': (boolean);
}
