/**
 * Opens the SQLite file of the registry and brings its schema up to date.
 *
 * The file is 0600, belongs to one process at a time (its lock ends with the process, however that
 * ends), and is whole at every instant: it is made beside its place and put there finished, so a
 * file that is empty, cut short or not ours is refused and never replaced by a new one. An error
 * says the file, the problem and the remedy.
 */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DaemonError } from '../../errors.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** "daud": says that an SQLite file is a registry of ours. */
const APPLICATION_ID = 0x64617564;
/** What stands after the name of the file, and before a random id. */
const UNFINISHED = ['new', 'copy', 'import'];
const LOCK_WAIT_MS = 500;
/** Files up to this size are read through at start, which takes some 20 ms; larger ones as they are used. */
const CHECKED_UP_TO_BYTES = 8 * 1024 * 1024;

const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
const SQLITE_CONSTRAINT = 19;

const RESTORE = 'stop the daemon and restore the file and its -wal file from a backup';

export function openDatabase(file: string, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  prepareDirectory(dirname(file));
  let found = stat(file);
  if (found === undefined) {
    if (existsSync(`${file}-wal`)) {
      throw failure(
        file,
        'is missing, but its write-ahead log is there',
        `${RESTORE}, or move the -wal file away`,
      );
    }
    create(file, migrations);
    found = lstatSync(file);
  }
  if (!found.isFile()) throw failure(file, 'is not a regular file', 'move it away');
  if (found.size === 0) throw failure(file, 'is empty: it was damaged', RESTORE);
  if ((found.mode & 0o177) !== 0) chmodSync(file, 0o600);

  let database: DatabaseSync | undefined;
  try {
    database = connect(file);
    const version = lockAndIdentify(database, file, migrations.length);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA journal_size_limit = 16777216');
    // KiB, taken as needed: half as long again for a bulk registration that exceeds the usual 2,000.
    database.exec('PRAGMA cache_size = -16000');
    check(database, file, found.size);
    applyMigrations(database, migrations, version);
    removeUnfinished(file);
    return database;
  } catch (error) {
    database?.close();
    throw describe(file, error);
  }
}

/** A registry that lives as long as somebody works on it: it is quick, and lost with a crash. */
export function createScratch(file: string): DatabaseSync {
  create(file, MIGRATIONS);
  const database = connect(file);
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  return database;
}

/** What SQLite said, as an error an operator can act on. A DaemonError stays as it is. */
export function describe(file: string, error: unknown): DaemonError {
  if (error instanceof DaemonError) return error;
  switch (primaryCode(error)) {
    case SQLITE_BUSY:
      return failure(
        file,
        'is in use: another deviceauthd runs on the same state directory',
        'stop it, or give each its own stateDirectory',
        error,
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return failure(file, `is damaged (${text(error)})`, RESTORE, error);
    case SQLITE_FULL:
      return failure(file, 'cannot grow: the disk is full', 'make room; nothing was changed', error);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return failure(
        file,
        `cannot be opened for writing (${text(error)})`,
        'check its owner and permissions',
        error,
      );
    case SQLITE_IOERR:
      return failure(
        file,
        `cannot be read or written (${text(error)})`,
        'check the disk; nothing was changed',
        error,
      );
    default:
      return failure(file, `failed: ${text(error)}`, 'see the log', error);
  }
}

/** A connection with what all of them have. */
export function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: LOCK_WAIT_MS, enableForeignKeyConstraints: true });
  database.exec('PRAGMA trusted_schema = OFF');
  return database;
}

/** Takes the lock, which lasts as long as the connection, and answers the schema's version. Changes nothing. */
function lockAndIdentify(database: DatabaseSync, file: string, newest: number): number {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  database.exec('COMMIT');
  if (application !== APPLICATION_ID || version < 1) {
    throw failure(
      file,
      'is an SQLite file, but not a registry of deviceauthd',
      'move it away, or correct stateDirectory',
    );
  }
  if (version > newest) {
    throw failure(
      file,
      `has schema version ${version}, and this deviceauthd knows versions up to ${newest}`,
      'run the newer deviceauthd that wrote it, or restore the file from a backup made before the upgrade',
    );
  }
  return version;
}

/** Each step and its version number in one transaction, so that a step happens whole or not at all. */
function applyMigrations(database: DatabaseSync, migrations: readonly string[], done: number): void {
  for (const [index, sql] of migrations.entries()) {
    if (index < done) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
}

/** Ends a transaction that failed, if SQLite has not ended it already. */
export function rollBack(database: DatabaseSync): void {
  try {
    if (database.isTransaction) database.exec('ROLLBACK');
  } catch {
    // What made the transaction fail is the error to tell; the next BEGIN says if the database is lost.
  }
}

function check(database: DatabaseSync, file: string, size: number): void {
  if (size > CHECKED_UP_TO_BYTES) return;
  const problem = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (problem !== 'ok') throw failure(file, `is damaged (${String(problem)})`, RESTORE);
}

function create(file: string, migrations: readonly string[]): void {
  const unfinished = `${file}.new-${randomUUID()}`;
  try {
    closeSync(openSync(unfinished, 'wx', 0o600));
    const database = connect(unfinished);
    try {
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      applyMigrations(database, migrations, 0);
    } finally {
      database.close();
    }
    // Unlike a rename, a link never takes the place of a file that another process has just made.
    linkSync(unfinished, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw describe(file, error);
  } finally {
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
  }
  const directory = openSync(dirname(file), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function prepareDirectory(directory: string): void {
  const problem = 'cannot be the state directory';
  let found: Stats;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    found = statSync(directory);
  } catch (error) {
    throw failure(
      directory,
      `${problem} (${text(error)})`,
      'create it, owned by the daemon, mode 0700',
      error,
    );
  }
  if (!found.isDirectory()) throw failure(directory, `${problem}: it is not a directory`, 'move it away');
  if ((found.mode & 0o022) === 0) return;
  // Whoever may write here may replace the registry. A sticky directory is everyone's on purpose.
  if ((found.mode & 0o1000) !== 0 || found.uid !== process.geteuid?.()) {
    throw failure(
      directory,
      `${problem}: other users may write to it`,
      'use one that only the daemon may write to',
    );
  }
  chmodSync(directory, found.mode & 0o755);
}

/** What a process that was killed while it made the file, a copy or an import left behind. Only with the lock held. */
function removeUnfinished(file: string): void {
  const directory = dirname(file);
  for (const name of readdirSync(directory)) {
    if (UNFINISHED.some((what) => name.startsWith(`${basename(file)}.${what}-`))) {
      rmSync(join(directory, name), { recursive: true, force: true });
    }
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function stat(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

function failure(path: string, problem: string, remedy: string, cause?: unknown): DaemonError {
  return new DaemonError('SERVICE_ERROR', `${path} ${problem}; ${remedy}`, { cause });
}

/** Is it the schema that was violated? */
export function isConstraint(error: unknown): boolean {
  return primaryCode(error) === SQLITE_CONSTRAINT;
}

/** SQLite's result code without the detail of its upper bits; 0 for an error that is not SQLite's. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error && 'errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
