/**
 * What is to come in, in a registry of its own beside the real one: its schema finds what contradicts itself while
 * the rows arrive, and they need no memory. `apply` is then one transaction of a few statements.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../clock.ts';
import { AttachmentsTable } from './attachments-table.ts';
import { CertificatesTable } from './certificates-table.ts';
import type { AppliedCounts, ApplyOptions, RegistryRow, RegistryStaging } from './copies.ts';
import { createScratch, describe, isConstraint } from './database.ts';
import { DeviceCasTable } from './device-cas-table.ts';
import { applyIncoming } from './restore.ts';
import { ThingsTable } from './things-table.ts';
import * as valid from './validation.ts';
import type { WriteQueue } from './write-queue.ts';

export interface StagingOptions {
  /** The registry's. */
  readonly database: DatabaseSync;
  /** Of its own; made, and removed by `close`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly writes: WriteQueue;
}

export class StagedRegistry implements RegistryStaging {
  readonly #options: StagingOptions;
  readonly #file: string;
  readonly #scratch: DatabaseSync;
  readonly #things: ThingsTable;
  readonly #certificates: CertificatesTable;
  readonly #attachments: AttachmentsTable;
  readonly #deviceCas: DeviceCasTable;

  constructor(options: StagingOptions) {
    this.#options = options;
    this.#file = join(options.directory, 'import.db');
    try {
      mkdirSync(options.directory, { mode: 0o700 });
      this.#scratch = createScratch(this.#file);
      this.#scratch.exec('BEGIN');
    } catch (error) {
      rmSync(options.directory, { recursive: true, force: true });
      throw describe(this.#file, error);
    }
    this.#things = new ThingsTable(this.#scratch);
    this.#certificates = new CertificatesTable(this.#scratch);
    this.#attachments = new AttachmentsTable(this.#scratch);
    this.#deviceCas = new DeviceCasTable(this.#scratch);
  }

  add(row: RegistryRow, keyFile?: string): void {
    try {
      this.#add(row, keyFile);
    } catch (error) {
      if (isConstraint(error))
        throw valid.invalid(`the copy contradicts itself at ${nameOf(row)}; nothing was changed`);
      throw describe(this.#file, error);
    }
  }

  async apply(options: ApplyOptions): Promise<AppliedCounts> {
    const { database, writes, clock } = this.#options;
    const counts = {
      things: this.#things.count(),
      certificates: this.#certificates.count(),
      deviceCas: this.#deviceCas.all().length,
    };
    this.#scratch.exec('COMMIT');
    this.#scratch.close();
    database.prepare('ATTACH ? AS incoming').run(this.#file);
    try {
      await writes.run((changes) => applyIncoming(database, options, clock.now(), changes));
    } catch (error) {
      throw describe(this.#file, error);
    } finally {
      if (database.isOpen) database.exec('DETACH incoming');
    }
    return counts;
  }

  close(): void {
    if (this.#scratch.isOpen) this.#scratch.close();
    rmSync(this.#options.directory, { recursive: true, force: true });
  }

  #add(row: RegistryRow, keyFile: string | undefined): void {
    switch (row.kind) {
      case 'device-ca':
        this.#addDeviceCa({ ...row.ca, keyFile });
        break;
      case 'thing':
        this.#things.insert(valid.checkThing(row.thing, row.thing.createdAt));
        break;
      case 'certificate': {
        const { registeredAt: _, status, ...certificate } = row.certificate;
        valid.checkRegistration({ certificate, status });
        checkId(certificate.id, certificate.pem);
        this.#certificates.insert(row.certificate);
        break;
      }
      case 'attachment': {
        const { certificateId, thingName, exclusive } = row.attachment;
        const others = this.#attachments.ofCertificate(certificateId);
        if (others.some((other) => exclusive || other.exclusive || other.thingName === thingName)) {
          throw valid.invalid(`the copy contradicts itself at ${nameOf(row)}; nothing was changed`);
        }
        this.#attachments.put(row.attachment);
        break;
      }
      case 'tombstone': {
        const { certificateId, kind, at, issuer, serialNumber } = row.tombstone;
        valid.checkCertificateId(certificateId);
        this.#certificates.bury({ id: certificateId, issuer, serialNumber }, kind, at);
      }
    }
  }

  /** A CA that comes with its key may be among the records too. */
  #addDeviceCa(ca: Parameters<DeviceCasTable['insert']>[0]): void {
    valid.checkDeviceCa(ca);
    checkId(ca.certificateId, ca.pem);
    const known = this.#deviceCas.all().find(({ name }) => name === ca.name);
    if (known === undefined) {
      this.#deviceCas.insert(ca);
      return;
    }
    if (known.certificateId !== ca.certificateId || known.provisioning !== ca.provisioning) {
      throw valid.invalid(
        `the copy contradicts itself at the device CA ${valid.quote(ca.name)}; nothing was changed`,
      );
    }
    this.#deviceCas.delete(ca.name);
    this.#deviceCas.insert({ ...ca, keyFile: ca.keyFile ?? known.keyFile });
  }
}

/** The id is the digest of what is between the lines of the PEM; the rest of a certificate was read when it was registered. */
function checkId(id: string, pem: string): void {
  const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64');
  if (createHash('sha256').update(der).digest('hex') !== id) {
    throw valid.invalid(
      `the copy has another certificate under the id ${id.slice(0, 16)}; nothing was changed`,
    );
  }
}

function nameOf(row: RegistryRow): string {
  switch (row.kind) {
    case 'device-ca':
      return `the device CA ${valid.quote(row.ca.name)}`;
    case 'thing':
      return `the thing ${valid.quote(row.thing.name)}`;
    case 'certificate':
      return `the certificate ${row.certificate.id.slice(0, 16)}`;
    case 'attachment':
      return `the attachment of ${row.attachment.certificateId.slice(0, 16)} to ${valid.quote(row.attachment.thingName)}`;
    case 'tombstone':
      return `the tombstone of ${row.tombstone.certificateId.slice(0, 16)}`;
  }
}
