// Original file: proto/deviceauth/v1/device_auth.proto

import type { CertificateOptions as _deviceauth_v1_CertificateOptions, CertificateOptions__Output as _deviceauth_v1_CertificateOptions__Output } from '../../deviceauth/v1/CertificateOptions.ts';

export interface SubscribeToCertificateUpdatesRequest {
  /**
   * Required.
   */
  'certificateOptions'?: (_deviceauth_v1_CertificateOptions | null);
}

export interface SubscribeToCertificateUpdatesRequest__Output {
  /**
   * Required.
   */
  'certificateOptions': (_deviceauth_v1_CertificateOptions__Output | null);
}
