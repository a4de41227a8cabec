/**
 * One EMQX broker as the session room sees it: a caller that holds an update stream, within this process. Always true of it:
 *
 * - A client id and a certificate have one session here, whatever number of connections EMQX has or had of them; each new
 *   connection is authenticated anew, and its session takes the place of the one before.
 * - Whoever is not known is authenticated at its next action, so that clients which EMQX kept through a restart of the daemon
 *   go on; whoever was sent away is not, until it has connected again.
 * - What the session room ends is kicked, what it changes is flushed (or kicked, where EMQX decides by what it was told).
 *   Everything that EMQX does not take in time is denied here all the same.
 */
import type { Clock } from '../../clock.ts';
import type { SessionGrants } from '../../policy/grants.ts';
import type { SequencedEvent } from '../../sessions/session-events.ts';
import type { Logger, OpenedSession, Sessions } from '../ports.ts';
import { Departures } from './departures.ts';
import { subscribedFilter } from './emqx-filter.ts';
import type {
  EmqxAction,
  EmqxClient,
  EmqxClients,
  EmqxEnforcer,
  EmqxSessions,
  EmqxVerdict,
  Enforcement,
  GivenCertificate,
} from './emqx-ports.ts';
import { grantsFingerprint } from './grants-fingerprint.ts';

/** The update stream is this process's own: there is one for each broker. */
const INSTANCE = 'emqx';
/** For a verdict that several wait for, or nobody any more; EMQX waits 5 s. */
const OPEN_MS = 10_000;
/** EMQX before 5.4 does not tell connections apart: asked again so soon it is taken for the same question. */
const SAME_QUESTION_MS = 1_000;
const REFUSED = { kind: 'refused', unavailable: false } as const;
const UNAVAILABLE = { kind: 'refused', unavailable: true } as const;

export interface EmqxBrokerOptions {
  /** As configured; the listener of its sessions. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  /** The id of a certificate's text; undefined: it is none. */
  readonly certificateId: (text: string) => string | undefined;
  /** The PEM of a certificate that was seen before; undefined: it was not. */
  readonly knownCertificate: (id: string) => Promise<string | undefined>;
  /** EMQX has (again) begun to ask. */
  readonly onBegan?: () => void;
}

/** A client id with a certificate. */
interface Known {
  readonly clientId: string;
  readonly certificateId: string;
  session: OpenedSession;
  enforcement: Enforcement;
  /** Those of EMQX's connections that it was authenticated for; empty names are counted in `unnamed`. */
  readonly connections: Set<string>;
  unnamed: number;
  /** Monotonic. */
  openedAt: number;
  /** False: EMQX may decide by what it was told before this daemon knew it. */
  isConfirmed: boolean;
  /** Not among those that EMQX had connected when it was asked last. */
  isMissed: boolean;
}

interface Question {
  readonly clientId: string;
  readonly certificate: string;
  readonly certificateId: string | undefined;
  readonly enforcement: (grants: SessionGrants) => Enforcement;
}

type Opened =
  | { readonly kind: 'known'; readonly known: Known }
  | { readonly kind: 'refused'; readonly unavailable: boolean };

/** What several may wait for. */
interface Opening {
  readonly flight: Promise<Opened>;
  waiting: number;
}

export class EmqxBroker implements EmqxSessions, EmqxClients {
  readonly #options: EmqxBrokerOptions;
  readonly #clients = new Map<string, Map<string, Known>>();
  readonly #byToken = new Map<string, Known>();
  readonly #opening = new Map<string, Opening>();
  readonly #departures = new Departures();
  #enforcer: EmqxEnforcer | undefined;
  #endStream: () => void = () => {};
  #stopped = false;

  constructor(options: EmqxBrokerOptions) {
    this.#options = options;
  }

  /** From here on it hears of its sessions. Undefined: EMQX's REST API is not to be had. */
  start(enforcer: EmqxEnforcer | undefined): void {
    this.#enforcer = enforcer;
    this.#subscribe();
    enforcer?.reconcile();
  }

  stop(): void {
    this.#stopped = true;
    this.#endStream();
  }

