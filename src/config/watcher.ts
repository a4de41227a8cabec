/**
 * Keeps the configuration of a running daemon. Always true:
 * - `current` is the last good configuration; a bad or missing file changes nothing and is told by `status`;
 * - the file is read whole and only when it has been left alone for a moment, so that half a write is not taken for a configuration;
 * - loads happen one after the other, and listeners hear of each change once.
 * The directory is watched (a rename over the file, a symlink that is swapped), and the file's
 * state is looked at every few seconds as well, for file systems that tell nothing.
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { changedPaths, needingRestart } from './changes.ts';
import {
  type Configuration,
  type DeviceGroupsValidator,
  type LoadResult,
  loadConfigurationFile,
  type Problem,
} from './load.ts';
import { printable } from './printable.ts';

export type ChangeListener = (effective: Configuration, changedPaths: readonly string[]) => void;

export type ReloadListener = (outcome: ReloadOutcome) => void;

export interface WatcherOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly validateDeviceGroups?: DeviceGroupsValidator | undefined;
  /** How long the file must be left alone before it is read; default 200 ms. */
  readonly settleMs?: number;
  /** How often the file is looked at although nothing was told; default 3,000 ms. */
  readonly pollMs?: number;
}

export interface ReloadOutcome {
  /** False: the file has errors, and the last good configuration stays. */
  readonly ok: boolean;
  readonly changedPaths: readonly string[];
  readonly restartRequired: readonly string[];
  readonly warnings: readonly Problem[];
  readonly errors: readonly Problem[];
  /** What listeners threw: the configuration is in force, but not everywhere. */
  readonly faults: readonly unknown[];
}

export interface ConfigurationStatus {
  readonly file: string;
  /** As it may be shown; rooms take `current`. */
  readonly effective: Configuration;
  readonly warnings: readonly Problem[];
  /** Of the file as it is now, when the last load failed. */
  readonly errors: readonly Problem[];
  /** Paths whose value in `effective` waits for a restart. */
  readonly restartRequired: readonly string[];
  /** When `effective` was loaded. */
  readonly loadedAt: number;
}

