/**
 * Trust: what a verifier last confirmed, and when. It makes decisions possible while the verifier
 * is out of reach. Always true:
 * - A read sees the latest change, written or not; nothing that is read while a change is on its
 *   way brings back what the change removed.
 * - Confirmations are written in batches, at most 250 ms after they were made and off the reply
 *   path; a SIGKILL loses those and nothing else. Withdrawals are on disk before they resolve.
 * - One write at a time, each with everything that was pending when it began, so order is kept.
 * - A write that fails is logged and tried again; until it succeeds memory decides, and memory
 *   never holds more trust than the disk was meant to.
 * - A confirmation asked for before a withdrawal does not undo it (`Ticket`).
 * - A record dated later than now comes from a clock that cannot be right; it is dropped.
 * - Entries in memory are bounded by count, least recently used first; unwritten confirmations
 *   are bounded too: past that the oldest are not written, which only loses trust. So are withdrawals
 *   of what could not be read: past that nothing is believed any more that was not read until then.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { IdentityLog } from './log.ts';
import { attachmentRecord, batchOf, certificateRecord } from './trust-batch.ts';
import { ITSELF, TrustEntry } from './trust-entry.ts';
import type { AttachmentTrust, TrustPersistence, TrustRecord } from './trust-persistence.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface TrustStoreOptions {
  readonly persistence: TrustPersistence;
  readonly clock: TrustedClock;
  /** For the delays of writing. */
  readonly timer: Clock;
  readonly log?: IdentityLog;
  /** Certificates kept in memory; the others are read again when they return. */
  readonly capacity?: number;
  /** Certificates with unwritten confirmations. */
  readonly maxPending?: number;
}

/** Taken before a verifier is asked, given with its confirmation. */
export type Ticket = number;

const FLUSH_DELAY = 250;
const FLUSH_AT = 1_000;
const LONGEST_RETRY = 30_000;

export class TrustStore {
  readonly #persistence: TrustPersistence;
  readonly #clock: TrustedClock;
  readonly #timer: Clock;
  readonly #log: IdentityLog | undefined;
  readonly #maxPending: number;
  readonly #clean: LRUCache<string, TrustEntry>;
  /** Not to be forgotten before it is read. */
  readonly #loading = new Map<string, TrustEntry>();
  /** Not to be forgotten before it is written; oldest change first. */
  readonly #dirty = new Map<string, TrustEntry>();
  readonly #withdrawals: LRUCache<string, Ticket>;
  /** Withdrawals that `#withdrawals` has forgotten are none later than this. */
  #forgotten: Ticket = 0;
  #tickets: Ticket = 0;
  #writes: Promise<unknown> = Promise.resolve();
  #cancelFlush: (() => void) | undefined;
  #failures = 0;
  /** What was confirmed before then and is not in memory is not believed (trust timeline). */
  #unreadUntil = Number.NEGATIVE_INFINITY;

