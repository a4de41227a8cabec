/**
 * Tells brokers what happens to their sessions. The daemon's life is an epoch, and every event of it has the next
 * number of one sequence, taken at the moment the state changes: an answer that was given with sequence N reflects
 * every event up to N and none after it.
 *
 * A broker has one stream at most; what happens while it has none is not kept, since its next stream begins with a
 * snapshot. Only ends of sessions whose answer may still be under way are remembered, for the next stream.
 */
import type { Clock } from '../clock.ts';
import type { SessionGrants } from '../policy/grants.ts';
import type { PolicyPort } from './ports.ts';
import { ANSWER_WINDOW_MS, RecentlyEnded } from './recently-ended.ts';
import { brokerKey, type Session } from './session.ts';
import type { Broker, EndReason, SessionChange } from './session-events.ts';
import { type EventSink, type StreamEnd, UpdateStream } from './update-stream.ts';

export const HEARTBEAT_MS = 5_000;
/** Tokens of one event at most. */
export const BATCH = 500;

export interface UpdateHubOptions {
  readonly clock: Clock;
  readonly epoch: string;
  readonly policy: Pick<PolicyPort, 'grantSet'>;
  /** What a heartbeat grants. */
  readonly leaseMs: () => number;
  readonly onFault: (what: string, error: unknown) => void;
}

interface ChangeGroup {
  readonly setIds: readonly string[];
  readonly tokens: string[];
  readonly variables: SessionGrants['variables'][];
}

export class UpdateHub {
  readonly epoch: string;
  readonly #options: UpdateHubOptions;
  readonly #streams = new Map<string, UpdateStream>();
  readonly #endedEarly: RecentlyEnded;
  #sequence = 0;
  #cancelHeartbeat: (() => void) | undefined = undefined;

  constructor(options: UpdateHubOptions) {
    this.#options = options;
    this.epoch = options.epoch;
    this.#endedEarly = new RecentlyEnded(options.clock);
  }

  /** Of the last event. */
  get sequence(): number {
    return this.#sequence;
  }

  streams(): IterableIterator<UpdateStream> {
    return this.#streams.values();
  }

  streamOf(key: string): UpdateStream | undefined {
    return this.#streams.get(key);
  }

  /** Replaces the broker's stream, if it has one. */
  open(broker: Broker, caller: string, sink: EventSink, onEnd: (end: StreamEnd) => void): UpdateStream {
    const { clock, onFault } = this.#options;
    const key = brokerKey(broker);
    const stream = new UpdateStream({
      broker,
      caller,
      since: clock.now(),
      start: this.#sequence,
      epoch: this.epoch,
      sink,
      nextSequence: () => {
        this.#sequence += 1;
        return this.#sequence;
      },
      onEnd,
      onFault,
    });
    const old = this.#streams.get(key);
    this.#streams.set(key, stream);
    old?.end('replaced');
    this.#arm();
    return stream;
  }

