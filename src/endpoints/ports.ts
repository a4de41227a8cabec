/**
 * What the endpoints ask of the rooms behind them, as small as it can be: `daemon.ts` hands the rooms in, a test or a
 * measurement may hand in something simpler. Nothing here knows gRPC.
 */
import type { ErrorReason } from '../errors.ts';
import type {
  AuthorizeResult,
  Hello,
  OpenedSession,
  OpenRequest,
  OpenResult,
  UnansweredCall,
  UpdateSubscription,
} from '../sessions/session-api.ts';
import type { SequencedEvent } from '../sessions/session-events.ts';

/** As pino's. Fields never hold a token, a key or a PEM. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export type {
  AuthorizeResult,
  Hello,
  OpenedSession,
  OpenRequest,
  OpenResult,
  UnansweredCall,
  UpdateSubscription,
};

export interface Sessions {
  open(request: OpenRequest, signal: AbortSignal): Promise<OpenResult>;
  /** Synchronous and quick: it is the whole cost of a decision. */
  authorize(listener: string, token: string, operation: string, resource: string): AuthorizeResult;
  close(listener: string, token: string): void;
  /** Ends every session of this listener, in this turn: whoever it was may not act for devices any more. Answers how many. */
  endListener(listener: string, why: string): number;
  /** Has any session, of whatever broker, this client id? */
  hasClientId(clientId: string): boolean;
  /** The sink is called synchronously, from now until `end`; `onEnd` when it is the daemon that ends the stream. */
  subscribe(hello: Hello, sink: (event: SequencedEvent) => void, onEnd?: () => void): UpdateSubscription;
}

export type IdentityVerdict =
  | { readonly kind: 'active' }
  | {
      readonly kind: 'rejected';
      /** The operator's reason; never sent to a broker. */
      readonly reason: string;
      readonly message: string;
      readonly certificateId: string | undefined;
    }
  | {
      readonly kind: 'unavailable';
      readonly queueFull?: boolean;
      readonly retryAfterMs?: number | undefined;
    };

export interface Identity {
  verifyIdentity(certificateText: string, signal: AbortSignal): Promise<IdentityVerdict>;
  /** Is a thing of this name registered? Undefined: it cannot be told now. */
  isThing(name: string, signal: AbortSignal): Promise<boolean | undefined>;
}

/** For local discovery. */
export interface AttachmentCheck {
  /** Is this a certificate of an active device that is attached to this thing? */
  verifyAttachment(
    request: { readonly thingName: string; readonly certificatePem: string },
    signal: AbortSignal,
  ): Promise<IdentityVerdict>;
}

export interface GrantSets {
  /** A current set, or one lately replaced. */
  grantSet(id: string): { readonly bytes: Uint8Array } | undefined;
}

/** `failure` is the device's or the caller's; `service_error` is a defect of ours. */
export type CallResult = 'success' | 'failure' | 'service_error';

export interface EndedCall {
  readonly listener: string;
  /** The name of the remote procedure. */
  readonly operation: string;
  readonly result: CallResult;
  readonly reason: ErrorReason | undefined;
  readonly milliseconds: number;
}

/** One message of an AuthorizeClientDeviceActions stream. */
export interface DecidedBatch {
  readonly listener: string;
  readonly successes: number;
  readonly failures: number;
  readonly milliseconds: number;
}

/** Somebody was refused at a listener, for the operator. What the session room refuses it tells by itself. */
export interface CallRefusal {
  readonly listener: string;
  readonly operation: string;
  readonly reason: string;
  readonly message: string;
  readonly clientId?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** Told of every call once it is answered. What it throws is lost. */
export interface CallObserver {
  ended(call: EndedCall): void;
  refused(refusal: CallRefusal): void;
  decided(batch: DecidedBatch): void;
}

export type Severity = 'INFO' | 'WARNING' | 'ALARM';

/** Something the operator should know. */
export interface Finding {
  readonly severity: Severity;
  /** Stable, such as "listener.insecure-loopback". */
  readonly code: string;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  readonly since: number;
}
