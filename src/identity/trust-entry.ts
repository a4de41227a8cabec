/**
 * The trust records of one certificate in memory, with what is still to be written of them. A
 * change counts at once; what is read from disk never replaces a change made since. Keys are thing
 * names, and the empty text for the certificate's own record. The certificate's PEM is held until it
 * is written and no longer.
 */

/** The key of a certificate's own record; no thing has an empty name. */
export const ITSELF = '';

export interface KeptTrust {
  readonly confirmedAt: number;
  readonly verifier: string;
  readonly exclusive: boolean;
}

/** What is to be written; with the PEM where the disk has none. */
export type WrittenTrust = KeptTrust & { readonly pem?: string | undefined };

export interface TrustChange {
  readonly id: string;
  readonly key: string;
  /** Undefined: to be deleted. */
  readonly kept: WrittenTrust | undefined;
}

export class TrustEntry {
  readonly certificateId: string;
  loaded = false;
  reading: Promise<void> | undefined;
  /** The certificate itself is on disk, as far as that was read or written. */
  hasPem = false;
  readonly #records = new Map<string, KeptTrust>();
  /** What is on disk, as far as it was read or written. */
  readonly #stored = new Set<string>();
  /** Changed before the disk was read. */
  readonly #changedUnread = new Set<string>();
  #changes = new Map<string, WrittenTrust | undefined>();
  #writing = new Map<string, WrittenTrust | undefined>();

  constructor(certificateId: string) {
    this.certificateId = certificateId;
  }

  get(key: string): KeptTrust | undefined {
    return this.#records.get(key);
  }

  records(): IterableIterator<[string, KeptTrust]> {
    return this.#records.entries();
  }

  change(key: string, kept: KeptTrust | undefined, pem?: string): void {
    if (kept === undefined) this.#records.delete(key);
    else this.#records.set(key, kept);
    // The PEM goes with the record; the next confirmation brings it again.
    if (kept === undefined && key === ITSELF) this.hasPem = false;
    const brings = kept !== undefined && pem !== undefined && !this.hasPem;
    this.#changes.set(key, brings ? { ...kept, pem } : kept);
    if (!this.loaded) this.#changedUnread.add(key);
  }

  /** What the disk holds. */
  take(key: string, kept: KeptTrust): void {
    this.#stored.add(key);
    if (!this.#changedUnread.has(key)) this.#records.set(key, kept);
  }

  /** Whether the disk holds the certificate itself. */
  takePem(hasPem: boolean): void {
    if (!this.#changedUnread.has(ITSELF)) this.hasPem = hasPem;
  }

  /** What the disk holds and must not: it is deleted there. */
  refuse(key: string): void {
    this.#stored.add(key);
    if (!this.#changedUnread.has(key)) this.change(key, undefined);
  }

  hasChanges(): boolean {
    return this.#changes.size > 0;
  }

  isWriting(): boolean {
    return this.#writing.size > 0;
  }

  /** True also of deletions of what was never on disk. */
  hasNothingToWrite(): boolean {
    return !this.isWriting() && [...this.#changes].every(([key, kept]) => this.#isIdle(key, kept));
  }

  hasOnlyConfirmations(): boolean {
    return !this.isWriting() && [...this.#changes.values()].every((kept) => kept !== undefined);
  }

  /** The disk could not be read for it, and is not being read or written. */
  isUnreadable(): boolean {
    return !this.loaded && this.reading === undefined && !this.isWriting();
  }

  forgetChanges(): void {
    this.#changes.clear();
  }

  beginWrite(): readonly TrustChange[] {
    this.#writing = new Map([...this.#changes].filter(([key, kept]) => !this.#isIdle(key, kept)));
    this.#changes = new Map();
    return [...this.#writing].map(([key, kept]) => ({ id: this.certificateId, key, kept }));
  }

  endWrite(written: boolean): void {
    const writing = this.#writing;
    this.#writing = new Map();
    // Changes made meanwhile are later ones.
    if (!written) this.#changes = new Map([...writing, ...this.#changes]);
    for (const [key, kept] of writing) {
      // A write that failed may have happened all the same.
      if (kept !== undefined) this.#stored.add(key);
      else if (written) this.#stored.delete(key);
      if (written && kept?.pem !== undefined && !this.#changes.has(key)) this.hasPem = true;
    }
  }

  #isIdle(key: string, kept: KeptTrust | undefined): boolean {
    return kept === undefined && this.loaded && !this.#stored.has(key) && !this.#writing.has(key);
  }
}
