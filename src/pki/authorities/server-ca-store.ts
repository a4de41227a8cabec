/**
 * The server CAs on disk: `ca/server/<first 16 digits of the id>/` with certificate, chain and (unless it is the operator's) key,
 * and `state.json`, which says what each is: the one that signs, the announced one, those that sign no more.
 *
 * A directory is complete before `state.json` names it, and `state.json` is replaced whole, so that a daemon that is killed at
 * any operation finds the state before or the state after. What no state names is moved to `ca/removed` at the next start.
 * Whatever cannot be used is an error that names the file and the remedy; nothing is ever replaced by a new CA for it.
 */
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type FileOperations, replaceFile } from '../durable-files.ts';
import type { Authority } from '../x509/certificate-issuer.ts';
import {
  CERTIFICATE_FILE,
  failure,
  KEY_FILE,
  loadAuthority,
  moveAuthority,
  readCertificate,
  readWhole,
  type Warn,
  writeAuthority,
} from './key-files.ts';
import { certificateIdOf, type ServerAuthority, serverAuthority } from './server-authority.ts';

const id = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.number().int().nonnegative();

const stateSchema = z.strictObject({
  version: z.literal(1),
  current: z.strictObject({
    id,
    custom: z.boolean(),
    /** The latest end of what it signed; 0: it signed nothing. */
    lastCertificateEnds: time,
  }),
  next: z
    .strictObject({
      id,
      custom: z.boolean(),
      switchAt: time,
      reason: z.enum(['operator', 'configuration', 'expiry']),
    })
    .nullable(),
  retired: z.array(z.strictObject({ id, custom: z.boolean(), forgottenAt: time })),
});

/** What is on disk, read. */
export interface ServerCas {
  readonly record: ServerCaRecord;
  readonly current: ServerAuthority;
  readonly next: ServerAuthority | undefined;
  readonly retired: readonly ServerAuthority[];
}

export type ServerCaRecord = z.infer<typeof stateSchema>;
export type RolloverReason = NonNullable<ServerCaRecord['next']>['reason'];

export interface ServerCaStoreOptions {
  readonly stateDirectory: string;
  readonly files: FileOperations;
  readonly warn: Warn;
}

const STATE_FILE = 'state.json';
const CHAIN_FILE = 'chain.pem';
const UNFINISHED = '.creating-';
const ADOPTING = '.adopting-server';
/** Of `certificates.maxValiditySeconds`. */
export const LONGEST_SERVER_CERTIFICATE_MS = 30 * 86_400_000;
const LONGEST_STATE = 1024 * 1024;

export class ServerCaStore {
  readonly #root: string;
  readonly #caDirectory: string;
  readonly #files: FileOperations;
  readonly #warn: Warn;

  constructor({ stateDirectory, files, warn }: ServerCaStoreOptions) {
    this.#caDirectory = join(stateDirectory, 'ca');
    this.#root = join(this.#caDirectory, 'server');
    this.#files = files;
    this.#warn = warn;
  }

