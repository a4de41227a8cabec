/**
 * What a broker checks devices against: the registry's device CAs, by name, and their CRLs. A CRL of ours is made here,
 * renewed at half of its life, and made again within a second after a certificate was revoked; many revocations together
 * make one. A CRL is given to brokers only while every device CA has a current one, since OpenSSL refuses the devices of
 * a CA without; and no longer than a minute before it ends.
 */

import { X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { DeviceCaRecord, RegistryChange, RegistryStore } from '../../identity/registry/store.ts';
import type { Warn } from '../authorities/key-files.ts';
import type { FindingsPort } from '../findings-port.ts';
import type { Authority } from '../x509/certificate-issuer.ts';
import type { CrlIssuer } from '../x509/crl.ts';
import { CrlKeeper, type RevokedSerial } from './crl-keeper.ts';
import type { ExternalCrls } from './external-crls.ts';
import { TaskLine } from './task-line.ts';

export interface DeviceCaFiles {
  readonly caPems: readonly string[];
  /** In the order of `caPems`, or empty. */
  readonly crlPems: readonly string[];
  /** The device CAs for want of whose CRL there is none at all. */
  readonly withoutCrl: readonly string[];
}

export interface DeviceCaBundleOptions {
  /** Made if it is missing; holds the CRLs that are made here. */
  readonly directory: string;
  readonly registry: Pick<RegistryStore, 'deviceCas' | 'certificate' | 'revocations' | 'onChange'>;
  /** The CA with its key. */
  readonly authority: (name: string) => Promise<Authority>;
  readonly issuer: CrlIssuer;
  readonly external: Pick<ExternalCrls, 'list' | 'onChange'>;
  /** `certificates.crlValiditySeconds`. */
  readonly validitySeconds: () => number;
  /** The trusted clock. */
  readonly clock: { now(): number };
  readonly timer: Clock;
  readonly findings: FindingsPort;
  readonly warn: Warn;
  readonly onFault: (what: string, error: unknown) => void;
}

interface Local {
  readonly certificateId: string;
  /** As it is in the records of its certificates. */
  readonly name: string;
  readonly keeper: CrlKeeper;
  stale: boolean;
}

const TICK_MS = 30_000;
/** Twice the tick: what brokers hold is never found expired before they are told to do without. */
const SPARE_MS = 60_000;
const COALESCE_MS = 200;
const PAGE = 1_000;
const MOST_LOOKED_UP = 500;
const CRL = 'crl.own';

export class DeviceCaBundle {
  readonly #options: DeviceCaBundleOptions;
  readonly #local = new Map<string, Local>();
  readonly #listeners = new Set<(files: DeviceCaFiles) => void>();
  readonly #offs: (() => void)[];
  #deviceCas: readonly DeviceCaRecord[] = [];
  #current: DeviceCaFiles = { caPems: [], crlPems: [], withoutCrl: [] };
  #revoked: string[] = [];
  #listChanged = false;
  readonly #tasks: TaskLine;
  #cancelTick: () => void = () => {};
  #cancelSoon: (() => void) | undefined;

  private constructor(options: DeviceCaBundleOptions) {
    this.#options = options;
    this.#tasks = new TaskLine((error) =>
      options.onFault("the device CAs' CRLs could not be brought up to date", error),
    );
    this.#offs = [
      options.registry.onChange((change) => this.#registryChanged(change)),
      options.external.onChange(() => void this.#tasks.add(async () => this.#publish())),
    ];
  }

  /** Resolves when every CRL of ours was made, or it is known why not. */
  static async open(options: DeviceCaBundleOptions): Promise<DeviceCaBundle> {
    const bundle = new DeviceCaBundle(options);
    try {
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      await bundle.#reconcile();
      await bundle.#refresh();
    } catch (error) {
      await bundle.stop();
      throw error;
    }
    bundle.#tick();
    return bundle;
  }

  current(): DeviceCaFiles {
    return this.#current;
  }

  /** The CRL of a device CA whose key is here, while it is current. For `deviceauthctl`. */
  crlPem(name: string): string | undefined {
    return this.#local.get(name)?.keeper.current()?.pem;
  }

  /** Called with what has changed, and only then. The answer stops it. */
  onChange(listener: (files: DeviceCaFiles) => void): () => void {
    const entry = (files: DeviceCaFiles): void => listener(files);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Resolves when what was begun by now is done. */
  idle(): Promise<void> {
    return this.#tasks.idle();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#tasks.stop();
    this.#cancelTick();
    this.#cancelSoon?.();
    for (const off of this.#offs) off();
    await this.#tasks.idle();
  }

  #tick(): void {
    if (this.#tasks.stopped) return;
    this.#cancelTick = this.#options.timer.after(TICK_MS, () => {
      void this.#tasks.add(() => this.#refresh()).then(() => this.#tick());
    });
  }

  #registryChanged(change: RegistryChange): void {
    if (change.kind === 'device-cas') this.#listChanged = true;
    else if (change.kind === 'certificate-status' && change.status === 'REVOKED') {
      this.#revoked.push(change.certificateId);
    } else return;
    this.#cancelSoon ??= this.#options.timer.after(COALESCE_MS, () => {
      this.#cancelSoon = undefined;
      void this.#tasks.add(async () => {
        if (this.#listChanged) {
          this.#listChanged = false;
          await this.#reconcile().catch((error: unknown) => {
            this.#listChanged = true;
            throw error;
          });
        }
        await this.#markStale();
        await this.#refresh();
      });
    });
  }

  async #reconcile(): Promise<void> {
    this.#deviceCas = await this.#options.registry.deviceCas();
    const held = this.#deviceCas.filter(({ keyFile }) => keyFile !== undefined);
    for (const [name, { certificateId }] of [...this.#local]) {
      if (held.some((ca) => ca.name === name && ca.certificateId === certificateId)) continue;
      this.#local.delete(name);
      this.#options.findings.clear(CRL, name);
    }
    for (const ca of held) if (!this.#local.has(ca.name)) this.#local.set(ca.name, this.#keeperOf(ca));
  }

  #keeperOf({ certificateId, name, pem }: DeviceCaRecord): Local {
    const { authority, clock, directory, issuer, registry, validitySeconds, warn } = this.#options;
    const subject = (new X509Certificate(pem).subject as string | undefined) ?? '';
    async function* revoked(): AsyncIterable<readonly RevokedSerial[]> {
      let after: string | undefined;
      do {
        const page = await registry.revocations({ issuer: subject, after, size: PAGE });
        yield page.items;
        after = page.next;
      } while (after !== undefined);
    }
    const keeper = new CrlKeeper({
      file: join(directory, `${certificateId}.der`),
      authority: () => authority(name),
      revoked,
      issuer,
      clock,
      validitySeconds,
      warn,
    });
    return { certificateId, name: subject, keeper, stale: true };
  }

  /** Whose list has grown. One that cannot be told for certain: everyone's. */
  async #markStale(): Promise<void> {
    const ids = this.#revoked.splice(0);
    const issuers = new Set<string>();
    for (const id of ids.slice(0, MOST_LOOKED_UP)) {
      const issuer = (await this.#options.registry.certificate(id))?.issuer;
      if (issuer !== undefined) issuers.add(issuer);
      else this.#allStale();
    }
    if (ids.length > MOST_LOOKED_UP) this.#allStale();
    for (const local of this.#local.values()) if (issuers.has(local.name)) local.stale = true;
  }

  #allStale(): void {
    for (const local of this.#local.values()) local.stale = true;
  }

  async #refresh(): Promise<void> {
    const { findings } = this.#options;
    for (const [name, local] of [...this.#local]) {
      if (!local.stale && !local.keeper.isDue()) continue;
      try {
        await local.keeper.refresh();
        local.stale = false;
        findings.clear(CRL, name);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const kept = local.keeper.current();
        findings.raise({
          severity: kept === undefined ? 'ALARM' : 'WARNING',
          code: CRL,
          subject: name,
          message: `No new CRL can be made for device CA ${name}: ${why}.`,
        });
      }
    }
    this.#publish();
  }

  #publish(): void {
    const now = this.#options.clock.now();
    const until = now + SPARE_MS;
    // One that has expired verifies nobody, and no CRL of it can be current: it would keep everybody's from the brokers.
    const deviceCas = this.#deviceCas.filter(
      ({ pem }) => new X509Certificate(pem).validToDate.getTime() > now,
    );
    const external = new Map(this.#options.external.list().map((ca) => [ca.certificateId, ca.crl]));
    const crls = deviceCas.map(({ certificateId, keyFile, name }) => {
      if (keyFile !== undefined) return this.#local.get(name)?.keeper.current();
      const crl = external.get(certificateId);
      return crl !== undefined && crl.thisUpdate <= until - SPARE_MS ? crl : undefined;
    });
    const withoutCrl = deviceCas
      .filter((_, index) => (crls[index]?.nextUpdate ?? 0) <= until)
      .map(({ name }) => name);
    const crlPems = withoutCrl.length > 0 ? [] : crls.flatMap((crl) => crl?.pem ?? []);
    const files = { caPems: deviceCas.map(({ pem }) => pem), crlPems, withoutCrl };
    const before = this.#current;
    this.#current = files;
    if (same(before.caPems, files.caPems) && same(before.crlPems, files.crlPems)) return;
    for (const listener of [...this.#listeners]) {
      try {
        listener(files);
      } catch (error) {
        this.#options.onFault('a change of the device CAs was not heard everywhere', error);
      }
    }
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