  async authenticate(
    client: EmqxClient,
    enforcement: (grants: SessionGrants) => Enforcement,
    signal: AbortSignal,
  ): Promise<EmqxVerdict> {
    const { clientId, certificate, connection } = client;
    const certificateId = this.#options.certificateId(certificate);
    const again = this.#sameQuestion(clientId, certificateId, connection);
    if (again !== undefined) return this.#mayConnect(again) ? allowed(again) : REFUSED;
    const question = { clientId, certificate, certificateId, enforcement };
    // Each connection is a question of its own; the same one asked twice is one.
    const opened = await this.#open(question, connection, signal);
    if (opened.kind === 'refused') return opened;
    const { known } = opened;
    this.#connect(known, connection);
    this.#departures.returned(clientId);
    // With its session opened before, no request to disconnect it begins after this one is over.
    await this.#enforcer?.settled(clientId);
    if (!signal.aborted && this.#mayConnect(known)) return allowed(known);
    // EMQX has this connection no more, and tells no end of it.
    this.#left(known, connection);
    return signal.aborted ? UNAVAILABLE : REFUSED;
  }

  async authorize(
    client: EmqxClient,
    action: EmqxAction,
    topic: string,
    enforcement: Enforcement,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clientId, certificate, connection } = client;
    const certificateId = this.#options.certificateId(certificate);
    if (certificateId === undefined) return false;
    const known = this.#clients.get(clientId)?.get(certificateId);
    if (known !== undefined) {
      const decision = this.#decide(known, action, topic);
      if (decision !== undefined) return decision;
    }
    if (this.#departures.isLeaving(clientId, certificateId, connection)) return false;
    try {
      const question = { clientId, certificate, certificateId, enforcement: () => enforcement };
      const opened = await this.#open(question, '', signal);
      if (opened.kind === 'refused') return false;
      // What EMQX told it before the daemon knew it is looked at when EMQX's clients are gone through.
      opened.known.isConfirmed = enforcement === 'asked';
      this.#connect(opened.known, connection);
      await this.#enforcer?.settled(clientId);
      return this.#decide(opened.known, action, topic) ?? false;
    } catch (err) {
      this.#options.logger.error(
        { broker: this.#options.name, err },
        'a client of EMQX could not be decided about',
      );
      return false;
    }
  }

  disconnected(client: EmqxClient): void {
    const { clientId, certificate, connection } = client;
    const certificateId = this.#options.certificateId(certificate);
    if (certificateId !== undefined) this.#departures.disconnected(clientId, certificateId, connection);
    const known = certificateId && this.#clients.get(clientId)?.get(certificateId);
    if (!known) return;
    this.#left(known, connection);
  }

  resumed(clientId: string): void {
    this.#enforcer?.audit(clientId);
  }

  began(): void {
    this.#enforcer?.reconcile();
    this.#options.onBegan?.();
  }

  isLive(clientId: string, certificateId: string | undefined): boolean {
    const known = this.#clients.get(clientId);
    return (
      known !== undefined && (certificateId === undefined || known.get(certificateId)?.isConfirmed === true)
    );
  }

  maySubscribe(clientId: string, filter: string): boolean | undefined {
    const all = [...(this.#clients.get(clientId)?.values() ?? [])];
    if (all.length === 0) return undefined;
    return all.every((known) => this.#decide(known, 'subscribe', filter) === true);
  }

  async readmit(
    clientId: string,
    certificate: GivenCertificate,
    signal: AbortSignal,
  ): Promise<'live' | 'gone' | 'unknown'> {
    const told = 'attributes' in certificate ? certificate.attributes : undefined;
    const text =
      'text' in certificate
        ? certificate.text
        : await this.#options.knownCertificate(certificate.attributes.certificateId);
    // What EMQX says was let in by us, and is not known any more.
    if (text === undefined) return 'gone';
    const certificateId = this.#options.certificateId(text);
    if (certificateId === undefined) return 'unknown';
    if (this.#departures.isLeaving(clientId, certificateId, '')) return 'gone';
    // EMQX decides by what was true when it was told.
    const enforcement = (): Enforcement => (told === undefined || told.grants === '' ? 'asked' : 'told');
    const opened = await this.#open({ clientId, certificate: text, certificateId, enforcement }, '', signal);
    if (opened.kind === 'refused') return opened.unavailable ? 'unknown' : 'gone';
    const { known } = opened;
    if (told !== undefined && told.grants !== '' && told.grants !== grantsFingerprint(known.session.grants)) {
      this.#close(known);
      return 'gone';
    }
    this.#connect(known, '');
    return 'live';
  }

  /** Whoever is twice not among them has gone: a list that is read page by page may leave one out. */
  connectedAre(clientIds: ReadonlySet<string>, before: number): void {
    for (const known of [...this.#byToken.values()]) {
      if (clientIds.has(known.clientId) || known.openedAt >= before) known.isMissed = false;
      else if (known.isMissed) this.#close(known);
      else known.isMissed = true;
    }
  }

  async #open(question: Question, connection: string, signal: AbortSignal): Promise<Opened> {
    const key = `${question.clientId}\0${question.certificateId ?? question.certificate}\0${connection}`;
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      const begun = { waiting: 0 };
      const flight = this.#openNow(question, () => begun.waiting > 0).finally(() =>
        this.#opening.delete(key),
      );
      opening = Object.assign(begun, { flight });
      this.#opening.set(key, opening);
    }
    opening.waiting += 1;
    try {
      return await untilAborted(opening.flight, signal);
    } finally {
      opening.waiting -= 1;
    }
  }

  async #openNow({ clientId, certificate, enforcement }: Question, isWanted: () => boolean): Promise<Opened> {
    const { clock, name, sessions } = this.#options;
    const limit = new AbortController();
    const cancel = clock.after(OPEN_MS, () =>
      limit.abort(new DOMException('it took too long', 'TimeoutError')),
    );
    try {
      const broker = { listener: name, instanceId: INSTANCE };
      const result = await sessions.open(
        { clientId, certificatePem: certificate, broker, correlationId: '' },
        limit.signal,
      );
      if (result.kind === 'refused') {
        return result.error.reason === 'INVALID_CREDENTIAL' || result.error.reason === 'INVALID_ARGUMENTS'
          ? REFUSED
          : UNAVAILABLE;
      }
      if (!isWanted()) {
        // Whoever asked has given up, and EMQX tells no end of it.
        sessions.close(name, result.session.token);
        return UNAVAILABLE;
      }
      return this.#admit(clientId, result.session, enforcement);
    } finally {
      cancel();
    }
  }

  /** In the tick in which the session was opened: nothing about it can have been missed. */
  #admit(
    clientId: string,
    session: OpenedSession,
    enforcement: (grants: SessionGrants) => Enforcement,
  ): Opened {
    const { clock, name, sessions } = this.#options;
    const { certificateId, grants, token } = session;
    const answer = sessions.authorize(name, token, 'mqtt:connect', `mqtt:clientId:${clientId}`);
    if (this.#stopped || answer.kind !== 'decision' || !answer.decision.allowed) {
      sessions.close(name, token);
      return REFUSED;
    }
    const ofClient = this.#clients.get(clientId) ?? new Map<string, Known>();
    const before = ofClient.get(certificateId);
    if (before !== undefined) this.#byToken.delete(before.session.token);
    const known: Known = before ?? {
      clientId,
      certificateId,
      session,
      enforcement: 'asked',
      connections: new Set(),
      unnamed: 0,
      openedAt: 0,
      isConfirmed: true,
      isMissed: false,
    };
    const old = known.session.token;
    known.session = session;
    known.enforcement = enforcement(grants);
    known.isConfirmed = true;
    known.openedAt = clock.monotonic();
    ofClient.set(certificateId, known);
    this.#clients.set(clientId, ofClient);
    this.#byToken.set(token, known);
    if (old !== token) sessions.close(name, old);
    return { kind: 'known', known };
  }

  #sameQuestion(clientId: string, certificateId: string | undefined, connection: string): Known | undefined {
    if (certificateId === undefined) return undefined;
    const known = this.#clients.get(clientId)?.get(certificateId);
    if (known === undefined || known.enforcement === 'told') return undefined;
    if (connection !== '') return known.connections.has(connection) ? known : undefined;
    const isRecent = this.#options.clock.monotonic() - known.openedAt < SAME_QUESTION_MS;
    return known.unnamed > 0 && isRecent ? known : undefined;
  }