  /** False when another stream has taken its place, or it was closed before. */
  close(stream: UpdateStream): boolean {
    const key = brokerKey(stream.broker);
    if (this.#streams.get(key) !== stream) return false;
    this.#streams.delete(key);
    return true;
  }

  /** These sessions have left the table. */
  ended(sessions: readonly Session[], reason: EndReason, correlationId: string): void {
    const now = this.#options.clock.monotonic();
    for (const [key, group] of byBroker(sessions)) {
      const stream = this.#streams.get(key);
      for (let from = 0; from < group.length && stream !== undefined; from += BATCH) {
        const tokens = group.slice(from, from + BATCH).map((session) => session.token);
        stream.deliver({ kind: 'ended', tokens, reason, correlationId });
      }
      for (const session of group) {
        if (session.broker.instanceId === '' || now - session.issuedTick > ANSWER_WINDOW_MS) continue;
        this.#endedEarly.add(key, session.token, { reason, sequence: this.#sequence });
      }
    }
  }

  /** Ends from before the stream began that its caller may have missed. */
  missedEnds(stream: UpdateStream): Map<string, EndReason> {
    const missed = new Map<string, EndReason>();
    for (const [token, end] of this.#endedEarly.of(brokerKey(stream.broker))) {
      if (end.sequence <= stream.start) missed.set(token, end.reason);
    }
    return missed;
  }

  /** Tells those that were told something else. */
  changed(sessions: readonly Session[]): void {
    this.#tell(sessions, false);
  }

  /** Tells all of it, for those of whom it is not known what the broker was told. */
  restate(sessions: readonly Session[]): void {
    this.#tell(sessions, true);
  }

  stop(): void {
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.end('stopped');
  }

  #tell(sessions: readonly Session[], all: boolean): void {
    for (const [key, group] of byBroker(sessions)) {
      const stream = this.#streams.get(key);
      const told: Session[] = [];
      const groups = new Map<readonly string[], [ChangeGroup, ChangeGroup]>();
      for (const session of group) {
        const { grants } = session;
        if (!session.live || (session.told === grants && !all)) continue;
        const variables = all || !sameVariables(session.told, grants);
        told.push(session);
        if (stream === undefined) continue;
        const pair = groups.get(grants.setIds) ?? [newGroup(grants.setIds), newGroup(grants.setIds)];
        groups.set(grants.setIds, pair);
        const target = pair[variables ? 1 : 0];
        target.tokens.push(session.token);
        if (variables) target.variables.push(grants.variables);
      }
      for (const session of told) session.told = session.grants;
      if (stream !== undefined) this.#deliverChanges(stream, [...groups.values()].flat());
    }
  }

  #deliverChanges(stream: UpdateStream, groups: readonly ChangeGroup[]): void {
    let changes: SessionChange[] = [];
    let room = BATCH;
    const flush = (): void => {
      if (changes.length > 0) stream.deliver({ kind: 'changed', changes });
      changes = [];
      room = BATCH;
    };
    for (const { setIds, tokens, variables } of groups) {
      if (tokens.length > 0) this.#deliverSets(stream, setIds);
      for (let from = 0; from < tokens.length; ) {
        const to = Math.min(tokens.length, from + room);
        changes.push({
          tokens: tokens.slice(from, to),
          grantSetIds: setIds,
          variables: variables.slice(from, to),
        });
        room -= to - from;
        from = to;
        if (room === 0) flush();
      }
    }
    flush();
  }

  #deliverSets(stream: UpdateStream, setIds: readonly string[]): void {
    for (const id of setIds) {
      if (!stream.learn(id)) continue;
      const set = this.#options.policy.grantSet(id);
      if (set !== undefined) stream.deliver({ kind: 'grant-set-added', id, bytes: set.bytes });
    }
  }

  #arm(): void {
    if (this.#cancelHeartbeat !== undefined || this.#streams.size === 0) return;
    this.#cancelHeartbeat = this.#options.clock.after(HEARTBEAT_MS, () => {
      this.#cancelHeartbeat = undefined;
      const leaseMs = this.#options.leaseMs();
      for (const stream of [...this.#streams.values()]) {
        const { closedTokens } = stream;
        if (stream.complete) stream.deliver({ kind: 'heartbeat', leaseMs, closedTokens });
      }
      this.#arm();
    });
  }
}

function newGroup(setIds: readonly string[]): ChangeGroup {
  return { setIds, tokens: [], variables: [] };
}

function byBroker(sessions: readonly Session[]): Map<string, Session[]> {
  const groups = new Map<string, Session[]>();
  for (const session of sessions) {
    const group = groups.get(session.broker.key);
    if (group === undefined) groups.set(session.broker.key, [session]);
    else group.push(session);
  }
  return groups;
}

export function sameVariables(one: SessionGrants, other: SessionGrants): boolean {
  if (one.variables === other.variables) return true;
  if (one.variables.size !== other.variables.size) return false;
  for (const [name, value] of one.variables) if (other.variables.get(name) !== value) return false;
  return true;
}
