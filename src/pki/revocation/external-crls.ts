/**
 * The CRLs of the device CAs whose key is elsewhere, from the files of `certificates.deviceCaCrls`: read at start, looked
 * at every second, each change told. What is wrong with one is a finding of that CA's name while it lasts. A CA that is
 * taken out of the configuration or the registry takes its CRL along, and what was known of it is forgotten.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { DeviceCaRecord, RegistryStore } from '../../identity/registry/store.ts';
import type { Warn } from '../authorities/key-files.ts';
import type { FindingsPort } from '../findings-port.ts';
import { type AuthorityFacts, authorityFacts } from '../x509/authority-facts.ts';
import { type CrlInForce, ExternalCrl } from './external-crl.ts';
import { TaskLine } from './task-line.ts';

export interface ExternalCrlsOptions {
  /** Made if it is missing; holds copies of what is in force. */
  readonly directory: string;
  readonly registry: Pick<RegistryStore, 'deviceCas' | 'onChange'>;
  /** `certificates.deviceCaCrls`. */
  readonly files: () => Readonly<Record<string, string>>;
  /** The trusted clock. */
  readonly clock: { now(): number };
  readonly timer: Clock;
  readonly findings: FindingsPort;
  readonly warn: Warn;
  readonly onFault: (what: string, error: unknown) => void;
}

/** A device CA, and whether its certificates are held against a CRL from a file. */
export interface DeviceCaWithCrl {
  readonly name: string;
  readonly certificateId: string;
  readonly pem: string;
  readonly localKey: boolean;
  /** The file; undefined: there is none to be held against. */
  readonly crlFile: string | undefined;
  /** Undefined: never one that could be used. */
  readonly crl: CrlInForce | undefined;
}

interface Entry {
  readonly certificateId: string;
  readonly crl: ExternalCrl;
}

const LOOK_MS = 1_000;
const FIRST_LOOK_MS = 10_000;
const LAST_LOOK_MS = 1_000;
const DAY_MS = 86_400_000;
/** A CRL that does not live for a day is told of in the last part of its life. */
const LAST_PART = 0.25;
const FILE = 'crl.file';
const EXPIRY = 'crl.expiry';
const NAME = 'crl.device-ca';

export class ExternalCrls {
  readonly #options: ExternalCrlsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  readonly #misnamed = new Set<string>();
  readonly #offRegistry: () => void;
  #deviceCas: readonly DeviceCaRecord[] = [];
  #list: readonly DeviceCaWithCrl[] = [];
  readonly #tasks: TaskLine;
  #cancel: () => void = () => {};

