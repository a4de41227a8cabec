/**
 * The registry as a second copy of it goes out and comes in. What is for one host alone (trust records and their
 * certificates, the clock's mark, where a key file is) is not in it.
 */
import type { Attachment, CertificateRecord, DeviceCaRecord, Thing, Tombstone } from './store.ts';

/** Things and certificates come before what refers to them. */
export type RegistryRow =
  | { readonly kind: 'device-ca'; readonly ca: Omit<DeviceCaRecord, 'keyFile'> }
  | { readonly kind: 'thing'; readonly thing: Thing }
  | { readonly kind: 'certificate'; readonly certificate: CertificateRecord }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  | {
      readonly kind: 'tombstone';
      readonly tombstone: Tombstone & Pick<CertificateRecord, 'issuer' | 'serialNumber'>;
    };

/** The registry as it was at one instant, whatever is written to it since. */
export interface RegistryCopy {
  rows(): Iterable<RegistryRow>;
  /** Whatever was not read is not readable any more. */
  close(): void;
}

export interface ApplyOptions {
  /**
   * Whether the rows are a whole registry; otherwise they are device CAs with their key file, and only their records
   * are looked at.
   */
  readonly whole: boolean;
  /**
   * Of a whole registry: make this one exactly the copy. Otherwise a row that is here and different is ALREADY_EXISTS,
   * nothing that was revoked or deleted here comes back, and what the copy does not have stays.
   */
  readonly replace: boolean;
}

export interface AppliedCounts {
  readonly things: number;
  readonly certificates: number;
  readonly deviceCas: number;
}

/** Rows that are to come in. They are on disk beside the registry and change nothing before `apply`. */
export interface RegistryStaging {
  /** INVALID_ARGUMENTS when a row cannot be, or contradicts another. `keyFile` as in `DeviceCaRecord`. */
  add(row: RegistryRow, keyFile?: string): void;
  /** One transaction: all of it or nothing; changes are told as always. The answer is what the copy had. */
  apply(options: ApplyOptions): Promise<AppliedCounts>;
  close(): void;
}

export interface RegistryCopies {
  /** Takes a second or two for a hundred thousand certificates, and holds nobody up. Needs as much disk as the registry. */
  copy(): Promise<RegistryCopy>;
  stage(): RegistryStaging;
}
