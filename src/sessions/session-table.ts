/**
 * The bounded token cache. What is always true of it:
 *
 * - It never holds more sessions than its capacity, nor more than `maxPerClientId` of one client id at one broker
 *   (the oldest go first). A smaller capacity is enforced at once, a larger one counts at once.
 * - The least recently used go first, and every access counts: finding a token, or a broker's report of its use.
 * - Sessions whose broker has a live update stream are held: they go only when no other is left. For a newcomer
 *   a held one goes only if it has been idle for `minimumHeldSeconds`; otherwise the newcomer is refused.
 * - A client that was displaced, or refused for lack of room, displaces no one for ten minutes. So N clients
 *   beyond the capacity change places at most N times in ten minutes, however often they try.
 * - A token is a UUID v4 never used by another live session, and is known to the listener that obtained it only.
 * - It decides who stays and tells its caller whom it let go; it knows no stream, no policy and no timer. Every
 *   operation is O(1), but for `hold` and `release`, which move a whole broker.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { SessionGrants } from '../policy/grants.ts';
import { DisplacementMemory } from './displacement-memory.ts';
import { LinkedList } from './linked-list.ts';
import type { SessionSettings, ThingProperties } from './ports.ts';
import {
  BrokerSessions,
  brokerKey,
  CertificateSessions,
  Session,
  SessionGroup,
  ThingSessions,
} from './session.ts';
import type { Broker } from './session-events.ts';

const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const MOST_ISSUERS = 100;
/** More redraws than this and the generator is broken. */
const MOST_REDRAWS = 100;

/** The caller that wants a session, authenticated. */
export interface Candidate {
  readonly broker: Broker;
  readonly clientId: string;
  readonly correlationId: string;
  readonly thingName: string;
  readonly thing: ThingProperties;
  readonly certificateId: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: number;
  readonly pem: string;
  readonly grants: SessionGrants;
  readonly generation: number;
}

/** `evicted`: no stream held it. `displaced`: one did. */
export interface Departure {
  readonly session: Session;
  readonly cause: 'evicted' | 'displaced' | 'superseded';
}

export type Admission =
  | { readonly kind: 'admitted'; readonly session: Session; readonly departures: readonly Departure[] }
  | { readonly kind: 'full'; readonly retryAfterMs: number; readonly departures: readonly Departure[] };

export interface SessionTableOptions {
  readonly clock: Clock;
  readonly settings: () => Pick<
    SessionSettings,
    'maxActiveAuthTokens' | 'maxPerClientId' | 'minimumHeldSeconds'
  >;
  /** Draws a UUID v4. */
  readonly createToken: () => string;
  /** Told of every session that leaves, for whatever reason. */
  readonly onRemoved: (session: Session) => void;
}

export class SessionTable {
  readonly #options: SessionTableOptions;
  readonly #byToken = new Map<string, Session>();
  readonly #things = new Map<string, ThingSessions>();
  readonly #certificates = new Map<string, CertificateSessions>();
  readonly #issuers = new LRUCache<string, string>({ max: MOST_ISSUERS });
  readonly #brokers = new Map<string, BrokerSessions>();
  /** Both in the order of access. */
  readonly #loose = new LinkedList<Session>();
  readonly #held = new LinkedList<Session>();
  /** Brokers with a live stream, with or without sessions. */
  readonly #holding = new Set<string>();
  readonly #barred: DisplacementMemory;
  #accesses = 0;
  #issued = 0;
  #evicted = 0;
  #displaced = 0;
  #refused = 0;

  constructor(options: SessionTableOptions) {
    this.#options = options;
    this.#barred = new DisplacementMemory(options.clock);
  }

  get size(): number {
    return this.#byToken.size;
  }

  counts(): {
    active: number;
    held: number;
    issued: number;
    evicted: number;
    displaced: number;
    refusedFull: number;
  } {
    return {
      active: this.#byToken.size,
      held: this.#held.size,
      issued: this.#issued,
      evicted: this.#evicted,
      displaced: this.#displaced,
      refusedFull: this.#refused,
    };
  }

