/**
 * Events about tokens the caller does not know yet: the daemon may tell of a session's change or end before its
 * answer to GetClientDeviceAuthToken arrives. Each is kept for 60 s, in order. Bounded; `lost` says that the bound
 * was hit, after which an unknown token can no longer be trusted to have missed nothing.
 */
import type { Clock } from '../../src/clock.ts';

export type EarlyEvent =
  | {
      readonly kind: 'changed';
      readonly epoch: string;
      readonly sequence: number;
      readonly setIds: readonly string[];
      readonly variables: ReadonlyMap<string, string> | undefined;
    }
  | {
      readonly kind: 'ended';
      readonly epoch: string;
      readonly sequence: number;
      readonly reason: string;
      readonly correlationId: string;
    };

const KEPT_FOR = 60_000;
const MOST_TOKENS = 10_000;

export class EarlyEvents {
  readonly #clock: Clock;
  /** In order of the first event's arrival. */
  readonly #kept = new Map<string, { readonly since: number; readonly events: EarlyEvent[] }>();
  #lostUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#kept.size;
  }

  keep(token: string, event: EarlyEvent): void {
    const now = this.#clock.monotonic();
    this.#forgetBefore(now - KEPT_FOR);
    const known = this.#kept.get(token);
    if (known !== undefined) {
      const last = known.events.at(-1);
      if (last?.kind === 'changed' && event.kind === 'changed') {
        // Only the newest sets count; variables that it does not name are those told before.
        known.events[known.events.length - 1] = { ...event, variables: event.variables ?? last.variables };
      } else if (last?.kind !== 'ended') {
        known.events.push(event);
      }
      return;
    }
    if (this.#kept.size >= MOST_TOKENS) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
      this.#lostUntil = now + KEPT_FOR;
    }
    this.#kept.set(token, { since: now, events: [event] });
  }

  /** The events of this token, oldest first; they are forgotten here. */
  take(token: string): readonly EarlyEvent[] {
    const known = this.#kept.get(token);
    if (known === undefined) return [];
    this.#kept.delete(token);
    return known.since < this.#clock.monotonic() - KEPT_FOR ? [] : known.events;
  }

  /** Was an event dropped for lack of room within the last 60 s? */
  lost(): boolean {
    return this.#clock.monotonic() < this.#lostUntil;
  }

  #forgetBefore(time: number): void {
    for (const [token, { since }] of this.#kept) {
      if (since >= time) return;
      this.#kept.delete(token);
    }
  }
}
