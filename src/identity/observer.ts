/** What the identity room tells whoever counts and logs. Every method is optional and must not throw. */
import type { RejectionReason } from './verifier.ts';

export interface AskedEvent {
  /** `thing`: does this name a registered thing. */
  readonly about: 'certificate' | 'attachment' | 'exclusive-thing' | 'thing';
  readonly certificateId?: string | undefined;
  readonly thingName?: string | undefined;
  /** This verifier has confirmed it before. */
  readonly known?: boolean | undefined;
  readonly outcome: 'active' | 'rejected' | 'unavailable';
  readonly reason?: RejectionReason | undefined;
  readonly cause?: string | undefined;
  /** Until the verifier answered, or until it was given up. */
  readonly ms: number;
}

export interface DecidedEvent {
  readonly operation: 'verify' | 'attachment' | 'authenticate' | 'recheck';
  readonly outcome: 'active' | 'rejected' | 'unavailable';
  readonly reason?: RejectionReason | undefined;
  readonly certificateId?: string | undefined;
  /** What the caller waited. */
  readonly ms: number;
}

export interface IdentityObserver {
  /** A verifier was asked. Of a `rejected` certificate or attachment, live sessions can be ended. */
  asked?(event: AskedEvent): void;
  /** An answer was given. */
  decided?(event: DecidedEvent): void;
  /** A verifier threw, or this room has a defect; the device was not let in. */
  failed?(error: unknown): void;
}
