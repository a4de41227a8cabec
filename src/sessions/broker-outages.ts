/**
 * Brokers whose stream ended and has not come back. Their leases run out after the outage grace, and a little later
 * their sessions are closed. A session that was opened during the outage has as long, from its issue.
 *
 * Of a lost stream nothing but what is shown of it is kept. A caller may come under a new instance id each time, so
 * brokers without sessions are forgotten early, the longest gone first, when there are too many.
 */
import type { Clock } from '../clock.ts';
import { brokerKey } from './session.ts';
import type { Broker } from './session-events.ts';
import type { SessionTable } from './session-table.ts';

/** Beyond the grace: a broker that comes back at its very end still finds its sessions. */
const AFTER_GRACE_MS = 60_000;
const MOST_WITHOUT_SESSIONS = 1_000;

export interface LostStream {
  readonly broker: Broker;
  readonly caller: string;
  /** When it began. */
  readonly since: number;
}

interface Outage {
  readonly stream: LostStream;
  readonly began: number;
  cancel: () => void;
}

export class BrokerOutages {
  readonly #clock: Clock;
  readonly #table: SessionTable;
  readonly #graceMs: () => number;
  readonly #outages = new Map<string, Outage>();

  constructor(clock: Clock, table: SessionTable, graceMs: () => number) {
    this.#clock = clock;
    this.#table = table;
    this.#graceMs = graceMs;
  }

  begin({ broker, caller, since }: LostStream): void {
    const key = brokerKey(broker);
    this.end(key);
    const stream = { broker, caller, since };
    const outage = { stream, began: this.#clock.monotonic(), cancel: () => {} };
    this.#outages.set(key, outage);
    this.#wait(key, outage);
    if (this.#outages.size > MOST_WITHOUT_SESSIONS) this.#forgetOne();
  }

  /** It is back. */
  end(key: string): void {
    this.#outages.get(key)?.cancel();
    this.#outages.delete(key);
  }

  /** The last stream of each. */
  *streams(): Generator<LostStream> {
    for (const { stream } of this.#outages.values()) yield stream;
  }

  stop(): void {
    for (const { cancel } of this.#outages.values()) cancel();
    this.#outages.clear();
  }

  /** Its sessions, should it open any after all, are then those of a broker that never had a stream. */
  #forgetOne(): void {
    for (const [key, { stream }] of this.#outages) {
      if (this.#table.broker(stream.broker) !== undefined) continue;
      this.end(key);
      return;
    }
  }

  #wait(key: string, outage: Outage): void {
    const oldest = this.#clock.monotonic() - this.#graceMs() - AFTER_GRACE_MS;
    let next = outage.began;
    if (outage.began <= oldest) {
      next = Number.POSITIVE_INFINITY;
      for (const session of [...(this.#table.broker(outage.stream.broker)?.sessions() ?? [])]) {
        if (session.issuedTick <= oldest) this.#table.remove(session);
        else next = Math.min(next, session.issuedTick);
      }
    }
    if (next === Number.POSITIVE_INFINITY) this.#outages.delete(key);
    else outage.cancel = this.#clock.after(next - oldest, () => this.#wait(key, outage));
  }
}
