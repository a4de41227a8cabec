/**
 * The CRL of one authority whose key is here: kept in a file, the same as long as nothing has changed, made anew at half
 * of its life and when the list of the revoked is another. Its number only grows: it is written down before anybody gets
 * it, and is never below the time in seconds, so that not even a lost file or an old backup brings a number back.
 */
import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { failure, type Warn } from '../authorities/key-files.ts';
import { turn } from '../turns.ts';
import { authorityFacts } from '../x509/authority-facts.ts';
import type { Authority } from '../x509/certificate-issuer.ts';
import type { CrlIssuer } from '../x509/crl.ts';
import { encodeEntry, toCrlPem } from '../x509/crl-encoding.ts';
import { type Crl, isSignedBy, readCrl } from '../x509/crl-reader.ts';

export interface RevokedSerial {
  /** Hex, as OpenSSL prints it. */
  readonly serialNumber: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The revoked of one issuer, by serial number and each once, page by page. */
export type RevokedPages = () => AsyncIterable<readonly RevokedSerial[]>;

/** For an authority that has revoked nothing: the server CA. */
export async function* nobodyRevoked(): AsyncIterable<readonly RevokedSerial[]> {}

export interface CrlKeeperOptions {
  /** Where it is kept; the directory is there. */
  readonly file: string;
  readonly authority: () => Promise<Authority>;
  readonly revoked: RevokedPages;
  readonly issuer: CrlIssuer;
  readonly clock: { now(): number };
  readonly validitySeconds: () => number;
  readonly warn: Warn;
}

export interface KeptCrl {
  readonly pem: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

interface Kept extends KeptCrl {
  readonly crl: Crl;
  /** When its authority ends: a CRL that lasts as long cannot be improved by another. */
  readonly end: number;
}

export class CrlKeeper {
  readonly #options: CrlKeeperOptions;
  #kept: Kept | undefined;
  /** The last one that was made, maybe by an earlier life of the daemon: its number is the one to exceed. */
  #last: Crl | undefined;
  #read = false;

  constructor(options: CrlKeeperOptions) {
    this.#options = options;
  }

  /** The CRL as it is now; undefined while there is none that is current. */
  current(): KeptCrl | undefined {
    const kept = this.#kept;
    const now = this.#options.clock.now();
    return kept !== undefined && kept.crl.thisUpdate <= now && now < kept.crl.nextUpdate ? kept : undefined;
  }

  /** Has half of its life passed, so that `refresh` would make another? */
  isDue(): boolean {
    const kept = this.current();
    if (kept === undefined) return true;
    return this.#options.clock.now() >= halfLife(kept) && kept.nextUpdate < (this.#kept?.end ?? 0);
  }

  /**
   * Makes another if the list of the revoked has changed, or `isDue`. Answers whether there is another. Rejects with
   * `DaemonError`; the one before stays then. Not to be called again before it is done.
   */
  async refresh(): Promise<boolean> {
    const { authority, clock, file, issuer, validitySeconds } = this.#options;
    const { certificatePem, privateKey } = await authority();
    const facts = authorityFacts(certificatePem);
    if (facts === undefined) throw failure(file, 'has a CA that cannot be read', 'restore it from a backup');
    const entries = await this.#entries();
    this.#last ??= await this.#onDisk(certificatePem);
    const before = this.#last;
    if (before?.entries.equals(entries) === true) {
      if (this.#kept === undefined) this.#kept = await keep(before, facts.notAfter);
      if (!this.isDue()) return false;
    }
    const number = maximum((before?.number ?? 0n) + 1n, BigInt(Math.max(1, Math.floor(clock.now() / 1_000))));
    const der = await issuer.issue(
      { certificatePem, privateKey },
      { entries, number, validitySeconds: validitySeconds() },
    );
    const read = readCrl(der);
    if (!read.ok) throw new Error(`a CRL was made that cannot be used: ${read.problem}`);
    try {
      await writeFileAtomic(file, der, { mode: 0o600 });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw failure(
        file,
        `cannot be written (${why})`,
        'check its owner, its permissions and the disk',
        error,
      );
    }
    this.#last = read.value;
    this.#kept = await keep(read.value, facts.notAfter);
    return true;
  }

  async #entries(): Promise<Buffer> {
    const pages: Buffer[] = [];
    for await (const page of this.#options.revoked()) {
      pages.push(Buffer.concat(page.flatMap(({ serialNumber, at }) => encodeEntry(serialNumber, at) ?? [])));
      await turn();
    }
    return Buffer.concat(pages);
  }

  /** What an earlier life of the daemon made. One that cannot be used is as good as none: its number lives on as the time. */
  async #onDisk(certificatePem: string): Promise<Crl | undefined> {
    if (this.#read) return undefined;
    this.#read = true;
    const { file, warn } = this.#options;
    const facts = authorityFacts(certificatePem);
    let der: Buffer;
    try {
      der = await readFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        warn(`${file} cannot be read: ${String(error)}`);
      return undefined;
    }
    const read = readCrl(der);
    const usable =
      read.ok &&
      facts !== undefined &&
      read.value.issuer.equals(facts.name) &&
      (await isSignedBy(read.value, facts.publicKey));
    if (usable) return read.value;
    warn(`${file} is not a CRL of its CA any more and is made anew`);
    return undefined;
  }
}

async function keep(crl: Crl, end: number): Promise<Kept> {
  const { thisUpdate, nextUpdate } = crl;
  return { pem: await toCrlPem(crl.der), thisUpdate, nextUpdate, crl, end };
}

function halfLife({ thisUpdate, nextUpdate }: KeptCrl): number {
  return thisUpdate + (nextUpdate - thisUpdate) / 2;
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
