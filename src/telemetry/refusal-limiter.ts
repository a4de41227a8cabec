/**
 * Keeps a device in a loop from filling the disk: of each device's refusals the first few of a
 * minute pass, and of all together a bounded number; the others are counted, and every count is
 * handed over when its minute ends. Nothing is dropped without being counted. Memory is bounded.
 */
import type { Clock } from '../clock.ts';

export interface SuppressedCount {
  /** The certificate id or client id; empty for those over the limit of all together, or whose place was needed. */
  readonly key: string;
  readonly reason: string;
  readonly count: number;
  readonly since: number;
  readonly until: number;
}

export interface LimiterOptions {
  readonly clock: Clock;
  /** Told at the end of a minute in which something was suppressed. */
  readonly report: (suppressed: SuppressedCount) => void;
  /** For one key in one window; default 5. */
  readonly perKey?: number;
  /** For all keys in one window; default 600. */
  readonly together?: number;
  readonly windowMs?: number;
  /** Keys known at once; default 10,000. */
  readonly mostKeys?: number;
}

interface Entry {
  passed: number;
  suppressed: number;
  reason: string;
}

export class RefusalLimiter {
  readonly #options: Required<LimiterOptions>;
  #keys = new Map<string, Entry>();
  #passed = 0;
  #others: Entry = { passed: 0, suppressed: 0, reason: '' };
  #since: number;
  #windowEnds = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: LimiterOptions) {
    this.#options = { perKey: 5, together: 600, windowMs: 60_000, mostKeys: 10_000, ...options };
    this.#since = options.clock.now();
  }

  /** May this one be written? If not, it is counted. */
  admit(key: string, reason: string): boolean {
    this.#openWindow();
    const entry = this.#entry(key);
    if (entry !== undefined && entry.passed < this.#options.perKey && this.#passed < this.#options.together) {
      entry.passed += 1;
      this.#passed += 1;
      return true;
    }
    const counted = entry ?? this.#others;
    counted.suppressed += 1;
    counted.reason = reason;
    return false;
  }

  /** Reports what is counted so far and begins anew. Also for the end of the process. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const until = this.#options.clock.now();
    const since = this.#since;
    const counted = [...this.#keys, ['', this.#others] as const];
    this.#keys = new Map();
    this.#others = { passed: 0, suppressed: 0, reason: '' };
    this.#passed = 0;
    // More lines than may pass in a window would make the summaries the flood.
    const told = counted
      .filter(([, entry]) => entry.suppressed > 0)
      .sort(([, a], [, b]) => b.suppressed - a.suppressed);
    for (const [key, { suppressed, reason }] of told.slice(0, MOST_SUMMARIES)) {
      this.#options.report({ key, reason, count: suppressed, since, until });
    }
    const rest = told.slice(MOST_SUMMARIES).reduce((sum, [, entry]) => sum + entry.suppressed, 0);
    if (rest > 0) this.#options.report({ key: '', reason: '', count: rest, since, until });
  }

  #openWindow(): void {
    const { clock, windowMs } = this.#options;
    const now = clock.monotonic();
    if (this.#cancelTimer !== undefined && now < this.#windowEnds) return;
    this.flush();
    this.#since = clock.now();
    this.#windowEnds = now + windowMs;
    this.#cancelTimer = clock.after(windowMs, () => this.flush());
  }

  #entry(key: string): Entry | undefined {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    if (this.#keys.size >= this.#options.mostKeys) return undefined;
    const entry = { passed: 0, suppressed: 0, reason: '' };
    this.#keys.set(key, entry);
    return entry;
  }
}

const MOST_SUMMARIES = 200;
