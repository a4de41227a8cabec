/**
 * Disconnecting whoever has a client id, unless it has a live session. Always true:
 * - Before each request to disconnect, EMQX is asked who is connected, and the two go out back to back. Nobody is disconnected
 *   whose certificate has a live session.
 * - While somebody else has a live session with the client id, who is about to take it over (EMQX disconnects the former one by
 *   itself then), there is no request to disconnect, for ten seconds.
 * - `settled` tells when none is under way. So who opens a session first, and then waits for `settled` before EMQX gets the answer,
 *   is not hit by a kick of its predecessor: a request begun before is over, and none begins after.
 */
import type { Clock } from '../../clock.ts';
import type { CertificateParser } from '../../identity/certificate.ts';
import { connectedCertificate } from './connected-certificate.ts';
import type { ConnectedClient, EmqxClients } from './emqx-ports.ts';
import type { Ask, PacedApi } from './paced-api.ts';
import { ABORTED, failed, OVER, type Step } from './step.ts';

export type KickStep =
  | Step
  /** `seen`: nobody is connected. Otherwise EMQX says that it has disconnected whoever was. */
  | { readonly kind: 'gone'; readonly seen: boolean }
  /** Somebody else is about to take over. */
  | { readonly kind: 'contested' };

export interface KickParts {
  readonly api: PacedApi;
  readonly canLookUp: (clientId: string) => boolean;
  readonly clients: EmqxClients;
  readonly parser: Pick<CertificateParser, 'parse'>;
  readonly clock: Clock;
}

/** Longer than a client may wait: brokers give an authentication about 5 s. */
const SETTLE_MS = 3_000;
const SEEN_GONE: KickStep = { kind: 'gone', seen: true };

export class Kick {
  readonly #parts: KickParts;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(parts: KickParts) {
    this.#parts = parts;
  }

  /** `urgent`: before everything else. `graceOver`: whoever was about to take over has had its time. */
  async attempt(
    clientId: string,
    { graceOver, urgent }: { readonly graceOver: () => boolean; readonly urgent: boolean },
    signal: AbortSignal,
  ): Promise<KickStep> {
    const step = await this.#parts.api.together(urgent ? 'kick' : 'audit', signal, (ask) =>
      this.alone(clientId, () => this.#lookAndDisconnect(clientId, graceOver, ask)),
    );
    return step ?? ABORTED;
  }

  /** While `task` runs, this client id is not settled. One at a time. */
  async alone<T>(clientId: string, task: () => Promise<T>): Promise<T> {
    const running = task();
    this.#underWay.set(clientId, running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(clientId);
    }
  }

  /** Resolves in 3 s at the latest. */
  settled(clientId: string): Promise<void> {
    const running = this.#underWay.get(clientId);
    if (running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#parts.clock.after(SETTLE_MS, end);
      running.then(end, end);
    });
  }

  async #lookAndDisconnect(clientId: string, graceOver: () => boolean, ask: Ask): Promise<KickStep> {
    const { canLookUp, clients } = this.#parts;
    if (canLookUp(clientId)) {
      const found = await ask((api, signal) => api.client(clientId, signal));
      if (found.kind === 'absent') return SEEN_GONE;
      if (found.kind !== 'done') return failed(found);
      if (!found.value.connected) return SEEN_GONE;
      const verdict = this.#judge(found.value, graceOver);
      if (verdict !== undefined) return verdict;
    } else if (clients.isLive(clientId, undefined)) {
      return OVER;
    }
    const outcome = await ask((api, signal) => api.disconnect(clientId, signal));
    if (outcome.kind !== 'done' && outcome.kind !== 'absent') return failed(outcome);
    // Nobody could see that it is gone.
    return canLookUp(clientId) ? { kind: 'gone', seen: false } : OVER;
  }

  /** Undefined: it is to be disconnected. */
  #judge(client: ConnectedClient, graceOver: () => boolean): KickStep | undefined {
    const { clients, parser } = this.#parts;
    const certificate = connectedCertificate(client, parser);
    const { clientId } = client;
    if (certificate === undefined) return clients.isLive(clientId, undefined) ? OVER : undefined;
    if (clients.isLive(clientId, certificate.id)) return OVER;
    return clients.isLive(clientId, undefined) && !graceOver() ? { kind: 'contested' } : undefined;
  }
}
