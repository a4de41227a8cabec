// Original file: proto/deviceauth/v1/admin.proto

import type { Certificate as _deviceauth_v1_Certificate, Certificate__Output as _deviceauth_v1_Certificate__Output } from '../../deviceauth/v1/Certificate.ts';

export interface IssueCertificateResponse {
  /**
   * As registered.
   */
  'certificate'?: (_deviceauth_v1_Certificate | null);
  /**
   * The certificate alone.
   */
  'certificatePem'?: (string);
  /**
   * PKCS#8. Not kept by the daemon.
   */
  'privateKeyPem'?: (string);
  /**
   * The device CA.
   */
  'caCertificatePem'?: (string);
}

export interface IssueCertificateResponse__Output {
  /**
   * As registered.
   */
  'certificate': (_deviceauth_v1_Certificate__Output | null);
  /**
   * The certificate alone.
   */
  'certificatePem': (string);
  /**
   * PKCS#8. Not kept by the daemon.
   */
  'privateKeyPem': (string);
  /**
   * The device CA.
   */
  'caCertificatePem': (string);
}