  private constructor(options: ExternalCrlsOptions) {
    this.#options = options;
    this.#tasks = new TaskLine((error) =>
      options.onFault('the CRLs of device CAs could not be looked at', error),
    );
    this.#offRegistry = options.registry.onChange(({ kind }) => {
      if (kind === 'device-cas') this.settingsChanged();
    });
  }

  /**
   * Resolves when every file was read once, or when that takes too long: until it is read, a CA has no CRL, and
   * `certificates.expiredCrl` decides.
   */
  static async open(options: ExternalCrlsOptions): Promise<ExternalCrls> {
    const crls = new ExternalCrls(options);
    try {
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      await crls.#reconcile();
      void crls.#tasks.add(() => crls.#look());
      await crls.#idleWithin(FIRST_LOOK_MS);
    } catch (error) {
      await crls.stop();
      throw error;
    }
    crls.#schedule();
    return crls;
  }

  /** Every device CA of the registry, by name; a new list when something about it has changed. */
  list(): readonly DeviceCaWithCrl[] {
    return this.#list;
  }

  /** Called after `list` has changed. The answer stops it. */
  onChange(listener: () => void): () => void {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** The files of the configuration may be others. */
  settingsChanged(): void {
    void this.#tasks.add(async () => {
      await this.#reconcile();
      await this.#look();
    });
  }

  /** Resolves when what was begun by now is done. */
  idle(): Promise<void> {
    return this.#tasks.idle();
  }

  /** Resolves when nothing is under way any more, or soon. */
  async stop(): Promise<void> {
    this.#tasks.stop();
    this.#cancel();
    this.#offRegistry();
    await this.#idleWithin(LAST_LOOK_MS);
  }

  /** A file on a disk that does not answer must hold up neither the start nor the end of the daemon. */
  async #idleWithin(milliseconds: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#options.timer.after(milliseconds, late.resolve);
    await Promise.race([this.#tasks.idle(), late.promise]);
    cancel();
  }

  #schedule(): void {
    if (this.#tasks.stopped) return;
    this.#cancel = this.#options.timer.after(LOOK_MS, () => {
      // The next look begins a second after this one has ended, however slow the files are.
      void this.#tasks.add(() => this.#look()).then(() => this.#schedule());
    });
  }

  async #reconcile(): Promise<void> {
    const { directory, files, registry, warn } = this.#options;
    this.#deviceCas = await registry.deviceCas();
    const wanted = new Map(Object.entries(files()));
    const kept = new Set<string>();
    for (const { certificateId, keyFile, name, pem } of this.#deviceCas) {
      const path = wanted.get(name);
      if (path === undefined || keyFile !== undefined) continue;
      kept.add(name);
      const known = this.#entries.get(name);
      if (known?.certificateId === certificateId && known.crl.path === path) continue;
      const authority: AuthorityFacts | undefined = authorityFacts(pem);
      if (authority === undefined) {
        kept.delete(name);
        warn(`the certificate of device CA ${name} cannot be read, so neither can its CRL`);
        continue;
      }
      const copy = join(directory, `${certificateId}.der`);
      const before = known?.certificateId === certificateId ? known.crl : undefined;
      const crl = new ExternalCrl({ path, copy, authority, warn, before });
      this.#entries.set(name, { certificateId, crl });
    }
    for (const [name, { crl }] of [...this.#entries]) {
      if (kept.has(name)) continue;
      this.#entries.delete(name);
      for (const code of [FILE, EXPIRY]) this.#options.findings.clear(code, name);
      await rm(crl.copy, { force: true });
    }
    this.#tellMisnamed([...wanted.keys()].filter((name) => !kept.has(name)));
    this.#publish();
  }

  #tellMisnamed(names: readonly string[]): void {
    const { findings } = this.#options;
    for (const name of this.#misnamed) if (!names.includes(name)) findings.clear(NAME, name);
    this.#misnamed.clear();
    for (const name of names) {
      this.#misnamed.add(name);
      const local = this.#deviceCas.some((ca) => ca.name === name && ca.keyFile !== undefined);
      const why = local
        ? `its key is here and its CRL is made here; take it out of certificates.deviceCaCrls`
        : `there is no such device CA, so its CRL is not enforced; register it, or correct certificates.deviceCaCrls`;
      findings.raise({
        severity: 'WARNING',
        code: NAME,
        subject: name,
        message: `certificates.deviceCaCrls names the device CA ${JSON.stringify(name)}: ${why}.`,
      });
    }
  }

  async #look(): Promise<void> {
    let changed = false;
    // One after the other: a file may be large.
    for (const [name, { crl }] of [...this.#entries]) {
      if (await crl.look()) changed = true;
      this.#tellProblem(name, crl);
      this.#tellExpiry(name, crl);
    }
    if (changed) this.#publish();
  }

  #tellProblem(name: string, { inForce, path, problem }: ExternalCrl): void {
    const { findings } = this.#options;
    if (problem === undefined) {
      findings.clear(FILE, name);
      return;
    }
    const instead =
      inForce === undefined
        ? 'there is none to go by (see certificates.expiredCrl)'
        : `the last good one, ${inForce.description}, stays in force`;
    findings.raise({
      severity: inForce === undefined ? 'ALARM' : 'WARNING',
      code: FILE,
      subject: name,
      message: `The CRL ${path} of device CA ${name} cannot be used, and ${instead}: ${problem}.`,
    });
  }

  #tellExpiry(name: string, { inForce, path }: ExternalCrl): void {
    const { clock, findings } = this.#options;
    const left = inForce === undefined ? Number.POSITIVE_INFINITY : inForce.nextUpdate - clock.now();
    const life = inForce === undefined ? 0 : inForce.nextUpdate - inForce.thisUpdate;
    if (inForce === undefined || left > Math.min(DAY_MS, life * LAST_PART)) {
      findings.clear(EXPIRY, name);
      return;
    }
    const when = new Date(inForce.nextUpdate).toISOString();
    findings.raise({
      severity: 'ALARM',
      code: EXPIRY,
      subject: name,
      message:
        left > 0
          ? `The CRL ${path} of device CA ${name} expires on ${when}; put a new one there.`
          : `The CRL ${path} of device CA ${name} expired on ${when}: what becomes of its devices, certificates.expiredCrl says; put a new one there.`,
    });
  }

  #publish(): void {
    this.#list = this.#deviceCas.map(({ certificateId, keyFile, name, pem }) => {
      const entry = this.#entries.get(name);
      return {
        name,
        certificateId,
        pem,
        localKey: keyFile !== undefined,
        crlFile: entry?.crl.path,
        crl: entry?.crl.inForce,
      };
    });
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#options.onFault('a change of a CRL was not heard everywhere', error);
      }
    }
  }
}
