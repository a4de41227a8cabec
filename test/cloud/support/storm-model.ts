/**
 * What a daemon that asks a cloud may, must and must not answer, by the rules at the head of storm-model.test.ts. It knows what
 * the cloud told the daemon and when, what the daemon answered, and how time passed; nothing of how the daemon decides.
 */
import { expect } from 'vitest';
import { Belief } from './belief.ts';
import type { Question } from './storm-cloud.ts';
import type { StormSettings } from './storm-daemon.ts';
import type { Instant, TrustTimeline } from './trust-timeline.ts';

export interface Connect {
  readonly certificate: string;
  readonly thing: string;
  readonly begun: Instant;
  /** How many refusals of the certificate the daemon had heard. */
  readonly refusals: number;
}

/** Of a cloud that has been at its best since long before a device connected: what it has said of each question since, if that is one thing. */
export type Calm = ReadonlyMap<Question, boolean>;

export type Answer =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'rejected'; readonly about: 'certificate' | 'attachment' }
  | { readonly kind: 'unavailable' | 'queue-full' };

/** How many verifications may be under way beside one. */
interface Others {
  readonly all: number;
  readonly ofCertificate: number;
}

export interface ModelSession {
  readonly token: string;
  readonly certificate: string;
  readonly thing: string;
  /** `told`: its broker has to know. */
  over: 'told' | 'closed' | undefined;
  overAt: number;
}

/** Times are whole milliseconds in some places and not in others. */
const ROUNDING = 2;
const BATCH_WINDOW = 250;
const PLACES_OF_ONE = 4;
const RECHECKS_AT_ONCE = 8;
const REFRESHES_AT_ONCE = 1;
const CROSSINGS = 3;

export class StormModel {
  readonly sessions: ModelSession[] = [];
  readonly #settings: StormSettings;
  readonly #time: TrustTimeline;
  readonly #beliefs = new Map<Question, Belief>();
  readonly #refusals = new Map<string, number>();
  /** Who waits, by what is decided. */
  readonly #underWay = new Map<Question, Connect[]>();
  /** When what they wait for may have begun. */
  readonly #since = new WeakMap<Connect, Instant>();
  /** Left by those who waited: until when the daemon may go on with it, and remember that nobody heard. */
  readonly #left = new Map<Question, number>();
  readonly seen = { token: 0, offline: 0, rejected: 0, unavailable: 0, 'queue-full': 0, asked: 0, killed: 0 };

  constructor(settings: StormSettings, time: TrustTimeline) {
    this.#settings = settings;
    this.#time = time;
  }

  asked(question: Question): void {
    const { least, refusedAt } = this.#belief(question);
    const { negativeCacheSeconds, revalidateAfterSeconds, trustDurationMinutes } = this.#settings.identity;
    const fresh = Math.min(revalidateAfterSeconds * 1_000, trustDurationMinutes * 60_000);
    this.seen.asked += 1;
    if (least !== undefined) {
      expect(this.#time.mostAge(least) + ROUNDING, 'the age of what is asked again').toBeGreaterThan(fresh);
    }
    if (refusedAt !== undefined) {
      const since = this.#time.now().at - refusedAt + ROUNDING;
      expect(since, 'since it was refused, and is asked again').toBeGreaterThan(negativeCacheSeconds * 1_000);
    }
  }

  heard(question: Question, yes: boolean): void {
    const now = this.#time.now();
    if (yes) this.#belief(question).confirmed(now);
    else {
      this.#belief(question).refused(now);
      const [certificate = '', thing] = question.split(' ');
      this.#refusals.set(certificate, this.refusalsOf(certificate) + 1);
      this.#end(
        (session) => session.certificate === certificate && (thing ?? session.thing) === session.thing,
      );
    }
  }

  refusalsOf(certificate: string): number {
    return this.#refusals.get(certificate) ?? 0;
  }

