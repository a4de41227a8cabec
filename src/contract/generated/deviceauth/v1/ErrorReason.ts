// Original file: proto/deviceauth/v1/device_auth.proto

/**
 * Why a call failed; see docs/architecture.md, "Errors on the wire", for the gRPC status of each.
 */
export const ErrorReason = {
  ERROR_REASON_UNSPECIFIED: 'ERROR_REASON_UNSPECIFIED',
  /**
   * This listener does not allow the operation. Checked before the arguments.
   */
  UNAUTHORIZED: 'UNAUTHORIZED',
  /**
   * A field is missing or malformed; the message names it.
   */
  INVALID_ARGUMENTS: 'INVALID_ARGUMENTS',
  /**
   * The device is refused. ErrorInfo metadata `category` holds a RefusalCategory name.
   */
  INVALID_CREDENTIAL: 'INVALID_CREDENTIAL',
  /**
   * The token is unknown, evicted, closed, revoked, or another listener's.
   */
  INVALID_CLIENT_DEVICE_AUTH_TOKEN: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
  /**
   * Too many verifications wait already. With RetryInfo.
   */
  CLOUD_QUEUE_FULL: 'CLOUD_QUEUE_FULL',
  /**
   * Every session is held and in use. With RetryInfo.
   */
  TOKEN_CACHE_FULL: 'TOKEN_CACHE_FULL',
  /**
   * Over this listener's own limits. With RetryInfo.
   */
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
  /**
   * No verdict could be had and no trust record stands.
   */
  VERIFICATION_UNAVAILABLE: 'VERIFICATION_UNAVAILABLE',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'ALREADY_EXISTS',
  /**
   * The host's clock is plainly wrong: nothing is issued until it is right.
   */
  CLOCK_SUSPECT: 'CLOCK_SUSPECT',
  /**
   * A defect of the daemon; logged with its cause.
   */
  SERVICE_ERROR: 'SERVICE_ERROR',
  /**
   * The feature is not part of this release.
   */
  UNIMPLEMENTED: 'UNIMPLEMENTED',
} as const;

/**
 * Why a call failed; see docs/architecture.md, "Errors on the wire", for the gRPC status of each.
 */
export type ErrorReason =
  | 'ERROR_REASON_UNSPECIFIED'
  | 0
  /**
   * This listener does not allow the operation. Checked before the arguments.
   */
  | 'UNAUTHORIZED'
  | 1
  /**
   * A field is missing or malformed; the message names it.
   */
  | 'INVALID_ARGUMENTS'
  | 2
  /**
   * The device is refused. ErrorInfo metadata `category` holds a RefusalCategory name.
   */
  | 'INVALID_CREDENTIAL'
  | 3
  /**
   * The token is unknown, evicted, closed, revoked, or another listener's.
   */
  | 'INVALID_CLIENT_DEVICE_AUTH_TOKEN'
  | 4
  /**
   * Too many verifications wait already. With RetryInfo.
   */
  | 'CLOUD_QUEUE_FULL'
  | 5
  /**
   * Every session is held and in use. With RetryInfo.
   */
  | 'TOKEN_CACHE_FULL'
  | 6
  /**
   * Over this listener's own limits. With RetryInfo.
   */
  | 'LIMIT_EXCEEDED'
  | 7
  /**
   * No verdict could be had and no trust record stands.
   */
  | 'VERIFICATION_UNAVAILABLE'
  | 8
  | 'NOT_FOUND'
  | 9
  | 'ALREADY_EXISTS'
  | 10
  /**
   * The host's clock is plainly wrong: nothing is issued until it is right.
   */
  | 'CLOCK_SUSPECT'
  | 11
  /**
   * A defect of the daemon; logged with its cause.
   */
  | 'SERVICE_ERROR'
  | 12
  /**
   * The feature is not part of this release.
   */
  | 'UNIMPLEMENTED'
  | 13

/**
 * Why a call failed; see docs/architecture.md, "Errors on the wire", for the gRPC status of each.
 */
export type ErrorReason__Output = typeof ErrorReason[keyof typeof ErrorReason]
