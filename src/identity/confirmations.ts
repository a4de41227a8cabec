/**
 * Is a certificate active, is it attached: from a fresh enough trust record, else from the
 * verifier, else, when that cannot be reached, from a trust record that still stands. Always true:
 * - A rejection is authoritative for what was asked about and for nothing else; its trust record
 *   is gone from the disk before the answer.
 * - A verifier that throws, or does not answer before the deadline, is unavailable.
 * - Of one question at most one is under way, so that verdicts are remembered in the order in
 *   which they were given. A local verifier is asked each time, for each caller.
 * - A rejection is remembered for a short while for the very question it answered, once it is on disk, so that a
 *   device that is refused in a loop costs nothing; never that of a local verifier.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { DeviceCertificate } from './certificate.ts';
import { type ClientIdRule, isThingName } from './client-id.ts';
import type { IdentityObserver } from './observer.ts';
import { RecentRefusals } from './recent-refusals.ts';
import { type Flight, SharedFlights } from './shared-flights.ts';
import type { TrustStore } from './trust.ts';
import type { AttachmentTrust } from './trust-persistence.ts';
import type { TrustedClock } from './trusted-clock.ts';
import type {
  Asking,
  AttachmentVerdict,
  CertificateVerdict,
  ExclusiveThingVerdict,
  RejectionReason,
  Unavailable,
  Verifier,
} from './verifier.ts';

/** Read anew for each decision, so that a changed configuration counts at once. */
export interface IdentitySettings {
  readonly clientIdRule: ClientIdRule;
  readonly clockSkewSeconds: number;
  /** How long a rejection is remembered; 0: not at all. */
  readonly negativeCacheSeconds: number;
  /** A record younger than this is not asked again; never above the trust duration; 0 asks every time. */
  readonly revalidateAfterSeconds: number;
  readonly trustDurationMinutes: number;
  readonly verificationDeadlineSeconds: number;
}

/**
 * `usual`: fresh record, verifier, standing record. `strict`: without the standing record, for live
 * sessions, which need no help to go on. `anew`: the verifier only, because an operator wants to know.
 * `offline`: standing record only, the verifier having shown just now that it does not answer in time.
 */
export type Mode = 'usual' | 'strict' | 'anew' | 'offline';

/** Who waits for an answer. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** When the verification began (monotonic milliseconds): see `Asking`. */
  readonly since: number;
}

export interface ConfirmationsOptions {
  readonly verifier: Verifier;
  readonly trust: TrustStore;
  readonly clock: TrustedClock;
  /** For deadlines and durations. */
  readonly timer: Clock;
  readonly settings: () => IdentitySettings;
  readonly observer?: IdentityObserver;
}

interface Question {
  readonly about: 'certificate' | 'attachment' | 'exclusive-thing' | 'thing';
  readonly certificateId?: string;
  readonly thingName?: string;
  readonly known?: boolean;
}

interface Answer {
  readonly kind: string;
  readonly reason?: RejectionReason;
  readonly cause?: string;
}

const ACTIVE: CertificateVerdict = { kind: 'active' };
const LEFT: Unavailable = { kind: 'unavailable', cause: 'the caller stopped waiting' };
const NOT_ASKED: Unavailable = { kind: 'unavailable', cause: 'the verifier did not answer in time' };
const OVERTAKEN: Unavailable = {
  kind: 'unavailable',
  cause: 'it was rejected while the verifier confirmed it',
};

export class Confirmations {
  readonly #verifier: Verifier;
  readonly #trust: TrustStore;
  readonly #clock: TrustedClock;
  readonly #timer: Clock;
  readonly #settings: () => IdentitySettings;
  readonly #observer: IdentityObserver | undefined;
  readonly #certificates: SharedFlights<CertificateVerdict>;
  readonly #attachments: SharedFlights<AttachmentVerdict>;
  readonly #exclusive: SharedFlights<ExclusiveThingVerdict>;
  readonly #things: SharedFlights<boolean | undefined>;
  readonly #refusals: RecentRefusals;
  /** Names that are no thing's, as last confirmed (trust timeline). Only in memory: lost, it is asked again. */
  readonly #noThings = new LRUCache<string, { readonly confirmedAt: number }>({ max: 10_000 });

