/**
 * What a call through AWS's SDK failed for. Always true:
 * - The service's own error type decides before the HTTP status: IoT answers throttling with 400.
 * - Nothing of what the service, the SDK or a credential helper wrote comes into a message: a wrong signature is answered with the
 *   session token in clear. Only the error's type does, and the status.
 * - Whatever cannot be told is `unexpected`: never a verdict.
 */
import { retryAfterMs } from '../aws-error.ts';
import { DialError } from '../connection-failure.ts';
import { misconfiguredHere, type Trouble, type TroubleKind, trouble } from '../outcome.ts';

/** A trouble, with what it takes to find the few answers among them that are about a device. */
export interface SdkFailure extends Trouble {
  /** As the service names it, such as `ResourceNotFoundException`; empty: it named none. */
  readonly errorType: string;
  /** HTTP; undefined: there was no answer. */
  readonly status: number | undefined;
}

/** For the messages: what was asked, and what it takes to be allowed to. */
export interface SdkOperation {
  /** Of the API, such as `DescribeCertificate`. */
  readonly name: string;
  /** `AWS IoT`, `AWS IoT Greengrass`. */
  readonly service: string;
  /** The IAM actions, such as `iot:DescribeCertificate`. */
  readonly permission: string;
}

const ERROR_TYPE = /^[A-Za-z][A-Za-z0-9.]{0,80}$/;

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
]);

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'Forbidden',
  'ForbiddenException',
  'NotAuthorized',
  'UnauthorizedException',
]);

const CREDENTIALS_REFUSED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'OptInRequired',
  'UnrecognizedClientException',
]);

const SIGNATURE_REFUSED = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

const SERVER = new Set([
  'InternalError',
  'InternalException',
  'InternalFailure',
  'InternalFailureException',
  'InternalServerError',
  'InternalServerException',
  'ServiceFailureException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
]);

const UNREACHABLE_CODE =
  /^(?:E(?:AI_[A-Z]+|ADDR[A-Z]+|CONN[A-Z]+|HOST[A-Z]+|NET[A-Z]+|NOTFOUND|PIPE|PROTO|TIMEDOUT)|ERR_(?:SOCKET|SSL|STREAM|TLS|HTTP)_[A-Z0-9_]+)$/;

export function sdkFailure(
  kind: TroubleKind,
  message: string,
  more: {
    readonly errorType?: string;
    readonly status?: number | undefined;
    readonly retryAfterMs?: number;
  } = {},
): SdkFailure {
  return {
    ...trouble(kind, message, more.retryAfterMs),
    errorType: more.errorType ?? '',
    status: more.status,
  };
}

/** Not answered before the signal was aborted. */
export function unansweredInTime({ service, name }: SdkOperation): SdkFailure {
  return sdkFailure('unreachable', `${service} did not answer ${name} in time`);
}

/** The server closed the connection, before a byte of its answer. */
export function wasClosedUnheard(thrown: unknown): boolean {
  const { code, status } = read(thrown, 0);
  return (
    status === undefined && (code === 'ECONNRESET' || code === 'EPIPE') && !(thrown instanceof DialError)
  );
}

export function unreadableAnswer({ service, name }: SdkOperation): SdkFailure {
  return sdkFailure('unexpected', `${service} answered ${name} with something that cannot be read`);
}

/** Other credentials may be accepted: these have ended, were deleted, or replaced. */
export function refusesCredentials({ errorType }: SdkFailure): boolean {
  return CREDENTIALS_REFUSED.has(errorType);
}

