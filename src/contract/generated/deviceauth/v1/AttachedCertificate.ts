// Original file: proto/deviceauth/v1/admin.proto

import type { CertificateStatus as _deviceauth_v1_CertificateStatus, CertificateStatus__Output as _deviceauth_v1_CertificateStatus__Output } from '../../deviceauth/v1/CertificateStatus.ts';
import type { Long } from '@grpc/proto-loader';

export interface AttachedCertificate {
  'certificateId'?: (string);
  'status'?: (_deviceauth_v1_CertificateStatus);
  'exclusive'?: (boolean);
  'notAfter'?: (number | string | Long);
}

export interface AttachedCertificate__Output {
  'certificateId': (string);
  'status': (_deviceauth_v1_CertificateStatus__Output);
  'exclusive': (boolean);
  'notAfter': (number);
}
