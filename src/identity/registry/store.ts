/**
 * What the registry keeps, as a contract that SQLite serves now and PostgreSQL may serve later:
 * asynchronous, paged, free of any database's particulars. Calls reject with `DaemonError`
 * (NOT_FOUND, ALREADY_EXISTS, INVALID_ARGUMENTS; SERVICE_ERROR when the database fails) and every
 * call is one transaction: it happens whole or not at all, and is on disk when it resolves.
 */
import type { DaemonError } from '../../errors.ts';

export type CertificateStatus = 'ACTIVE' | 'INACTIVE' | 'REVOKED' | 'PENDING_ACTIVATION';

export interface Thing {
  readonly name: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly createdAt: number;
}

export interface CertificateRecord {
  readonly id: string;
  readonly pem: string;
  readonly status: CertificateStatus;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly registeredAt: number;
}

export interface Attachment {
  readonly certificateId: string;
  readonly thingName: string;
  readonly exclusive: boolean;
}

/** What remains of a certificate that was deleted or revoked. */
export interface Tombstone {
  readonly certificateId: string;
  readonly kind: 'deleted' | 'revoked';
  readonly at: number;
}

/** That a certificate was revoked, as its issuer tells it. */
export interface Revocation {
  /** As in the certificate's record. */
  readonly serialNumber: string;
  readonly at: number;
}

export interface DeviceCaRecord {
  readonly name: string;
  readonly certificateId: string;
  readonly pem: string;
  /** Path of the private key below the state directory, when the daemon holds it. */
  readonly keyFile: string | undefined;
  readonly provisioning: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

export interface PageRequest {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** 1 to 1,000. */
  readonly size: number;
}

export interface ThingInput {
  readonly name: string;
  readonly type?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly groups?: readonly string[];
}

export interface RegistrationInput {
  readonly certificate: Omit<CertificateRecord, 'registeredAt' | 'status'>;
  readonly status: CertificateStatus;
  readonly attach?: { readonly thingName: string; readonly exclusive: boolean };
  /** Make the thing if there is none; one that is there stays as it is. */
  readonly createThing?: ThingInput;
  /** Accept an id with a `deleted` tombstone. */
  readonly revive?: boolean;
  /**
   * Nobody asked for this certificate by its id: ALREADY_EXISTS if another one with its issuer and serial number is
   * registered, or ever was. An operator may register such a pair.
   */
  readonly provisioning?: boolean;
}

export interface Registration {
  readonly record: CertificateRecord;
  /** All of it was so already, and nothing was written. */
  readonly unchanged: boolean;
}

export type RegistrationResult =
  | ({ readonly ok: true } & Registration)
  | { readonly ok: false; readonly error: DaemonError };

/**
 * Something changed that may concern live sessions. Told after the commit, and before the call that
 * did it resolves. What follows from a change is told after it: `certificate-deleted`, then its
 * attachments' `detached`. `attached` is told again when an attachment's exclusivity changes; one
 * that stops being exclusive is `detached` first.
 */
export type RegistryChange =
  | {
      readonly kind: 'certificate-status';
      readonly certificateId: string;
      readonly status: CertificateStatus;
    }
  | { readonly kind: 'certificate-deleted'; readonly certificateId: string }
  | { readonly kind: 'attached' | 'detached'; readonly certificateId: string; readonly thingName: string }
  | { readonly kind: 'thing-changed' | 'thing-deleted'; readonly thingName: string }
  | { readonly kind: 'device-cas' };

export interface RegistryStore {
  createThing(input: ThingInput): Promise<Thing>;
  updateThing(name: string, change: Partial<Omit<ThingInput, 'name'>>): Promise<Thing>;
  thing(name: string): Promise<Thing | undefined>;
  things(page: PageRequest & { readonly prefix?: string }): Promise<Page<Thing>>;
  deleteThing(name: string): Promise<void>;

  /**
   * A certificate that is registered already, with this status and this attachment, stays as it is;
   * with another status or attachment it is ALREADY_EXISTS, since registering again must not undo what
   * an operator did to it: that is for `setStatus` and `attach`.
   */
  register(input: RegistrationInput): Promise<Registration>;
  /** One result for each input, in order; one that fails changes nothing and does not stop the others. */
  registerMany(inputs: readonly RegistrationInput[]): Promise<readonly RegistrationResult[]>;
  certificate(id: string): Promise<CertificateRecord | undefined>;
  /** That of `certificate`, and quicker. */
  certificateStatus(id: string): Promise<CertificateStatus | undefined>;
  /** By a prefix of at least 8 characters; rejects with INVALID_ARGUMENTS when several begin so. */
  certificateByPrefix(prefix: string): Promise<CertificateRecord | undefined>;
  certificates(
    page: PageRequest & { readonly thingName?: string; readonly status?: CertificateStatus },
  ): Promise<Page<CertificateRecord>>;
  /** ACTIVE, INACTIVE or REVOKED, which is final and leaves a tombstone. */
  setStatus(id: string, status: CertificateStatus): Promise<CertificateRecord>;
  deleteCertificate(id: string): Promise<void>;
  tombstone(id: string): Promise<Tombstone | undefined>;
  /**
   * What was ever revoked of the certificates with this issuer in their record, registered still or not; in the order of
   * the serial number's text, each once.
   */
  revocations(page: PageRequest & { readonly issuer: string }): Promise<Page<Revocation>>;
  /** The id of another certificate of this issuer and serial number that is registered, or was. */
  twinOf(certificate: Pick<CertificateRecord, 'id' | 'issuer' | 'serialNumber'>): Promise<string | undefined>;

  /** An attachment that is there takes the exclusivity given. ALREADY_EXISTS names the thing in the way. */
  attach(attachment: Attachment): Promise<void>;
  detach(certificateId: string, thingName: string): Promise<void>;
  attachment(certificateId: string, thingName: string): Promise<Attachment | undefined>;
  attachmentsOfCertificate(certificateId: string): Promise<readonly Attachment[]>;
  attachmentsOfThing(thingName: string): Promise<readonly Attachment[]>;

  addDeviceCa(ca: DeviceCaRecord): Promise<void>;
  removeDeviceCa(name: string): Promise<DeviceCaRecord>;
  deviceCas(): Promise<readonly DeviceCaRecord[]>;

  counts(): Promise<{ readonly things: number; readonly certificates: number; readonly deviceCas: number }>;
  /** The answer stops it. */
  onChange(listener: (change: RegistryChange) => void): () => void;
  close(): Promise<void>;
}
