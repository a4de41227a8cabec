/**
 * Taking away from a client the subscriptions that it may not have any more: EMQX does not ask again about what was subscribed.
 * Always true: a filter is taken away only while its session, asked just before, says no. What EMQX does not take away in three
 * rounds ends the connection, and with it the session at EMQX.
 */
import type { EmqxClients } from './emqx-ports.ts';
import type { Kick } from './kick.ts';
import type { PacedApi } from './paced-api.ts';
import { ABORTED, failed, OVER, type Step } from './step.ts';

export type AuditStep =
  | Step
  /** Some were taken away: to be looked at again, since EMQX carries it out later than it says. */
  | { readonly kind: 'look-again' };

export interface SubscriptionAuditParts {
  readonly api: PacedApi;
  readonly clients: EmqxClients;
  readonly kick: Kick;
  readonly canAddress: (clientId: string) => boolean;
}

const ROUNDS = 3;

export class SubscriptionAudit {
  readonly #parts: SubscriptionAuditParts;

  constructor(parts: SubscriptionAuditParts) {
    this.#parts = parts;
  }

  /** `round`: from 1. */
  async attempt(clientId: string, round: number, signal: AbortSignal): Promise<AuditStep> {
    const { api, canAddress } = this.#parts;
    if (!canAddress(clientId)) return this.#disconnectUnseen(clientId, signal);
    const listed = await api.ask('audit', signal, (each, until) => each.subscriptions(clientId, until));
    if (listed.kind === 'absent') return OVER;
    if (listed.kind !== 'done') return failed(listed);
    const forbidden = listed.value.filter((topic) => this.#isForbidden(clientId, topic));
    if (forbidden.length === 0) return OVER;
    if (round > ROUNDS) return this.#disconnect(clientId, signal);
    for (const topic of forbidden) {
      const outcome = await api.ask('audit', signal, async (each, until) =>
        this.#isForbidden(clientId, topic)
          ? each.unsubscribe(clientId, topic, until)
          : { kind: 'done', value: undefined },
      );
      if (outcome.kind === 'absent') return OVER;
      // Whatever else it answers, the next round sees what became of it: 5.0 fails at shared filters after it has done so.
      if (outcome.kind !== 'done' && outcome.kind !== 'trouble') return failed(outcome);
    }
    return { kind: 'look-again' };
  }

  /** Whoever is connected now may be another than a moment ago: looked at again, back to back. */
  async #disconnect(clientId: string, signal: AbortSignal): Promise<AuditStep> {
    const { api, kick } = this.#parts;
    const step = await api.together('kick', signal, (ask) =>
      kick.alone(clientId, async (): Promise<AuditStep> => {
        const listed = await ask((each, until) => each.subscriptions(clientId, until));
        if (listed.kind === 'absent') return OVER;
        if (listed.kind !== 'done') return failed(listed);
        if (!listed.value.some((topic) => this.#isForbidden(clientId, topic))) return OVER;
        const outcome = await ask((each, until) => each.disconnect(clientId, until));
        if (outcome.kind !== 'done' && outcome.kind !== 'absent') return failed(outcome);
        return { kind: 'look-again' };
      }),
    );
    return step ?? ABORTED;
  }

  /** EMQX cannot be asked what it has subscribed to: it shall subscribe anew, and be asked about. */
  async #disconnectUnseen(clientId: string, signal: AbortSignal): Promise<AuditStep> {
    const { api, kick } = this.#parts;
    const step = await api.together('kick', signal, (ask) =>
      kick.alone(clientId, async (): Promise<AuditStep> => {
        const outcome = await ask((each, until) => each.disconnect(clientId, until));
        return outcome.kind === 'done' || outcome.kind === 'absent' ? OVER : failed(outcome);
      }),
    );
    return step ?? ABORTED;
  }

  #isForbidden(clientId: string, topic: string): boolean {
    return this.#parts.clients.maySubscribe(clientId, topic) === false;
  }
}
