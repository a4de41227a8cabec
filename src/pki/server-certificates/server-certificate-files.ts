/**
 * The server certificates of named subscribers, so that a restart changes nothing: `server-certificates/<owner>~<name>.json`
 * (0600), one file each, since certificate and key must never be of two sets. A file that cannot be used is left out with a
 * warning, and the certificate is made anew.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warn } from '../authorities/key-files.ts';
import { type FileOperations, replaceFile } from '../durable-files.ts';
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts';

export interface SlotName {
  readonly owner: string;
  readonly name: string;
}

export interface ServerCertificateFilesOptions {
  readonly stateDirectory: string;
  readonly files: FileOperations;
  readonly warn: Warn;
}

const FILE = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})~([A-Za-z0-9][A-Za-z0-9_.-]{0,63})\.json$/;
const LONGEST = 1024 * 1024;

export class ServerCertificateFiles {
  readonly #directory: string;
  readonly #files: FileOperations;
  readonly #warn: Warn;

  constructor({ stateDirectory, files, warn }: ServerCertificateFilesOptions) {
    this.#directory = join(stateDirectory, 'server-certificates');
    this.#files = files;
    this.#warn = warn;
  }

  async load(): Promise<readonly (SlotName & { readonly certificate: ServerCertificate })[]> {
    const found: (SlotName & { readonly certificate: ServerCertificate })[] = [];
    for (const file of existsSync(this.#directory) ? readdirSync(this.#directory) : []) {
      const [, owner, name] = FILE.exec(file) ?? [];
      if (owner === undefined || name === undefined) continue;
      const certificate = await this.#read(join(this.#directory, file));
      if (certificate !== undefined) found.push({ owner, name, certificate });
    }
    return found;
  }

  async save(slot: SlotName, certificate: ServerCertificate): Promise<void> {
    await this.#files.makeDirectory(this.#directory, { mode: 0o700 });
    await replaceFile(this.#files, this.#path(slot), JSON.stringify(certificate), { mode: 0o600 });
  }

  async remove(slot: SlotName): Promise<void> {
    await this.#files.remove(this.#path(slot));
  }

  async #read(path: string): Promise<ServerCertificate | undefined> {
    try {
      if (statSync(path).size <= LONGEST) {
        const certificate = readServerCertificate(JSON.parse(await readFile(path, 'utf8')));
        if (certificate !== undefined) return certificate;
      }
    } catch {
      // Whatever it is, it is not to be used; an error may quote what is in the file.
    }
    this.#warn(`${path} is not a server certificate with its key; a new one is made`);
    return undefined;
  }

  #path({ owner, name }: SlotName): string {
    return join(this.#directory, `${owner}~${name}.json`);
  }
}
