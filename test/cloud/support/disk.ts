/**
 * A disk under a daemon that may be killed. What was written outlives it; a write under way at that moment has landed whole or
 * not at all, and what the dead still do reaches nobody.
 */
import type { Clock } from '../../../src/clock.ts';
import type {
  CertificateTrust,
  ClockMark,
  KnownCertificate,
  RefreshState,
  TrustBatch,
  TrustCounts,
  TrustPersistence,
} from '../../../src/identity/trust-persistence.ts';

export class Disk implements TrustPersistence {
  readonly #stored: TrustPersistence;
  readonly #clock: Clock;
  readonly #writeMs: number;
  readonly #underWay = new Set<() => Promise<void>>();
  #dead = false;

  /** @param clock of the daemon that holds it; a write takes `writeMs`. */
  constructor(stored: TrustPersistence, clock: Clock, writeMs: number) {
    this.#stored = stored;
    this.#clock = clock;
    this.#writeMs = writeMs;
  }

  load(certificateId: string): Promise<CertificateTrust> {
    return this.#unlessDead(this.#stored.load(certificateId));
  }

  write(batch: TrustBatch): Promise<void> {
    return this.#change(() => this.#stored.write(batch));
  }

  highWaterMark(): Promise<ClockMark> {
    return this.#unlessDead(this.#stored.highWaterMark());
  }

  setHighWaterMark(mark: ClockMark): Promise<void> {
    return this.#change(() => this.#stored.setHighWaterMark(mark));
  }

  page(after: string | undefined, limit: number): Promise<readonly KnownCertificate[]> {
    return this.#unlessDead(this.#stored.page(after, limit));
  }

  pem(certificateId: string): Promise<string | undefined> {
    return this.#unlessDead(this.#stored.pem(certificateId));
  }

  dropPem(certificateId: string, pem: string): Promise<void> {
    return this.#change(() => this.#stored.dropPem(certificateId, pem));
  }

  refreshState(): Promise<RefreshState | undefined> {
    return this.#unlessDead(this.#stored.refreshState());
  }

  setRefreshState(state: RefreshState, mark: ClockMark): Promise<void> {
    return this.#change(() => this.#stored.setRefreshState(state, mark));
  }

  counts(): Promise<TrustCounts> {
    return this.#unlessDead(this.#stored.counts());
  }

  /** @param landed whether writes under way had reached the disk. */
  async kill(landed: boolean): Promise<void> {
    this.#dead = true;
    if (landed) for (const land of this.#underWay) await land();
    this.#underWay.clear();
  }

  async #change(land: () => Promise<void>): Promise<void> {
    this.#underWay.add(land);
    if (this.#writeMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.after(this.#writeMs, resolve);
      });
    }
    if (this.#dead) return await new Promise<never>(() => {});
    this.#underWay.delete(land);
    await land();
  }

  async #unlessDead<T>(reading: Promise<T>): Promise<T> {
    const read = await reading;
    return this.#dead ? await new Promise<never>(() => {}) : read;
  }
}
