/**
 * The beginning of a stream: its caller says in chunks which tokens it holds and is told what is true of each.
 * With the last chunk the stream is whole:
 *
 * - tokens that ended so early that the caller may hear of them only now are reported as ended;
 * - sessions it did not name but whose answer may still be under way are stated again, so that a change the old
 *   stream lost reaches them;
 * - other sessions of this broker that it did not name are closed: it has forgotten them.
 *
 * A caller may report again later; every round is complete in itself.
 */
import type { Clock } from '../clock.ts';
import { ANSWER_WINDOW_MS } from './recently-ended.ts';
import type { Session } from './session.ts';
import type { EndReason, SessionState } from './session-events.ts';
import type { SessionTable } from './session-table.ts';
import { BATCH, type UpdateHub } from './update-hub.ts';
import type { UpdateStream } from './update-stream.ts';

export interface HeldReportOptions {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly hub: UpdateHub;
  readonly stream: UpdateStream;
  readonly nextRound: () => number;
  /** As of now. */
  readonly stateOf: (session: Session) => SessionState;
}

export class HeldReport {
  readonly #options: HeldReportOptions;
  #round: number;
  /** When the caller looked at what it holds, at the earliest; of the first round the beginning of the stream. */
  #began: number | undefined;
  readonly #missed: Map<string, EndReason>;

  constructor(options: HeldReportOptions) {
    this.#options = options;
    this.#round = options.nextRound();
    this.#began = options.clock.monotonic();
    this.#missed = options.hub.missedEnds(options.stream);
  }

  report(tokens: readonly string[], last: boolean): void {
    const { clock, stream } = this.#options;
    if (!stream.live) return;
    this.#began ??= clock.monotonic();
    for (let from = 0; from < tokens.length || (last && from === 0); from += BATCH) {
      this.#answer(tokens.slice(from, from + BATCH), last && from + BATCH >= tokens.length);
    }
    if (last && stream.live) this.#complete();
  }

  #answer(tokens: readonly string[], last: boolean): void {
    const { stream, stateOf, table } = this.#options;
    const sessions: SessionState[] = [];
    const unknown: string[] = [];
    for (const token of tokens) {
      const session = table.peek(stream.broker, token);
      if (session === undefined) {
        unknown.push(token);
        this.#missed.delete(token);
        continue;
      }
      session.heldBy = this.#round;
      const state = stateOf(session);
      session.told = state.grants;
      for (const id of state.grants.setIds) stream.learn(id);
      sessions.push(state);
    }
    stream.deliver({ kind: 'snapshot', sessions, unknown, last });
  }

  #complete(): void {
    const { hub, nextRound, stateOf, stream, table } = this.#options;
    const began = this.#began ?? Number.NEGATIVE_INFINITY;
    this.#began = undefined;
    stream.complete = true;
    for (const reason of ['REVOKED', 'DISPLACED', 'SUPERSEDED'] as const) {
      const tokens = [...this.#missed].filter(([, why]) => why === reason).map(([token]) => token);
      for (let from = 0; from < tokens.length; from += BATCH) {
        stream.deliver({
          kind: 'ended',
          tokens: tokens.slice(from, from + BATCH),
          reason,
          correlationId: '',
        });
      }
    }
    this.#missed.clear();
    const underWay: Session[] = [];
    for (const session of [...(table.broker(stream.broker)?.sessions() ?? [])]) {
      if (session.heldBy === this.#round) continue;
      if (session.issuedTick < began - ANSWER_WINDOW_MS) table.remove(session);
      else {
        stateOf(session);
        underWay.push(session);
      }
    }
    hub.restate(underWay);
    this.#round = nextRound();
  }
}