  constructor(options: TrustStoreOptions) {
    const capacity = options.capacity ?? 10_000;
    this.#persistence = options.persistence;
    this.#clock = options.clock;
    this.#timer = options.timer;
    this.#log = options.log;
    this.#maxPending = options.maxPending ?? 10_000;
    this.#clean = new LRUCache({ max: capacity });
    this.#withdrawals = new LRUCache({
      max: capacity,
      dispose: (ticket, _key, why) => {
        if (why === 'evict') this.#forgotten = Math.max(this.#forgotten, ticket);
      },
    });
  }

  /** Is it so recent that the verifier need not be asked? */
  fresh(record: { readonly confirmedAt: number } | undefined, revalidateAfterSeconds: number): boolean {
    return this.#within(record, revalidateAfterSeconds * 1_000);
  }

  /** Does it stand in for a verifier that cannot be reached? Strictly `confirmedAt + duration > now`. */
  trusted(record: { readonly confirmedAt: number } | undefined, trustDurationMinutes: number): boolean {
    return this.#within(record, trustDurationMinutes * 60_000);
  }

  async certificate(certificateId: string): Promise<TrustRecord | undefined> {
    const kept = (await this.#ready(certificateId)).get(ITSELF);
    return kept === undefined ? undefined : certificateRecord(certificateId, kept);
  }

  async attachment(certificateId: string, thingName: string): Promise<AttachmentTrust | undefined> {
    const kept = (await this.#ready(certificateId)).get(thingName);
    return kept === undefined ? undefined : attachmentRecord(certificateId, thingName, kept);
  }

  async attachments(certificateId: string): Promise<readonly AttachmentTrust[]> {
    const entry = await this.#ready(certificateId);
    return [...entry.records()]
      .filter(([key]) => key !== ITSELF)
      .map(([thingName, kept]) => attachmentRecord(certificateId, thingName, kept));
  }

  /** Certificates in memory: all, and those of which something is still to be written or read. */
  get sizes(): { readonly kept: number; readonly unsettled: number } {
    const unsettled = new Set([...this.#dirty.keys(), ...this.#loading.keys()]);
    return { kept: new Set([...unsettled, ...this.#clean.keys()]).size, unsettled: unsettled.size };
  }

  /** To be taken before the verifier is asked. */
  ticket(): Ticket {
    return this.#tickets;
  }

  /**
   * False: it was withdrawn after the ticket was taken, and stays so. The PEM is written with the record unless the disk
   * has it, and not kept here.
   */
  confirmCertificate(certificateId: string, verifier: string, ticket: Ticket, pem?: string): boolean {
    return this.#confirm(certificateId, ITSELF, { verifier, exclusive: false }, ticket, pem);
  }

  /** False: it was withdrawn after the ticket was taken, and stays so. */
  confirmAttachment(
    certificateId: string,
    thingName: string,
    exclusive: boolean,
    verifier: string,
    ticket: Ticket,
  ): boolean {
    return this.#confirm(certificateId, thingName, { verifier, exclusive }, ticket);
  }

  /** Gone for every read at once; resolves when it is on disk, with false if it could not be written yet. */
  withdrawCertificate(certificateId: string): Promise<boolean> {
    return this.#withdraw(certificateId, ITSELF);
  }

  withdrawAttachment(certificateId: string, thingName: string): Promise<boolean> {
    return this.#withdraw(certificateId, thingName);
  }

  /** Withdraws all there is of a certificate, in one write; resolves as the others do. */
  async forget(certificateId: string): Promise<boolean> {
    const keys = [...(await this.#ready(certificateId)).records()].map(([key]) => key);
    const written = await Promise.all(keys.map((key) => this.#withdraw(certificateId, key)));
    return written.every((each) => each);
  }

  /** The PEM on disk is not the certificate: it is deleted there, and written again with the next confirmation. */
  async dropPem(certificateId: string, pem: string): Promise<void> {
    (await this.#ready(certificateId)).hasPem = false;
    await this.#persistence.dropPem(certificateId, pem);
  }

  /** Certificates of which something is still to be written. */
  get unwritten(): number {
    return this.#dirty.size;
  }

  /** Writes what is pending; false if it could not be written. */
  flush(): Promise<boolean> {
    const write = this.#writes.then(() => this.#write());
    this.#writes = write;
    return write;
  }

  /** Writes a last time, and no longer tries afterwards. */
  async stop(): Promise<void> {
    await this.flush();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
  }

  #within(record: { readonly confirmedAt: number } | undefined, duration: number): boolean {
    if (record === undefined) return false;
    const now = this.#clock.trustNow();
    return record.confirmedAt <= now && record.confirmedAt + duration > now;
  }

  #confirm(
    certificateId: string,
    key: string,
    what: { readonly verifier: string; readonly exclusive: boolean },
    ticket: Ticket,
    pem?: string,
  ): boolean {
    const withdrawn = this.#withdrawals.get(`${certificateId} ${key}`) ?? this.#forgotten;
    if (withdrawn > ticket) return false;
    const entry = this.#entry(certificateId);
    entry.change(key, { ...what, confirmedAt: this.#clock.trustNow() }, pem);
    this.#dirty.set(certificateId, entry);
    if (this.#dirty.size > this.#maxPending) this.#dropOldest();
    if (this.#dirty.size === FLUSH_AT && this.#failures === 0) void this.flush();
    else this.#schedule(FLUSH_DELAY);
    return true;
  }

  async #withdraw(certificateId: string, key: string): Promise<boolean> {
    this.#tickets += 1;
    this.#withdrawals.set(`${certificateId} ${key}`, this.#tickets);
    const entry = this.#entry(certificateId);
    entry.change(key, undefined);
    this.#dirty.set(certificateId, entry);
    if (this.#dirty.size > this.#maxPending) this.#dropOldest();
    if (!entry.loaded) this.#schedule(FLUSH_DELAY);
    await this.#load(entry);
    if (entry.hasNothingToWrite()) {
      this.#settle(entry);
      return true;
    }
    return await this.flush();
  }

  #entry(certificateId: string): TrustEntry {
    const known =
      this.#dirty.get(certificateId) ?? this.#loading.get(certificateId) ?? this.#clean.get(certificateId);
    return known ?? new TrustEntry(certificateId);
  }

  async #ready(certificateId: string): Promise<TrustEntry> {
    const entry = this.#entry(certificateId);
    if (!entry.loaded) await this.#load(entry);
    return entry;
  }

  async #load(entry: TrustEntry): Promise<void> {
    if (entry.loaded) return;
    this.#loading.set(entry.certificateId, entry);
    entry.reading ??= this.#read(entry);
    await entry.reading;
  }

  async #read(entry: TrustEntry): Promise<void> {
    const id = entry.certificateId;
    try {
      const { certificate, attachments, hasPem } = await this.#persistence.load(id);
      entry.takePem(hasPem);
      const now = this.#clock.trustNow();
      const take = (key: string, exclusive: boolean, record: TrustRecord | AttachmentTrust): void => {
        const { confirmedAt, verifier } = record;
        if (confirmedAt <= this.#unreadUntil) {
          entry.refuse(key);
        } else if (confirmedAt <= now) {
          entry.take(key, { confirmedAt, verifier, exclusive });
        } else {
          this.#log?.warn({ certificateId: id, confirmedAt }, 'a trust record from the future is dropped');
          entry.refuse(key);
        }
      };
      if (certificate !== undefined) take(ITSELF, false, certificate);
      for (const each of attachments) take(each.thingName, each.exclusive, each);
      entry.loaded = true;
    } catch (error) {
      this.#log?.error(
        { certificateId: id, err: error },
        'trust records could not be read; none are assumed',
      );
    } finally {
      entry.reading = undefined;
      this.#loading.delete(id);
      if (entry.hasChanges()) {
        this.#dirty.set(id, entry);
        this.#schedule(FLUSH_DELAY);
      } else {
        this.#settle(entry);
      }
    }
  }

  /** Nothing is to be written for it any more. */
  #settle(entry: TrustEntry): void {
    if (entry.isWriting() || (entry.hasChanges() && !entry.hasNothingToWrite())) return;
    entry.forgetChanges();
    this.#dirty.delete(entry.certificateId);
    if (entry.loaded) this.#clean.set(entry.certificateId, entry);
  }

  /** A confirmation that is never written costs trust after a restart; a withdrawal is written, or nothing unread is believed. */
  #dropOldest(): void {
    for (const entry of this.#dirty.values()) {
      if (!entry.hasOnlyConfirmations() && !entry.isUnreadable()) continue;
      if (!entry.hasOnlyConfirmations()) this.#unreadUntil = this.#clock.trustNow();
      entry.forgetChanges();
      this.#settle(entry);
      return;
    }
  }

  #schedule(delay: number): void {
    if (this.#cancelFlush !== undefined) return;
    const backoff = this.#failures === 0 ? 0 : FLUSH_DELAY * 2 ** Math.min(this.#failures, 10);
    this.#cancelFlush = this.#timer.after(Math.min(Math.max(delay, backoff), LONGEST_RETRY), () => {
      this.#cancelFlush = undefined;
      void this.flush();
    });
  }

  async #write(): Promise<boolean> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const entries = [...this.#dirty.values()];
    const changes = entries.flatMap((entry) => entry.beginWrite());
    if (changes.length === 0) {
      for (const entry of entries) entry.endWrite(true);
      for (const entry of entries) this.#settle(entry);
      return true;
    }
    const batch = batchOf(changes, this.#clock.mark());
    let written = false;
    try {
      await this.#persistence.write(batch);
      written = true;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#log?.error(
        { err: error, failures: this.#failures, certificates: entries.length },
        'trust records could not be written; they are tried again',
      );
    }
    for (const entry of entries) {
      entry.endWrite(written);
      this.#settle(entry);
    }
    if (this.#dirty.size > 0) this.#schedule(FLUSH_DELAY);
    return written;
  }
}