/** The configuration cannot be used, and there is no earlier one. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly file: string;
  readonly errors: readonly Problem[];

  constructor(file: string, errors: readonly Problem[]) {
    const list = errors.map(({ path, rule }) => `  ${path === '' ? '' : `${path}: `}${rule}`);
    super([`the configuration ${file} cannot be used:`, ...list].join('\n'));
    this.file = file;
    this.errors = errors;
  }
}

const DEFAULT_SETTLE_MS = 200;
const DEFAULT_POLL_MS = 3000;

export class ConfigurationWatcher {
  readonly #options: WatcherOptions;
  readonly #started: Configuration;
  readonly #listeners = new Set<ChangeListener>();
  readonly #reloadListeners = new Set<ReloadListener>();
  readonly #reloadingListeners = new Set<() => void>();
  #current: LoadResult;
  #failed: LoadResult | undefined;
  #loadedAt: number;
  #seen: string;
  #watcher: FSWatcher | undefined;
  #cancelPoll: () => void = () => {};
  #cancelSettle: () => void = () => {};
  #isSettling = false;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Loads the file. Throws ConfigurationError when it is missing or wrong. */
  static async open(options: WatcherOptions): Promise<ConfigurationWatcher> {
    const seen = stateOf(options.file);
    const { file, validateDeviceGroups } = options;
    const first = loadConfigurationFile(file, { validateDeviceGroups });
    if (first.errors.length > 0) throw new ConfigurationError(file, first.errors);
    return new ConfigurationWatcher(options, first, seen);
  }

  private constructor(options: WatcherOptions, first: LoadResult, seen: string) {
    this.#options = options;
    this.#started = first.effective;
    this.#current = first;
    this.#loadedAt = options.clock.now();
    this.#seen = seen;
  }

  get current(): Configuration {
    return this.#current.effective;
  }

  get status(): ConfigurationStatus {
    return {
      file: this.#options.file,
      effective: printable(this.#current.effective),
      warnings: (this.#failed ?? this.#current).warnings,
      errors: this.#failed?.errors ?? [],
      restartRequired: needingRestart(changedPaths(this.#started, this.#current.effective)),
      loadedAt: this.#loadedAt,
    };
  }

  /** The answer takes the listener off again. A listener that throws does not keep the others from hearing. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears what came of every load but the first, good or bad; must not throw. The answer takes it off again. */
  onReload(listener: ReloadListener): () => void {
    this.#reloadListeners.add(listener);
    return () => this.#reloadListeners.delete(listener);
  }

  /** Hears before each load but the first; must not throw. The answer takes it off again. */
  onReloading(listener: () => void): () => void {
    this.#reloadingListeners.add(listener);
    return () => this.#reloadingListeners.delete(listener);
  }

  /** Begins to follow the file. */
  start(): void {
    this.#watchDirectory();
    this.#poll();
  }

  /** Reads the file now, changed or not. Never rejects for what is in the file. */
  reload(): Promise<ReloadOutcome> {
    return this.#enqueue(() => this.#load());
  }

  /** Resolves when no load is under way. */
  async reloadsDone(): Promise<void> {
    await this.#queue;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher?.close();
    this.#cancelPoll();
    this.#cancelSettle();
    await this.#queue;
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #load(): Promise<ReloadOutcome> {
    const { file, validateDeviceGroups, clock } = this.#options;
    for (const listener of this.#reloadingListeners) listener();
    this.#seen = stateOf(file);
    const before = this.#current.effective;
    const result = loadConfigurationFile(file, { previous: before, validateDeviceGroups });
    const ok = result.errors.length === 0;
    if (ok) {
      this.#current = result;
      this.#failed = undefined;
      this.#loadedAt = clock.now();
    } else {
      this.#failed = result;
    }
    const paths = ok ? changedPaths(before, result.effective) : [];
    const { restartRequired } = this.status;
    const { warnings, errors } = result;
    const faults = paths.length > 0 ? this.#tell(result.effective, paths) : [];
    const outcome = { ok, changedPaths: paths, restartRequired, warnings, errors, faults };
    for (const listener of this.#reloadListeners) listener(outcome);
    return outcome;
  }

  #tell(effective: Configuration, paths: readonly string[]): readonly unknown[] {
    const faults: unknown[] = [];
    for (const listener of this.#listeners) {
      try {
        listener(effective, paths);
      } catch (error) {
        faults.push(error);
      }
    }
    return faults;
  }

  #watchDirectory(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (this.#isClosed) return;
    try {
      const watcher = watch(dirname(this.#options.file), { persistent: false }, () => this.#settle());
      watcher.on('error', () => {
        watcher.close();
        if (this.#watcher === watcher) this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch {
      // No directory, or no more watches to be had: polling finds the change.
    }
  }

  #poll(): void {
    this.#cancelPoll = this.#options.clock.after(this.#options.pollMs ?? DEFAULT_POLL_MS, () => {
      if (this.#isClosed) return;
      if (this.#watcher === undefined) this.#watchDirectory();
      this.#settle();
      this.#poll();
    });
  }

  /** Reads the file if it is another than before and has stayed the same for the settling time. */
  #settle(): void {
    if (this.#isClosed || this.#isSettling) return;
    this.#isSettling = true;
    const { clock, file, settleMs = DEFAULT_SETTLE_MS } = this.#options;
    const before = stateOf(file);
    this.#cancelSettle = clock.after(settleMs, () => {
      void this.#enqueue(() => this.#loadIfSettled(before)).catch(() => {});
    });
  }

  async #loadIfSettled(then: string): Promise<void> {
    const now = stateOf(this.#options.file);
    this.#isSettling = false;
    if (this.#isClosed || now === this.#seen) return;
    if (now === then) await this.#load();
    else this.#settle();
  }
}

/** Changes when the file, or what it is a link to, is another or was written. */
function stateOf(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return `unreadable ${error instanceof Error && 'code' in error ? String(error.code) : ''}`;
  }
}
