/**
 * Asks the verifier again about live sessions, each at least once an interval, for verifiers that do not tell of
 * changes by themselves. Only a rejection ends a session; what is unavailable is asked again a little later.
 *
 * The order is that of the last verdict, and the pace follows the number of sessions, so that devices that all
 * connected at once are not all asked about at once. Few questions are under way at a time: new devices need the
 * same verifier.
 */
import type { Clock } from '../clock.ts';
import type { RejectionReason } from '../identity/verifier.ts';
import { LinkedList, ListNode } from './linked-list.ts';
import type { AuthenticatorPort } from './ports.ts';
import type { Session } from './session.ts';

const TICK_MS = 1_000;
const MOST_UNDER_WAY = 8;
const LONGEST_RETRY_MS = 60_000;
/** Parts of the interval: none younger is asked about, this much is planned for all, none older waits its turn. */
const YOUNGEST = 0.1;
const PLANNED = 0.8;
const OLDEST = 0.95;
/** Of the planned pace, what may be caught up at once. */
const SAVED_TICKS = 10;

export interface LiveRechecksOptions {
  readonly clock: Clock;
  readonly authenticator: Pick<AuthenticatorPort, 'recheck'>;
  readonly intervalMs: () => number;
  readonly onRejected: (session: Session, reason: RejectionReason, message: string) => void;
  readonly onFault: (what: string, error: unknown) => void;
}

export class LiveRechecks {
  readonly #options: LiveRechecksOptions;
  /** In the order of `checkedTick`. */
  readonly #queue = new LinkedList<Session>();
  /** Unavailable ones, in the order in which they were asked; `checkedTick` is when. */
  readonly #retries = new LinkedList<Session>();
  readonly #retrying = new Set<Session>();
  #underWay = 0;
  #allowance = 0;
  #cancel: (() => void) | undefined = undefined;
  #stopped = false;

  constructor(options: LiveRechecksOptions) {
    this.#options = options;
  }

  add(session: Session): void {
    session.recheck = new ListNode(session);
    this.#queue.append(session.recheck);
    this.#arm();
  }

  remove(session: Session): void {
    if (session.recheck === undefined) return;
    this.#unlink(session, session.recheck);
    session.recheck = undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    if (this.#stopped || this.#cancel !== undefined || this.#queue.size + this.#retries.size === 0) return;
    this.#cancel = this.#options.clock.after(Math.min(TICK_MS, this.#options.intervalMs() / 20), () => {
      this.#cancel = undefined;
      this.#tick();
      this.#arm();
    });
  }

  #tick(): void {
    const interval = this.#options.intervalMs();
    const share = (this.#queue.size * Math.min(TICK_MS, interval / 20)) / (PLANNED * interval);
    this.#allowance = Math.min(this.#allowance + share, Math.max(1, SAVED_TICKS * share));
    this.#askDue();
  }

  #askDue(): void {
    const interval = this.#options.intervalMs();
    const now = this.#options.clock.monotonic();
    while (this.#underWay < MOST_UNDER_WAY) {
      const first = this.#queue.first?.value;
      const age = first === undefined ? 0 : now - first.checkedTick;
      const retry = this.#retries.first?.value;
      if (first !== undefined && age >= OLDEST * interval) this.#ask(first);
      else if (first !== undefined && age >= YOUNGEST * interval && this.#allowance >= 1) {
        this.#allowance -= 1;
        this.#ask(first);
      } else if (retry !== undefined && now - retry.checkedTick >= Math.min(LONGEST_RETRY_MS, interval / 4)) {
        this.#ask(retry);
      } else return;
    }
  }

  #ask(session: Session): void {
    this.remove(session);
    this.#underWay += 1;
    const { certificate, thing } = session;
    this.#options.authenticator
      .recheck(certificate.id, thing.name, certificate.pem, session.clientId)
      .catch((error: unknown) => {
        this.#options.onFault('a live session could not be rechecked', error);
        return 'unavailable' as const;
      })
      .then((result) => {
        this.#underWay -= 1;
        if (result === 'confirmed') this.#confirmed(session);
        else if (result === 'unavailable') this.#again(session);
        else this.#options.onRejected(session, result.rejected, result.message);
        if (!this.#stopped) this.#askDue();
        this.#arm();
      })
      .catch((error: unknown) => this.#options.onFault('a recheck could not be applied', error));
  }

  /** Good for every session of the same certificate, thing and client id. */
  #confirmed(asked: Session): void {
    const now = this.#options.clock.monotonic();
    for (const session of asked.certificate.sessions.toArray()) {
      if (session.thing.name !== asked.thing.name || session.clientId !== asked.clientId) continue;
      this.remove(session);
      session.checkedTick = now;
      this.add(session);
    }
  }

  #again(session: Session): void {
    if (!session.live) return;
    this.remove(session);
    session.checkedTick = this.#options.clock.monotonic();
    session.recheck = new ListNode(session);
    this.#retrying.add(session);
    this.#retries.append(session.recheck);
  }

  #unlink(session: Session, node: ListNode<Session>): void {
    if (this.#retrying.delete(session)) this.#retries.remove(node);
    else this.#queue.remove(node);
  }
}
