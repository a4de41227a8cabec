/**
 * The session room: joins who a device is with what it may do, and keeps it joined until the session ends. What is
 * always true of it:
 *
 * - A session exists only while its certificate is active, attached and valid as far as the daemon has been told:
 *   whatever takes that away ends it in the same tick, and its broker's event is out by then.
 * - Every decision is by the policy in force; a caller that decides by itself is told of a change at once.
 * - Tokens and events are a listener's own. There is no other way to be authorised than a session.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import type { RegistryChange } from '../identity/registry/store.ts';
import { BrokerOutages } from './broker-outages.ts';
import { CacheAlarm } from './cache-alarm.ts';
import { CrlChanges, type RevokedBy } from './crl-changes.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { EVENT_LOOP_PACE, GrantsRefresh, type Pace } from './grants-refresh.ts';
import { HeldReport } from './held-report.ts';
import { LiveRechecks } from './live-rechecks.ts';
import type {
  AuthenticatorPort,
  Finding,
  PolicyPort,
  SessionObserver,
  SessionSettings,
  ThingProperties,
  ThingsPort,
  TrustedTime,
} from './ports.ts';
import { RevocationFence } from './revocation-fence.ts';
import { brokerKey, type Session } from './session.ts';
import type {
  AuthorizeResult,
  Hello,
  OpenedSession,
  OpenRequest,
  OpenResult,
  SessionFilter,
  SessionStats,
  UnansweredCall,
  UpdateSubscription,
} from './session-api.ts';
import { SessionEnds } from './session-ends.ts';
import type { Broker, SessionState } from './session-events.ts';
import {
  type BrokerSummary,
  listBrokers,
  listSessions,
  type SessionPage,
  type SessionPageRequest,
} from './session-list.ts';
import { type Authenticated, abandoned, noRoom, type Refused, SessionOpening } from './session-opening.ts';
import { type Departure, SessionTable } from './session-table.ts';
import { ThingChanges } from './thing-changes.ts';
import { UpdateHub } from './update-hub.ts';
import type { EventSink, StreamEnd, UpdateStream } from './update-stream.ts';

/** How soon a limit that became smaller is noticed when nobody says so. */
const HOUSEKEEPING_MS = 30_000;
const LONGEST_MS = 2 ** 32 - 1;
const LONGEST_INSTANCE_ID = 128;
const INVALID_TOKEN: AuthorizeResult = { kind: 'invalid-token' };

export interface SessionServiceOptions {
  readonly clock: Clock;
  readonly trusted: TrustedTime;
  readonly authenticator: AuthenticatorPort;
  readonly things: ThingsPort;
  readonly policy: PolicyPort;
  readonly settings: () => SessionSettings;
  /** For verifiers that do not tell of changes by themselves: all that are not local. */
  readonly liveRechecks: boolean;
  readonly observer?: SessionObserver;
  /** Draws UUIDs v4. */
  readonly createToken?: () => string;
  readonly epoch?: string;
  readonly pace?: Pace;
}

