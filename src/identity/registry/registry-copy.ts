/**
 * A registry's database, copied as it was at one instant to a file of its own, which only its reader knows and which
 * goes with it.
 *
 * Copied with SQLite's backup API, a few pages at a time on another thread: the registry's file is locked for its one
 * connection, so no second connection could read it, and a transaction or a VACUUM INTO on that connection would hold
 * up every device meanwhile (and is the last resort). What is written during the copy goes into it too; it is as of its end.
 */
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { AttachmentsTable } from './attachments-table.ts';
import { CertificatesTable } from './certificates-table.ts';
import type { RegistryCopy, RegistryRow } from './copies.ts';
import { connect, describe } from './database.ts';
import { DeviceCasTable } from './device-cas-table.ts';
import { ThingsTable } from './things-table.ts';

/** Each step holds the registry's connection for a millisecond or two. */
const PAGES_AT_A_TIME = 200;
/** Each begins anew. */
const ATTEMPTS = 5;

/** @param directory of its own; made, and removed by `close`. */
export async function copyDatabase(source: DatabaseSync, directory: string): Promise<RegistryCopy> {
  const file = join(directory, 'copy.db');
  try {
    mkdirSync(directory, { mode: 0o700 });
    await copyAside(source, file);
    return new DatabaseCopy(connect(file), directory);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw describe(file, error);
  }
}

/**
 * Node's backup fails, with an error that says "not an error", when a write of ours meets one of its steps; so it is begun anew,
 * and where writes come all the time the copy is made in one go at last, which they have to wait for.
 */
async function copyAside(source: DatabaseSync, file: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    makeEmpty(file);
    try {
      await backup(source, file, { rate: PAGES_AT_A_TIME });
      return;
    } catch (error) {
      if ((error as { readonly errcode?: number }).errcode !== 0) throw error;
    }
  }
  makeEmpty(file);
  source.prepare('VACUUM INTO ?').run(file);
}

/** SQLite would make it readable for others. */
function makeEmpty(file: string): void {
  for (const each of [file, `${file}-journal`, `${file}-wal`]) rmSync(each, { force: true });
  closeSync(openSync(file, 'wx', 0o600));
}

class DatabaseCopy implements RegistryCopy {
  readonly #database: DatabaseSync;
  readonly #directory: string;

  constructor(database: DatabaseSync, directory: string) {
    this.#database = database;
    this.#directory = directory;
  }

  *rows(): Generator<RegistryRow> {
    for (const { keyFile: _, ...ca } of new DeviceCasTable(this.#database).all())
      yield { kind: 'device-ca', ca };
    for (const thing of new ThingsTable(this.#database).each()) yield { kind: 'thing', thing };
    const certificates = new CertificatesTable(this.#database);
    for (const certificate of certificates.each()) yield { kind: 'certificate', certificate };
    for (const attachment of new AttachmentsTable(this.#database).each())
      yield { kind: 'attachment', attachment };
    for (const tombstone of certificates.eachTombstone()) yield { kind: 'tombstone', tombstone };
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
