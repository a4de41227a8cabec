// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * All PEM; the private key is PKCS#8.
 */
export interface CertificateUpdate {
  'certificate'?: (string);
  'privateKey'?: (string);
  'publicKey'?: (string);
  /**
   * The issuing CA first; the other CAs a device may see during a rollover after it.
   */
  'caCertificates'?: (string)[];
}

/**
 * All PEM; the private key is PKCS#8.
 */
export interface CertificateUpdate__Output {
  'certificate': (string);
  'privateKey': (string);
  'publicKey': (string);
  /**
   * The issuing CA first; the other CAs a device may see during a rollover after it.
   */
  'caCertificates': (string)[];
}