  begins(connect: Connect): void {
    const key = attachmentOf(connect);
    this.#since.set(connect, this.#earliest(connect));
    this.#underWay.set(key, [...(this.#underWay.get(key) ?? []), connect]);
  }

  /** Whoever waited does so no longer; the daemon goes on. */
  left(connect: Connect): void {
    const deadline = this.#settings.identity.verificationDeadlineSeconds * 1_000;
    this.#left.set(attachmentOf(connect), this.#time.now().at + 2 * deadline);
    this.#forget(connect);
  }

  answers(connect: Connect, answer: Answer, calm: Calm | undefined): void {
    const { at } = this.#time.now();
    for (const [key, until] of this.#left) if (at > until) this.#left.delete(key);
    const since = this.#since.get(connect) ?? connect.begun;
    const others = this.#others(connect);
    this.#forget(connect);
    this.seen[answer.kind] += 1;
    switch (answer.kind) {
      case 'token':
        this.#token(connect, since, answer.token, this.#mayBeFull(connect, others) ? undefined : calm);
        break;
      case 'rejected':
        this.#rejected(connect, since, answer.about);
        break;
      case 'queue-full':
        expect(this.#mayBeFull(connect, others), 'so many wait').toBe(true);
        this.#notTrusted(connect);
        break;
      case 'unavailable':
        this.#unavailable(connect, others, calm);
    }
  }

  kicked(thing: string): void {
    this.#end((session) => session.thing === thing);
  }

  closed(session: ModelSession): void {
    this.#over(session, 'closed');
  }

  /** Its waiting callers, its sessions and its memory of refusals are gone. */
  ends(how: 'kill' | 'stop'): void {
    const { at } = this.#time.now();
    if (how === 'kill') {
      this.#time.isKilled();
      this.seen.killed += 1;
    }
    const written = how === 'stop' ? at : at - BATCH_WINDOW - 2 * this.#settings.writeMs - ROUNDING;
    for (const belief of this.#beliefs.values()) {
      belief.written(written);
      belief.restarted();
    }
    this.sessions.length = 0;
    this.#underWay.clear();
    this.#left.clear();
  }

  /** The longest that anybody has waited for an answer. */
  longestWait(): number {
    const begun = [...this.#underWay.values()].flat().map((connect) => connect.begun.at);
    return this.#time.now().at - Math.min(this.#time.now().at, ...begun);
  }

  /** Certificate and thing stand, as far as the daemon surely knows, and so does the device without the cloud. */
  surelyTrusted(connect: Pick<Connect, 'certificate' | 'thing'>): boolean {
    const trust = this.#settings.identity.trustDurationMinutes * 60_000;
    return questionsOf(connect).every((question) => {
      const { least } = this.#belief(question);
      return least !== undefined && this.#time.mostAge(least) + ROUNDING < trust;
    });
  }

  #token(connect: Connect, since: Instant, token: string, calm: Calm | undefined): void {
    const { revalidateAfterSeconds, trustDurationMinutes } = this.#settings.identity;
    for (const question of questionsOf(connect)) {
      const { most } = this.#belief(question);
      if (most === undefined) throw new Error(`let in, though the cloud did not last say yes to ${question}`);
      const age = this.#time.leastAge(most, since);
      expect(age, `the age of what let it in: ${question}`).toBeLessThan(
        trustDurationMinutes * 60_000 + ROUNDING,
      );
      if (age <= revalidateAfterSeconds * 1_000 + ROUNDING) continue;
      this.seen.offline += 1;
      if (calm?.get(question) === false && !this.#left.has(attachmentOf(connect)))
        throw new Error(`let in without asking a cloud that says no to ${question}`);
    }
    const { certificate, thing } = connect;
    this.sessions.push({ token, certificate, thing, over: undefined, overAt: 0 });
  }

  #rejected(connect: Connect, since: Instant, about: 'certificate' | 'attachment'): void {
    const question = about === 'certificate' ? connect.certificate : attachmentOf(connect);
    const belief = this.#belief(question);
    const { refusedAt } = belief;
    if (refusedAt === undefined)
      throw new Error(`refused, though the cloud did not last say no to ${question}`);
    const { identity, writeMs } = this.#settings;
    // Before it is on disk it is no answer, and whoever asks meanwhile waits for it.
    const remembered = identity.negativeCacheSeconds * 1_000 + 2 * writeMs;
    expect(refusedAt, 'when it was refused').toBeGreaterThanOrEqual(since.at - remembered - ROUNDING);
    belief.answeredRefusal();
  }

  /** May so many wait that one more is too many? */
  #mayBeFull({ certificate }: Connect, others: Others): boolean {
    const { size, workers } = this.#settings.requests;
    const rechecked = this.#recheckedNow();
    const most = others.all + Math.min(RECHECKS_AT_ONCE, rechecked.length) + REFRESHES_AT_ONCE;
    const own = rechecked.filter((session) => session.certificate === certificate).length;
    return most >= size + workers || others.ofCertificate + own + REFRESHES_AT_ONCE >= PLACES_OF_ONE;
  }

  /** Of which sessions a recheck may be under way, be they over by now. */
  #recheckedNow(): readonly ModelSession[] {
    const begun = this.#time.now().at - this.#settings.identity.verificationDeadlineSeconds * 1_000;
    return this.sessions.filter(({ over, overAt }) => over === undefined || overAt >= begun);
  }

