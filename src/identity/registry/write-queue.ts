/**
 * Writes to the database, several in one commit.
 *
 * Each write is a savepoint: it happens whole or not at all, whatever becomes of its neighbours. What
 * is asked for while a commit is being waited for shares the next one, so that a thousand devices that
 * arrive together cost a few syncs of the disk. A write resolves, and its changes are told, only when
 * it is on disk; nothing reads in the middle of a commit. Every error that leaves here is a
 * `DaemonError`.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { DaemonError } from '../../errors.ts';
import { describe, rollBack } from './database.ts';
import type { RegistryChange } from './store.ts';

/** A commit takes no more writes than this, nor goes on for longer, so that the event loop is not held. */
const MOST_WRITES = 500;
const LONGEST_MS = 20;

/** What a write does; it adds what it changed to `changes`. Runs within the transaction, at once and synchronously. */
export type Write<T> = (changes: RegistryChange[]) => T;

interface Entry {
  /** Does it, and answers how to tell the caller once it is committed. */
  readonly work: (changes: RegistryChange[]) => () => void;
  readonly reject: (error: DaemonError) => void;
}

export class WriteQueue {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #committed: (changes: readonly RegistryChange[]) => void;
  #waiting: Entry[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(options: {
    readonly database: DatabaseSync;
    readonly file: string;
    readonly clock: Clock;
    readonly committed: (changes: readonly RegistryChange[]) => void;
  }) {
    this.#database = options.database;
    this.#file = options.file;
    this.#clock = options.clock;
    this.#committed = options.committed;
  }

  run<T>(write: Write<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new DaemonError('SERVICE_ERROR', 'the registry is closed'));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({
      work: (changes) => {
        const value = write(changes);
        return () => resolve(value);
      },
      reject,
    });
    this.#scheduled ??= setImmediate(() => this.#commitNext());
    return promise;
  }

  /** Writes what is waiting, then takes no more. */
  close(): void {
    this.#closed = true;
    while (this.#waiting.length > 0) this.#commitNext();
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
  }

  #commitNext(): void {
    this.#scheduled = undefined;
    const taken: Entry[] = [];
    const settle: (() => void)[] = [];
    const changes: RegistryChange[] = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const end = this.#clock.monotonic() + LONGEST_MS;
      for (const entry of this.#waiting) {
        if (taken.length === MOST_WRITES || (taken.length > 0 && this.#clock.monotonic() >= end)) break;
        taken.push(entry);
        settle.push(this.#apply(entry, changes));
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      rollBack(this.#database);
      // None of them is on disk. When not even BEGIN worked, the next would fare the same.
      const failed = taken.length > 0 ? taken : [...this.#waiting];
      this.#goOnAfter(failed.length);
      const described = describe(this.#file, error);
      for (const entry of failed) entry.reject(described);
      return;
    }
    this.#goOnAfter(taken.length);
    this.#committed(changes);
    for (const tell of settle) tell();
  }

  #apply(entry: Entry, changes: RegistryChange[]): () => void {
    const own: RegistryChange[] = [];
    this.#database.exec('SAVEPOINT write');
    try {
      const tell = entry.work(own);
      this.#database.exec('RELEASE write');
      // Not spread: an import may have hundreds of thousands.
      for (const change of own) changes.push(change);
      return tell;
    } catch (error) {
      // Some failures, such as a full disk, end the whole transaction.
      if (!this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO write; RELEASE write');
      const described = describe(this.#file, error);
      return () => entry.reject(described);
    }
  }

  #goOnAfter(count: number): void {
    this.#waiting = this.#waiting.slice(count);
    if (this.#waiting.length > 0) this.#scheduled ??= setImmediate(() => this.#commitNext());
  }
}
