/**
 * What the update stream says, applied to the sessions it concerns, in order and a little at a time. A stream's life
 * begins with the tokens told to the daemon; when its snapshot is complete, every one of them has been confirmed or is
 * being authenticated again, and heartbeats extend exactly those that this stream has spoken of. Whatever leaves that
 * in doubt asks for a new stream.
 */
import type { Clock } from '../../src/clock.ts';
import type { DaemonPort, Log, UnansweredCall, Update } from './daemon-port.ts';
import type { EarlyEvent } from './early-events.ts';
import type { KeptSession, Lifeline } from './kept-session.ts';
import { toVariables } from './kept-session.ts';
import { TickQueue } from './tick-queue.ts';
import { UpdateStream } from './update-stream.ts';

export interface GrantsChange {
  readonly sequence: number;
  readonly setIds: readonly string[];
  /** Undefined: as before. */
  readonly variables: ReadonlyMap<string, string> | undefined;
}

/** The keeper's side. */
export interface UpdatedSessions<Grants> {
  readonly byToken: ReadonlyMap<string, KeptSession<Grants>>;
  addGrantSet(id: string, bytes: Uint8Array): void;
  change(session: KeptSession<Grants>, change: GrantsChange): void;
  end(session: KeptSession<Grants>, reason: string, correlationId: string): void;
  keepEarly(token: string, event: EarlyEvent): void;
  authenticateAgain(session: KeptSession<Grants>): void;
  isBeingAuthenticated(session: KeptSession<Grants>): boolean;
}

export interface SessionUpdatesOptions<Grants> {
  readonly daemon: DaemonPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly brokerInstanceId: string;
  readonly caller: string;
  readonly random: () => number;
  readonly sessions: UpdatedSessions<Grants>;
}

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

const RESYNC_FOR_UNKNOWN_INTERVAL = 60_000;
const STATED_AGAIN_WITHIN = 1000;
/** A message's. */
const MOST_UNANSWERED = 1000;
const NEVER = Number.NEGATIVE_INFINITY;

export class SessionUpdates<Grants> {
  readonly #sessions: UpdatedSessions<Grants>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #random: () => number;
  readonly #queue: TickQueue;
  readonly #stream: UpdateStream;
  #life: StreamLife | undefined;
  #resyncDue = false;
  #unknownEventAt = NEVER;
  #unanswered: UnansweredCall[] = [];
  #whenReady: (() => void)[] = [];
  /** The daemon's life, as last heard. */
  epoch = '';
  streams = 0;
  resyncs = 0;

