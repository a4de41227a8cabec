// Original file: proto/deviceauth/v1/device_auth.proto

import type { CertificateType as _deviceauth_v1_CertificateType, CertificateType__Output as _deviceauth_v1_CertificateType__Output } from '../../deviceauth/v1/CertificateType.ts';

export interface CertificateOptions {
  /**
   * Required: SERVER.
   */
  'certificateType'?: (_deviceauth_v1_CertificateType);
}

export interface CertificateOptions__Output {
  /**
   * Required: SERVER.
   */
  'certificateType': (_deviceauth_v1_CertificateType__Output);
}
