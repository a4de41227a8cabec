/**
 * The one place where an error's reason becomes a gRPC status. Every status we make carries a google.rpc.Status with
 * an ErrorInfo, and refusals for lack of room a RetryInfo beside it. What is not a `DaemonError` is a defect: the
 * caller learns nothing of it, the log everything.
 */
import { Metadata, type ServerInterceptingCallInterface, type StatusObject, status } from '@grpc/grpc-js';
import { DETAILS_KEY, ERROR_DOMAIN, ERROR_INFO_TYPE, RETRY_INFO_TYPE } from '../../contract/errors.ts';
import type { Contract } from '../../contract/index.ts';
import { DaemonError, type ErrorReason } from '../../errors.ts';
import type { Logger } from '../ports.ts';

const CODES: Readonly<Record<ErrorReason, status>> = {
  UNAUTHORIZED: status.PERMISSION_DENIED,
  INVALID_ARGUMENTS: status.INVALID_ARGUMENT,
  INVALID_CREDENTIAL: status.UNAUTHENTICATED,
  INVALID_CLIENT_DEVICE_AUTH_TOKEN: status.UNAUTHENTICATED,
  CLOUD_QUEUE_FULL: status.RESOURCE_EXHAUSTED,
  TOKEN_CACHE_FULL: status.RESOURCE_EXHAUSTED,
  LIMIT_EXCEEDED: status.RESOURCE_EXHAUSTED,
  VERIFICATION_UNAVAILABLE: status.UNAVAILABLE,
  NOT_FOUND: status.NOT_FOUND,
  ALREADY_EXISTS: status.ALREADY_EXISTS,
  CLOCK_SUSPECT: status.FAILED_PRECONDITION,
  SERVICE_ERROR: status.INTERNAL,
  UNIMPLEMENTED: status.UNIMPLEMENTED,
};

const DEFAULT_RETRY_MS = 1000;
/** Trailers are small: a peer may refuse more than 8 KiB of them. */
const LONGEST_MESSAGE = 1024;
const DEFECT_MESSAGE = 'internal error of deviceauthd; its log has the cause';

/** What grpc-js's calls and streams accept as an error. */
export type CallStatus = StatusObject & { readonly name: string; readonly message: string };

function bounded(text: string): string {
  // grpc-js passes the text through encodeURI, which throws on a lone surrogate.
  return (text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 1)}…` : text).toWellFormed();
}

function durationOf(milliseconds: number): { seconds: number; nanos: number } {
  const whole = Math.max(0, Math.ceil(milliseconds));
  return { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1_000_000 };
}

/** A status as grpc-js makes them itself. */
export type BareStatus = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

/** The listener is closing: no reason of ours, just gRPC's way to say "connect again". */
export const STOPPING: CallStatus = {
  name: 'Error',
  message: 'deviceauthd is stopping',
  code: status.UNAVAILABLE,
  details: 'deviceauthd is stopping',
  metadata: new Metadata(),
};

export class StatusMapper {
  readonly #contract: Contract;
  readonly #logger: Logger;

  constructor(contract: Contract, logger: Logger) {
    this.#contract = contract;
    this.#logger = logger;
  }

  /** Logs a defect under the given fields; says nothing about ordinary errors. */
  statusOf(error: unknown, fields: Readonly<Record<string, unknown>>): CallStatus {
    if (error instanceof DaemonError) {
      if (error.reason === 'SERVICE_ERROR') this.#logger.error({ ...fields, err: error }, error.message);
      return this.#build(error.reason, error.message, error.metadata, error.retryAfterMs);
    }
    this.#logger.error({ ...fields, err: error }, 'a call failed by a defect');
    return this.#build('SERVICE_ERROR', DEFECT_MESSAGE, {}, undefined);
  }

  /**
   * grpc-js answers some mistakes itself (a message too large, one that cannot be decompressed): gives its statuses
   * the reason and details that ours have.
   */
  complete(given: BareStatus): BareStatus {
    if (given.code === status.OK) return given;
    if (given.metadata && given.metadata.get(DETAILS_KEY).length > 0) return given;
    // An error of zlib or of a defect may get here without either.
    const { code, details = '' } = given as Partial<StatusObject>;
    switch (code) {
      case status.RESOURCE_EXHAUSTED:
        return this.#build('LIMIT_EXCEEDED', details, {}, undefined);
      case status.INTERNAL:
        // A message that cannot be decompressed, a timeout that is none: the caller's mistakes, which anybody can
        // make as often as he likes, so they are not logged.
        if (!details.startsWith('Error serializing'))
          return this.#build('INVALID_ARGUMENTS', details, {}, undefined);
        return this.#defect(details);
      case status.UNKNOWN:
      case undefined:
        return this.#defect(details);
      default:
        return { ...given, details: bounded(details) };
    }
  }

  #defect(details: string): CallStatus {
    this.#logger.error({ details }, 'gRPC ended a call that failed by a defect');
    return this.#build('SERVICE_ERROR', DEFECT_MESSAGE, {}, undefined);
  }

  #build(
    reason: ErrorReason,
    message: string,
    metadata: Readonly<Record<string, string>>,
    retryAfterMs: number | undefined,
  ): CallStatus {
    const code = CODES[reason];
    const text = bounded(message);
    const info = this.#contract.errorInfo.serialize({
      reason,
      domain: ERROR_DOMAIN,
      metadata: { ...metadata },
    });
    const details = [{ type_url: ERROR_INFO_TYPE, value: info }];
    const retry = retryAfterMs ?? (code === status.RESOURCE_EXHAUSTED ? DEFAULT_RETRY_MS : undefined);
    if (retry !== undefined) {
      const value = this.#contract.retryInfo.serialize({ retryDelay: durationOf(retry) });
      details.push({ type_url: RETRY_INFO_TYPE, value });
    }
    const trailer = new Metadata();
    trailer.set(DETAILS_KEY, this.#contract.status.serialize({ code, message: text, details }));
    return { name: 'Error', message: text, code, details: text, metadata: trailer };
  }
}

/** For counting. */
export function reasonOf(error: unknown): ErrorReason {
  return error instanceof DaemonError ? error.reason : 'SERVICE_ERROR';
}
