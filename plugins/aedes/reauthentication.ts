/**
 * Authenticates devices again in the background, at most so many at a time, because the daemon has forgotten their
 * sessions. What fails without a verdict is tried again after a back-off with jitter (or the delay the daemon asks
 * for); whoever is added again is tried at once. Fair: first come, first served.
 */
import type { Clock } from '../../src/clock.ts';

export interface ReauthenticationOptions<Key> {
  readonly clock: Clock;
  readonly concurrency: number;
  /** Resolves to undefined when there is nothing left to do, else to the least delay before another try. */
  readonly attempt: (key: Key) => Promise<{ readonly retryAfterMs: number } | undefined>;
  readonly random: () => number;
}

interface Entry {
  attempts: number;
  running: boolean;
  again: boolean;
  cancelRetry: (() => void) | undefined;
}

const FIRST_DELAY = 200;
const LONGEST_DELAY = 30_000;

export class Reauthentication<Key extends object> {
  readonly #options: ReauthenticationOptions<Key>;
  readonly #entries = new Map<Key, Entry>();
  readonly #ready = new Set<Key>();
  #running = 0;

  constructor(options: ReauthenticationOptions<Key>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  add(key: Key): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { attempts: 0, running: false, again: false, cancelRetry: undefined };
      this.#entries.set(key, entry);
    }
    entry.attempts = 0;
    entry.cancelRetry?.();
    entry.cancelRetry = undefined;
    if (entry.running) entry.again = true;
    else this.#ready.add(key);
    this.#start();
  }

  remove(key: Key): void {
    this.#entries.get(key)?.cancelRetry?.();
    this.#entries.delete(key);
    this.#ready.delete(key);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.remove(key);
  }

  #start(): void {
    for (const key of this.#ready) {
      if (this.#running >= this.#options.concurrency) return;
      this.#ready.delete(key);
      const entry = this.#entries.get(key);
      if (entry !== undefined) void this.#run(key, entry);
    }
  }

  async #run(key: Key, entry: Entry): Promise<void> {
    this.#running++;
    entry.running = true;
    let retry: { readonly retryAfterMs: number } | undefined;
    try {
      retry = await this.#options.attempt(key);
    } catch {
      retry = { retryAfterMs: 0 };
    }
    this.#running--;
    entry.running = false;
    if (this.#entries.get(key) === entry) this.#settle(key, entry, retry);
    this.#start();
  }

  #settle(key: Key, entry: Entry, retry: { readonly retryAfterMs: number } | undefined): void {
    if (entry.again) {
      entry.again = false;
      this.#ready.add(key);
      return;
    }
    if (retry === undefined) {
      this.#entries.delete(key);
      return;
    }
    const backOff = Math.min(FIRST_DELAY * 2 ** entry.attempts++, LONGEST_DELAY);
    const delay = Math.max(retry.retryAfterMs, backOff * (0.5 + this.#options.random() / 2));
    entry.cancelRetry = this.#options.clock.after(delay, () => {
      entry.cancelRetry = undefined;
      this.#ready.add(key);
      this.#start();
    });
  }
}
