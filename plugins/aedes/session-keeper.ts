/**
 * What a caller of the daemon knows of its sessions, and may decide from it. Knows no broker and no transport:
 * this is the model for every custom caller. Always true:
 *
 * - Nothing is allowed to a session that has ended, whose lease is over, or whose grants are in doubt.
 * - Grants change as a whole: sets and variables together, between two decisions.
 * - An event newer than the answer it concerns is never lost, whichever arrives first.
 * - A stream that may have missed something about a session is opened again, and its snapshot settles the matter.
 * - A token the daemon does not know (it restarted) is no verdict about the device: the session goes on within its
 *   lease while it is authenticated again in the background.
 * - `onEnded` is called once for a session that ends by anyone's act but the caller's own `close`.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { DaemonError } from '../../src/errors.ts';
import type { Decision } from '../../src/policy/grants.ts';
import type { Credential, DaemonPort, Log, TokenAnswer, Update } from './daemon-port.ts';
import { isVerdict } from './daemon-port.ts';
import type { EarlyEvent } from './early-events.ts';
import { EarlyEvents } from './early-events.ts';
import { GrantSetCache } from './grant-set-cache.ts';
import type { EndCause, Lifeline } from './kept-session.ts';
import { KeptSession } from './kept-session.ts';
import { Reauthentication } from './reauthentication.ts';
import { TickQueue } from './tick-queue.ts';
import { UpdateStream } from './update-stream.ts';

/** The shared evaluator of `src/policy/grants.ts`, as far as the keeper needs it. */
export interface GrantEvaluator<Grants> {
  evaluate(
    sets: readonly Grants[],
    variables: ReadonlyMap<string, string>,
    operation: string,
    resource: string,
  ): Decision;
}

export interface SessionKeeperOptions<Grants extends object> {
  readonly daemon: DaemonPort;
  readonly clock: Clock;
  readonly evaluator: GrantEvaluator<Grants>;
  readonly decodeGrantSet: (id: string, bytes: Uint8Array) => Grants;
  /** The same id that the daemon port names when it opens sessions. */
  readonly brokerInstanceId: string;
  /** Free text for `deviceauthctl status`. */
  readonly caller: string;
  /** Disconnect the client and deny its will. */
  readonly onEnded: (session: KeptSession<Grants>, cause: EndCause) => void;
  readonly log?: Log;
  /** Background authentications at a time. Default 8. */
  readonly reauthenticationConcurrency?: number;
  readonly random?: () => number;
}

export interface KeeperStatus {
  /** The stream is up and its snapshot complete. */
  readonly connected: boolean;
  /** The daemon's life, as last heard. */
  readonly epoch: string;
  readonly sessions: number;
  readonly reauthenticating: number;
  /** Since the start. */
  readonly counters: Readonly<Counters>;
}

interface Counters {
  opened: number;
  reauthenticated: number;
  ended: number;
  streams: number;
  resyncs: number;
}

export type KeeperDecision = Decision | { readonly allowed: false; readonly reason: DenialByKeeper };
export type DenialByKeeper = 'SESSION_ENDED' | 'LEASE_OVER' | 'GRANTS_IN_DOUBT';

/** One update stream, from hello to its end. */
interface StreamLife {
  readonly lifeline: Lifeline;
  /** Told to the daemon and not yet spoken of in the snapshot. */
  readonly unconfirmed: Set<string>;
  epoch: string;
  /** The snapshot's own sequence: what the daemon did before it is told there or nowhere. */
  since: number;
  complete: boolean;
}

const USAGE_INTERVAL = 60_000;
const RESYNC_FOR_UNKNOWN_INTERVAL = 60_000;
const STATED_AGAIN_WITHIN = 1000;
const NEVER = Number.NEGATIVE_INFINITY;