  #unavailable(connect: Connect, others: Others, calm: Calm | undefined): void {
    if (this.refusalsOf(connect.certificate) - connect.refusals >= CROSSINGS) return;
    this.#notTrusted(connect);
    if (!this.#mayBeFull(connect, others))
      expect(calm, 'the cloud that is said not to answer').toBe(undefined);
  }

  #notTrusted(connect: Connect): void {
    expect(this.surelyTrusted(connect), 'a device is refused that is surely trusted').toBe(false);
  }

  #end(which: (session: ModelSession) => boolean): void {
    for (const session of this.sessions) if (which(session)) this.#over(session, 'told');
  }

  #over(session: ModelSession, how: 'told' | 'closed'): void {
    if (session.over !== undefined) return;
    session.over = how;
    session.overAt = this.#time.now().at;
  }

  #belief(question: Question): Belief {
    const known = this.#beliefs.get(question);
    if (known !== undefined) return known;
    const made = new Belief();
    this.#beliefs.set(question, made);
    return made;
  }

  /** The answer may have been decided for whoever asked the same first, and waits or has left. */
  #earliest(connect: Connect): Instant {
    const key = attachmentOf(connect);
    const waiting = [...(this.#underWay.get(key) ?? [])].map(
      (other) => this.#since.get(other) ?? other.begun,
    );
    const first = waiting.reduce((one, other) => (other.at < one.at ? other : one), connect.begun);
    if (!this.#left.has(key)) return first;
    const deadline = this.#settings.identity.verificationDeadlineSeconds * 1_000;
    return { ...first, at: first.at - deadline, running: first.running - deadline };
  }

  /** Verifications that may be under way beside this one. */
  #others({ certificate, thing }: Connect): Others {
    const keys = new Set([...this.#underWay.keys(), ...this.#left.keys()]);
    keys.delete(attachmentOf({ certificate, thing }));
    const own = [...keys].filter((key) => key.startsWith(certificate));
    return { all: keys.size, ofCertificate: own.length };
  }

  #forget(connect: Connect): void {
    const key = attachmentOf(connect);
    const rest = (this.#underWay.get(key) ?? []).filter((other) => other !== connect);
    if (rest.length > 0) this.#underWay.set(key, rest);
    else this.#underWay.delete(key);
  }
}

export function attachmentOf({ certificate, thing }: Pick<Connect, 'certificate' | 'thing'>): Question {
  return `${certificate} ${thing}`;
}

export function questionsOf(connect: Pick<Connect, 'certificate' | 'thing'>): readonly Question[] {
  return [connect.certificate, attachmentOf(connect)];
}
