/**
 * The registry in one SQLite file, `registry.db` in the state directory.
 *
 * Nothing is loaded up front, so that a hundred thousand devices open as fast as ten; a look-up by
 * name or id is some 10 µs. One process has the file at a time, so what was read stays true until a
 * change is told. Writes go through the queue in `write-queue.ts`.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import type { ComponentStore } from '../../components/component.ts';
import type { HostAddressStore } from '../../connectivity/host-address-store.ts';
import { DaemonError } from '../../errors.ts';
import type { TrustPersistence } from '../trust-persistence.ts';
import { AttachmentsTable } from './attachments-table.ts';
import { CertificatesTable } from './certificates-table.ts';
import type { RegistryCopies, RegistryCopy, RegistryStaging } from './copies.ts';
import { describe, openDatabase } from './database.ts';
import { DeviceCasTable } from './device-cas-table.ts';
import * as rules from './registrations.ts';
import { copyDatabase } from './registry-copy.ts';
import { StagedRegistry } from './registry-staging.ts';
import { SqliteComponents } from './sqlite-components.ts';
import { SqliteHostAddresses } from './sqlite-host-addresses.ts';
import { SqliteTrust } from './sqlite-trust.ts';
import type {
  Attachment,
  CertificateRecord,
  CertificateStatus,
  DeviceCaRecord,
  Page,
  PageRequest,
  Registration,
  RegistrationInput,
  RegistrationResult,
  RegistryChange,
  RegistryStore,
  Revocation,
  Thing,
  ThingInput,
  Tombstone,
} from './store.ts';
import { ThingsTable } from './things-table.ts';
import * as valid from './validation.ts';
import { WriteQueue } from './write-queue.ts';

export interface RegistryOptions {
  /** Made with mode 0700 if it is missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** What a listener of `onChange` threw. It stops neither the registry nor the other listeners. */
  readonly onListenerError?: (error: unknown) => void;
}

/** Rejects with the file, the problem and the remedy when the registry cannot be opened. */
export async function openRegistry(options: RegistryOptions): Promise<SqliteRegistry> {
  const file = join(options.directory, 'registry.db');
  const database = openDatabase(file);
  try {
    return new SqliteRegistry(database, file, options);
  } catch (error) {
    database.close();
    throw describe(file, error);
  }
}