export class SessionKeeper<Grants extends object> {
  readonly #options: SessionKeeperOptions<Grants>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byToken = new Map<string, KeptSession<Grants>>();
  readonly #sets: GrantSetCache<Grants>;
  readonly #early: EarlyEvents;
  readonly #queue: TickQueue;
  readonly #stream: UpdateStream;
  readonly #again: Reauthentication<KeptSession<Grants>>;
  readonly #counters: Counters = { opened: 0, reauthenticated: 0, ended: 0, streams: 0, resyncs: 0 };
  #life: StreamLife | undefined;
  #epoch = '';
  #cancelUsage: (() => void) | undefined;
  #resyncDue = false;
  #unknownEventAt = NEVER;
  #whenReady: (() => void)[] = [];

  constructor(options: SessionKeeperOptions<Grants>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log ?? (() => {});
    this.#sets = new GrantSetCache((id) => options.daemon.grantSet(id), options.decodeGrantSet);
    this.#early = new EarlyEvents(options.clock);
    this.#queue = new TickQueue(options.clock, (error) =>
      this.#defect('an update could not be applied', error),
    );
    const random = options.random ?? Math.random;
    this.#stream = new UpdateStream({
      daemon: options.daemon,
      clock: options.clock,
      log: this.#log,
      brokerInstanceId: options.brokerInstanceId,
      caller: options.caller,
      onOpen: () => this.#begin(),
      onUpdate: (update) => this.#take(update),
      onLost: () => {
        this.#life = undefined;
      },
      random,
    });
    this.#again = new Reauthentication({
      clock: options.clock,
      concurrency: options.reauthenticationConcurrency ?? 8,
      attempt: (session) => this.#authenticateAgain(session),
      random,
    });
  }

  /** Opens the update stream and keeps it open. */
  start(): void {
    this.#stream.start();
    this.#planUsageReport();
  }

  /** Ends stream and background work. Sessions live on until their lease is over. */
  stop(): void {
    this.#cancelUsage?.();
    this.#again.clear();
    this.#stream.stop();
  }

  /** Resolves when the daemon's first snapshot is complete. */
  ready(): Promise<void> {
    if (this.#life?.complete === true) return Promise.resolve();
    return new Promise((resolve) => this.#whenReady.push(resolve));
  }

  status(): KeeperStatus {
    return {
      connected: this.#life?.complete === true,
      epoch: this.#epoch,
      sessions: this.#byToken.size,
      reauthenticating: this.#again.size,
      counters: { ...this.#counters },
    };
  }

  /** Rejects with `DaemonError`; nothing is left behind then. */
  async open(credential: Credential, correlationId: string = randomUUID()): Promise<KeptSession<Grants>> {
    const session = new KeptSession<Grants>(credential);
    await this.#authenticate(session, correlationId);
    this.#counters.opened++;
    return session;
  }

  decide(session: KeptSession<Grants>, operation: string, resource: string): KeeperDecision {
    if (session.ended !== undefined) return { allowed: false, reason: 'SESSION_ENDED' };
    if (this.#clock.monotonic() >= session.deadline) return { allowed: false, reason: 'LEASE_OVER' };
    const grants = session.grants;
    if (grants === undefined) return { allowed: false, reason: 'GRANTS_IN_DOUBT' };
    session.used = true;
    return this.#options.evaluator.evaluate(grants.sets, grants.variables, operation, resource);
  }

  /** The device went away. Twice is harmless. */
  close(session: KeptSession<Grants>): void {
    if (session.ended !== undefined) return;
    this.#forget(session, 'CLOSED');
    this.#tellClosed(session.token);
  }

  // Sessions

  async #authenticate(session: KeptSession<Grants>, correlationId: string): Promise<void> {
    const answer = await this.#options.daemon.openSession(session.credential, correlationId);
    const arrivedAt = this.#clock.monotonic();
    const token = answer.clientDeviceAuthToken;
    let sets: readonly Grants[];
    try {
      if (token === '') throw new DaemonError('SERVICE_ERROR', 'the daemon answered without a token');
      sets = await this.#sets.load(answer.grants?.grantSetIds ?? []);
    } catch (error) {
      this.#tellClosed(token);
      throw error;
    }
    if (session.ended !== undefined) {
      // The device went away while the daemon was asked.
      this.#tellClosed(token);
      return;
    }
    this.#install(session, answer, sets, arrivedAt);
    if (this.#wasEnded(session)) {
      throw new DaemonError('INVALID_CLIENT_DEVICE_AUTH_TOKEN', 'the session ended before it began');
    }
  }

  #install(
    session: KeptSession<Grants>,
    answer: TokenAnswer,
    sets: readonly Grants[],
    arrivedAt: number,
  ): void {
    const token = answer.clientDeviceAuthToken;
    this.#byToken.delete(session.token);
    if (session.token !== '' && session.epoch === answer.epoch) this.#tellClosed(session.token);
    session.token = token;
    session.thingName = answer.thingName;
    session.certificateId = answer.certificateId;
    session.correlationId = answer.correlationId;
    session.epoch = answer.epoch;
    session.sequence = answer.sequence;
    session.settling = undefined;
    session.variables = toMap(answer.grants?.variables);
    session.grants = { setIds: answer.grants?.grantSetIds ?? [], sets, variables: session.variables };
    session.lifeline = undefined;
    session.lease(arrivedAt, answer.leaseMs, answer.certificateRemainingMs);
    this.#byToken.set(token, session);
    for (const event of this.#early.take(token)) this.#applyEarly(session, event);
    if (this.#early.lost()) this.#resync('more early events than fit');
    if (this.#life?.complete === true && session.ended === undefined) this.#adopt(session, this.#life);
  }

  #wasEnded(session: KeptSession<Grants>): boolean {
    return session.ended !== undefined;
  }

  #applyEarly(session: KeptSession<Grants>, event: EarlyEvent): void {
    if (event.epoch !== session.epoch) return;
    if (event.kind === 'ended') this.#end(session, toCause(event.reason), event.correlationId);
    else if (event.sequence > session.sequence) {
      this.#change(session, event.sequence, event.setIds, event.variables);
    }
  }

  async #authenticateAgain(session: KeptSession<Grants>): Promise<{ retryAfterMs: number } | undefined> {
    if (session.ended !== undefined) return undefined;
    try {
      await this.#authenticate(session, randomUUID());
      this.#counters.reauthenticated++;
      return undefined;
    } catch (error) {
      if (this.#wasEnded(session)) return undefined;
      if (isVerdict(error)) {
        this.#end(session, 'REFUSED', (error as DaemonError).message);
        return undefined;
      }
      const retryAfterMs = error instanceof DaemonError ? (error.retryAfterMs ?? 0) : 0;
      this.#log('warn', 'a device could not be authenticated again yet', {
        ...named(session),
        error: (error as Error).message,
        retryAfterMs,
      });
      return { retryAfterMs };
    }
  }

  #change(
    session: KeptSession<Grants>,
    sequence: number,
    setIds: readonly string[],
    variables: ReadonlyMap<string, string> | undefined,
  ): void {
    session.sequence = sequence;
    session.variables = variables ?? session.variables;
    const sets = this.#sets.peek(setIds);
    if (sets !== undefined) {
      session.grants = { setIds, sets, variables: session.variables };
      session.settling = undefined;
      return;
    }
    // A set we were not told: deny until it is here.
    session.grants = undefined;
    session.settling = this.#settle(session, sequence, setIds);
  }

  async #settle(session: KeptSession<Grants>, sequence: number, setIds: readonly string[]): Promise<void> {
    try {
      const sets = await this.#sets.load(setIds);
      if (session.sequence !== sequence || session.ended !== undefined) return;
      session.grants = { setIds, sets, variables: session.variables };
      session.settling = undefined;
    } catch (error) {
      if (session.sequence !== sequence) return;
      session.settling = undefined;
      this.#log('error', 'grants of a session could not be had; it is denied everything', {
        ...named(session),
        error: (error as Error).message,
      });
      this.#resyncLater();
    }
  }

  #end(session: KeptSession<Grants>, cause: EndCause, correlationId: string): void {
    if (session.ended !== undefined) return;
    this.#forget(session, cause);
    this.#counters.ended++;
    this.#log('info', 'session ended', { ...named(session), cause, correlationId });
    try {
      this.#options.onEnded(session, cause);
    } catch (error) {
      this.#defect('the caller failed to end a client', error);
    }
  }

  #forget(session: KeptSession<Grants>, cause: EndCause): void {
    session.ended = cause;
    session.grants = undefined;
    this.#again.remove(session);
    if (this.#byToken.get(session.token) === session) this.#byToken.delete(session.token);
    this.#life?.unconfirmed.delete(session.token);
  }

  #tellClosed(token: string): void {
    if (token === '') return;
    // Where it does not arrive, the daemon finds out from the next stream's held tokens.
    this.#options.daemon.closeSession(token).catch((error: unknown) => {
      this.#log('debug', 'a session could not be closed', { error: (error as Error).message });
    });
  }

  // The stream

  #begin(): readonly string[] {
    const held = [...this.#byToken.keys()];
    this.#counters.streams++;
    this.#resyncDue = false;
    this.#life = {
      lifeline: { heardAt: NEVER, deadline: NEVER },
      unconfirmed: new Set(held),
      epoch: '',
      since: -1,
      complete: false,
    };
    return held;
  }

  #take(update: Update): void {
    const life = this.#life;
    if (life === undefined) return;
    const arrivedAt = this.#clock.monotonic();
    if (life.epoch !== '' && life.epoch !== update.epoch) {
      this.#resync('the epoch changed within a stream');
      return;
    }
    life.epoch = update.epoch;
    this.#epoch = update.epoch;
    this.#queue.add(this.#steps(life, update, arrivedAt));
  }

  /** Kept in order with everything before it, of this stream or of the one before. */
  *#steps(life: StreamLife, update: Update, arrivedAt: number): Generator<void> {
    if (update.heartbeat) {
      life.lifeline.heardAt = arrivedAt;
      life.lifeline.deadline = arrivedAt + update.heartbeat.leaseMs;
    } else if (update.grantSetAdded) {
      const { grantSetId, grantSet } = update.grantSetAdded;
      try {
        this.#sets.add(grantSetId, grantSet);
      } catch (error) {
        this.#defect('a grant set is not usable', error);
      }
    } else if (update.sessionsChanged) {
      for (const { clientDeviceAuthTokens, grantSetIds, variables } of update.sessionsChanged.changes) {
        for (const [index, token] of clientDeviceAuthTokens.entries()) {
          const values = variables[index]?.values;
          this.#changed(life, token, update, grantSetIds, values === undefined ? undefined : toMap(values));
          yield;
        }
      }
    } else if (update.sessionsEnded) {
      const { clientDeviceAuthTokens, reason, correlationId } = update.sessionsEnded;
      for (const token of clientDeviceAuthTokens) {
        this.#ended(token, update, String(reason), correlationId);
        yield;
      }
    } else if (update.snapshot) {
      life.since = Math.max(life.since, update.sequence);
      for (const state of update.snapshot.sessions) {
        this.#confirm(life, update, arrivedAt, state);
        yield;
      }
      for (const token of update.snapshot.unknownTokens) {
        this.#unknown(life, token);
        yield;
      }
      if (update.snapshot.last) yield* this.#complete(life);
    } else this.#unknownEvent();
  }

  #changed(
    life: StreamLife,
    token: string,
    update: Update,
    setIds: readonly string[],
    variables: ReadonlyMap<string, string> | undefined,
  ): void {
    const { epoch, sequence } = update;
    const session = this.#byToken.get(token);
    if (session === undefined)
      this.#early.keep(token, { kind: 'changed', epoch, sequence, setIds, variables });
    else if (sequence > session.sequence || epoch !== session.epoch) {
      session.epoch = epoch;
      this.#change(session, sequence, setIds, variables);
      if (life.complete && session.lifeline !== life.lifeline) this.#adopt(session, life);
    }
  }

  #ended(token: string, update: Update, reason: string, correlationId: string): void {
    const { epoch, sequence } = update;
    const session = this.#byToken.get(token);
    if (session === undefined)
      this.#early.keep(token, { kind: 'ended', epoch, sequence, reason, correlationId });
    else this.#end(session, toCause(reason), correlationId);
  }

  #confirm(
    life: StreamLife,
    update: Update,
    arrivedAt: number,
    state: NonNullable<Update['snapshot']>['sessions'][number],
  ): void {
    const token = state.clientDeviceAuthToken;
    life.unconfirmed.delete(token);
    const session = this.#byToken.get(token);
    if (session === undefined) return;
    session.epoch = update.epoch;
    session.lifeline = life.lifeline;
    session.lease(arrivedAt, state.leaseMs, state.certificateRemainingMs);
    this.#change(session, update.sequence, state.grants?.grantSetIds ?? [], toMap(state.grants?.variables));
  }

  #unknown(life: StreamLife, token: string): void {
    life.unconfirmed.delete(token);
    const session = this.#byToken.get(token);
    if (session !== undefined) this.#again.add(session);
  }

  *#complete(life: StreamLife): Generator<void> {
    // Neither confirmed nor called unknown: the daemon does not speak for it.
    for (const token of [...life.unconfirmed]) {
      this.#unknown(life, token);
      yield;
    }
    if (this.#life !== life) return;
    life.complete = true;
    // Sessions opened since the hello: their answers came beside the stream.
    for (const session of this.#byToken.values()) {
      const spokenOf = session.lifeline === life.lifeline || this.#again.has(session);
      if (!spokenOf) this.#adopt(session, life);
      yield;
    }
    this.#log('info', 'in step with the daemon', {
      epoch: life.epoch,
      sessions: this.#byToken.size,
      toAuthenticateAgain: this.#again.size,
    });
    for (const resolve of this.#whenReady.splice(0)) resolve();
  }

  /**
   * A session whose answer came beside the stream: has the stream told everything since that answer? The daemon
   * states such sessions again right after the snapshot; if it does not, a new snapshot must.
   */
  #adopt(session: KeptSession<Grants>, life: StreamLife): void {
    if (session.epoch !== life.epoch) this.#resync('a session of another life of the daemon');
    else if (session.sequence >= life.since) session.lifeline = life.lifeline;
    else {
      this.#clock.after(STATED_AGAIN_WITHIN, () => {
        const waiting = session.ended === undefined && session.lifeline !== life.lifeline;
        if (waiting && this.#life === life && session.sequence < life.since) {
          this.#resync('a session was opened across the start of the stream');
        }
      });
    }
  }

  #unknownEvent(): void {
    // Of a later release. Whatever it says, a snapshot says what is true in words this one knows.
    const now = this.#clock.monotonic();
    if (now - this.#unknownEventAt < RESYNC_FOR_UNKNOWN_INTERVAL) return;
    this.#unknownEventAt = now;
    this.#resync('an event of a kind this release does not know');
  }

  /** Many causes at once are one new stream. */
  #resync(why: string): void {
    if (this.#resyncDue) return;
    this.#resyncDue = true;
    this.#counters.resyncs++;
    this.#log('info', 'asking the daemon for a new snapshot', { why });
    setImmediate(() => {
      if (this.#resyncDue) this.#stream.restart();
    });
  }

  #resyncLater(): void {
    this.#clock.after(1000 * (1 + (this.#options.random ?? Math.random)()), () =>
      this.#resync('grants in doubt'),
    );
  }

  #planUsageReport(): void {
    this.#cancelUsage = this.#clock.after(USAGE_INTERVAL, () => {
      const used = [...this.#byToken.values()].filter((session) => session.used);
      if (this.#stream.reportUsage(used.map((session) => session.token))) {
        for (const session of used) session.used = false;
      }
      this.#planUsageReport();
    });
  }

  #defect(message: string, error: unknown): void {
    this.#log('error', message, { error: error instanceof Error ? error.message : String(error) });
  }
}

function toMap(values: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, string> {
  return new Map(Object.entries(values ?? {}));
}

function toCause(reason: string): EndCause {
  switch (reason) {
    case 'END_REASON_REVOKED':
      return 'REVOKED';
    case 'END_REASON_DISPLACED':
      return 'DISPLACED';
    case 'END_REASON_SUPERSEDED':
      return 'SUPERSEDED';
    default:
      return 'UNKNOWN';
  }
}

function named(session: KeptSession): Record<string, unknown> {
  return { clientId: session.credential.clientId, certificateId: session.certificateId };
}
