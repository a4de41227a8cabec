/**
 * One live session and what it shares with others: its broker, its thing, its certificate. These records are the
 * table's indexes at the same time, and exist as long as a session points at them. They are kept lean: with its
 * part of the indexes a session takes well under 2 KiB, whatever the policy.
 */
import type { SessionGrants } from '../policy/grants.ts';
import { ListNode } from './linked-list.ts';
import type { IssuedAs, ThingProperties } from './ports.ts';
import type { Broker } from './session-events.ts';

/** Sessions in the order they were issued; nearly always there is one, and then it costs no set. */
export class SessionGroup {
  #one: Session | undefined = undefined;
  #many: Set<Session> | undefined = undefined;

  get size(): number {
    return this.#many?.size ?? (this.#one === undefined ? 0 : 1);
  }

  add(session: Session): void {
    if (this.#many !== undefined) this.#many.add(session);
    else if (this.#one === undefined) this.#one = session;
    else {
      this.#many = new Set([this.#one, session]);
      this.#one = undefined;
    }
  }

  delete(session: Session): void {
    if (this.#many !== undefined) {
      this.#many.delete(session);
      if (this.#many.size > 1) return;
      [this.#one] = this.#many;
      this.#many = undefined;
    } else if (this.#one === session) this.#one = undefined;
  }

  /** A copy: sessions may be removed while it is walked. */
  toArray(): Session[] {
    if (this.#many !== undefined) return [...this.#many];
    return this.#one === undefined ? [] : [this.#one];
  }
}

/** The sessions of one listener and instance id. */
export class BrokerSessions implements Broker {
  readonly key: string;
  readonly listener: string;
  readonly instanceId: string;
  /** Milliseconds since the Unix epoch of its first session. */
  readonly since: number;
  /** Has a live update stream. */
  held: boolean;
  count = 0;
  readonly clients = new Map<string, SessionGroup>();

  constructor(key: string, broker: Broker, since: number, held: boolean) {
    this.key = key;
    this.listener = broker.listener;
    this.instanceId = broker.instanceId;
    this.since = since;
    this.held = held;
  }

  *sessions(): Generator<Session> {
    for (const group of this.clients.values()) yield* group.toArray();
  }
}

/** No listener's name and no instance id holds a NUL. */
export function brokerKey(broker: Broker): string {
  return `${broker.listener}\0${broker.instanceId}`;
}

export class ThingSessions {
  readonly name: string;
  properties: ThingProperties;
  readonly sessions = new SessionGroup();

  constructor(name: string, properties: ThingProperties) {
    this.name = name;
    this.properties = properties;
  }
}

export class CertificateSessions {
  readonly id: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: number;
  /** Empty where no verifier will ask for it again. */
  readonly pem: string;
  readonly sessions = new SessionGroup();
  /** Owned by the expiry queue; -1: not in it. */
  queuePosition = -1;

  constructor(certificate: IssuedAs & { readonly notAfter: number; readonly pem: string }) {
    this.id = certificate.id;
    this.issuer = certificate.issuer;
    this.serialNumber = certificate.serialNumber;
    this.notAfter = certificate.notAfter;
    this.pem = certificate.pem;
  }
}

export interface SessionFacts {
  readonly token: string;
  /** Grows with every session of this daemon's life: a name that is no secret. */
  readonly serial: number;
  readonly clientId: string;
  readonly correlationId: string;
  readonly broker: BrokerSessions;
  readonly thing: ThingSessions;
  readonly certificate: CertificateSessions;
  readonly issuedAt: number;
  readonly issuedTick: number;
  readonly grants: SessionGrants;
  readonly generation: number;
}

export class Session {
  readonly token: string;
  readonly serial: number;
  readonly clientId: string;
  readonly correlationId: string;
  readonly broker: BrokerSessions;
  readonly thing: ThingSessions;
  readonly certificate: CertificateSessions;
  /** Wall clock. */
  readonly issuedAt: number;
  /** Monotonic clock, as every tick below. */
  readonly issuedTick: number;

  /** False for good once the table has let it go. */
  live = true;
  usedTick: number;
  /** Grows with every access of any session. */
  accessOrder = 0;
  readonly recency = new ListNode<Session>(this);

  /** What it may do under the policy of `generation`. */
  grants: SessionGrants;
  generation: number;
  /** What its broker was told last. */
  told: SessionGrants;
  /** The stream that named it in its held tokens last. */
  heldBy = 0;

  /** When a verifier last had its say, and its place in the order of rechecks. */
  checkedTick: number;
  recheck: ListNode<Session> | undefined = undefined;

  constructor(facts: SessionFacts) {
    this.token = facts.token;
    this.serial = facts.serial;
    this.clientId = facts.clientId;
    this.correlationId = facts.correlationId;
    this.broker = facts.broker;
    this.thing = facts.thing;
    this.certificate = facts.certificate;
    this.issuedAt = facts.issuedAt;
    this.issuedTick = facts.issuedTick;
    this.usedTick = facts.issuedTick;
    this.checkedTick = facts.issuedTick;
    this.grants = facts.grants;
    this.told = facts.grants;
    this.generation = facts.generation;
  }
}
