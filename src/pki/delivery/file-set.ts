/**
 * A few files that belong together, in a directory that others read from. Always true, at any instant and after a crash at any
 * instant: who opens them finds all of one set. The files are links into `current/`, which is a link to the directory of the set
 * in force, and a new set comes into force by the renaming of that one link.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonError } from '../../errors.ts';
import type { FileAccess, FileOperations } from '../durable-files.ts';

export interface FileSetOptions {
  readonly directory: string;
  readonly files: FileOperations;
  /** Of the files; those who may read them may also enter the directory. */
  readonly access: FileAccess;
}

export type FileContents = ReadonlyMap<string, string | Uint8Array>;

const CURRENT = 'current';
const NEXT = '.next';
const SET = /^\.set-(\d{1,12})$/;

export class FileSet {
  readonly #directory: string;
  readonly #files: FileOperations;
  readonly #access: FileAccess;

  constructor({ directory, files, access }: FileSetOptions) {
    this.#directory = directory;
    this.#files = files;
    this.#access = access;
  }

  /** The number of the set in force; undefined when there is none. */
  get number(): number | undefined {
    const link = join(this.#directory, CURRENT);
    if (!isLink(link)) return undefined;
    const [, digits] = SET.exec(readlinkSync(link)) ?? [];
    return digits !== undefined && existsSync(link) ? Number(digits) : undefined;
  }

  /** Of the set in force; undefined when it has no such file. */
  read(name: string): Buffer | undefined {
    try {
      return readFileSync(join(this.#directory, CURRENT, name));
    } catch {
      return undefined;
    }
  }

  /** Rejects with a `DaemonError` that names the file, when something of somebody else's is in the way, and changes nothing then. */
  async write(contents: FileContents): Promise<void> {
    this.#requireOwn(contents);
    const { mode, gid } = this.#access;
    const directoryAccess = { mode: 0o700 | ((mode & 0o044) >> 2) | (mode & 0o044), gid };
    await this.#files.makeDirectory(this.#directory, directoryAccess);
    await this.#tidy();
    const number = (this.number ?? 0) + 1;
    const set = join(this.#directory, `.set-${number}`);
    await this.#files.makeDirectory(set, directoryAccess);
    for (const [name, content] of contents)
      await this.#files.writeNew(join(set, name), content, this.#access);
    await this.#files.sync(set);
    await this.#files.link(`.set-${number}`, join(this.#directory, NEXT));
    await this.#files.rename(join(this.#directory, NEXT), join(this.#directory, CURRENT));
    await this.#files.sync(this.#directory);
    await this.settle();
  }

  /** Finishes what a crash after the change of sets may have left undone. */
  async settle(): Promise<void> {
    const { number } = this;
    if (number === undefined) return;
    const names = readdirSync(join(this.#directory, CURRENT));
    for (const name of readdirSync(this.#directory)) {
      if (this.#isOurs(name) && !names.includes(name)) await this.#files.remove(join(this.#directory, name));
    }
    for (const name of names) {
      const path = join(this.#directory, name);
      if (!exists(path)) await this.#files.link(join(CURRENT, name), path);
    }
    await this.#files.sync(this.#directory);
    await this.#tidy();
  }

  /** Sets that are not, or no more, in force. */
  async #tidy(): Promise<void> {
    const inForce = this.number === undefined ? undefined : `.set-${this.number}`;
    for (const name of readdirSync(this.#directory)) {
      const isLeft = name === NEXT || (SET.test(name) && name !== inForce);
      if (isLeft) await this.#files.remove(join(this.#directory, name));
    }
  }

  #requireOwn(contents: FileContents): void {
    for (const name of [CURRENT, ...contents.keys()]) {
      const path = join(this.#directory, name);
      if (exists(path) && !(name === CURRENT ? isLink(path) : this.#isOurs(name))) {
        throw new DaemonError(
          'ALREADY_EXISTS',
          `${path} is there already and not the daemon's; move it away, or name another directory or file`,
        );
      }
    }
  }

  #isOurs(name: string): boolean {
    const path = join(this.#directory, name);
    return isLink(path) && readlinkSync(path) === join(CURRENT, name);
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
