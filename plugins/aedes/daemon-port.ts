/**
 * What a caller asks of the daemon, without saying how it travels. `SessionKeeper` is written against this, so
 * that a custom broker component can bring its own transport; `DaemonClient` is the one over gRPC.
 *
 * Calls reject with `DaemonError`. Only the reason INVALID_CREDENTIAL is a verdict about a device; everything
 * else, an unreachable daemon included, says nothing about it.
 */
import type { CertificateUpdate__Output } from '../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import type { GetClientDeviceAuthTokenResponse__Output } from '../../src/contract/generated/deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { SessionUpdate__Output } from '../../src/contract/generated/deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest } from '../../src/contract/generated/deviceauth/v1/SessionUpdatesRequest.ts';

export type TokenAnswer = GetClientDeviceAuthTokenResponse__Output;
export type Update = SessionUpdate__Output;

/** What a device showed: the MQTT client id it gave and the certificate whose key it proved to hold. */
export interface Credential {
  readonly clientId: string;
  readonly certificatePem: string;
}

/** A call for a session that may have ended without an answer; the daemon may have opened one. */
export interface UnansweredCall {
  readonly clientId: string;
  readonly correlationId: string;
}

export interface UpdateListener {
  onUpdate(update: Update): void;
  /** Called once, whoever ended it; nothing follows. */
  onEnd(cause: Error | undefined): void;
}

export interface UpdateCall {
  send(message: SessionUpdatesRequest): void;
  cancel(): void;
}

export interface CertificateListener {
  onUpdate(update: CertificateUpdate__Output): void;
  /** Called once, whoever ended it; nothing follows. */
  onEnd(cause: Error | undefined): void;
}

/** Whence a broker has its server certificate. */
export interface CertificatePort {
  /** The answer ends it. */
  openCertificates(subscriberName: string, listener: CertificateListener): () => void;
}

export interface DaemonPort {
  openSession(credential: Credential, correlationId: string): Promise<TokenAnswer>;
  /** The serialized GrantSet; its hash is not checked yet. */
  grantSet(id: string): Promise<Uint8Array>;
  closeSession(token: string): Promise<void>;
  openUpdates(listener: UpdateListener): UpdateCall;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where a caller's lines go. Fields never hold a PEM, a key or a token. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Is this error a verdict about the device, rather than trouble on the way to one? */
export function isVerdict(error: unknown): boolean {
  return (error as { reason?: unknown } | undefined)?.reason === 'INVALID_CREDENTIAL';
}
