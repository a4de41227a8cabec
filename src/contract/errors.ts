/**
 * The error model on the wire, read from a caller's side: a gRPC error in, the daemon's reason out. Used by
 * deviceauthctl and by brokers written in Node; `endpoints/grpc/status.ts` writes what this reads.
 */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { ErrorReason } from '../errors.ts';
import type { Contract } from './index.ts';

export const DETAILS_KEY = 'grpc-status-details-bin';
export const ERROR_DOMAIN = 'deviceauthd';
export const ERROR_INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';
export const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

export interface CallError {
  /** Undefined when the error is not the daemon's: no connection, a deadline, somebody else's server. */
  readonly reason: ErrorReason | undefined;
  readonly message: string;
  readonly code: status;
  /** When to try again, in milliseconds, where the daemon said so. */
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error;
}

/** Never throws: details that cannot be read leave `reason` undefined. */
export function readCallError(
  contract: Pick<Contract, 'status' | 'errorInfo' | 'retryInfo'>,
  error: unknown,
): CallError {
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { reason: undefined, message, code: status.UNKNOWN, retryAfterMs: undefined, metadata: {} };
  }
  const plain: CallError = {
    reason: undefined,
    message: error.details,
    code: error.code,
    retryAfterMs: undefined,
    metadata: {},
  };
  const bytes = error.metadata instanceof Metadata ? error.metadata.get(DETAILS_KEY)[0] : undefined;
  if (!Buffer.isBuffer(bytes)) return plain;
  try {
    return { ...plain, ...readDetails(contract, bytes) };
  } catch {
    return plain;
  }
}

function readDetails(
  contract: Pick<Contract, 'status' | 'errorInfo' | 'retryInfo'>,
  bytes: Buffer,
): Partial<CallError> {
  let found: Partial<CallError> = {};
  for (const detail of contract.status.deserialize(bytes).details) {
    if (detail.type_url === ERROR_INFO_TYPE) {
      const info = contract.errorInfo.deserialize(detail.value);
      if (info.domain === ERROR_DOMAIN) {
        found = { ...found, reason: info.reason as ErrorReason, metadata: info.metadata };
      }
    } else if (detail.type_url === RETRY_INFO_TYPE) {
      const delay = contract.retryInfo.deserialize(detail.value).retryDelay;
      if (delay !== null) found = { ...found, retryAfterMs: delay.seconds * 1000 + delay.nanos / 1_000_000 };
    }
  }
  return found;
}
