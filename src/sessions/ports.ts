/**
 * What the session room needs of the others, as narrow as it uses it. `daemon.ts` passes the real rooms; they
 * fit structurally, so neither side imports the other's code.
 */
import type { RejectionReason } from '../identity/verifier.ts';
import type { DecisionReason } from '../policy/decision.ts';
import type { Device } from '../policy/device.ts';
import type { Decision, SessionGrants } from '../policy/grants.ts';

/** The policy room. `grantsFor` is pure and quick; equal combinations share one `setIds` array. */
export interface PolicyPort {
  grantsFor(device: Device): SessionGrants;
  grantSet(id: string): { readonly bytes: Uint8Array } | undefined;
  evaluate(grants: SessionGrants, operation: string, resource: string): Decision;
  /** Does the step from one to the other forbid anything that was allowed? */
  takesAway(before: SessionGrants, after: SessionGrants): boolean;
}

export type AuthenticationResult =
  | {
      readonly kind: 'authenticated';
      readonly thingName: string;
      readonly clientId: string;
      readonly certificateId: string;
      readonly certificatePem: string;
      readonly issuer: string;
      readonly serialNumber: string;
      /** Until when the certificate is accepted, the tolerated skew included, in milliseconds of `TrustedTime`. */
      readonly notAfter: number;
    }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectionReason;
      readonly category: 'CERTIFICATE' | 'CLIENT_ID';
      readonly message: string;
      readonly certificateId: string | undefined;
    }
  | {
      readonly kind: 'unavailable';
      readonly cause: string;
      readonly retryAfterMs: number | undefined;
      readonly queueFull: boolean;
      readonly certificateId: string | undefined;
    };

export type RecheckResult =
  | 'confirmed'
  | 'unavailable'
  | { readonly rejected: RejectionReason; readonly message: string };

/** The identity room. */
export interface AuthenticatorPort {
  authenticate(
    request: { readonly clientId: string; readonly certificatePem: string },
    signal: AbortSignal,
  ): Promise<AuthenticationResult>;
  recheck(certificateId: string, thingName: string, pem: string, clientId: string): Promise<RecheckResult>;
}

/** What a CRL knows a certificate by. */
export interface IssuedAs {
  readonly id: string;
  readonly issuer: string;
  readonly serialNumber: string;
}

/** What policy may look at beside the thing's name. */
export interface ThingProperties {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
}

/** Where things are described; a thing that is not described there has no properties. */
export interface ThingsPort {
  thing(name: string): Promise<ThingProperties | undefined>;
}

/** The clock of `identity/trust.ts`: the one expiry is judged by. Milliseconds since the Unix epoch. */
export interface TrustedTime {
  now(): number;
}

/** The part of the configuration that sessions live by, asked each time it is needed. */
export interface SessionSettings {
  /** `performance.maxActiveAuthTokens`, at least 1. */
  readonly maxActiveAuthTokens: number;
  /** `sessions.minimumHeldSeconds`. */
  readonly minimumHeldSeconds: number;
  /** `sessions.maxPerClientId`, at least 1. */
  readonly maxPerClientId: number;
  /** `security.outageGraceSeconds`. */
  readonly outageGraceSeconds: number;
  /** `security.liveRevalidationSeconds`. */
  readonly liveRevalidationSeconds: number;
}

/** A refusal as the operator may know it: for the log, the audit and `deviceauthctl`. Never sent to a broker. */
export interface SessionRefusal {
  readonly operation: string;
  readonly reason:
    | RejectionReason
    | DecisionReason
    | 'VERIFICATION_UNAVAILABLE'
    | 'CLOUD_QUEUE_FULL'
    | 'TOKEN_CACHE_FULL';
  readonly message: string;
  readonly clientId: string;
  /** Empty when the certificate could not be read. */
  readonly certificateId: string;
  readonly listener: string;
  readonly correlationId: string;
}

/** A session that the daemon ended, as the operator may know it. */
export interface SessionEnd {
  readonly cause: 'revoked' | 'displaced' | 'evicted' | 'superseded';
  readonly thingName: string;
  readonly clientId: string;
  readonly certificateId: string;
  readonly listener: string;
  /** Of the call that opened the session. */
  readonly correlationId: string;
  /** For the log, such as "certificate: it is INACTIVE". */
  readonly why: string;
}

export interface Finding {
  readonly severity: 'ALARM';
  readonly code: string;
  readonly message: string;
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
}

/** A session that was opened. */
export interface SessionStart extends Omit<SessionEnd, 'why' | 'cause'> {
  readonly instanceId: string;
}

/** Whom the room tells what happened. They must not throw. */
export interface SessionObserver {
  onStart?(start: SessionStart): void;
  onRefusal?(refusal: SessionRefusal): void;
  onEnd?(end: SessionEnd): void;
  /** A finding begins; `SessionService.findings()` has it while it lasts. */
  onFinding?(finding: Finding): void;
  /** Something failed that should not; the room went on in the safe direction. */
  onFault?(what: string, error: unknown): void;
}