  constructor(options: SessionUpdatesOptions<Grants>) {
    this.#sessions = options.sessions;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#random = options.random;
    this.#queue = new TickQueue(options.clock, (error) =>
      this.#defect('an update could not be applied', error),
    );
    this.#stream = new UpdateStream({
      daemon: options.daemon,
      clock: options.clock,
      log: options.log,
      brokerInstanceId: options.brokerInstanceId,
      caller: options.caller,
      onOpen: () => this.#begin(),
      onOpened: () => this.#tellUnanswered(),
      onUpdate: (update) => this.#take(update),
      onLost: () => {
        this.#life = undefined;
      },
      random: options.random,
    });
  }

  start(): void {
    this.#stream.start();
  }

  stop(): void {
    this.#stream.stop();
  }

  get connected(): boolean {
    return this.#life?.complete === true;
  }

  ready(): Promise<void> {
    if (this.connected) return Promise.resolve();
    return new Promise((resolve) => this.#whenReady.push(resolve));
  }

  reportUsage(tokens: readonly string[]): boolean {
    return this.#stream.reportUsage(tokens);
  }

  /** An answer to a call made this session, or made it anew. */
  opened(session: KeptSession<Grants>): void {
    if (this.#life?.complete === true) this.#adopt(session, this.#life);
  }

  closed(token: string): void {
    this.#life?.unconfirmed.delete(token);
  }

  /**
   * What it opened is over, though its token is not known. A stream that ends before it is told loses it: then the daemon finds out
   * from the held tokens of one that begins a minute later.
   */
  unanswered(call: UnansweredCall): void {
    if (this.#unanswered.length >= MOST_UNANSWERED) this.#unanswered.shift();
    this.#unanswered.push(call);
    this.#tellUnanswered();
  }

  #tellUnanswered(): void {
    if (this.#stream.tellUnanswered(this.#unanswered)) this.#unanswered = [];
  }

  /** Many causes at once are one new stream. */
  resync(why: string): void {
    if (this.#resyncDue) return;
    this.#resyncDue = true;
    this.resyncs++;
    this.#log('info', 'asking the daemon for a new snapshot', { why });
    setImmediate(() => {
      if (this.#resyncDue) this.#stream.restart();
    });
  }

  resyncSoon(why: string): void {
    this.#clock.after(1000 * (1 + this.#random()), () => this.resync(why));
  }

  #begin(): readonly string[] {
    const held = [...this.#sessions.byToken.keys()];
    this.streams++;
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
      this.resync('the epoch changed within a stream');
      return;
    }
    life.epoch = update.epoch;
    this.epoch = update.epoch;
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
        this.#sessions.addGrantSet(grantSetId, grantSet);
      } catch (error) {
        this.#defect('a grant set is not usable', error);
      }
    } else if (update.sessionsChanged) {
      for (const { clientDeviceAuthTokens, grantSetIds, variables } of update.sessionsChanged.changes) {
        for (const [index, token] of clientDeviceAuthTokens.entries()) {
          const values = variables[index]?.values;
          this.#changed(
            life,
            token,
            update,
            grantSetIds,
            values === undefined ? undefined : toVariables(values),
          );
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
    const session = this.#sessions.byToken.get(token);
    if (session === undefined)
      this.#sessions.keepEarly(token, { kind: 'changed', epoch, sequence, setIds, variables });
    else if (sequence > session.sequence || epoch !== session.epoch) {
      session.epoch = epoch;
      this.#sessions.change(session, { sequence, setIds, variables });
      if (life.complete && session.lifeline !== life.lifeline) this.#adopt(session, life);
    }
  }

  #ended(token: string, update: Update, reason: string, correlationId: string): void {
    const { epoch, sequence } = update;
    const session = this.#sessions.byToken.get(token);
    if (session === undefined)
      this.#sessions.keepEarly(token, { kind: 'ended', epoch, sequence, reason, correlationId });
    else this.#sessions.end(session, reason, correlationId);
  }

  #confirm(
    life: StreamLife,
    update: Update,
    arrivedAt: number,
    state: NonNullable<Update['snapshot']>['sessions'][number],
  ): void {
    const token = state.clientDeviceAuthToken;
    life.unconfirmed.delete(token);
    const session = this.#sessions.byToken.get(token);
    if (session === undefined) return;
    session.epoch = update.epoch;
    session.lifeline = life.lifeline;
    session.lease(arrivedAt, state.leaseMs, state.certificateRemainingMs);
    this.#sessions.change(session, {
      sequence: update.sequence,
      setIds: state.grants?.grantSetIds ?? [],
      variables: toVariables(state.grants?.variables),
    });
  }

  #unknown(life: StreamLife, token: string): void {
    life.unconfirmed.delete(token);
    const session = this.#sessions.byToken.get(token);
    if (session !== undefined) this.#sessions.authenticateAgain(session);
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
    for (const session of this.#sessions.byToken.values()) {
      const spokenOf = session.lifeline === life.lifeline || this.#sessions.isBeingAuthenticated(session);
      if (!spokenOf) this.#adopt(session, life);
      yield;
    }
    this.#log('info', 'in step with the daemon', {
      epoch: life.epoch,
      sessions: this.#sessions.byToken.size,
    });
    for (const resolve of this.#whenReady.splice(0)) resolve();
  }

  /**
   * A session whose answer came beside the stream: has the stream told everything since that answer? The daemon
   * states such sessions again right after the snapshot; if it does not, a new snapshot must.
   */
  #adopt(session: KeptSession<Grants>, life: StreamLife): void {
    if (session.epoch !== life.epoch) this.resync('a session of another life of the daemon');
    else if (session.sequence >= life.since) session.lifeline = life.lifeline;
    else {
      this.#clock.after(STATED_AGAIN_WITHIN, () => {
        const waiting = session.ended === undefined && session.lifeline !== life.lifeline;
        if (waiting && this.#life === life && session.sequence < life.since) {
          this.resync('a session was opened across the start of the stream');
        }
      });
    }
  }

  #unknownEvent(): void {
    // Of a later release. Whatever it says, a snapshot says what is true in words this one knows.
    const now = this.#clock.monotonic();
    if (now - this.#unknownEventAt < RESYNC_FOR_UNKNOWN_INTERVAL) return;
    this.#unknownEventAt = now;
    this.resync('an event of a kind this release does not know');
  }

  #defect(message: string, error: unknown): void {
    this.#log('error', message, { error: error instanceof Error ? error.message : String(error) });
  }
}
