/**
 * Clients that were sent away and may still be connected to EMQX: until they have gone or have come back, nothing they do lets
 * them in again. Bounded; the ones forgotten first have been asked to go the longest.
 */
import { LRUCache } from 'lru-cache';

const MOST = 100_000;

interface Departure {
  readonly certificateId: string;
  readonly connections: Set<string>;
  /** It had connections that EMQX does not tell apart. */
  readonly isUnnamed: boolean;
}

export class Departures {
  readonly #leaving = new LRUCache<string, Departure>({ max: MOST });

  sentAway(client: {
    readonly clientId: string;
    readonly certificateId: string;
    readonly connections: ReadonlyMap<string, unknown>;
    readonly unnamed: number;
  }): void {
    const { clientId, certificateId, connections, unnamed } = client;
    this.#leaving.set(clientId, {
      certificateId,
      connections: new Set(connections.keys()),
      isUnnamed: unnamed > 0 || connections.size === 0,
    });
  }

  isLeaving(clientId: string, certificateId: string, connection: string): boolean {
    const departure = this.#leaving.get(clientId);
    if (departure?.certificateId !== certificateId) return false;
    return connection === '' || departure.isUnnamed || departure.connections.has(connection);
  }

  /** It was authenticated again. */
  returned(clientId: string): void {
    this.#leaving.delete(clientId);
  }

  /** EMQX says that this connection has ended. */
  disconnected(clientId: string, connection: string): void {
    const departure = this.#leaving.get(clientId);
    if (departure === undefined) return;
    departure.connections.delete(connection);
    if (departure.isUnnamed || departure.connections.size === 0) this.#leaving.delete(clientId);
  }
}
