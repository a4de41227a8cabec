/**
 * What the authenticator answers. A rejection is authoritative and names its reason for the
 * operator; a broker is told the category only. `unavailable` is no verdict at all.
 */
import type { DecidedEvent } from './observer.ts';
import type { Rejected, RejectionReason, Unavailable } from './verifier.ts';

export type RejectionCategory = 'CERTIFICATE' | 'CLIENT_ID';

export interface RejectedDevice {
  readonly kind: 'rejected';
  readonly reason: RejectionReason;
  readonly category: RejectionCategory;
  readonly message: string;
  /** Undefined when it was refused before its certificate was read. */
  readonly certificateId: string | undefined;
}

export interface UnavailableDevice {
  readonly kind: 'unavailable';
  readonly cause: string;
  readonly retryAfterMs: number | undefined;
  readonly queueFull: boolean;
  readonly certificateId: string | undefined;
}

export interface AuthenticatedDevice {
  readonly kind: 'authenticated';
  readonly thingName: string;
  readonly clientId: string;
  readonly certificateId: string;
  readonly certificatePem: string;
  /** As the certificate has them: what its issuer's CRL knows it by. */
  readonly issuer: string;
  readonly serialNumber: string;
  /** Until when the certificate is accepted, in milliseconds of `TrustedClock.now()`: its own notAfter and the clock skew. */
  readonly notAfter: number;
  readonly exclusive: boolean;
}

export type AuthenticationResult = AuthenticatedDevice | RejectedDevice | UnavailableDevice;

export type IdentityVerdict =
  | { readonly kind: 'active'; readonly certificateId: string }
  | RejectedDevice
  | UnavailableDevice;

export type RecheckResult =
  | 'confirmed'
  | 'unavailable'
  | { readonly rejected: RejectionReason; readonly message: string };

export function describeResult(
  result: AuthenticationResult | IdentityVerdict,
): Pick<DecidedEvent, 'outcome' | 'reason' | 'certificateId'> {
  const { certificateId } = result;
  if (result.kind === 'rejected') return { outcome: 'rejected', reason: result.reason, certificateId };
  return { outcome: result.kind === 'unavailable' ? 'unavailable' : 'active', certificateId };
}

export function refused(
  verdict: Rejected | Unavailable,
  certificateId: string,
): RejectedDevice | UnavailableDevice {
  return verdict.kind === 'rejected' ? rejected(verdict, certificateId) : unavailable(verdict, certificateId);
}

export function rejected(verdict: Rejected, certificateId: string | undefined): RejectedDevice {
  const { reason, message } = verdict;
  return { kind: 'rejected', reason, category: categoryOf(reason), message, certificateId };
}

export function unavailable(verdict: Unavailable, certificateId: string | undefined): UnavailableDevice {
  const { cause, retryAfterMs, queueFull = false } = verdict;
  return { kind: 'unavailable', cause, retryAfterMs, queueFull, certificateId };
}

function categoryOf(reason: RejectionReason): RejectionCategory {
  switch (reason) {
    case 'CLIENT_ID_INVALID':
    case 'CLIENT_ID_TOO_LONG':
    case 'CLIENT_ID_NOT_ALLOWED':
    case 'THING_UNKNOWN':
    case 'NOT_ATTACHED':
      return 'CLIENT_ID';
    default:
      return 'CERTIFICATE';
  }
}
