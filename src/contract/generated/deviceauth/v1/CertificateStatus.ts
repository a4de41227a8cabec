// Original file: proto/deviceauth/v1/admin.proto

export const CertificateStatus = {
  CERTIFICATE_STATUS_UNSPECIFIED: 'CERTIFICATE_STATUS_UNSPECIFIED',
  ACTIVE: 'ACTIVE',
  INACTIVE: 'INACTIVE',
  REVOKED: 'REVOKED',
  PENDING_ACTIVATION: 'PENDING_ACTIVATION',
} as const;

export type CertificateStatus =
  | 'CERTIFICATE_STATUS_UNSPECIFIED'
  | 0
  | 'ACTIVE'
  | 1
  | 'INACTIVE'
  | 2
  | 'REVOKED'
  | 3
  | 'PENDING_ACTIVATION'
  | 4

export type CertificateStatus__Output = typeof CertificateStatus[keyof typeof CertificateStatus]
