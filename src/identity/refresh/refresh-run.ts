/**
 * One walk over everything trusted, in the order of certificates' ids. Always true:
 * - Each certificate, then each of its attachments, is asked about unless its record is fresh, or even then. A rejection is withdrawn,
 *   on disk, before the next question; no answer leaves the record as it is, and the walk goes on.
 * - While the verifier is out of reach the walk stays with its page, and tries one device after the other, so that none
 *   is left out for the network's fault and none holds up the others for its own.
 * - A certificate without a record is not asked about, nor is anything of it: it is no known device.
 * - Forgotten without a question: certificates past their validity, and records that stand for nobody any more and could
 *   not be confirmed for 90 days.
 * - What is not associated with this core is forgotten only where the operator wants that, and the whole list was had not
 *   long ago.
 * - It never holds the event loop for longer than a small page takes.
 */

import type { Clock } from '../../clock.ts';
import { type DeviceCertificate, parseCertificate } from '../certificate.ts';
import type { Confirmations, Waiter } from '../confirmations.ts';
import type { IdentityLog } from '../log.ts';
import type { TrustStore } from '../trust.ts';
import type { KnownCertificate, TrustPersistence, TrustRecord } from '../trust-persistence.ts';
import type { TrustedClock } from '../trusted-clock.ts';
import type { Unavailable } from '../verifier.ts';
import type { Associations, RefreshSettings } from './ports.ts';
import type { RefreshJournal } from './refresh-journal.ts';
import type { Turns } from './turns.ts';

export interface RefreshRunOptions {
  readonly persistence: Pick<TrustPersistence, 'page'>;
  readonly trust: TrustStore;
  readonly confirmations: Pick<Confirmations, 'certificate' | 'attachment' | 'isFresh'>;
  readonly clock: TrustedClock;
  readonly timer: Clock;
  readonly settings: () => RefreshSettings;
  readonly journal: RefreshJournal;
  readonly turns: Turns;
  readonly associations?: Associations | undefined;
  readonly log?: IdentityLog | undefined;
  /** False: only what needs no question is done, and the journal is left alone. */
  readonly asks: boolean;
  /** Read before each question: what was confirmed a moment ago is asked about too. */
  readonly anew: () => boolean;
  /** Read before each certificate: it may not be wanted any more. */
  readonly goesOn: () => boolean;
  readonly signal: AbortSignal;
  readonly pageSize: number;
}

export interface RefreshCounts {
  certificates: number;
  /** Questions, by what was answered. */
  confirmed: number;
  rejected: number;
  unanswered: number;
  /** Certificates and attachments that were forgotten without a question. */
  forgotten: number;
}

const PAGE_PAUSE_MS = 50;
const KEPT_UNCONFIRMED_MS = 90 * 86_400_000;
/** So often may a device be tried without an answer after others had theirs. With the pauses this takes some hours. */
const STRIKES = 10;
const LIST_DEADLINE_MS = 5 * 60_000;
const LIST_TRIES = 3;
/** Later the list may lack what was associated meanwhile. */
const LIST_LASTS_MS = 3_600_000;

interface Tried {
  readonly known: KnownCertificate;
  /** To all questions, before it was tried first. */
  readonly answers: number | undefined;
  readonly strikes: number;
}

export class RefreshRun {
  readonly counts: RefreshCounts = {
    certificates: 0,
    confirmed: 0,
    rejected: 0,
    unanswered: 0,
    forgotten: 0,
  };
  readonly #options: RefreshRunOptions;
  #associated: ReadonlySet<string> | undefined;
  /** Monotonic; before it was asked for. */
  #listedAt = 0;
  #associationTrouble = '';
  #lastCause = '';

  constructor(options: RefreshRunOptions) {
    this.#options = options;
  }

  /** Why nothing is forgotten that is not associated; empty when that is not so. */
  get associationTrouble(): string {
    return this.#associationTrouble;
  }