  constructor(options: ConfirmationsOptions) {
    this.#verifier = options.verifier;
    this.#trust = options.trust;
    this.#clock = options.clock;
    this.#timer = options.timer;
    this.#settings = options.settings;
    this.#observer = options.observer;
    const deadline = (): number => this.#settings().verificationDeadlineSeconds * 1_000;
    this.#certificates = new SharedFlights(options.timer, deadline);
    this.#attachments = new SharedFlights(options.timer, deadline);
    this.#exclusive = new SharedFlights(options.timer, deadline);
    this.#things = new SharedFlights(options.timer, deadline);
    this.#refusals = new RecentRefusals(options.timer, () => this.#settings().negativeCacheSeconds);
  }

  /** How many waited for the answer to another's question. */
  get joined(): number {
    return this.#all().reduce((sum, flights) => sum + flights.joined, 0);
  }

  /** Questions of which the answer is awaited. */
  get underWay(): number {
    return this.#all().reduce((sum, flights) => sum + flights.size, 0);
  }

  /** What was rejected is asked again. */
  forgetRefusals(): void {
    this.#refusals.clear();
  }

  async certificate(certificate: DeviceCertificate, waiter: Waiter, mode: Mode): Promise<CertificateVerdict> {
    const { id } = certificate;
    const question = { about: 'certificate', certificateId: id } as const;
    const ask = (flight: Flight, standIn = false, known = false): Promise<CertificateVerdict> =>
      this.#ask({ ...question, known }, asking(flight, waiter, id, standIn), (within) =>
        this.#verifier.verifyCertificate(certificate, within),
      );
    if (this.#verifier.local) {
      return (await this.#certificates.join(id, waiter.signal, ask, { alone: true })) ?? LEFT;
    }
    const record = await this.#trust.certificate(id);
    if (takesFresh(mode) && this.isFresh(record)) return ACTIVE;
    const standIn = mode === 'usual' && this.#trusted(record);
    const verdict =
      mode === 'offline'
        ? NOT_ASKED
        : (this.#refusals.get(question) ??
          (await this.#certificates.join(id, waiter.signal, async (flight) => {
            const ticket = this.#trust.ticket();
            const given = await ask(flight, standIn, this.#isOurs(record));
            if (given.kind === 'rejected') await this.#trust.withdrawCertificate(id);
            this.#refusals.note(question, given);
            if (given.kind !== 'active') return given;
            const { name } = this.#verifier;
            return this.#trust.confirmCertificate(id, name, ticket, certificate.pem) ? given : OVERTAKEN;
          })) ??
          LEFT);
    if (verdict.kind !== 'unavailable' || !takesStanding(mode)) return verdict;
    return this.#trusted(await this.#trust.certificate(id)) ? ACTIVE : verdict;
  }

  async attachment(
    certificateId: string,
    thingName: string,
    waiter: Waiter,
    mode: Mode,
  ): Promise<AttachmentVerdict> {
    const key = `${certificateId} ${thingName}`;
    const question = { about: 'attachment', certificateId, thingName } as const;
    const ask = (flight: Flight, standIn = false, known = false): Promise<AttachmentVerdict> =>
      this.#ask({ ...question, known }, asking(flight, waiter, certificateId, standIn), (within) =>
        this.#verifier.verifyAttachment(certificateId, thingName, within),
      );
    if (this.#verifier.local) {
      return (await this.#attachments.join(key, waiter.signal, ask, { alone: true })) ?? LEFT;
    }
    const known = await this.#trust.attachment(certificateId, thingName);
    if (takesFresh(mode) && known !== undefined && this.isFresh(known))
      return { kind: 'active', exclusive: known.exclusive };
    const standIn = mode === 'usual' && this.#trusted(known);
    const verdict =
      mode === 'offline'
        ? NOT_ASKED
        : (this.#refusals.get(question) ??
          (await this.#attachments.join(key, waiter.signal, async (flight) => {
            const ticket = this.#trust.ticket();
            const given = await ask(flight, standIn, this.#isOurs(known));
            if (given.kind === 'rejected') await this.#trust.withdrawAttachment(certificateId, thingName);
            this.#refusals.note(question, given);
            if (given.kind !== 'active') return given;
            const { name } = this.#verifier;
            const kept = this.#trust.confirmAttachment(
              certificateId,
              thingName,
              given.exclusive,
              name,
              ticket,
            );
            return kept ? given : OVERTAKEN;
          })) ??
          LEFT);
    if (verdict.kind !== 'unavailable' || !takesStanding(mode)) return verdict;
    const record = await this.#trust.attachment(certificateId, thingName);
    return record !== undefined && this.#trusted(record)
      ? { kind: 'active', exclusive: record.exclusive }
      : verdict;
  }

  /** The thing a certificate is attached to exclusively. */
  async exclusiveThing(certificateId: string, waiter: Waiter, mode: Mode): Promise<ExclusiveThingVerdict> {
    const question = { about: 'exclusive-thing', certificateId } as const;
    const ask = (flight: Flight, standIn = false): Promise<ExclusiveThingVerdict> =>
      this.#ask(question, asking(flight, waiter, certificateId, standIn), (within) =>
        this.#verifier.exclusiveThingOf(certificateId, within),
      );
    if (this.#verifier.local) {
      return (
        (await this.#exclusive.join(certificateId, waiter.signal, ask, {
          alone: true,
        })) ?? LEFT
      );
    }
    const records = await this.#exclusiveRecords(certificateId);
    const known = takesFresh(mode) ? latest(records.filter((record) => this.isFresh(record))) : undefined;
    if (known !== undefined) return { kind: 'thing', thingName: known.thingName };
    const standIn = mode === 'usual' && records.some((record) => this.#trusted(record));
    const verdict =
      mode === 'offline'
        ? NOT_ASKED
        : (this.#refusals.get(question) ??
          (await this.#exclusive.join(certificateId, waiter.signal, async (flight) => {
            const ticket = this.#trust.ticket();
            const given = await ask(flight, standIn);
            if (given.kind === 'unavailable') return given;
            // It is exclusive to one thing at most; every other record that says so is refuted.
            const thing = given.kind === 'thing' ? given.thingName : undefined;
            for (const record of await this.#exclusiveRecords(certificateId)) {
              if (record.thingName === thing) continue;
              await this.#trust.withdrawAttachment(certificateId, record.thingName);
              if (thing !== undefined) this.#tellDetached(record);
            }
            this.#refusals.note(question, given);
            if (thing === undefined) return given;
            const { name } = this.#verifier;
            return this.#trust.confirmAttachment(certificateId, thing, true, name, ticket)
              ? given
              : OVERTAKEN;
          })) ??
          LEFT);
    if (verdict.kind !== 'unavailable' || !takesStanding(mode)) return verdict;
    const standing = await this.#exclusiveRecords(certificateId);
    const last = latest(standing.filter((record) => this.#trusted(record)));
    return last === undefined ? verdict : { kind: 'thing', thingName: last.thingName };
  }

  /** Undefined: cannot be told now. */
  async isThing(name: string, waiter: Waiter, mode: Mode, onBehalfOf?: string): Promise<boolean | undefined> {
    if (!isThingName(name)) return false;
    const { local } = this.#verifier;
    const seen = local ? undefined : this.#noThings.get(name);
    const { revalidateAfterSeconds, trustDurationMinutes } = this.#settings();
    if (takesFresh(mode) && this.#trust.fresh(seen, revalidateAfterSeconds)) return false;
    const answer =
      mode === 'offline'
        ? undefined
        : await this.#things.join(
            name,
            waiter.signal,
            async (flight) => {
              const within = asking(flight, waiter, onBehalfOf, false);
              const given = await this.#ask({ about: 'thing', thingName: name }, within, async () => {
                const is = await this.#verifier.isThing(name, within);
                return { kind: is === undefined ? 'unavailable' : 'active', is, cause: 'it cannot tell' };
              });
              return 'is' in given ? given.is : undefined;
            },
            { alone: local },
          );
    if (answer === false && !local) this.#noThings.set(name, { confirmedAt: this.#clock.trustNow() });
    if (answer === true) this.#noThings.delete(name);
    if (answer !== undefined || !takesStanding(mode)) return answer;
    return this.#trust.trusted(seen, trustDurationMinutes) ? false : undefined;
  }

  stop(): void {
    for (const flights of this.#all()) flights.stop();
  }

  #all() {
    return [this.#certificates, this.#attachments, this.#exclusive, this.#things];
  }

  async #exclusiveRecords(certificateId: string) {
    return (await this.#trust.attachments(certificateId)).filter((record) => record.exclusive);
  }

  /** What is exclusively another thing's is not attached to this one. */
  #tellDetached(record: AttachmentTrust): void {
    const { certificateId, thingName } = record;
    const verdict = { outcome: 'rejected', reason: 'NOT_ATTACHED', known: this.#isOurs(record) } as const;
    this.#observer?.asked?.({ about: 'attachment', certificateId, thingName, ...verdict, ms: 0 });
  }

  /** Nobody would be asked about it now. */
  isFresh(record: { readonly confirmedAt: number; readonly verifier: string } | undefined): boolean {
    const { revalidateAfterSeconds } = this.#settings();
    return this.#trust.fresh(record, revalidateAfterSeconds) && this.#trusted(record);
  }

  /** Another verifier's confirmation is none of ours. */
  #trusted(record: { readonly confirmedAt: number; readonly verifier: string } | undefined): boolean {
    return this.#isOurs(record) && this.#trust.trusted(record, this.#settings().trustDurationMinutes);
  }

  #isOurs(record: { readonly verifier: string } | undefined): boolean {
    return record?.verifier === this.#verifier.name;
  }

  /** The verifier's answer, or `unavailable` when it throws or the signal comes first. */
  async #ask<T extends Answer>(
    question: Question,
    within: Asking,
    put: (within: Asking) => Promise<T>,
  ): Promise<T | Unavailable> {
    const { signal } = within;
    const begun = this.#timer.monotonic();
    const late = Promise.withResolvers<Unavailable>();
    const abort = (): void => late.resolve(NOT_ASKED);
    signal.addEventListener('abort', abort);
    let answer: T | Unavailable;
    try {
      answer = signal.aborted ? NOT_ASKED : await Promise.race([put(within), late.promise]);
    } catch (error) {
      this.#observer?.failed?.(error);
      answer = { kind: 'unavailable', cause: 'the verifier failed' };
    } finally {
      signal.removeEventListener('abort', abort);
    }
    const { kind, reason, cause }: Answer = answer;
    this.#observer?.asked?.({
      ...question,
      outcome: kind === 'thing' ? 'active' : (kind as 'active' | 'rejected' | 'unavailable'),
      reason,
      cause: kind === 'unavailable' ? cause : undefined,
      ms: this.#timer.monotonic() - begun,
    });
    return answer;
  }
}

function takesFresh(mode: Mode): boolean {
  return mode === 'usual' || mode === 'strict';
}

function takesStanding(mode: Mode): boolean {
  return mode === 'usual' || mode === 'offline';
}

function latest(records: readonly AttachmentTrust[]): AttachmentTrust | undefined {
  return records.toSorted((a, b) => a.confirmedAt - b.confirmedAt).at(-1);
}

function asking(
  { deadline, signal }: Flight,
  { since }: Waiter,
  onBehalfOf: string | undefined,
  standIn: boolean,
): Asking {
  return { signal, since, deadline, onBehalfOf, standIn };
}
