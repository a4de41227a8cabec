// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * A certificate as PEM; only the first certificate of a bundle is looked at. Base64 DER with
 * no PEM header is accepted, as EMQX sends it. At most 64 KiB.
 */
export interface ClientDeviceCredential {
  /**
   * Required.
   */
  'clientDeviceCertificate'?: (string);
  'credential'?: "clientDeviceCertificate";
}

/**
 * A certificate as PEM; only the first certificate of a bundle is looked at. Base64 DER with
 * no PEM header is accepted, as EMQX sends it. At most 64 KiB.
 */
export interface ClientDeviceCredential__Output {
  /**
   * Required.
   */
  'clientDeviceCertificate'?: (string);
  'credential'?: "clientDeviceCertificate";
}