/** From what the SDK threw for a request. `now`: the wall clock, for a `Retry-After` that is a date. */
export function classifyRequest(thrown: unknown, operation: SdkOperation, now: number): SdkFailure {
  if (thrown instanceof DialError) return metBefore(thrown);
  const { service, name, permission } = operation;
  const { errorType, status, code, waitMs } = read(thrown, now);
  const named = `${service} answered ${name} with ${errorType === '' ? 'an error' : errorType}${status === undefined ? '' : ` (HTTP ${status})`}`;
  const found = { errorType, status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
  switch (kindOf(errorType, status)) {
    case 'throttled':
      return sdkFailure('throttled', `${named}: too many requests in this account`, found);
    case 'denied':
      return sdkFailure(
        'misconfigured',
        `${named}: the credentials need the permission ${permission}`,
        found,
      );
    case 'credentials':
      return sdkFailure('misconfigured', `${named}: the credentials are not valid, or no longer`, found);
    case 'signature':
      return sdkFailure(
        'misconfigured',
        `${named}: the clock of this host is wrong, or the secret key of the credentials`,
        found,
      );
    case 'server':
      return sdkFailure('server-error', named, found);
    case 'unexpected':
      return sdkFailure('unexpected', named, found);
    default:
  }
  if (UNREACHABLE_CODE.test(code)) {
    return sdkFailure('unreachable', `${service} cannot be reached (${code})`);
  }
  return unreadableAnswer(operation);
}

/** From what the search for credentials threw. */
export function classifyCredentials(thrown: unknown, now: number): SdkFailure {
  if (thrown instanceof CredentialsTrouble || thrown instanceof DialError) return metBefore(thrown);
  const { errorType, status, code } = read(thrown, now);
  const kind = kindOf(errorType, status);
  if (kind === 'throttled' || kind === 'server') {
    return sdkFailure(
      kind === 'server' ? 'server-error' : kind,
      `the source of the AWS credentials answered ${errorType === '' ? 'an error' : errorType}`,
    );
  }
  if (kind === undefined && UNREACHABLE_CODE.test(code)) {
    return sdkFailure('unreachable', `the source of the AWS credentials cannot be reached (${code})`);
  }
  if (kind === 'denied' || kind === 'credentials' || kind === 'signature') {
    return sdkFailure('misconfigured', `the source of the AWS credentials refuses them (${errorType})`);
  }
  return metBefore({
    trouble: misconfiguredHere(
      'there are no AWS credentials: the SDK looked in the environment, the shared files, and for a container or instance role (cloud.awsIot.credentials)',
    ),
  });
}

/** Thrown by a source of credentials of ours, so that what it met is not classified a second time. */
export class CredentialsTrouble extends Error {
  override readonly name = 'CredentialsTrouble';
  readonly trouble: Trouble;

  constructor(met: Trouble) {
    super(met.message);
    this.trouble = met;
  }
}

function metBefore({ trouble: met }: { readonly trouble: Trouble }): SdkFailure {
  return { ...met, errorType: '', status: undefined };
}

type AnswerKind = 'throttled' | 'denied' | 'credentials' | 'signature' | 'server' | 'unexpected';

/** Undefined: nothing was answered. */
function kindOf(errorType: string, status: number | undefined): AnswerKind | undefined {
  if (THROTTLED.has(errorType)) return 'throttled';
  if (DENIED.has(errorType)) return 'denied';
  if (CREDENTIALS_REFUSED.has(errorType)) return 'credentials';
  if (SIGNATURE_REFUSED.has(errorType)) return 'signature';
  if (SERVER.has(errorType)) return 'server';
  if (status === undefined) return undefined;
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server';
  if (status === 401 || status === 403) return 'denied';
  if (status >= 300) return 'unexpected';
  return undefined;
}

function read(thrown: unknown, now: number) {
  const from: Readonly<Record<string, unknown>> = isObject(thrown) ? thrown : {};
  const metadata = isObject(from['$metadata']) ? from['$metadata'] : {};
  const status = typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined;
  // The SDK names what it cannot read after JavaScript's own errors, and after itself.
  const isService = from['$fault'] === 'client' || from['$fault'] === 'server';
  const name = typeof from['name'] === 'string' && isService ? from['name'] : '';
  const errorType = ERROR_TYPE.test(name) && !/^(?:Unknown|UnknownError)$/.test(name) ? name : '';
  const code =
    typeof from['code'] === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(from['code']) ? from['code'] : '';
  return { errorType, status, code, waitMs: retryAfter(from['$response'], now) };
}

function retryAfter(response: unknown, now: number): number | undefined {
  if (!isObject(response) || !isObject(response['headers'])) return undefined;
  const given = response['headers']['retry-after'];
  return typeof given === 'string' ? retryAfterMs(given, now) : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
