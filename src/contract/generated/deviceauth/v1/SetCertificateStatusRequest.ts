// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';

export interface SetCertificateStatusRequest {
  /**
   * As in GetCertificateRequest.
   */
  'certificateId'?: (string);
  /**
   * Required: ACTIVE, INACTIVE or REVOKED.
   */
  'status'?: (_deviceauth_v1_CertificateStatus);
}

export interface SetCertificateStatusRequest__Output {
  /**
   * As in GetCertificateRequest.
   */
  'certificateId': (string);
  /**
   * Required: ACTIVE, INACTIVE or REVOKED.
   */
  'status': (_deviceauth_v1_CertificateStatus__Output);
}
