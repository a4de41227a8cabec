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
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { DaemonError } from '../../src/errors.ts';
import type { Decision } from '../../src/policy/grants.ts';
import type { Credential, DaemonPort, Log, TokenAnswer } from './daemon-port.ts';
import { isVerdict } from './daemon-port.ts';
import type { EarlyEvent } from './early-events.ts';
import { EarlyEvents } from './early-events.ts';
import { GrantSetCache } from './grant-set-cache.ts';
import type { EndCause } from './kept-session.ts';
import { KeptSession, toVariables } from './kept-session.ts';
import { Reauthentication } from './reauthentication.ts';
import type { GrantsChange } from './session-updates.ts';
import { SessionUpdates } from './session-updates.ts';

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
  readonly counters: Readonly<Counters & { readonly streams: number; readonly resyncs: number }>;
}

interface Counters {
  opened: number;
  reauthenticated: number;
  ended: number;
}

export type KeeperDecision = Decision | { readonly allowed: false; readonly reason: DenialByKeeper };
export type DenialByKeeper = 'SESSION_ENDED' | 'LEASE_OVER' | 'GRANTS_IN_DOUBT';

const USAGE_INTERVAL = 30_000;

export class SessionKeeper<Grants extends object> {
  readonly #options: SessionKeeperOptions<Grants>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byToken = new Map<string, KeptSession<Grants>>();
  readonly #sets: GrantSetCache<Grants>;
  readonly #early: EarlyEvents;
  readonly #updates: SessionUpdates<Grants>;
  readonly #again: Reauthentication<KeptSession<Grants>>;
  readonly #counters: Counters = { opened: 0, reauthenticated: 0, ended: 0 };
  #cancelUsage: (() => void) | undefined;

  constructor(options: SessionKeeperOptions<Grants>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log ?? (() => {});
    this.#sets = new GrantSetCache((id) => options.daemon.grantSet(id), options.decodeGrantSet);
    this.#early = new EarlyEvents(options.clock);
    const random = options.random ?? Math.random;
    this.#updates = new SessionUpdates({
      daemon: options.daemon,
      clock: options.clock,
      log: this.#log,
      brokerInstanceId: options.brokerInstanceId,
      caller: options.caller,
      random,
      sessions: {
        byToken: this.#byToken,
        addGrantSet: (id, bytes) => this.#sets.add(id, bytes),
        change: (session, change) => this.#change(session, change),
        end: (session, reason, correlationId) => this.#end(session, toCause(reason), correlationId),
        keepEarly: (token, event) => this.#early.keep(token, event),
        authenticateAgain: (session) => this.#again.add(session),
        isBeingAuthenticated: (session) => this.#again.has(session),
      },
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
    this.#updates.start();
    this.#planUsageReport();
  }

  /** Ends stream and background work. Sessions live on until their lease is over. */
  stop(): void {
    this.#cancelUsage?.();
    this.#again.clear();
    this.#updates.stop();
  }

  /** Resolves when the daemon's first snapshot is complete. */
  ready(): Promise<void> {
    return this.#updates.ready();
  }

  status(): KeeperStatus {
    const { connected, epoch, streams, resyncs } = this.#updates;
    return {
      connected,
      epoch,
      sessions: this.#byToken.size,
      reauthenticating: this.#again.size,
      counters: { ...this.#counters, streams, resyncs },
    };
  }

  /** Rejects with `DaemonError`; nothing is left behind then. */
  async open(
    credential: Credential,
    correlationId: string = newCorrelationId(),
  ): Promise<KeptSession<Grants>> {
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

  async #authenticate(session: KeptSession<Grants>, correlationId: string): Promise<void> {
    const answer = await this.#ask(session.credential, correlationId);
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

  async #ask(credential: Credential, correlationId: string): Promise<TokenAnswer> {
    try {
      return await this.#options.daemon.openSession(credential, correlationId);
    } catch (error) {
      // No answer, or one that says so: then it opened nothing, and to name it does no harm.
      const mayBeOpen = (error as { reason?: unknown } | undefined)?.reason === 'VERIFICATION_UNAVAILABLE';
      if (mayBeOpen) this.#updates.unanswered({ clientId: credential.clientId, correlationId });
      throw error;
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
    session.variables = toVariables(answer.grants?.variables);
    session.grants = { setIds: answer.grants?.grantSetIds ?? [], sets, variables: session.variables };
    session.lifeline = undefined;
    session.lease(arrivedAt, answer.leaseMs, answer.certificateRemainingMs);
    this.#byToken.set(token, session);
    for (const event of this.#early.take(token)) this.#applyEarly(session, event);
    if (this.#early.lost()) this.#updates.resync('more early events than fit');
    if (session.ended === undefined) this.#updates.opened(session);
  }

  #wasEnded(session: KeptSession<Grants>): boolean {
    return session.ended !== undefined;
  }

  #applyEarly(session: KeptSession<Grants>, event: EarlyEvent): void {
    if (event.epoch !== session.epoch) return;
    if (event.kind === 'ended') this.#end(session, toCause(event.reason), event.correlationId);
    else if (event.sequence > session.sequence) {
      this.#change(session, event);
    }
  }

  async #authenticateAgain(session: KeptSession<Grants>): Promise<{ retryAfterMs: number } | undefined> {
    if (session.ended !== undefined) return undefined;
    try {
      await this.#authenticate(session, newCorrelationId());
      this.#counters.reauthenticated++;
      return undefined;
    } catch (error) {
      if (this.#wasEnded(session)) return undefined;
      if (isVerdict(error)) {
        this.#end(session, 'REFUSED', '');
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

  #change(session: KeptSession<Grants>, { sequence, setIds, variables }: GrantsChange): void {
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
    // Every life of the daemon counts from the beginning.
    const { epoch } = session;
    const isOvertaken = (): boolean => session.sequence !== sequence || session.epoch !== epoch;
    try {
      const sets = await this.#sets.load(setIds);
      if (isOvertaken() || session.ended !== undefined) return;
      session.grants = { setIds, sets, variables: session.variables };
      session.settling = undefined;
    } catch (error) {
      if (isOvertaken()) return;
      session.settling = undefined;
      this.#log('error', 'grants of a session could not be had; it is denied everything', {
        ...named(session),
        error: (error as Error).message,
      });
      this.#updates.resyncSoon('grants in doubt');
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
    this.#updates.closed(session.token);
  }

  #tellClosed(token: string): void {
    if (token === '') return;
    // Where it does not arrive, the daemon finds out from the next stream's held tokens.
    this.#options.daemon.closeSession(token).catch((error: unknown) => {
      this.#log('debug', 'a session could not be closed', { error: (error as Error).message });
    });
  }

  #planUsageReport(): void {
    this.#cancelUsage = this.#clock.after(USAGE_INTERVAL, () => {
      const used = [...this.#byToken.values()].filter((session) => session.used);
      if (this.#updates.reportUsage(used.map((session) => session.token))) {
        for (const session of used) session.used = false;
      }
      this.#planUsageReport();
    });
  }

  #defect(message: string, error: unknown): void {
    this.#log('error', message, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Not a UUID: those are taken for tokens, and shortened, wherever lines are redacted. */
export function newCorrelationId(): string {
  return randomBytes(8).toString('hex');
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
