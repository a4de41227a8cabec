/** The components in the registry's database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  COMPONENT_OPERATIONS,
  type ComponentRecord,
  type ComponentStore,
} from '../../components/component.ts';
import { numberOf, textOf } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export class SqliteComponents implements ComponentStore {
  readonly #writes: WriteQueue;
  readonly #read: <T>(query: () => T) => Promise<T>;
  readonly #all: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync, writes: WriteQueue, read: <T>(query: () => T) => Promise<T>) {
    this.#writes = writes;
    this.#read = read;
    this.#all = database.prepare('SELECT * FROM components ORDER BY name');
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO components (name, operations, token_hash, created_at, token_issued_at)
       VALUES (?, ?, ?, ?, ?)`,
    );
    this.#delete = database.prepare('DELETE FROM components WHERE name = ?');
  }

  load(): Promise<readonly ComponentRecord[]> {
    return this.#read(() =>
      this.#all.all().map((row) => {
        const tokenHash = row['token_hash'];
        if (!(tokenHash instanceof Uint8Array)) throw new Error('the token hash of a component is no blob');
        const allowed = textOf(row, 'operations').split(' ');
        return {
          name: textOf(row, 'name'),
          // One that a later release knew is none here.
          operations: new Set(COMPONENT_OPERATIONS.filter((operation) => allowed.includes(operation))),
          tokenHash,
          createdAt: numberOf(row, 'created_at'),
          tokenIssuedAt: numberOf(row, 'token_issued_at'),
        };
      }),
    );
  }

  put({ name, operations, tokenHash, createdAt, tokenIssuedAt }: ComponentRecord): Promise<void> {
    return this.#writes.run(() => {
      this.#put.run(name, [...operations].join(' '), tokenHash, createdAt, tokenIssuedAt);
    });
  }

  remove(name: string): Promise<void> {
    return this.#writes.run(() => {
      this.#delete.run(name);
    });
  }
}
