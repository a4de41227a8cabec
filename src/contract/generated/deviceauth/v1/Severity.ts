// Original file: proto/deviceauth/v1/admin.proto

export const Severity = {
  SEVERITY_UNSPECIFIED: 'SEVERITY_UNSPECIFIED',
  INFO: 'INFO',
  WARNING: 'WARNING',
  ALARM: 'ALARM',
} as const;

export type Severity =
  | 'SEVERITY_UNSPECIFIED'
  | 0
  | 'INFO'
  | 1
  | 'WARNING'
  | 2
  | 'ALARM'
  | 3

export type Severity__Output = typeof Severity[keyof typeof Severity]
