// Original file: proto/deviceauth/v1/admin.proto

export const TroubleKind = {
  TROUBLE_KIND_UNSPECIFIED: 'TROUBLE_KIND_UNSPECIFIED',
  /**
   * Too many requests.
   */
  THROTTLED: 'THROTTLED',
  /**
   * This host's credentials, permissions, endpoint or clock.
   */
  MISCONFIGURED: 'MISCONFIGURED',
  /**
   * No answer.
   */
  UNREACHABLE: 'UNREACHABLE',
  /**
   * The service failed.
   */
  SERVER_ERROR: 'SERVER_ERROR',
  /**
   * An answer that means nothing to the daemon.
   */
  UNEXPECTED: 'UNEXPECTED',
} as const;

export type TroubleKind =
  | 'TROUBLE_KIND_UNSPECIFIED'
  | 0
  /**
   * Too many requests.
   */
  | 'THROTTLED'
  | 1
  /**
   * This host's credentials, permissions, endpoint or clock.
   */
  | 'MISCONFIGURED'
  | 2
  /**
   * No answer.
   */
  | 'UNREACHABLE'
  | 3
  /**
   * The service failed.
   */
  | 'SERVER_ERROR'
  | 4
  /**
   * An answer that means nothing to the daemon.
   */
  | 'UNEXPECTED'
  | 5

export type TroubleKind__Output = typeof TroubleKind[keyof typeof TroubleKind]