  /** Why the last question without an answer had none; empty when all had one. */
  get lastCause(): string {
    return this.#lastCause;
  }

  /** False: it was ended before its end. Rejects when the disk fails; what was done so far is done. */
  async go(): Promise<boolean> {
    const { asks, journal, pageSize, persistence, turns } = this.#options;
    let cursor = asks ? journal.cursor : '';
    if (asks) await this.#listAssociated();
    for (;;) {
      const page = await persistence.page(cursor === '' ? undefined : cursor, pageSize);
      if (!(await this.#walk(page))) return false;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      cursor = last.certificateId;
      if (asks) await journal.reached(cursor);
      await turns.pause(PAGE_PAUSE_MS);
    }
    if (asks) await journal.finish();
    return true;
  }

  async #walk(page: readonly KnownCertificate[]): Promise<boolean> {
    const { goesOn, signal, turns } = this.#options;
    const waiting: Tried[] = page.map((known) => ({ known, answers: undefined, strikes: 0 }));
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal.aborted || !goesOn()) return false;
      const { known, answers = turns.answers } = next;
      const strikes = turns.answers > answers ? next.strikes + 1 : 0;
      if ((await this.#look(known)) === 'again' && strikes < STRIKES) {
        waiting.push({ known, answers, strikes });
      } else {
        this.counts.certificates += 1;
      }
    }
    return !signal.aborted;
  }