  #mayConnect({ clientId, session }: Known): boolean {
    const { name, sessions } = this.#options;
    const answer = sessions.authorize(name, session.token, 'mqtt:connect', `mqtt:clientId:${clientId}`);
    return answer.kind === 'decision' && answer.decision.allowed;
  }

  #connect(known: Known, connection: string): void {
    if (connection === '') {
      known.unnamed += 1;
      return;
    }
    known.connections.add(connection);
    // Where connections have names, one without was this one, when it was readmitted.
    known.unnamed = 0;
  }

  /**
   * In a storm EMQX tells no end of connections that were authenticated and lost to another one of their client id. Their session
   * stays until EMQX's clients have been gone through: one too many is better than a device that nobody would disconnect.
   */
  #left(known: Known, connection: string): void {
    // One that was readmitted without a name, or of an EMQX that gives none.
    if (!known.connections.delete(connection)) known.unnamed = Math.max(0, known.unnamed - 1);
    this.#closeIfLeft(known);
  }

  #closeIfLeft(known: Known): void {
    if (known.connections.size > 0 || known.unnamed > 0) return;
    if (this.#byToken.get(known.session.token) === known) this.#close(known);
  }

  /** Undefined: its session has ended. */
  #decide({ session }: Known, action: EmqxAction, topic: string): boolean | undefined {
    const { name, sessions } = this.#options;
    const inner = action === 'publish' ? topic : subscribedFilter(topic);
    if (inner === undefined) return false;
    const resource = action === 'publish' ? `mqtt:topic:${inner}` : `mqtt:topicfilter:${inner}`;
    const answer = sessions.authorize(name, session.token, `mqtt:${action}`, resource);
    return answer.kind === 'decision' ? answer.decision.allowed : undefined;
  }

  #close(known: Known): void {
    this.#forget(known);
    this.#options.sessions.close(this.#options.name, known.session.token);
  }

  #forget(known: Known): void {
    this.#byToken.delete(known.session.token);
    const ofClient = this.#clients.get(known.clientId);
    ofClient?.delete(known.certificateId);
    if (ofClient?.size === 0) this.#clients.delete(known.clientId);
  }

  #subscribe(): void {
    const { logger, name, sessions } = this.#options;
    const hello = { broker: { listener: name, instanceId: INSTANCE }, caller: 'EMQX', epoch: '' };
    const subscription = sessions.subscribe(
      hello,
      (event) => this.#heard(event),
      () => {
        if (this.#stopped) return;
        logger.error(
          { broker: name },
          'the updates of the sessions of EMQX’s clients were cut, and begin anew',
        );
        this.#subscribe();
        // Whatever was missed: those whose session has gone are found by asking EMQX for its clients.
        for (const known of [...this.#byToken.values()]) if (!this.#mayConnect(known)) this.#sendAway(known);
      },
    );
    this.#endStream = () => subscription.end();
  }

  /** Must not throw: that would end the stream. */
  #heard({ event }: SequencedEvent): void {
    if (event.kind === 'ended') {
      for (const token of event.tokens) {
        const known = this.#byToken.get(token);
        if (known !== undefined) this.#sendAway(known);
      }
    } else if (event.kind === 'changed') {
      for (const token of event.changes.flatMap(({ tokens }) => tokens)) {
        const known = this.#byToken.get(token);
        if (known === undefined) continue;
        // It has to come back to be told anew.
        if (known.enforcement === 'told') this.#sendAway(known);
        else this.#enforcer?.flush(known.clientId);
      }
    }
  }

  #sendAway(known: Known): void {
    this.#close(known);
    this.#departures.sentAway(known);
    this.#enforcer?.kick(known.clientId);
  }
}

function allowed({ session }: Known): EmqxVerdict {
  return { kind: 'allowed', session };
}

function untilAborted(flight: Promise<Opened>, signal: AbortSignal): Promise<Opened> {
  if (signal.aborted) return Promise.resolve(UNAVAILABLE);
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const aborted = (): void => resolve(UNAVAILABLE);
  signal.addEventListener('abort', aborted, { once: true });
  flight.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  return promise;
}
