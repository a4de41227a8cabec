// Original file: proto/deviceauth/v1/device_auth.proto

export const CertificateType = {
  CERTIFICATE_TYPE_UNSPECIFIED: 'CERTIFICATE_TYPE_UNSPECIFIED',
  SERVER: 'SERVER',
} as const;

export type CertificateType =
  | 'CERTIFICATE_TYPE_UNSPECIFIED'
  | 0
  | 'SERVER'
  | 1

export type CertificateType__Output = typeof CertificateType[keyof typeof CertificateType]
