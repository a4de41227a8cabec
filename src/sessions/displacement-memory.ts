/**
 * Which clients may displace no one, because a full token cache displaced or refused them lately. A client is a
 * certificate with a client id. Being refused again does not prolong it, so that everyone has a turn; over its
 * bound the client that tried least recently is forgotten.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';

const BARRED_MS = 10 * 60_000;
const MOST_CLIENTS = 10_000;

export class DisplacementMemory {
  readonly #clock: Clock;
  // Bounded by size and not by `max`, which would allocate all of it at once.
  readonly #until = new LRUCache<string, number>({ maxSize: MOST_CLIENTS, sizeCalculation: () => 1 });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  bar(certificateId: string, clientId: string): void {
    if (this.remainingMs(certificateId, clientId) > 0) return;
    this.#until.set(`${certificateId} ${clientId}`, this.#clock.monotonic() + BARRED_MS);
  }

  /** 0: it may displace. */
  remainingMs(certificateId: string, clientId: string): number {
    const until = this.#until.get(`${certificateId} ${clientId}`);
    return until === undefined ? 0 : Math.max(0, until - this.#clock.monotonic());
  }
}
