/**
 * One device's session as the caller knows it. Its grants are either known (sets and variables, swapped together)
 * or in doubt, and then everything is denied. Its lease is the last word heard about it: its own answer, or the
 * heartbeat of the stream that last confirmed it; never beyond the certificate's life.
 */
import type { Credential } from './daemon-port.ts';

/** The last heartbeat of one stream; every session that stream has confirmed refers to it. */
export interface Lifeline {
  heardAt: number;
  deadline: number;
}

export type EndCause =
  /** The daemon says so: certificate revoked, detached, expired, the operator's kick. */
  | 'REVOKED'
  | 'DISPLACED'
  | 'SUPERSEDED'
  /** The background re-authentication after a restart of the daemon ended in a negative verdict. */
  | 'REFUSED'
  /** A reason this release does not know. */
  | 'UNKNOWN'
  /** By the caller itself: the device went away. */
  | 'CLOSED';

export interface KeptGrants<Grants> {
  readonly setIds: readonly string[];
  readonly sets: readonly Grants[];
  readonly variables: ReadonlyMap<string, string>;
}

/** `certificate_remaining_ms` at its limit says "at least": no bound that the caller has to keep. */
const AT_LEAST = 2 ** 32 - 1;

/** Everything but reading is for `SessionKeeper` alone. */
export class KeptSession<Grants = unknown> {
  readonly credential: Credential;
  token = '';
  thingName = '';
  certificateId = '';
  correlationId = '';
  ended: EndCause | undefined;
  /** Undefined: in doubt. */
  grants: KeptGrants<Grants> | undefined;
  /** As last told; part of the grants once these are known. */
  variables: ReadonlyMap<string, string> = new Map();
  /** Resolves when grants in doubt have been settled, one way or the other. */
  settling: Promise<void> | undefined;
  /** The last event of the daemon's life that the grants reflect. */
  sequence = -1;
  epoch = '';
  used = false;
  lifeline: Lifeline | undefined;
  #leaseHeardAt = Number.NEGATIVE_INFINITY;
  #leaseDeadline = Number.NEGATIVE_INFINITY;
  #certificateDeadline = Number.NEGATIVE_INFINITY;

  constructor(credential: Credential) {
    this.credential = credential;
  }

  lease(heardAt: number, leaseMs: number, certificateRemainingMs: number): void {
    this.#leaseHeardAt = heardAt;
    this.#leaseDeadline = heardAt + leaseMs;
    this.#certificateDeadline =
      certificateRemainingMs >= AT_LEAST ? Number.POSITIVE_INFINITY : heardAt + certificateRemainingMs;
  }

  /** On the monotonic clock: from here on everything is denied. */
  get deadline(): number {
    const heartbeat = this.lifeline;
    const lease =
      heartbeat !== undefined && heartbeat.heardAt > this.#leaseHeardAt
        ? heartbeat.deadline
        : this.#leaseDeadline;
    return Math.min(lease, this.#certificateDeadline);
  }
}

export function toVariables(
  values: Readonly<Record<string, string>> | undefined,
): ReadonlyMap<string, string> {
  return new Map(Object.entries(values ?? {}));
}