  /** Undefined when there never was a CA. */
  async load(now: number): Promise<ServerCaRecord | undefined> {
    await this.#adoptSingleDirectory();
    const file = join(this.#root, STATE_FILE);
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return this.#read(file);
    const [found, ...more] = this.#directories();
    if (found === undefined) return undefined;
    if (more.length > 0) {
      throw failure(
        file,
        `is missing, and ${this.#root} holds ${more.length + 1} CAs`,
        'restore it from a backup, or move all but one of them away to take that one',
      );
    }
    // Killed between the first CA and its state; or the state was lost, and this is the CA devices trust.
    const certificate = readCertificate(
      join(this.#root, found, CERTIFICATE_FILE),
      await readWhole(join(this.#root, found, CERTIFICATE_FILE)),
    );
    return {
      version: 1,
      current: {
        id: certificateIdOf(certificate),
        custom: !existsSync(join(this.#root, found, KEY_FILE)),
        lastCertificateEnds: now + LONGEST_SERVER_CERTIFICATE_MS,
      },
      next: null,
      retired: [],
    };
  }

  async save(record: ServerCaRecord): Promise<void> {
    await this.#files.makeDirectory(this.#root, { mode: 0o700 });
    await replaceFile(this.#files, join(this.#root, STATE_FILE), `${JSON.stringify(record, null, 2)}\n`, {
      mode: 0o600,
    });
  }

  /** Of the daemon's own CAs with the key; of the operator's only what is public. */
  async read({ id, custom }: { readonly id: string; readonly custom: boolean }): Promise<ServerAuthority> {
    const directory = this.#directory(id);
    const certificateFile = join(directory, CERTIFICATE_FILE);
    const authority = custom ? undefined : await this.#loadOwn(directory);
    const certificatePem =
      authority?.certificatePem ??
      readCertificate(certificateFile, await readWhole(certificateFile)).toString();
    const chainFile = join(directory, CHAIN_FILE);
    const chain = existsSync(chainFile) ? await readWhole(chainFile) : '';
    const found = serverAuthority({
      certificatePem,
      chainPems: chain.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n?/g) ?? [],
      privateKey: authority?.privateKey,
      custom,
    });
    if (found.id !== id) {
      throw failure(certificateFile, 'is another CA than the one in use', this.#restore(directory));
    }
    return found;
  }

  /** A CA of the daemon's, with its key. Complete when it resolves, and not in use yet. */
  async add(authority: Authority): Promise<ServerAuthority> {
    const added = serverAuthority({ ...authority, custom: false });
    const unfinished = join(this.#root, `${UNFINISHED}${added.id.slice(0, 16)}`);
    await this.#files.makeDirectory(this.#root, { mode: 0o700 });
    await writeAuthority(unfinished, authority, this.#files);
    await moveAuthority(unfinished, this.#directory(added.id), this.#files);
    return added;
  }

  /** One that comes from elsewhere, and may be here already; what is here of it and unusable goes aside. */
  async adopt(authority: Authority): Promise<void> {
    const { id } = serverAuthority({ ...authority, custom: false });
    const directory = this.#directory(id);
    if (existsSync(directory)) {
      try {
        await this.read({ id, custom: false });
        return;
      } catch {
        await this.#putAside(directory, `${id.slice(0, 16)}-unusable`);
      }
    }
    await this.add(authority);
  }

  /** What is public of the operator's CA. */
  async addCustom(authority: ServerAuthority): Promise<void> {
    const directory = this.#directory(authority.id);
    const chain = authority.chainPems.join('');
    if (existsSync(directory)) {
      // Named already, perhaps as one that signs no more, so it must be there whatever happens: only its chain may be another.
      await replaceFile(this.#files, join(directory, CHAIN_FILE), chain, { mode: 0o644 });
      return;
    }
    const unfinished = join(this.#root, `${UNFINISHED}${authority.id.slice(0, 16)}`);
    await this.#files.remove(unfinished);
    await this.#files.makeDirectory(unfinished, { mode: 0o700 });
    await this.#files.writeNew(join(unfinished, CERTIFICATE_FILE), authority.certificatePem, { mode: 0o644 });
    await this.#files.writeNew(join(unfinished, CHAIN_FILE), chain, { mode: 0o644 });
    await this.#files.sync(unfinished);
    await moveAuthority(unfinished, directory, this.#files);
  }

  /** Keys of what is no longer named are kept in `ca/removed`, out of use. */
  async tidy(record: ServerCaRecord): Promise<void> {
    const named = [record.current, record.next, ...record.retired].map((each) => each?.id.slice(0, 16));
    for (const name of this.#entries()) {
      const path = join(this.#root, name);
      if (name.startsWith(UNFINISHED)) await this.#files.remove(path);
      else if (statSync(path).isDirectory() && !named.includes(name)) await this.#putAside(path, name);
    }
  }

  async #putAside(path: string, name: string): Promise<void> {
    const aside = join(this.#caDirectory, 'removed', `server-${name}`);
    if (existsSync(aside)) await this.#files.remove(path);
    else await moveAuthority(path, aside, this.#files);
  }

  async #read(file: string): Promise<ServerCaRecord> {
    let text: string;
    try {
      if (statSync(file).size > LONGEST_STATE) throw new Error('it is too large');
      text = await readFile(file, 'utf8');
    } catch (error) {
      throw failure(file, `cannot be read (${String(error)})`, this.#restore(file), error);
    }
    const read = stateSchema.safeParse(parseJson(text));
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const where = issue === undefined ? '' : `: ${issue.path.join('.')} ${issue.message}`;
    throw failure(file, `is not the state of the server CAs${where}`, this.#restore(file));
  }

  async #loadOwn(directory: string): Promise<Authority> {
    const authority = await loadAuthority(directory, this.#warn);
    if (authority !== undefined) return authority;
    throw failure(directory, 'is missing, and has a CA that is in use', this.#restore(directory));
  }

  #restore(path: string): string {
    return `restore it from a backup (deviceauthctl ca import), or move ${this.#root} away to start a new CA, which no device trusts yet (${path})`;
  }

  /** An earlier build kept its one CA in `ca/server` itself. */
  async #adoptSingleDirectory(): Promise<void> {
    const aside = join(this.#caDirectory, ADOPTING);
    if (existsSync(join(this.#root, KEY_FILE))) await moveAuthority(this.#root, aside, this.#files);
    const authority = await loadAuthority(aside, this.#warn);
    if (authority === undefined) return;
    const { id } = serverAuthority({ ...authority, custom: false });
    await this.#files.makeDirectory(this.#root, { mode: 0o700 });
    await moveAuthority(aside, this.#directory(id), this.#files);
  }

  #directories(): readonly string[] {
    return this.#entries().filter((name) => /^[0-9a-f]{16}$/.test(name));
  }

  #entries(): readonly string[] {
    return existsSync(this.#root) ? readdirSync(this.#root) : [];
  }

  #directory(id: string): string {
    return join(this.#root, id.slice(0, 16));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
