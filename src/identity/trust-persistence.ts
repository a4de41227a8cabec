/**
 * Where trust survives a restart: the last confirmation of each certificate and attachment, and
 * the clock's high-water mark. The trust store owns the rules; this only keeps what it is given.
 * Every call is one transaction, is on disk when it resolves, and rejects when it could not be.
 *
 * Confirmation times are on the trust timeline (`ClockMark`), which never goes back. They are to
 * be kept as they are, never compared with a wall clock.
 */

/** `certificateId` was confirmed active by `verifier` at `confirmedAt` (milliseconds, trust timeline). */
export interface TrustRecord {
  readonly certificateId: string;
  readonly confirmedAt: number;
  readonly verifier: string;
}

/** `certificateId` was confirmed to be attached to `thingName`, exclusively or not. */
export interface AttachmentTrust {
  readonly certificateId: string;
  readonly thingName: string;
  readonly exclusive: boolean;
  readonly confirmedAt: number;
  readonly verifier: string;
}

export interface CertificateTrust {
  readonly certificate: TrustRecord | undefined;
  /** In any order. */
  readonly attachments: readonly AttachmentTrust[];
  /** Whether the certificate itself is kept; what is in it is not looked at. */
  readonly hasPem: boolean;
}

/** What a refresh asks about. */
export interface KnownCertificate {
  readonly certificateId: string;
  /** As it is on disk, which may have been damaged; undefined: it is not kept. */
  readonly pem: string | undefined;
}

/** How far the background refresh has come. Times are on the trust timeline. */
export interface RefreshState {
  readonly beganAt: number;
  /** The id of the last certificate that was dealt with; empty: none yet, or all. */
  readonly cursor: string;
  /** Undefined: the run is under way. */
  readonly finishedAt: number | undefined;
}

export interface TrustCounts {
  readonly certificates: number;
  readonly attachments: number;
  readonly pems: number;
}

/**
 * The clock as it was last written down. The trust timeline is `highWaterMark + setBack`: what an
 * operator takes from the high-water mark by `clock accept` is added to `setBack`, so that the age
 * of a record is never lost.
 */
export interface ClockMark {
  /** The latest time known to have passed, in milliseconds since the Unix epoch. 0 in a new store. */
  readonly highWaterMark: number;
  /** How far `clock accept` has set the high-water mark back, all told, in milliseconds. 0 in a new store. */
  readonly setBack: number;
}

/** Changes in any order; a certificate or (certificate, thing) occurs at most once in each list. */
export interface TrustBatch {
  /** Records to write over what is there. */
  readonly certificates: readonly TrustRecord[];
  readonly attachments: readonly AttachmentTrust[];
  /** Certificates to keep beside their records. */
  readonly pems: readonly { readonly certificateId: string; readonly pem: string }[];
  /** Records to delete, if they are there; deleting a certificate's deletes its PEM and leaves its attachments. */
  readonly deletedCertificates: readonly string[];
  readonly deletedAttachments: readonly { readonly certificateId: string; readonly thingName: string }[];
  /** Written with the records, so that none is ever on disk with a time later than the mark's. */
  readonly mark: ClockMark;
}

export interface TrustPersistence {
  load(certificateId: string): Promise<CertificateTrust>;
  write(batch: TrustBatch): Promise<void>;
  highWaterMark(): Promise<ClockMark>;
  setHighWaterMark(mark: ClockMark): Promise<void>;
  /** In the order of their ids, at most `limit`, those after `after`: every certificate with a record or an attachment. */
  page(after: string | undefined, limit: number): Promise<readonly KnownCertificate[]>;
  /** Of a certificate with a record; undefined: there is none. */
  pem(certificateId: string): Promise<string | undefined>;
  /** Deletes the PEM if it is still this one. */
  dropPem(certificateId: string, pem: string): Promise<void>;
  /** Undefined: there was no run yet. */
  refreshState(): Promise<RefreshState | undefined>;
  /** With the mark, so that its times are never later than the mark's. */
  setRefreshState(state: RefreshState, mark: ClockMark): Promise<void>;
  counts(): Promise<TrustCounts>;
}
