/**
 * The trust records of one certificate in memory, with what is still to be written of them. A
 * change counts at once; what is read from disk never replaces a change made since. Keys are thing
 * names, and the empty text for the certificate's own record.
 */
export interface KeptTrust {
  readonly confirmedAt: number;
  readonly verifier: string;
  readonly exclusive: boolean;
}

export interface TrustChange {
  readonly id: string;
  readonly key: string;
  /** Undefined: to be deleted. */
  readonly kept: KeptTrust | undefined;
}

export class TrustEntry {
  readonly certificateId: string;
  loaded = false;
  reading: Promise<void> | undefined;
  readonly #records = new Map<string, KeptTrust>();
  /** What is on disk, as far as it was read or written. */
  readonly #stored = new Set<string>();
  /** Changed before the disk was read. */
  readonly #changedUnread = new Set<string>();
  #changes = new Map<string, KeptTrust | undefined>();
  #writing = new Map<string, KeptTrust | undefined>();

  constructor(certificateId: string) {
    this.certificateId = certificateId;
  }

  get(key: string): KeptTrust | undefined {
    return this.#records.get(key);
  }

  records(): IterableIterator<[string, KeptTrust]> {
    return this.#records.entries();
  }

  change(key: string, kept: KeptTrust | undefined): void {
    if (kept === undefined) this.#records.delete(key);
    else this.#records.set(key, kept);
    this.#changes.set(key, kept);
    if (!this.loaded) this.#changedUnread.add(key);
  }

  /** What the disk holds. */
  take(key: string, kept: KeptTrust): void {
    this.#stored.add(key);
    if (!this.#changedUnread.has(key)) this.#records.set(key, kept);
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
    }
  }

  #isIdle(key: string, kept: KeptTrust | undefined): boolean {
    return kept === undefined && this.loaded && !this.#stored.has(key) && !this.#writing.has(key);
  }
}
