/**
 * What is wrong between this host and the cloud, for the operator. Always true:
 * - Of each operation and kind the latest is kept, until the operation has been answered and ten minutes have passed: one
 *   device may meet a refusal that the others do not, and what comes and goes is told once.
 * - Whoever is told hears of each at most once in ten minutes.
 */
import type { Clock } from '../clock.ts';
import type { Trouble } from './outcome.ts';
import type { TroubleStatus } from './status.ts';

const KEPT_MS = 600_000;

interface Kept extends TroubleStatus {
  /** Monotonic. */
  readonly metAt: number;
  readonly toldAt: number;
  readonly answeredSince: boolean;
}

export class Troubles {
  readonly #clock: Clock;
  readonly #tell: (trouble: TroubleStatus) => void;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock, tell: (trouble: TroubleStatus) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  met(operation: string, { trouble, message }: Trouble): void {
    const key = `${operation} ${trouble}`;
    const metAt = this.#clock.monotonic();
    const before = this.#kept.get(key);
    const isNews = before === undefined || metAt - before.toldAt >= KEPT_MS;
    const toldAt = isNews ? metAt : before.toldAt;
    const status = { operation, trouble, message, at: this.#clock.now() };
    this.#kept.set(key, { ...status, metAt, toldAt, answeredSince: false });
    if (isNews) this.#tell(status);
  }

  answered(operation: string): void {
    for (const [key, kept] of this.#kept) {
      if (kept.operation === operation && !kept.answeredSince)
        this.#kept.set(key, { ...kept, answeredSince: true });
    }
  }

  list(): readonly TroubleStatus[] {
    const now = this.#clock.monotonic();
    for (const [key, kept] of this.#kept) {
      if (kept.answeredSince && now - kept.metAt >= KEPT_MS) this.#kept.delete(key);
    }
    return [...this.#kept.values()].map(({ operation, trouble, message, at }) => ({
      operation,
      trouble,
      message,
      at,
    }));
  }
}
