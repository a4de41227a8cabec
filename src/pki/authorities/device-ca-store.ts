/**
 * The CAs of device certificates: made here, with the key in `ca/devices/<name>` of the state
 * directory, or registered with their key elsewhere.
 *
 * The registry's record decides what exists: a CA made here is written beside its place, recorded,
 * and then moved there, so that a daemon killed in between either has it whole or never had it. The
 * key of a removed CA is kept aside, out of use. Device private keys are returned once and not kept.
 */
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DaemonError } from '../../errors.ts';
import type { CertificateRecord, DeviceCaRecord, RegistryStore } from '../../identity/registry/store.ts';
import {
  type Authority,
  type CertificateIssuer,
  generateKeys,
  type KeyType,
  privateKeyPem,
} from '../x509/certificate-issuer.ts';
import { failure, KEY_FILE, loadAuthority, moveAuthority, type Warn, writeAuthority } from './key-files.ts';

/** What a certificate is to the registry; identity's parser gives it. */
export type ParseCertificate = (
  pem: string,
) =>
  | { readonly ok: true; readonly certificate: Omit<CertificateRecord, 'registeredAt' | 'status'> }
  | { readonly ok: false; readonly message: string };

export interface DeviceCaStoreOptions {
  readonly stateDirectory: string;
  readonly registry: Pick<
    RegistryStore,
    'deviceCas' | 'addDeviceCa' | 'removeDeviceCa' | 'register' | 'thing'
  >;
  readonly issuer: CertificateIssuer;
  readonly parse: ParseCertificate;
  readonly warn: Warn;
}

export interface DeviceCa {
  readonly name: string;
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly subject: string;
  /** "RSA 2048", "EC prime256v1". */
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** The key is here, so certificates can be issued. */
  readonly localKey: boolean;
  readonly provisioning: boolean;
}

/** A device CA with its key, as a backup has it. Secret. */
export interface DeviceCaKey {
  readonly name: string;
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  readonly provisioning: boolean;
}

export interface CreateDeviceCa {
  /** 1 to 64 characters of [a-z0-9-]. */
  readonly name: string;
  readonly keyType: KeyType;
  /** 1 to 36,500. */
  readonly validityDays: number;
  readonly provisioning: boolean;
}

export interface IssueDeviceCertificate {
  /** Becomes the common name. */
  readonly thingName: string;
  readonly keyType: KeyType;
  /** 1 to 36,500; shortened to what is left of the CA's. */
  readonly validityDays: number;
  readonly exclusive: boolean;
  /** Make the thing if there is none; otherwise a missing one is NOT_FOUND. */
  readonly createThing?: boolean;
  /** Which CA; left out, the only one with a key here, or the one called "default". */
  readonly deviceCa?: string;
}

export interface IssuedDeviceCertificate {
  readonly record: CertificateRecord;
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  readonly caPem: string;
}

const NAME = /^[a-z0-9-]{1,64}$/;
const LONGEST_DAYS = 36_500;
const DAY_SECONDS = 86_400;

export class DeviceCaStore {
  readonly #options: DeviceCaStoreOptions;
  readonly #beingMade = new Set<string>();
  /** Keys are put in place one at a time: whoever is told of a new CA may ask for its key while it is still on its way. */
  #settling: Promise<unknown> = Promise.resolve();

  constructor(options: DeviceCaStoreOptions) {
    this.#options = options;
  }

