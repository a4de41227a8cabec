/**
 * Files that always hold a current server certificate, for a broker that does not ask for it. They change as one set
 * (`file-set.ts`), only when something in them changes, and the broker is told after each change, after a crash in between too.
 * What fails is a problem for the operator, and is tried again; the files in force stay.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { DaemonError } from '../../errors.ts';
import type {
  CertificateSubscription,
  CertificateUpdate,
  Pkcs12Encoder,
  ServerCertificates,
} from '../certificates-api.ts';
import { type FileOperations, replaceFile } from '../durable-files.ts';
import type { KeyType } from '../x509/certificate-issuer.ts';
import { type ReloadSettings, reloadBroker } from './broker-reload.ts';
import { type FileContents, FileSet } from './file-set.ts';

export interface FileSinkSettings {
  readonly directory: string;
  readonly files: {
    readonly certificate: string;
    readonly privateKey: string;
    readonly caCertificates: string;
    readonly deviceCas: string;
    readonly deviceCaCrls: string;
    readonly pkcs12: string;
  };
  /** Octal, such as "0640". */
  readonly mode: string;
  readonly group?: string | undefined;
  readonly keyType?: KeyType | undefined;
  readonly pkcs12PasswordFile?: string | undefined;
  readonly reload?: ReloadSettings | undefined;
}

export interface FileSinkParts {
  readonly certificates: ServerCertificates;
  readonly files: FileOperations;
  readonly clock: Clock;
  /** Throws when there is no such group. */
  readonly groupId: (group: string) => number;
  readonly encodePkcs12: Pkcs12Encoder;
  readonly log: { info(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Undefined: all is well again. */
  readonly onProblem: (problem: string | undefined) => void;
}

const RETRY_MS = 30_000;
const ALIAS = 'deviceauthd';
const RELOADED = '.reloaded';

export class FileSink {
  readonly #name: string;
  readonly #settings: FileSinkSettings;
  readonly #parts: FileSinkParts;
  readonly #subscription: CertificateSubscription;
  #latest: CertificateUpdate | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #cancelRetry: (() => void) | undefined;
  #stopped = false;

  constructor(name: string, settings: FileSinkSettings, parts: FileSinkParts) {
    this.#name = name;
    this.#settings = settings;
    this.#parts = parts;
    const request = { owner: 'sink', name, keyType: settings.keyType };
    this.#subscription = parts.certificates.subscribe(request, (update) => {
      this.#latest = update;
      this.#start();
    });
  }

  /** What is being written is finished. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#subscription.end();
    this.#cancelRetry?.();
    await this.#working;
  }

  #start(): void {
    this.#again = true;
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#cancelRetry?.();
      try {
        this.#parts.onProblem(await this.#bringUpToDate());
      } catch (error) {
        this.#parts.onProblem(error instanceof Error ? error.message : String(error));
        this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.#start());
      }
    }
    this.#working = undefined;
  }

  /** What the operator should know though all that could be done is done. */
  async #bringUpToDate(): Promise<string | undefined> {
    const update = this.#latest;
    if (update === undefined) return undefined;
    const set = this.#fileSet();
    try {
      await this.#write(update, set);
    } catch (error) {
      throw this.#explained(error);
    }
    await this.#reload(set);
    const { deviceCaCrls } = this.#settings.files;
    return update.deviceCaCrlPems.length === 0 && set.read(deviceCaCrls) !== undefined
      ? `${deviceCaCrls} is not renewed any more, because not every device CA has a current CRL; give those their CRL (certificates.deviceCaCrls), or take the file out of the broker's configuration and delete current/${deviceCaCrls}`
      : undefined;
  }

  async #write(update: CertificateUpdate, set: FileSet): Promise<void> {
    await set.settle();
    const contents = await this.#contents(update, set);
    if (!this.#differs(contents, set)) return;
    const { directory } = this.#settings;
    // From here on the broker is to be told, even of a set that has a number of old.
    await this.#parts.files.remove(join(directory, RELOADED));
    await set.write(contents);
    const { notAfter } = update;
    this.#parts.log.info({ sink: this.#name, directory, notAfter }, 'certificate files written');
  }

  /** What the system says of a file does not say whose it should be. */
  #explained(error: unknown): unknown {
    if (error instanceof DaemonError || !(error instanceof Error) || !('code' in error)) return error;
    const { directory, group } = this.#settings;
    const remedy =
      error.code === 'ENOSPC'
        ? 'make room on the disk'
        : `the user of the daemon must own it${group === undefined ? '' : ` and be in the group ${group}`}, and under systemd the unit needs ReadWritePaths=${directory}`;
    const message = `the files in ${directory} cannot be written (${String(error.code)}): ${remedy}`;
    return new DaemonError('SERVICE_ERROR', message, { cause: error });
  }

  #fileSet(): FileSet {
    const { directory, mode, group } = this.#settings;
    const gid = group === undefined ? undefined : this.#parts.groupId(group);
    return new FileSet({
      directory,
      files: this.#parts.files,
      access: { mode: Number.parseInt(mode, 8), gid },
    });
  }

  async #contents(update: CertificateUpdate, set: FileSet): Promise<FileContents> {
    const { files } = this.#settings;
    const contents = new Map<string, string | Uint8Array>([
      [files.certificate, update.certificatePem],
      [files.privateKey, update.privateKeyPem],
      [files.caCertificates, update.caPems.join('')],
      [files.deviceCas, update.deviceCaPems.join('')],
    ]);
    // A broker that names the file does not start without it, so what was once delivered stays until there is something newer.
    const crls =
      update.deviceCaCrlPems.length > 0 ? update.deviceCaCrlPems.join('') : set.read(files.deviceCaCrls);
    if (crls !== undefined) contents.set(files.deviceCaCrls, crls);
    const password = await this.#password();
    if (password !== undefined)
      contents.set(files.pkcs12, await this.#parts.encodePkcs12(update, { password, alias: ALIAS }));
    return contents;
  }

  async #password(): Promise<string | undefined> {
    const file = this.#settings.pkcs12PasswordFile;
    if (file === undefined) return undefined;
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      const message = `pkcs12PasswordFile ${file} cannot be read; check that it is there and that the daemon may read it`;
      throw new DaemonError('SERVICE_ERROR', message, { cause: error });
    }
    const [password = ''] = text.split(/\r?\n/);
    if (password !== '') return password;
    throw new DaemonError(
      'SERVICE_ERROR',
      `pkcs12PasswordFile ${file} is empty; write the password into its first line`,
    );
  }

  /** PKCS#12 has random parts: it is made anew when something else changes, or when it is not there. */
  #differs(contents: FileContents, set: FileSet): boolean {
    const { pkcs12, deviceCaCrls } = this.#settings.files;
    for (const [name, content] of contents) {
      const found = set.read(name);
      if (found === undefined) return true;
      if (name !== pkcs12 && !found.equals(Buffer.from(content as Uint8Array))) return true;
    }
    return [pkcs12, deviceCaCrls].some((name) => !contents.has(name) && set.read(name) !== undefined);
  }

  async #reload(set: FileSet): Promise<void> {
    const { reload, directory } = this.#settings;
    const { number } = set;
    if (reload === undefined || number === undefined) return;
    const marker = join(directory, RELOADED);
    if ((await readFile(marker, 'utf8').catch(() => '')) === `${number}\n`) return;
    await reloadBroker(reload);
    await replaceFile(this.#parts.files, marker, `${number}\n`, { mode: 0o600 });
  }
}
