/**
 * The contract every verifier keeps: it confirms that a certificate is one of an active device,
 * and that a certificate is attached to a thing. It answers a verdict and never throws for a
 * device's fault; a verdict about a certificate says nothing about an attachment, and the other
 * way round.
 */
import type { DeviceCertificate } from './certificate.ts';

/** Why a certificate or an attachment is refused: for the operator's log, audit and `explain`. */
export type RejectionReason =
  | 'CERTIFICATE_UNKNOWN'
  | 'CERTIFICATE_INACTIVE'
  | 'CERTIFICATE_REVOKED'
  | 'CERTIFICATE_PENDING_ACTIVATION'
  | 'CERTIFICATE_DELETED'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_UNREADABLE'
  | 'ISSUER_UNKNOWN'
  | 'THING_UNKNOWN'
  | 'NOT_ATTACHED'
  | 'CLIENT_ID_INVALID'
  | 'CLIENT_ID_TOO_LONG'
  | 'CLIENT_ID_NOT_ALLOWED'
  | 'CLOCK_SUSPECT'
  /** The certificate's issuer is held against a CRL, and there is none that counts now. */
  | 'CRL_NOT_CURRENT';

/** Authoritative for what was asked about, and for nothing else. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly reason: RejectionReason;
  /** One sentence for the operator; never a PEM. */
  readonly message: string;
}

/** No verdict could be had; the trust record decides, if there is one. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly cause: string;
  readonly retryAfterMs?: number | undefined;
  /** Nothing was asked, because too many verifications wait already (CLOUD_QUEUE_FULL). */
  readonly queueFull?: boolean;
}

export type CertificateVerdict = { readonly kind: 'active' } | Rejected | Unavailable;

export type AttachmentVerdict =
  | { readonly kind: 'active'; readonly exclusive: boolean }
  | Rejected
  | Unavailable;

export type ExclusiveThingVerdict =
  | { readonly kind: 'thing'; readonly thingName: string }
  | Rejected
  | Unavailable;

/** Who asks, and for how long an answer is of use. Times are the monotonic clock's, in milliseconds. */
export interface Asking {
  /** Aborted when nobody wants the answer any more, at the deadline at the latest. */
  readonly signal: AbortSignal;
  /** When the verification began that needs the answer: where many wait, the earlier is asked first. */
  readonly since: number;
  /** When the signal is aborted at the latest: what cannot be answered by then is not worth beginning. */
  readonly deadline: number;
  /** The id of the certificate on whose behalf it is; none crowds out the others. Undefined: nobody's. */
  readonly onBehalfOf: string | undefined;
  /** Trust stands in for an answer: a device that could be let in at once is not kept waiting for long, nor for further tries. */
  readonly standIn: boolean;
}

export interface Verifier {
  readonly name: string;
  /**
   * Always at hand and always right: verdicts need no trust record, and are asked for each time.
   * The embedded registry is; a cloud is not.
   */
  readonly local: boolean;
  verifyCertificate(certificate: DeviceCertificate, asking: Asking): Promise<CertificateVerdict>;
  verifyAttachment(certificateId: string, thingName: string, asking: Asking): Promise<AttachmentVerdict>;
  /** The one thing the certificate is exclusively attached to, for `security.clientIdRule: any`. */
  exclusiveThingOf(certificateId: string, asking: Asking): Promise<ExclusiveThingVerdict>;
  /** Does this name a registered thing? For the client-id rule `any`. `undefined`: cannot tell (counts as yes). */
  isThing(name: string, asking: Asking): Promise<boolean | undefined>;
}