  async list(): Promise<readonly DeviceCa[]> {
    const records = await this.#options.registry.deviceCas();
    return records.map((record) => this.#describe(record));
  }

  /** Makes a CA and keeps its key. */
  async create(request: CreateDeviceCa): Promise<DeviceCa> {
    const { name } = request;
    checkName(name);
    const validitySeconds = seconds(request.validityDays);
    if (this.#beingMade.has(name)) throw exists(name);
    this.#beingMade.add(name);
    try {
      if ((await this.#record(name)) !== undefined) throw exists(name);
      const place = this.#directory(name);
      if (existsSync(place))
        throw failure(place, 'holds the key of a CA that is not registered', 'move it away');
      const authority = await this.#options.issuer.createAuthority({
        subject: [
          ['O', 'deviceauthd'],
          ['CN', `${name} device CA`],
        ],
        keyType: request.keyType,
        validitySeconds,
      });
      await writeAuthority(this.#unfinished(name), authority);
      const record = {
        name,
        certificateId: this.#parsed(authority.certificatePem).id,
        pem: authority.certificatePem,
        keyFile: keyFileOf(name),
        provisioning: request.provisioning,
      };
      await this.#options.registry.addDeviceCa(record);
      await moveAuthority(this.#unfinished(name), place);
      return this.#describe(record);
    } finally {
      this.#beingMade.delete(name);
    }
  }

  /** Registers a CA whose key is elsewhere. */
  async register(request: {
    readonly name: string;
    readonly certificatePem: string;
    readonly provisioning: boolean;
  }): Promise<DeviceCa> {
    checkName(request.name);
    const { id, pem } = this.#parsed(request.certificatePem);
    if (!new X509Certificate(pem).ca) {
      throw new DaemonError(
        'INVALID_ARGUMENTS',
        'the certificate is not that of a CA (basicConstraints CA:true)',
      );
    }
    const { name, provisioning } = request;
    const record = { name, certificateId: id, pem, keyFile: undefined, provisioning };
    await this.#options.registry.addDeviceCa(record);
    return this.#describe(record);
  }

  /** Its certificates that are registered stay so; its key, if it is here, is moved to `ca/removed`. */
  async remove(name: string): Promise<DeviceCa> {
    const record = await this.#options.registry.removeDeviceCa(name);
    if (record.keyFile !== undefined) {
      const { stateDirectory, warn } = this.#options;
      const aside = join(stateDirectory, 'ca', 'removed', `${name}-${record.certificateId.slice(0, 16)}`);
      try {
        await moveAuthority(this.#directory(name), aside);
      } catch (error) {
        warn(`device CA ${name} is removed, but its key is still there: ${String(error)}`);
      }
    }
    return this.#describe(record);
  }

  /** Makes a key and a certificate, registers it ACTIVE and attaches it to the thing. */
  async issue(request: IssueDeviceCertificate): Promise<IssuedDeviceCertificate> {
    const { registry, issuer } = this.#options;
    const { thingName, exclusive } = request;
    const validitySeconds = seconds(request.validityDays);
    if (request.createThing !== true && (await registry.thing(thingName)) === undefined) {
      throw new DaemonError('NOT_FOUND', `there is no thing ${JSON.stringify(thingName.slice(0, 140))}`);
    }
    const authority = await this.#load(await this.#choose(request.deviceCa));
    issuer.requireClock();
    const keys = await generateKeys(request.keyType);
    const { pem } = issuer.issue(authority, {
      subject: [['CN', thingName]],
      publicKey: keys.publicKey,
      usage: 'client',
      validitySeconds,
    });
    const { record } = await registry.register({
      certificate: this.#parsed(pem),
      status: 'ACTIVE',
      attach: { thingName, exclusive },
      ...(request.createThing === true && { createThing: { name: thingName } }),
    });
    return {
      record,
      certificatePem: pem,
      privateKeyPem: privateKeyPem(keys.privateKey),
      caPem: authority.certificatePem,
    };
  }

  /** The CA with its key, which has to be here. */
  async authority(name: string): Promise<Authority> {
    return this.#load(await this.#choose(name));
  }

  /** Those whose key is here. Rejects when one of them cannot be read: half a copy is none. */
  async exportKeys(): Promise<readonly DeviceCaKey[]> {
    const keys: DeviceCaKey[] = [];
    for (const record of await this.#options.registry.deviceCas()) {
      if (record.keyFile === undefined) continue;
      const { certificatePem, privateKey } = await this.#load(record);
      const { name, provisioning } = record;
      keys.push({ name, certificatePem, privateKeyPem: privateKeyPem(privateKey), provisioning });
    }
    return keys;
  }

  /**
   * Checks and writes keys beside their place; the answer is their records for the registry. Nothing has changed before
   * `settleKeys`, and with `discardKeys` instead nothing will have.
   */
  async stageKeys(keys: readonly DeviceCaKey[]): Promise<readonly DeviceCaRecord[]> {
    const staged: DeviceCaRecord[] = [];
    try {
      for (const { name, certificatePem, privateKeyPem: keyPem, provisioning } of keys) {
        checkName(name);
        const { id: certificateId, pem } = this.#parsed(certificatePem);
        const authority = authorityOf(name, pem, keyPem);
        if (this.#beingMade.has(name)) throw exists(name);
        const known = await this.#record(name);
        // What an interrupted attempt left beside the place may be the only copy of a key that is in use.
        if (known?.keyFile !== undefined) await this.#settle(known);
        this.#beingMade.add(name);
        staged.push({ name, certificateId, pem, keyFile: keyFileOf(name), provisioning });
        await writeAuthority(this.#unfinished(name), authority);
      }
    } catch (error) {
      await this.discardKeys(staged);
      throw error;
    }
    return staged;
  }

  async discardKeys(staged: readonly DeviceCaRecord[]): Promise<void> {
    for (const { name } of staged) {
      await rm(this.#unfinished(name), { recursive: true, force: true });
      this.#beingMade.delete(name);
    }
  }

  /**
   * After the registry was replaced or has taken the records: each key that a record names goes to its place, and what
   * no record names any more goes aside. Interrupted, the keys are put in place when they are needed.
   */
  async settleKeys(staged: readonly DeviceCaRecord[]): Promise<void> {
    try {
      const records = (await this.#options.registry.deviceCas()).filter((ca) => ca.keyFile !== undefined);
      for (const name of this.#places()) {
        if (!records.some((record) => record.name === name)) await this.#putAside(name);
      }
      for (const record of records) {
        if (staged.some(({ name }) => name === record.name)) await this.#settle(record);
      }
      // What was in place already is there twice.
      await this.discardKeys(staged);
    } finally {
      for (const { name } of staged) this.#beingMade.delete(name);
    }
  }

  async #choose(name: string | undefined): Promise<DeviceCaRecord> {
    if (name !== undefined && name !== '') {
      const record = await this.#record(name);
      if (record === undefined)
        throw new DaemonError('NOT_FOUND', `there is no device CA ${JSON.stringify(name.slice(0, 140))}`);
      if (record.keyFile === undefined) {
        throw new DaemonError(
          'INVALID_ARGUMENTS',
          `the key of device CA ${name} is not here, so it cannot issue`,
        );
      }
      return record;
    }
    const local = (await this.#options.registry.deviceCas()).filter((ca) => ca.keyFile !== undefined);
    const [first] = local;
    if (first === undefined)
      throw new DaemonError('NOT_FOUND', 'there is no device CA with its key here; create one');
    const chosen = local.length === 1 ? first : local.find((ca) => ca.name === 'default');
    if (chosen === undefined) {
      const names = local.map((ca) => ca.name).join(', ');
      throw new DaemonError('INVALID_ARGUMENTS', `say which device CA is to issue: ${names}`);
    }
    return chosen;
  }

  async #load(record: DeviceCaRecord): Promise<Authority> {
    const place = this.#directory(record.name);
    await this.#settle(record);
    const authority = await loadAuthority(place, this.#options.warn);
    if (authority === undefined) {
      throw failure(
        place,
        `is missing, and has the key of device CA ${record.name}`,
        'restore it from a backup, or remove the CA and create a new one',
      );
    }
    if (this.#parsed(authority.certificatePem).id !== record.certificateId) {
      throw failure(place, `holds another CA than the registered ${record.name}`, 'restore it from a backup');
    }
    return authority;
  }

  /** Killed after it was recorded and before it was moved, what is to be in place is still beside it. */
  #settle(record: DeviceCaRecord): Promise<void> {
    const settled = this.#settling.then(() => this.#settleNow(record));
    this.#settling = settled.catch(() => undefined);
    return settled;
  }

  async #settleNow({ name, certificateId }: DeviceCaRecord): Promise<void> {
    const place = this.#directory(name);
    if (!existsSync(this.#unfinished(name))) return;
    if (existsSync(place) && (await this.#idIn(place)) === certificateId) return;
    if ((await this.#idIn(this.#unfinished(name))) !== certificateId) return;
    if (existsSync(place)) await this.#putAside(name);
    await moveAuthority(this.#unfinished(name), place);
  }

  /** Undefined where there is no usable CA. */
  async #idIn(directory: string): Promise<string | undefined> {
    try {
      const authority = await loadAuthority(directory, () => {});
      return authority === undefined ? undefined : this.#parsed(authority.certificatePem).id;
    } catch {
      return undefined;
    }
  }

  async #putAside(name: string): Promise<void> {
    const { stateDirectory, warn } = this.#options;
    const place = this.#directory(name);
    const id = (await this.#idIn(place)) ?? randomUUID();
    const removed = join(stateDirectory, 'ca', 'removed', `${name}-${id.slice(0, 16)}`);
    const aside = existsSync(removed) ? `${removed}-${randomUUID().slice(0, 8)}` : removed;
    await moveAuthority(place, aside);
    warn(`the key of device CA ${name}, which is not in use any more, is kept in ${aside}`);
  }

  #places(): readonly string[] {
    const directory = join(this.#options.stateDirectory, 'ca', 'devices');
    return existsSync(directory) ? readdirSync(directory).filter((name) => NAME.test(name)) : [];
  }

  async #record(name: string): Promise<DeviceCaRecord | undefined> {
    return (await this.#options.registry.deviceCas()).find((ca) => ca.name === name);
  }

  #describe(record: DeviceCaRecord): DeviceCa {
    const { subject, key, notBefore, notAfter } = this.#parsed(record.pem);
    return {
      name: record.name,
      certificateId: record.certificateId,
      certificatePem: record.pem,
      subject,
      key,
      notBefore,
      notAfter,
      localKey: record.keyFile !== undefined,
      provisioning: record.provisioning,
    };
  }

  #parsed(pem: string): Omit<CertificateRecord, 'registeredAt' | 'status'> {
    const result = this.#options.parse(pem);
    if (!result.ok)
      throw new DaemonError('INVALID_ARGUMENTS', `the certificate cannot be read: ${result.message}`);
    return result.certificate;
  }

  #directory(name: string): string {
    return join(this.#options.stateDirectory, 'ca', 'devices', name);
  }

  #unfinished(name: string): string {
    return join(this.#options.stateDirectory, 'ca', 'devices', `.creating-${name}`);
  }
}

function keyFileOf(name: string): string {
  return join('ca', 'devices', name, KEY_FILE);
}

/** What was given may be anything; the errors of OpenSSL may quote it. */
function authorityOf(name: string, certificatePem: string, keyPem: string): Authority {
  const wrong = (problem: string): DaemonError =>
    new DaemonError('INVALID_ARGUMENTS', `the device CA ${name} of the copy ${problem}; nothing was changed`);
  const x509 = new X509Certificate(certificatePem);
  if (!x509.ca) throw wrong('is no CA');
  let privateKey: ReturnType<typeof createPrivateKey>;
  try {
    privateKey = createPrivateKey(keyPem);
  } catch {
    throw wrong('has a key that cannot be read');
  }
  if (!x509.checkPrivateKey(privateKey)) throw wrong('has a key that is not its own');
  return { certificatePem: x509.toString(), privateKey };
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  const shown = JSON.stringify(name.slice(0, 140));
  throw new DaemonError(
    'INVALID_ARGUMENTS',
    `the device CA name ${shown} is not 1 to 64 characters of [a-z0-9-]`,
  );
}

function seconds(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS) return days * DAY_SECONDS;
  throw new DaemonError(
    'INVALID_ARGUMENTS',
    `a certificate is valid for 1 to ${LONGEST_DAYS} days, not ${days}`,
  );
}

function exists(name: string): DaemonError {
  return new DaemonError('ALREADY_EXISTS', `there is a device CA ${name} already`);
}
