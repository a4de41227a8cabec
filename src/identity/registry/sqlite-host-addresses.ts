/** The addresses of this host in the registry's database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { GivenAddress, HostAddressStore } from '../../connectivity/host-address-store.ts';
import { numberOf, textOf } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export class SqliteHostAddresses implements HostAddressStore {
  readonly #writes: WriteQueue;
  readonly #read: <T>(query: () => T) => Promise<T>;
  readonly #all: StatementSync;
  readonly #delete: StatementSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync, writes: WriteQueue, read: <T>(query: () => T) => Promise<T>) {
    this.#writes = writes;
    this.#read = read;
    this.#all = database.prepare('SELECT source, host, port FROM host_addresses ORDER BY source, position');
    this.#delete = database.prepare('DELETE FROM host_addresses WHERE source = ?');
    this.#insert = database.prepare(
      'INSERT INTO host_addresses (source, position, host, port) VALUES (?, ?, ?, ?)',
    );
  }

  load(): Promise<ReadonlyMap<string, readonly GivenAddress[]>> {
    return this.#read(() => {
      const found = new Map<string, GivenAddress[]>();
      for (const row of this.#all.all()) {
        const source = textOf(row, 'source');
        const host = textOf(row, 'host');
        const port = numberOf(row, 'port');
        const given = found.get(source) ?? [];
        given.push(port === 0 ? { host } : { host, port });
        found.set(source, given);
      }
      return found;
    });
  }

  replace(source: string, addresses: readonly GivenAddress[]): Promise<void> {
    return this.#writes.run(() => {
      this.#delete.run(source);
      for (const [position, { host, port = 0 }] of addresses.entries())
        this.#insert.run(source, position, host, port);
    });
  }
}