  /** `again`: the verifier was out of reach. */
  async #look(known: KnownCertificate): Promise<'done' | 'again'> {
    const { asks, trust } = this.#options;
    const { certificateId } = known;
    const certificate = await this.#parsed(known);
    if (certificate !== undefined && this.#isExpired(certificate)) {
      await trust.forget(certificateId);
      this.counts.forgotten += 1;
      return 'done';
    }
    await this.#forgetUnassociated(certificateId);
    const asked = asks ? await this.#reconfirm(certificateId, certificate) : 'done';
    if (asked === 'done') await this.#forgetOld(certificateId);
    return asked;
  }

  async #parsed({ certificateId, pem }: KnownCertificate): Promise<DeviceCertificate | undefined> {
    if (pem === undefined) return undefined;
    const parsed = parseCertificate(pem);
    if (parsed.ok && parsed.certificate.id === certificateId) return parsed.certificate;
    this.#options.log?.warn(
      { certificateId },
      'a certificate kept for the refresh was damaged and is dropped; it is kept again when its device connects',
    );
    await this.#options.trust.dropPem(certificateId, pem);
    return undefined;
  }

  async #reconfirm(
    certificateId: string,
    certificate: DeviceCertificate | undefined,
  ): Promise<'done' | 'again'> {
    const { confirmations, trust } = this.#options;
    const record = await trust.certificate(certificateId);
    if (record === undefined) return 'done';
    if (certificate !== undefined && this.#isToBeAsked(record)) {
      const asked = await this.#ask((waiter) => confirmations.certificate(certificate, waiter, this.#mode()));
      if (asked === 'again') return asked;
      if ((await trust.certificate(certificateId)) === undefined) return 'done';
    }
    for (const { thingName } of await trust.attachments(certificateId)) {
      const attachment = await trust.attachment(certificateId, thingName);
      if (attachment === undefined || !this.#isToBeAsked(attachment)) continue;
      const put = (waiter: Waiter) =>
        confirmations.attachment(certificateId, thingName, waiter, this.#mode());
      if ((await this.#ask(put)) === 'again') return 'again';
    }
    return 'done';
  }

  #isToBeAsked(record: TrustRecord): boolean {
    return this.#options.anew() || !this.#options.confirmations.isFresh(record);
  }

  #mode(): 'anew' | 'strict' {
    return this.#options.anew() ? 'anew' : 'strict';
  }

  async #ask<T extends { readonly kind: string }>(
    put: (waiter: Waiter) => Promise<T | Unavailable>,
  ): Promise<'done' | 'again'> {
    const { journal, signal, timer, turns } = this.#options;
    if (!(await turns.next())) return 'again';
    const verdict = await put({ signal, since: timer.monotonic() });
    if (signal.aborted) return 'again';
    if (verdict.kind !== 'unavailable') await journal.begin();
    const settled = await turns.settle(verdict);
    if (settled === 'again') return settled;
    if (verdict.kind === 'rejected') this.counts.rejected += 1;
    else if (verdict.kind === 'unavailable') this.#noteUnanswered(verdict);
    else this.counts.confirmed += 1;
    return 'done';
  }

  #noteUnanswered(verdict: { readonly kind: string; readonly cause?: string }): void {
    this.counts.unanswered += 1;
    this.#lastCause = verdict.cause ?? 'no answer';
  }

  #isExpired({ notAfter }: DeviceCertificate): boolean {
    const { clock, settings } = this.#options;
    return clock.now() > notAfter + settings().clockSkewSeconds * 1_000;
  }

  async #forgetOld(certificateId: string): Promise<void> {
    const { clock, settings, trust } = this.#options;
    const kept = Math.max(KEPT_UNCONFIRMED_MS, settings().trustDurationMinutes * 60_000);
    const isOld = ({ confirmedAt }: { readonly confirmedAt: number }): boolean =>
      clock.trustNow() - confirmedAt > kept;
    for (const attachment of await trust.attachments(certificateId)) {
      if (!isOld(attachment)) continue;
      await trust.withdrawAttachment(certificateId, attachment.thingName);
      this.counts.forgotten += 1;
    }
    const record = await trust.certificate(certificateId);
    if (record === undefined || !isOld(record)) return;
    await trust.withdrawCertificate(certificateId);
    this.counts.forgotten += 1;
  }

  async #forgetUnassociated(certificateId: string): Promise<void> {
    const { settings, timer, trust } = this.#options;
    if (this.#associated === undefined || !settings().forgetUnassociated) return;
    if (timer.monotonic() - this.#listedAt > LIST_LASTS_MS) await this.#listAssociated();
    const associated = this.#associated;
    if (associated === undefined) return;
    const attachments = await trust.attachments(certificateId);
    const others = attachments.filter(({ thingName }) => !associated.has(thingName));
    for (const { thingName } of others) {
      await trust.withdrawAttachment(certificateId, thingName);
      this.counts.forgotten += 1;
    }
    if (others.length < attachments.length) return;
    if ((await trust.certificate(certificateId)) === undefined) return;
    await trust.withdrawCertificate(certificateId);
    this.counts.forgotten += 1;
  }

  async #listAssociated(): Promise<void> {
    const { associations, log, settings, timer, turns } = this.#options;
    this.#associated = undefined;
    if (!settings().forgetUnassociated) return;
    if (associations === undefined) {
      this.#associationTrouble = 'associations cannot be asked for';
      return;
    }
    for (let attempt = 1; attempt <= LIST_TRIES; attempt += 1) {
      if (!(await turns.next())) return;
      this.#listedAt = timer.monotonic();
      const listed = await this.#list(associations);
      if (listed.kind === 'answered') {
        this.#associated = listed.value;
        this.#associationTrouble = '';
        return;
      }
      this.#associationTrouble = listed.message;
      if (!turns.isDown) break;
    }
    log?.warn(
      { trouble: this.#associationTrouble },
      'the things of this core could not be listed; none is forgotten in this refresh',
    );
  }

  async #list(associations: Associations): Promise<Awaited<ReturnType<Associations['list']>>> {
    const { log, signal, timer } = this.#options;
    const late = new AbortController();
    const cancel = timer.after(LIST_DEADLINE_MS, () => late.abort());
    try {
      return await associations.list(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      log?.error({ err: error }, 'listing the things of this core failed through a defect');
      return { kind: 'trouble', message: 'the daemon failed; see its log' };
    } finally {
      cancel();
    }
  }
}
