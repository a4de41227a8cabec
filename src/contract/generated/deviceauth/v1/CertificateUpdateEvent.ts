// Original file: proto/deviceauth/v1/device_auth.proto

import type { CertificateUpdate as _deviceauth_v1_CertificateUpdate, CertificateUpdate__Output as _deviceauth_v1_CertificateUpdate__Output } from '../../deviceauth/v1/CertificateUpdate.ts';

export interface CertificateUpdateEvent {
  /**
   * Always set.
   */
  'certificateUpdate'?: (_deviceauth_v1_CertificateUpdate | null);
  'event'?: "certificateUpdate";
}

export interface CertificateUpdateEvent__Output {
  /**
   * Always set.
   */
  'certificateUpdate'?: (_deviceauth_v1_CertificateUpdate__Output | null);
  'event'?: "certificateUpdate";
}
