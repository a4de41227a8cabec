// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';
import type { Long } from '@grpc/proto-loader';

export interface AttachedCertificate {
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId'?: (string);
  /**
   * Of the certificate.
   */
  'status'?: (_deviceauth_v1_CertificateStatus);
  /**
   * The certificate speaks for this thing only.
   */
  'exclusive'?: (boolean);
  /**
   * When the certificate expires.
   */
  'notAfter'?: (number | string | Long);
}

export interface AttachedCertificate__Output {
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId': (string);
  /**
   * Of the certificate.
   */
  'status': (_deviceauth_v1_CertificateStatus__Output);
  /**
   * The certificate speaks for this thing only.
   */
  'exclusive': (boolean);
  /**
   * When the certificate expires.
   */
  'notAfter': (number);
}
