/**
 * Clients that were sent away and may still be connected to EMQX: until they have gone or have come back, nothing they do lets
 * them in again. Bounded; the ones forgotten first have been asked to go the longest.
 */
import { LRUCache } from 'lru-cache';

const MOST = 100_000;

interface Departure {
  readonly connections: Set<string>;
  /** It had connections that EMQX does not tell apart. */
  readonly isUnnamed: boolean;
}

export class Departures {
  /** By client id, and by certificate. */
  readonly #leaving = new LRUCache<string, Map<string, Departure>>({ max: MOST });

  sentAway(client: {
    readonly clientId: string;
    readonly certificateId: string;
    readonly connections: ReadonlySet<string>;
    readonly unnamed: number;
  }): void {
    const { clientId, certificateId, connections, unnamed } = client;
    const ofClient = this.#leaving.get(clientId) ?? new Map<string, Departure>();
    ofClient.set(certificateId, {
      connections: new Set(connections),
      isUnnamed: unnamed > 0 || connections.size === 0,
    });
    this.#leaving.set(clientId, ofClient);
  }

  isLeaving(clientId: string, certificateId: string, connection: string): boolean {
    const departure = this.#leaving.get(clientId)?.get(certificateId);
    if (departure === undefined) return false;
    return connection === '' || departure.isUnnamed || departure.connections.has(connection);
  }

  /** It was authenticated again: EMQX has no other of this client id for long. */
  returned(clientId: string): void {
    this.#leaving.delete(clientId);
  }

  /** EMQX says that this connection has ended. */
  disconnected(clientId: string, certificateId: string, connection: string): void {
    const ofClient = this.#leaving.get(clientId);
    const departure = ofClient?.get(certificateId);
    if (ofClient === undefined || departure === undefined) return;
    departure.connections.delete(connection);
    if (departure.isUnnamed || departure.connections.size === 0) ofClient.delete(certificateId);
    if (ofClient.size === 0) this.#leaving.delete(clientId);
  }
}