  admit(candidate: Candidate): Admission {
    const { maxPerClientId } = this.#options.settings();
    const departures = this.#shrink();
    const own = this.of(candidate.broker, candidate.clientId);
    for (const session of own.slice(0, Math.max(0, own.length + 1 - maxPerClientId))) {
      this.remove(session);
      departures.push({ session, cause: 'superseded' });
    }
    if (this.size >= this.#capacity()) {
      const made = this.#makeRoom(candidate);
      if (typeof made === 'number') return { kind: 'full', retryAfterMs: made, departures };
      departures.push(made);
    }
    return { kind: 'admitted', session: this.#insert(candidate), departures };
  }

  /** An access. Unknown tokens and those of other listeners are undefined alike. */
  find(listener: string, token: string): Session | undefined {
    const session = this.#byToken.get(token);
    if (session === undefined || session.broker.listener !== listener) return undefined;
    this.#access(session);
    return session;
  }

  /** Not an access. */
  peek(broker: Broker, token: string): Session | undefined {
    const session = this.#byToken.get(token);
    if (session === undefined || session.broker.listener !== broker.listener) return undefined;
    return session.broker.instanceId === broker.instanceId ? session : undefined;
  }

  /** As `find`, by a broker for its own sessions. */
  use(broker: Broker, token: string): void {
    const session = this.peek(broker, token);
    if (session !== undefined) this.#access(session);
  }

  /** False when it had left before. */
  remove(session: Session): boolean {
    if (!session.live) return false;
    session.live = false;
    this.#byToken.delete(session.token);
    this.#listOf(session.broker.held).remove(session.recency);
    const { broker, thing, certificate } = session;
    const client = broker.clients.get(session.clientId);
    client?.delete(session);
    if (client?.size === 0) broker.clients.delete(session.clientId);
    broker.count -= 1;
    if (broker.count === 0) this.#brokers.delete(broker.key);
    thing.sessions.delete(session);
    if (thing.sessions.size === 0) this.#things.delete(thing.name);
    certificate.sessions.delete(session);
    if (certificate.sessions.size === 0) this.#certificates.delete(certificate.id);
    this.#options.onRemoved(session);
    return true;
  }

  /** Its sessions go last from now on. */
  hold(broker: Broker): void {
    const key = brokerKey(broker);
    this.#holding.add(key);
    this.#move(this.#brokers.get(key), true);
  }

  release(broker: Broker): void {
    const key = brokerKey(broker);
    this.#holding.delete(key);
    this.#move(this.#brokers.get(key), false);
  }

  /** Enforces a capacity that became smaller. */
  shrink(): readonly Departure[] {
    return this.#shrink();
  }

  /** In the order of issue; may be walked across changes, and then sees those issued meanwhile. */
  all(): IterableIterator<Session> {
    return this.#byToken.values();
  }

  brokers(): IterableIterator<BrokerSessions> {
    return this.#brokers.values();
  }

  broker(broker: Broker): BrokerSessions | undefined {
    return this.#brokers.get(brokerKey(broker));
  }

  thing(name: string): ThingSessions | undefined {
    return this.#things.get(name);
  }

  certificate(id: string): CertificateSessions | undefined {
    return this.#certificates.get(id);
  }

  /** Those with a session; live, so that it may be walked while sessions come and go. */
  certificates(): IterableIterator<CertificateSessions> {
    return this.#certificates.values();
  }

  /** Those of a broker's client, oldest first. */
  of(broker: Broker, clientId: string): Session[] {
    return this.#brokers.get(brokerKey(broker))?.clients.get(clientId)?.toArray() ?? [];
  }

  /** At whichever broker. */
  ofClientId(clientId: string): Session[] {
    return [...this.#brokers.values()].flatMap(({ clients }) => clients.get(clientId)?.toArray() ?? []);
  }

  #capacity(): number {
    return Math.max(1, this.#options.settings().maxActiveAuthTokens);
  }

  #insert(candidate: Candidate): Session {
    const { clock } = this.#options;
    const key = brokerKey(candidate.broker);
    const broker =
      this.#brokers.get(key) ??
      new BrokerSessions(key, candidate.broker, clock.now(), this.#holding.has(key));
    const thing =
      this.#things.get(candidate.thingName) ?? new ThingSessions(candidate.thingName, candidate.thing);
    thing.properties = candidate.thing;
    const certificate =
      this.#certificates.get(candidate.certificateId) ??
      new CertificateSessions({
        id: candidate.certificateId,
        issuer: this.#shared(candidate.issuer),
        serialNumber: candidate.serialNumber,
        notAfter: candidate.notAfter,
        pem: candidate.pem,
      });
    this.#issued += 1;
    const session = new Session({
      token: this.#draw(),
      serial: this.#issued,
      clientId: candidate.clientId,
      correlationId: candidate.correlationId,
      broker,
      thing,
      certificate,
      issuedAt: clock.now(),
      issuedTick: clock.monotonic(),
      grants: candidate.grants,
      generation: candidate.generation,
    });
    this.#byToken.set(session.token, session);
    this.#brokers.set(key, broker);
    this.#things.set(thing.name, thing);
    this.#certificates.set(certificate.id, certificate);
    const client = broker.clients.get(session.clientId) ?? new SessionGroup();
    client.add(session);
    broker.clients.set(session.clientId, client);
    broker.count += 1;
    thing.sessions.add(session);
    certificate.sessions.add(session);
    this.#accesses += 1;
    session.accessOrder = this.#accesses;
    this.#listOf(broker.held).append(session.recency);
    return session;
  }

  #draw(): string {
    for (let draws = 0; draws < MOST_REDRAWS; draws += 1) {
      const token = this.#options.createToken();
      if (!this.#byToken.has(token)) return token;
    }
    throw new Error('the token generator repeats itself');
  }

  #access(session: Session): void {
    this.#accesses += 1;
    session.accessOrder = this.#accesses;
    session.usedTick = this.#options.clock.monotonic();
    this.#listOf(session.broker.held).moveToEnd(session.recency);
  }

  /** Who went, or after how long it is worth trying again. */
  #makeRoom(newcomer: Candidate): Departure | number {
    const { maxPerClientId } = this.#options.settings();
    const { clientId, thingName } = newcomer;
    const own = clientId === thingName ? [] : (this.#things.get(thingName)?.sessions.toArray() ?? []);
    // Under the client-id rule `any` a thing has as many client ids as it likes, so it makes its own room.
    if (own.length >= maxPerClientId) {
      const oldest = own.reduce((first, next) => (next.accessOrder < first.accessOrder ? next : first));
      return oldest.broker.held ? this.#displace(oldest) : this.#evict(oldest);
    }
    const loose = this.#loose.first?.value;
    if (loose !== undefined) return this.#evict(loose);
    const victim = this.#held.first?.value;
    if (victim === undefined) throw new Error('a full table without sessions');
    const minimum = this.#options.settings().minimumHeldSeconds * 1_000;
    const missing = minimum - (this.#options.clock.monotonic() - victim.usedTick);
    const barred = this.#barred.remainingMs(newcomer.certificateId, newcomer.clientId);
    if (missing <= 0 && barred === 0) return this.#displace(victim);
    this.#barred.bar(newcomer.certificateId, newcomer.clientId);
    this.#refused += 1;
    return Math.ceil(Math.min(Math.max(missing, barred, SHORTEST_RETRY_MS), LONGEST_RETRY_MS));
  }

  #shrink(): Departure[] {
    const departures: Departure[] = [];
    while (this.size > this.#capacity()) {
      const loose = this.#loose.first?.value;
      if (loose !== undefined) departures.push(this.#evict(loose));
      else if (this.#held.first !== undefined) departures.push(this.#displace(this.#held.first.value));
    }
    return departures;
  }

  /** The same name as one text, however many certificates have it. */
  #shared(issuer: string): string {
    const known = this.#issuers.get(issuer);
    if (known !== undefined) return known;
    this.#issuers.set(issuer, issuer);
    return issuer;
  }

  #evict(session: Session): Departure {
    this.remove(session);
    this.#evicted += 1;
    return { session, cause: 'evicted' };
  }

  #displace(session: Session): Departure {
    this.remove(session);
    this.#displaced += 1;
    this.#barred.bar(session.certificate.id, session.clientId);
    return { session, cause: 'displaced' };
  }

  #listOf(held: boolean): LinkedList<Session> {
    return held ? this.#held : this.#loose;
  }

  /** Merges a broker's sessions into the other list, so that both stay in the order of access. */
  #move(broker: BrokerSessions | undefined, held: boolean): void {
    if (broker === undefined || broker.held === held) return;
    const from = this.#listOf(broker.held);
    const to = this.#listOf(held);
    broker.held = held;
    const latestFirst = [...broker.sessions()].sort((a, b) => b.accessOrder - a.accessOrder);
    let anchor = to.last;
    for (const session of latestFirst) {
      from.remove(session.recency);
      while (anchor !== undefined && anchor.value.accessOrder > session.accessOrder) anchor = anchor.previous;
      to.insertAfter(anchor, session.recency);
    }
  }
}