export class SqliteRegistry implements RegistryStore, RegistryCopies {
  readonly trust: TrustPersistence;
  readonly hostAddresses: HostAddressStore;
  readonly components: ComponentStore;
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #tables: rules.Tables;
  readonly #deviceCas: DeviceCasTable;
  readonly #writes: WriteQueue;
  readonly #copying = new Set<Promise<unknown>>();
  readonly #listeners = new Set<{ readonly tell: (change: RegistryChange) => void }>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(database: DatabaseSync, file: string, options: RegistryOptions) {
    this.#database = database;
    this.#file = file;
    this.#clock = options.clock;
    this.#onListenerError =
      options.onListenerError ??
      ((error) => process.emitWarning(error instanceof Error ? error : String(error)));
    this.#tables = {
      things: new ThingsTable(database),
      certificates: new CertificatesTable(database),
      attachments: new AttachmentsTable(database),
    };
    this.#deviceCas = new DeviceCasTable(database);
    this.#writes = new WriteQueue({
      database,
      file,
      clock: options.clock,
      committed: (changes) => this.#tell(changes),
    });
    this.trust = new SqliteTrust(database, this.#writes, (query) => this.#read(query));
    this.components = new SqliteComponents(database, this.#writes, (query) => this.#read(query));
    this.hostAddresses = new SqliteHostAddresses(database, this.#writes, (query) => this.#read(query));
  }

  async createThing(input: ThingInput): Promise<Thing> {
    const thing = valid.checkThing(input, this.#clock.now());
    return this.#writes.run((changes) => {
      if (this.#tables.things.find(thing.name) !== undefined)
        throw rules.exists(`thing ${thing.name} exists already`);
      this.#tables.things.insert(thing);
      changes.push({ kind: 'thing-changed', thingName: thing.name });
      return thing;
    });
  }

  async updateThing(name: string, change: Partial<Omit<ThingInput, 'name'>>): Promise<Thing> {
    const parts = {
      ...(change.type !== undefined && { type: valid.checkType(change.type) }),
      ...(change.attributes !== undefined && { attributes: valid.checkAttributes(change.attributes) }),
      ...(change.groups !== undefined && { groups: valid.checkGroups(change.groups) }),
    };
    return this.#writes.run((changes) => {
      const known = this.#tables.things.find(name);
      if (known === undefined) throw rules.noThing(name);
      const thing = { ...known, ...parts };
      if (Object.keys(parts).length === 0) return known;
      this.#tables.things.update(thing);
      changes.push({ kind: 'thing-changed', thingName: name });
      return thing;
    });
  }

  thing(name: string): Promise<Thing | undefined> {
    return this.#read(() => this.#tables.things.find(name));
  }

  things(page: PageRequest & { readonly prefix?: string }): Promise<Page<Thing>> {
    return this.#read(() => {
      valid.checkPage(page);
      return this.#tables.things.page(page);
    });
  }

  deleteThing(name: string): Promise<void> {
    return this.#writes.run((changes) => rules.deleteThing(this.#tables, name, changes));
  }

  async register(input: RegistrationInput): Promise<Registration> {
    valid.checkRegistration(input);
    const now = this.#clock.now();
    return this.#writes.run((changes) => rules.register(this.#tables, input, now, changes));
  }

  async registerMany(inputs: readonly RegistrationInput[]): Promise<readonly RegistrationResult[]> {
    const results = await Promise.allSettled(inputs.map((input) => this.register(input)));
    return results.map((result) => {
      if (result.status === 'fulfilled') return { ok: true, ...result.value };
      return { ok: false, error: describe(this.#file, result.reason) };
    });
  }

  certificate(id: string): Promise<CertificateRecord | undefined> {
    return this.#read(() => this.#tables.certificates.find(id));
  }

  certificateStatus(id: string): Promise<CertificateStatus | undefined> {
    return this.#read(() => this.#tables.certificates.statusOf(id));
  }

  certificateByPrefix(prefix: string): Promise<CertificateRecord | undefined> {
    return this.#read(() => {
      const [first, second] = this.#tables.certificates.startingWith(valid.checkIdPrefix(prefix));
      if (second !== undefined)
        throw valid.invalid(`several certificates begin with ${prefix}; give more of the id`);
      return first;
    });
  }

  certificates(
    page: PageRequest & { readonly thingName?: string; readonly status?: CertificateStatus },
  ): Promise<Page<CertificateRecord>> {
    return this.#read(() => {
      valid.checkPage(page);
      return this.#tables.certificates.page(page);
    });
  }

  async setStatus(id: string, status: CertificateStatus): Promise<CertificateRecord> {
    valid.checkStatus(status);
    const now = this.#clock.now();
    return this.#writes.run((changes) => rules.setStatus(this.#tables, id, status, now, changes));
  }

  deleteCertificate(id: string): Promise<void> {
    const now = this.#clock.now();
    return this.#writes.run((changes) => rules.deleteCertificate(this.#tables, id, now, changes));
  }

  tombstone(id: string): Promise<Tombstone | undefined> {
    return this.#read(() => this.#tables.certificates.tombstone(id));
  }

  revocations(page: PageRequest & { readonly issuer: string }): Promise<Page<Revocation>> {
    return this.#read(() => {
      valid.checkPage(page);
      return this.#tables.certificates.revocations(page);
    });
  }

  twinOf(
    certificate: Pick<CertificateRecord, 'id' | 'issuer' | 'serialNumber'>,
  ): Promise<string | undefined> {
    return this.#read(() => this.#tables.certificates.twinOf(certificate));
  }

  attach(attachment: Attachment): Promise<void> {
    return this.#writes.run((changes) => rules.attach(this.#tables, attachment, changes));
  }

  detach(certificateId: string, thingName: string): Promise<void> {
    return this.#writes.run((changes) => rules.detach(this.#tables, certificateId, thingName, changes));
  }

  attachment(certificateId: string, thingName: string): Promise<Attachment | undefined> {
    return this.#read(() => this.#tables.attachments.find(certificateId, thingName));
  }

  attachmentsOfCertificate(certificateId: string): Promise<readonly Attachment[]> {
    return this.#read(() => this.#tables.attachments.ofCertificate(certificateId));
  }

  attachmentsOfThing(thingName: string): Promise<readonly Attachment[]> {
    return this.#read(() => this.#tables.attachments.ofThing(thingName));
  }

  async addDeviceCa(ca: DeviceCaRecord): Promise<void> {
    valid.checkDeviceCa(ca);
    return this.#writes.run((changes) => {
      for (const other of this.#deviceCas.all()) {
        if (other.name === ca.name) throw rules.exists(`there is a device CA ${ca.name} already`);
        if (other.certificateId === ca.certificateId) {
          throw rules.exists(`this CA certificate is registered already, as ${other.name}`);
        }
      }
      this.#deviceCas.insert(ca);
      changes.push({ kind: 'device-cas' });
    });
  }

  removeDeviceCa(name: string): Promise<DeviceCaRecord> {
    return this.#writes.run((changes) => {
      const known = this.#deviceCas.all().find((ca) => ca.name === name);
      if (known === undefined)
        throw new DaemonError('NOT_FOUND', `there is no device CA ${valid.quote(name)}`);
      this.#deviceCas.delete(name);
      changes.push({ kind: 'device-cas' });
      return known;
    });
  }

  deviceCas(): Promise<readonly DeviceCaRecord[]> {
    return this.#read(() => this.#deviceCas.all());
  }

  counts(): Promise<{ readonly things: number; readonly certificates: number; readonly deviceCas: number }> {
    return this.#read(() => ({
      things: this.#tables.things.count(),
      certificates: this.#tables.certificates.count(),
      deviceCas: this.#deviceCas.all().length,
    }));
  }

  async copy(): Promise<RegistryCopy> {
    if (!this.#database.isOpen) throw new DaemonError('SERVICE_ERROR', 'the registry is closed');
    const copying = copyDatabase(this.#database, `${this.#file}.copy-${randomUUID()}`);
    this.#copying.add(copying);
    try {
      return await copying;
    } finally {
      this.#copying.delete(copying);
    }
  }

  stage(): RegistryStaging {
    return new StagedRegistry({
      database: this.#database,
      directory: `${this.#file}.import-${randomUUID()}`,
      clock: this.#clock,
      writes: this.#writes,
    });
  }

  onChange(listener: (change: RegistryChange) => void): () => void {
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** Writes that were asked for happen; later calls reject. Closing twice is allowed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#copying);
    if (!this.#database.isOpen) return;
    this.#writes.close();
    this.#database.close();
  }

  async #read<T>(query: () => T): Promise<T> {
    if (!this.#database.isOpen) throw new DaemonError('SERVICE_ERROR', 'the registry is closed');
    try {
      return query();
    } catch (error) {
      throw describe(this.#file, error);
    }
  }

  #tell(changes: readonly RegistryChange[]): void {
    for (const change of changes) {
      for (const listener of [...this.#listeners]) {
        try {
          listener.tell(change);
        } catch (error) {
          this.#onListenerError(error);
        }
      }
    }
  }
}
