/**
 * Errors that callers of the daemon can see. Rooms throw a `DaemonError` (or return one inside a
 * result type where failure is an ordinary outcome); `endpoints` maps its reason to a gRPC status
 * in one place. Anything else that is thrown is a defect and becomes SERVICE_ERROR.
 */

/** The values of `deviceauth.v1.ErrorReason` without the zero. */
export type ErrorReason =
  | 'UNAUTHORIZED'
  | 'INVALID_ARGUMENTS'
  | 'INVALID_CREDENTIAL'
  | 'INVALID_CLIENT_DEVICE_AUTH_TOKEN'
  | 'CLOUD_QUEUE_FULL'
  | 'TOKEN_CACHE_FULL'
  | 'LIMIT_EXCEEDED'
  | 'VERIFICATION_UNAVAILABLE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CLOCK_SUSPECT'
  | 'SERVICE_ERROR'
  | 'UNIMPLEMENTED';

export interface ErrorDetails {
  /** When it is worth trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Goes to `ErrorInfo.metadata`; never a secret, a PEM or an operator's reason. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  readonly reason: ErrorReason;
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: ErrorReason, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = reason;
    this.retryAfterMs = details.retryAfterMs;
    this.metadata = details.metadata ?? {};
  }
}
