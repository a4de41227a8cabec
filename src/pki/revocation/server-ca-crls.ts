/**
 * The CRLs of the server CAs whose key is here, for devices that ask for one. They list nothing: a server certificate lives for
 * days, and one whose key was lost is dealt with by a new CA. Made anew at half of their life; what fails is tried again.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Warn } from '../authorities/key-files.ts';
import type { ServerCa } from '../authorities/server-ca.ts';
import type { Authority } from '../x509/certificate-issuer.ts';
import type { CrlIssuer } from '../x509/crl.ts';
import { CrlKeeper, nobodyRevoked } from './crl-keeper.ts';

export interface ServerCaCrlsOptions {
  /** Made if it is missing. */
  readonly directory: string;
  readonly ca: Pick<ServerCa, 'authorities' | 'onChange'>;
  readonly issuer: CrlIssuer;
  /** The trusted clock. */
  readonly clock: { now(): number };
  readonly timer: Clock;
  /** `certificates.crlValiditySeconds`, an hour at least. */
  readonly validitySeconds: () => number;
  readonly warn: Warn;
}

const LOOK_MS = 600_000;

export class ServerCaCrls {
  readonly #options: ServerCaCrlsOptions;
  readonly #keepers = new Map<string, CrlKeeper>();
  readonly #told = new Map<string, string>();
  #work: Promise<void> = Promise.resolve();
  readonly #stopListening: () => void;
  #cancel: () => void = () => {};
  #stopped = false;

  private constructor(options: ServerCaCrlsOptions) {
    this.#options = options;
    this.#stopListening = options.ca.onChange(() => void this.#look());
  }

  /** Resolves when there is one for each, or it is known why not. */
  static async open(options: ServerCaCrlsOptions): Promise<ServerCaCrls> {
    const crls = new ServerCaCrls(options);
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    await crls.#look();
    crls.#schedule();
    return crls;
  }

  /** Of the CA with this id; undefined while there is none that is current. */
  pem(certificateId: string): string | undefined {
    return this.#keepers.get(certificateId)?.current()?.pem;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    this.#cancel();
    await this.#work;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.timer.after(LOOK_MS, () => {
      void this.#look().then(() => this.#schedule());
    });
  }

  #look(): Promise<void> {
    this.#work = this.#work.then(async () => {
      for (const { id, certificatePem, privateKey } of this.#options.ca.authorities()) {
        if (this.#stopped) return;
        if (privateKey === undefined) continue;
        const keeper = this.#keepers.get(id) ?? this.#keeperOf(id, { certificatePem, privateKey });
        this.#keepers.set(id, keeper);
        if (keeper.isDue()) await this.#refresh(id, keeper);
      }
    });
    return this.#work;
  }

  async #refresh(id: string, keeper: CrlKeeper): Promise<void> {
    try {
      await keeper.refresh();
      this.#told.delete(id);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (this.#told.get(id) !== why)
        this.#options.warn(`no CRL can be made for the server CA ${id}: ${why}`);
      this.#told.set(id, why);
    }
  }

  #keeperOf(id: string, authority: Authority): CrlKeeper {
    const { clock, directory, issuer, validitySeconds, warn } = this.#options;
    return new CrlKeeper({
      file: join(directory, `${id}.der`),
      authority: () => Promise.resolve(authority),
      revoked: nobodyRevoked,
      issuer,
      clock,
      validitySeconds,
      warn,
    });
  }
}