export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #table: SessionTable;
  readonly #hub: UpdateHub;
  readonly #ends: SessionEnds;
  readonly #opening: SessionOpening;
  readonly #refresh: GrantsRefresh;
  readonly #thingChanges: ThingChanges;
  readonly #crlChanges: CrlChanges;
  readonly #expiry: ExpiryQueue;
  readonly #rechecks: LiveRechecks | undefined;
  readonly #outages: BrokerOutages;
  readonly #alarm: CacheAlarm;
  #rounds = 0;
  #cancelHousekeeping: () => void = () => {};
  #stopped = false;

  constructor(options: SessionServiceOptions) {
    this.#options = options;
    const { authenticator, clock, observer = {}, policy, settings, things, trusted } = options;
    const onFault = (what: string, error: unknown): void => observer.onFault?.(what, error);
    const fence = new RevocationFence();
    const table = new SessionTable({
      clock,
      settings,
      createToken: options.createToken ?? randomUUID,
      onRemoved: (session) => this.#forget(session),
    });
    const hub = new UpdateHub({
      clock,
      epoch: options.epoch ?? randomUUID(),
      policy,
      leaseMs: () => this.#graceMs(),
      onFault,
    });
    this.#table = table;
    this.#hub = hub;
    this.#ends = new SessionEnds({ table, hub, fence, onEnd: (end) => observer.onEnd?.(end) });
    this.#refresh = new GrantsRefresh({
      policy,
      table,
      hub,
      pace: options.pace ?? EVENT_LOOP_PACE,
      onBroken: (session, error) => {
        onFault('the grants of a session could not be computed', error);
        this.#ends.revoke([session], 'its grants could not be computed');
      },
    });
    this.#thingChanges = new ThingChanges({ clock, things, table, refresh: this.#refresh, onFault });
    this.#crlChanges = new CrlChanges({
      table,
      fence,
      pace: options.pace ?? EVENT_LOOP_PACE,
      onRevoked: (certificateId, why) => this.#ends.certificateRevoked(certificateId, why),
      onFault,
    });
    this.#expiry = new ExpiryQueue({
      clock,
      trusted,
      onExpired: ({ sessions }) => this.#ends.revoke(sessions.toArray(), 'certificate: it expired'),
    });
    this.#rechecks = !options.liveRechecks
      ? undefined
      : new LiveRechecks({
          clock,
          authenticator,
          intervalMs: () => settings().liveRevalidationSeconds * 1_000,
          onRejected: (session, reason, message) => this.#ends.rejected(session, reason, message),
          onFault,
        });
    const isExpired = (notAfter: number): boolean => this.#remainingMs(notAfter) < 0;
    this.#opening = new SessionOpening({ authenticator, things, fence, isExpired });
    this.#outages = new BrokerOutages(clock, table, () => this.#graceMs());
    this.#alarm = new CacheAlarm(clock, (finding) => observer.onFinding?.(finding));
    this.#awaitHousekeeping();
  }

  get epoch(): string {
    return this.#hub.epoch;
  }

  async open(request: OpenRequest, signal: AbortSignal): Promise<OpenResult> {
    const result = await this.#opening.open(request, signal, (device, thing) =>
      this.#issue(request, device, thing),
    );
    if (result.kind === 'opened') return result;
    if (result.why !== undefined) {
      this.#options.observer?.onRefusal?.({
        operation: 'GetClientDeviceAuthToken',
        ...result.why,
        clientId: request.clientId,
        listener: request.broker.listener,
        correlationId: request.correlationId,
      });
    }
    return { kind: 'refused', error: result.error };
  }

  authorize(listener: string, token: string, operation: string, resource: string): AuthorizeResult {
    const session = this.#table.find(listener, token);
    if (session === undefined) return INVALID_TOKEN;
    const decision = this.#options.policy.evaluate(this.#refresh.current(session), operation, resource);
    // The other reason is the caller's mistake, which it is told.
    if (!decision.allowed && decision.reason !== 'SERVICE_MISMATCH') {
      this.#options.observer?.onRefusal?.({
        operation: 'AuthorizeClientDeviceAction',
        reason: decision.reason,
        message: `${session.thing.name} may not ${operation} on ${resource}`,
        clientId: session.clientId,
        certificateId: session.certificate.id,
        listener,
        correlationId: session.correlationId,
      });
    }
    return { kind: 'decision', decision };
  }

  /** The device disconnected. An unknown token, or another listener's, is no error. */
  close(listener: string, token: string): void {
    const session = this.#table.find(listener, token);
    if (session !== undefined) this.#table.remove(session);
  }

  /** Ends every session that was opened there. Answers how many. */
  endListener(listener: string, why: string): number {
    const sessions = [...this.#table.brokers()]
      .filter((broker) => broker.listener === listener)
      .flatMap((broker) => [...broker.sessions()]);
    this.#ends.revoke(sessions, why);
    return sessions.length;
  }

  /** Has any session, of whatever broker, this client id? */
  hasClientId(clientId: string): boolean {
    return this.#table.ofClientId(clientId).length > 0;
  }

  /**
   * Throws INVALID_ARGUMENTS for an instance id that is empty or too long. A broker's new stream takes the place of
   * its old one. `onEnd` hears when it is the daemon that ends the stream.
   */
  subscribe(hello: Hello, sink: EventSink, onEnd: (end: StreamEnd) => void = () => {}): UpdateSubscription {
    const { broker, caller } = hello;
    if (broker.instanceId === '' || broker.instanceId.length > LONGEST_INSTANCE_ID) {
      throw new DaemonError('INVALID_ARGUMENTS', 'broker_instance_id must have 1 to 128 characters');
    }
    if (this.#stopped) throw stopping();
    this.#outages.end(brokerKey(broker));
    const stream: UpdateStream = this.#hub.open(broker, caller, sink, (end) => {
      this.#streamEnded(stream);
      onEnd(end);
    });
    this.#table.hold(broker);
    const report = new HeldReport({
      clock: this.#options.clock,
      table: this.#table,
      hub: this.#hub,
      stream,
      nextRound: () => {
        this.#rounds += 1;
        return this.#rounds;
      },
      stateOf: (session) => this.#stateOf(session),
    });
    return {
      held: (tokens, last) => report.report(tokens, last),
      used: (tokens) => {
        if (stream.live) for (const token of tokens) this.#table.use(broker, token);
      },
      closed: (tokens, unanswered = []) => {
        if (!stream.live) return;
        for (const token of tokens) this.close(broker.listener, token);
        for (const call of unanswered) this.#closeUnanswered(broker, call);
        stream.closedTokens += tokens.length + unanswered.length;
      },
      end: () => {
        stream.end(undefined);
        this.#streamEnded(stream);
      },
    };
  }

  /** Without its token nobody can use it, and nothing else would end it while this broker's stream lasts. */
  #closeUnanswered(broker: Broker, { clientId, correlationId }: UnansweredCall): void {
    for (const session of this.#table.of(broker, clientId)) {
      if (session.correlationId === correlationId) this.#table.remove(session);
    }
  }

  /** Throws INVALID_ARGUMENTS when nothing is named, or too little to be meant. Answers how many ended. */
  revoke(filter: SessionFilter, correlationId = ''): number {
    return this.#ends.revokeMatching(filter, correlationId);
  }

  /** To be told of every change of the registry, in the tick in which the registry tells. */
  registryChanged(change: RegistryChange): void {
    this.#ends.registryChanged(change);
    if (change.kind === 'thing-changed') this.#thingChanges.changed(change.thingName);
  }

  /** To be called in the tick in which an issuer's CRL changed; resolves when no session that it concerns is left. */
  crlsChanged(revokedBy: RevokedBy): Promise<void> {
    return this.#crlChanges.changed(revokedBy);
  }

  /** To be called in the tick in which the policy changed; resolves when every broker has been told. */
  policyChanged(): Promise<void> {
    return this.#refresh.policyChanged();
  }

  /** To be called after a reload: a smaller limit ends sessions at once. */
  settingsChanged(): void {
    this.#departed(this.#table.shrink());
  }

  /** Throws INVALID_ARGUMENTS for a page token that no page gave. */
  list(page: SessionPageRequest): SessionPage {
    return listSessions(this.#table, this.#options.clock, page);
  }

  stats(): SessionStats {
    return { ...this.#table.counts(), limit: this.#limit() };
  }

  brokers(): readonly BrokerSummary[] {
    return listBrokers(this.#table, this.#hub, this.#outages.streams());
  }

  findings(): readonly Finding[] {
    return this.#alarm.findings(this.#limit());
  }

  /** Ends every stream; the tokens go with the process. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelHousekeeping();
    this.#refresh.stop();
    this.#thingChanges.stop();
    this.#crlChanges.stop();
    this.#rechecks?.stop();
    this.#expiry.stop();
    this.#outages.stop();
    this.#hub.stop();
  }

  #issue(request: OpenRequest, device: Authenticated, thing: ThingProperties): Opened | Refused {
    if (this.#stopped) return abandoned(stopping());
    const { certificateId, clientId, issuer, notAfter, serialNumber, thingName } = device;
    const admission = this.#table.admit({
      broker: request.broker,
      clientId,
      correlationId: request.correlationId,
      thingName,
      thing,
      certificateId,
      issuer,
      serialNumber,
      notAfter,
      pem: this.#rechecks === undefined ? '' : device.certificatePem,
      grants: this.#refresh.grantsFor(thingName, clientId, thing),
      generation: this.#refresh.generation,
    });
    this.#departed(admission.departures);
    if (admission.kind === 'full') {
      this.#alarm.raise(this.#limit());
      return noRoom(admission.retryAfterMs, this.#limit(), certificateId);
    }
    const { session } = admission;
    this.#expiry.add(session.certificate);
    this.#rechecks?.add(session);
    const { listener, instanceId } = request.broker;
    const { correlationId } = request;
    this.#options.observer?.onStart?.({
      thingName,
      clientId,
      certificateId,
      listener,
      instanceId,
      correlationId,
    });
    const { epoch, sequence } = this.#hub;
    return {
      kind: 'opened',
      session: { ...this.#stateOf(session), epoch, sequence, thingName, certificateId },
    };
  }

  #stateOf(session: Session): SessionState {
    const remaining = Math.min(Math.max(0, this.#remainingMs(session.certificate.notAfter)), LONGEST_MS);
    return {
      token: session.token,
      grants: this.#refresh.current(session),
      leaseMs: Math.floor(Math.min(remaining, this.#graceMs())),
      certificateRemainingMs: Math.floor(remaining),
    };
  }

  /** Below 0: it is expired. */
  #remainingMs(notAfter: number): number {
    return notAfter - this.#options.trusted.now();
  }

  #graceMs(): number {
    return Math.min(this.#options.settings().outageGraceSeconds * 1_000, LONGEST_MS);
  }

  #limit(): number {
    return Math.max(1, this.#options.settings().maxActiveAuthTokens);
  }

  #departed(departures: readonly Departure[]): void {
    this.#ends.departed(departures);
    if (departures.some(({ cause }) => cause === 'displaced')) this.#alarm.raise(this.#limit());
  }

  #forget(session: Session): void {
    this.#rechecks?.remove(session);
    if (session.certificate.sessions.size === 0) this.#expiry.remove(session.certificate);
  }

  #streamEnded(stream: UpdateStream): void {
    if (!this.#hub.close(stream)) return;
    this.#table.release(stream.broker);
    this.#outages.begin(stream);
  }

  #awaitHousekeeping(): void {
    this.#cancelHousekeeping = this.#options.clock.after(HOUSEKEEPING_MS, () => {
      this.#departed(this.#table.shrink());
      this.#awaitHousekeeping();
    });
  }
}

interface Opened {
  readonly kind: 'opened';
  readonly session: OpenedSession;
}

function stopping(): DaemonError {
  return new DaemonError('SERVICE_ERROR', 'the daemon is stopping');
}
