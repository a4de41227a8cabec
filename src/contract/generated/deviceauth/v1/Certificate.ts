// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';
import type { AttachedThing as _deviceauth_v1_AttachedThing, AttachedThing__Output as _deviceauth_v1_AttachedThing__Output } from '../../deviceauth/v1/AttachedThing.ts';
import type { Long } from '@grpc/proto-loader';

export interface Certificate {
  /**
   * Lower-case hex SHA-256 of the DER.
   */
  'certificateId'?: (string);
  /**
   * Never UNSPECIFIED.
   */
  'status'?: (_deviceauth_v1_CertificateStatus);
  /**
   * Distinguished name, such as "CN=sensor-1"; may be empty.
   */
  'subject'?: (string);
  /**
   * Distinguished name; may be empty.
   */
  'issuer'?: (string);
  /**
   * Hex.
   */
  'serialNumber'?: (string);
  /**
   * "RSA 2048", "EC prime256v1".
   */
  'key'?: (string);
  /**
   * When it begins to be valid.
   */
  'notBefore'?: (number | string | Long);
  /**
   * When it expires.
   */
  'notAfter'?: (number | string | Long);
  /**
   * When it was registered.
   */
  'registeredAt'?: (number | string | Long);
  /**
   * What it is attached to; may be empty.
   */
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
  /**
   * Never UNSPECIFIED.
   */
  'status': (_deviceauth_v1_CertificateStatus__Output);
  /**
   * Distinguished name, such as "CN=sensor-1"; may be empty.
   */
  'subject': (string);
  /**
   * Distinguished name; may be empty.
   */
  'issuer': (string);
  /**
   * Hex.
   */
  'serialNumber': (string);
  /**
   * "RSA 2048", "EC prime256v1".
   */
  'key': (string);
  /**
   * When it begins to be valid.
   */
  'notBefore': (number);
  /**
   * When it expires.
   */
  'notAfter': (number);
  /**
   * When it was registered.
   */
  'registeredAt': (number);
  /**
   * What it is attached to; may be empty.
   */
  'things': (_deviceauth_v1_AttachedThing__Output)[];
  /**
   * Filled in by GetCertificate.
   */
  'certificatePem': (string);
}
