// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';
import type { AttachedThing as _deviceauth_v1_AttachedThing, AttachedThing__Output as _deviceauth_v1_AttachedThing__Output } from '../../deviceauth/v1/AttachedThing.ts';
import type { Long } from '@grpc/proto-loader';

export interface Certificate {
  /**
   * Lower-case hex SHA-256 of the DER.
   */
  'certificateId'?: (string);
  'status'?: (_deviceauth_v1_CertificateStatus);
  'subject'?: (string);
  'issuer'?: (string);
  'serialNumber'?: (string);
  /**
   * "RSA 2048", "EC prime256v1".
   */
  'key'?: (string);
  'notBefore'?: (number | string | Long);
  'notAfter'?: (number | string | Long);
  'registeredAt'?: (number | string | Long);
  'things'?: (_deviceauth_v1_AttachedThing)[];
  /**
   * Filled in by GetCertificate.
   */
  'certificatePem'?: (string);
}

export interface Certificate__Output {
  /**
   * Lower-case hex SHA-256 of the DER.
   */
  'certificateId': (string);
  'status': (_deviceauth_v1_CertificateStatus__Output);
  'subject': (string);
  'issuer': (string);
  'serialNumber': (string);
  /**
   * "RSA 2048", "EC prime256v1".
   */
  'key': (string);
  'notBefore': (number);
  'notAfter': (number);
  'registeredAt': (number);
  'things': (_deviceauth_v1_AttachedThing__Output)[];
  /**
   * Filled in by GetCertificate.
   */
  'certificatePem': (string);
}
