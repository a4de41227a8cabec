/**
 * The CRL of one device CA whose key is elsewhere. Always true of it:
 * - What is in force was signed by that CA, in its name, and is complete; whatever else the file holds changes nothing.
 * - Nothing older takes its place: neither a lower number nor an earlier thisUpdate, and a copy in the state directory
 *   keeps it so when the daemon is started again, or the file is gone.
 */
import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import type { Warn } from '../authorities/key-files.ts';
import type { AuthorityFacts } from '../x509/authority-facts.ts';
import { fromCrlFile, toCrlPem } from '../x509/crl-encoding.ts';
import { type Crl, isSignedBy, listSerials, readCrl } from '../x509/crl-reader.ts';
import type { SerialIndex } from './serial-index.ts';
import { WatchedFile } from './watched-file.ts';

export const LARGEST_CRL = 64 * 1024 * 1024;

export interface CrlInForce {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** "number 12 of 2026-01-01T00:00:00.000Z". */
  readonly description: string;
  readonly pem: string;
  readonly count: number;
  /** Hex, as OpenSSL prints it. */
  lists(serialNumber: string): boolean;
}

export interface ExternalCrlOptions {
  readonly path: string;
  /** Of what was last in force; the directory is there. */
  readonly copy: string;
  readonly authority: AuthorityFacts;
  readonly warn: Warn;
  /** Of the same CA, from another file: what it has in force stays so. */
  readonly before?: ExternalCrl | undefined;
}

interface Taken {
  readonly crl: Crl;
  readonly inForce: CrlInForce;
}

export class ExternalCrl {
  readonly #options: ExternalCrlOptions;
  readonly #file: WatchedFile;
  #taken: Taken | undefined;
  #problem: string | undefined = 'it has not been read yet';
  #copied = false;

  constructor(options: ExternalCrlOptions) {
    this.#options = options;
    this.#file = new WatchedFile(options.path, LARGEST_CRL);
    const { before } = options;
    this.#taken = before === undefined ? undefined : before.#taken;
  }

  get path(): string {
    return this.#options.path;
  }

  get copy(): string {
    return this.#options.copy;
  }

  get inForce(): CrlInForce | undefined {
    return this.#taken?.inForce;
  }

  /** Why the file as it is now is not in force. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Looks at the file. Answers whether another CRL is in force. Not to be called again before it is done. */
  async look(): Promise<boolean> {
    const before = this.#taken;
    if (!this.#copied) {
      this.#copied = true;
      await this.#takeCopy();
    }
    const look = await this.#file.look();
    if (look.kind === 'unreadable') this.#problem = look.problem;
    if (look.kind === 'read') {
      const der = await fromCrlFile(look.bytes);
      const problem = typeof der === 'string' ? der : await this.#take(der);
      this.#problem = problem;
      if (problem === undefined && this.#taken !== before) await this.#keepCopy();
    }
    return this.#taken !== before;
  }

  async #take(der: Buffer): Promise<string | undefined> {
    const { authority } = this.#options;
    const before = this.#taken;
    if (before?.crl.der.equals(der) === true) return undefined;
    const read = readCrl(der);
    if (!read.ok) return read.problem;
    const crl = read.value;
    if (!crl.issuer.equals(authority.name)) return 'its issuer is another than the device CA';
    if (!authority.signsCrls) return 'the keyUsage of the device CA does not let it sign CRLs (cRLSign)';
    if (!(await isSignedBy(crl, authority.publicKey))) {
      return 'its signature is not that of the device CA: it is damaged, cut short, or of another CA';
    }
    const older = before === undefined ? undefined : olderThan(crl, before.crl);
    if (older !== undefined) return older;
    const serials = await listSerials(crl);
    if (!serials.ok) return serials.problem;
    this.#taken = { crl, inForce: await describe(crl, serials.value) };
    return undefined;
  }

  async #takeCopy(): Promise<void> {
    const { copy, warn } = this.#options;
    let der: Buffer;
    try {
      der = await readFile(copy);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        warn(`${copy} cannot be read: ${String(error)}`);
      return;
    }
    const problem = await this.#take(der);
    if (problem !== undefined)
      warn(`${copy}, the copy of the CRL that was last in force, is not used: ${problem}`);
  }

  async #keepCopy(): Promise<void> {
    const { copy, warn } = this.#options;
    const der = this.#taken?.crl.der;
    if (der === undefined) return;
    try {
      await writeFileAtomic(copy, der, { mode: 0o600 });
    } catch (error) {
      warn(`${copy} cannot be written, so after a restart an older CRL would be taken: ${String(error)}`);
    }
  }
}

function olderThan(crl: Crl, before: Crl): string | undefined {
  const fewer = crl.number !== undefined && before.number !== undefined && crl.number < before.number;
  if (fewer)
    return `its number, ${crl.number}, is lower than that of the one in force, ${before.number}: it is older`;
  if (crl.thisUpdate < before.thisUpdate) {
    return `it is of ${iso(crl.thisUpdate)}, and the one in force of ${iso(before.thisUpdate)}: it is older`;
  }
  return undefined;
}

async function describe(crl: Crl, serials: SerialIndex): Promise<CrlInForce> {
  const { thisUpdate, nextUpdate, number } = crl;
  return {
    thisUpdate,
    nextUpdate,
    description: `${number === undefined ? '' : `number ${number} `}of ${iso(thisUpdate)}`,
    pem: await toCrlPem(crl.der),
    count: serials.size,
    lists: (serialNumber) => serials.has(serialNumber),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
