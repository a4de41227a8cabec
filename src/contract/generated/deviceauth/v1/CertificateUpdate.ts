// Original file: proto/deviceauth/v1/device_auth.proto


/**
 * All PEM; the private key is PKCS#8.
 */
export interface CertificateUpdate {
  /**
   * The broker's certificate.
   */
  'certificate'?: (string);
  /**
   * Its key. Secret: keep it out of logs and files that others read.
   */
  'privateKey'?: (string);
  /**
   * The certificate's public key.
   */
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
  /**
   * The broker's certificate.
   */
  'certificate': (string);
  /**
   * Its key. Secret: keep it out of logs and files that others read.
   */
  'privateKey': (string);
  /**
   * The certificate's public key.
   */
  'publicKey': (string);
  /**
   * The issuing CA first; the other CAs a device may see during a rollover after it.
   */
  'caCertificates': (string)[];
}
