/** Trust records and the clock's mark in the registry's database. Keeps times exactly as they are given. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  AttachmentTrust,
  CertificateTrust,
  ClockMark,
  TrustBatch,
  TrustPersistence,
  TrustRecord,
} from '../trust-persistence.ts';
import { numberOf, type Row, textOf } from './rows.ts';
import type { WriteQueue } from './write-queue.ts';

export class SqliteTrust implements TrustPersistence {
  readonly #writes: WriteQueue;
  readonly #read: <T>(query: () => T) => Promise<T>;
  readonly #certificate: StatementSync;
  readonly #attachments: StatementSync;
  readonly #putCertificate: StatementSync;
  readonly #putAttachment: StatementSync;
  readonly #deleteCertificate: StatementSync;
  readonly #deleteAttachment: StatementSync;
  readonly #mark: StatementSync;
  readonly #setMark: StatementSync;

  constructor(database: DatabaseSync, writes: WriteQueue, read: <T>(query: () => T) => Promise<T>) {
    this.#writes = writes;
    this.#read = read;
    this.#certificate = database.prepare('SELECT * FROM trusted_certificates WHERE certificate_id = ?');
    this.#attachments = database.prepare('SELECT * FROM trusted_attachments WHERE certificate_id = ?');
    this.#putCertificate = database.prepare(
      'INSERT OR REPLACE INTO trusted_certificates (certificate_id, confirmed_at, verifier) VALUES (?, ?, ?)',
    );
    this.#putAttachment = database.prepare(
      `INSERT OR REPLACE INTO trusted_attachments
         (certificate_id, thing_name, exclusive, confirmed_at, verifier) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#deleteCertificate = database.prepare('DELETE FROM trusted_certificates WHERE certificate_id = ?');
    this.#deleteAttachment = database.prepare(
      'DELETE FROM trusted_attachments WHERE certificate_id = ? AND thing_name = ?',
    );
    this.#mark = database.prepare('SELECT high_water_mark, set_back FROM clock_mark WHERE id = 1');
    this.#setMark = database.prepare('UPDATE clock_mark SET high_water_mark = ?, set_back = ? WHERE id = 1');
  }

  load(certificateId: string): Promise<CertificateTrust> {
    return this.#read(() => {
      const row = this.#certificate.get(certificateId);
      return {
        certificate: row === undefined ? undefined : readCertificate(row),
        attachments: this.#attachments.all(certificateId).map(readAttachment),
      };
    });
  }

  write(batch: TrustBatch): Promise<void> {
    return this.#writes.run(() => {
      for (const id of batch.deletedCertificates) this.#deleteCertificate.run(id);
      for (const each of batch.deletedAttachments)
        this.#deleteAttachment.run(each.certificateId, each.thingName);
      for (const each of batch.certificates) {
        this.#putCertificate.run(each.certificateId, each.confirmedAt, each.verifier);
      }
      for (const each of batch.attachments) {
        const exclusive = each.exclusive ? 1 : 0;
        this.#putAttachment.run(
          each.certificateId,
          each.thingName,
          exclusive,
          each.confirmedAt,
          each.verifier,
        );
      }
      this.#writeMark(batch.mark);
    });
  }

  highWaterMark(): Promise<ClockMark> {
    return this.#read(() => {
      const row = this.#mark.get() ?? {};
      return { highWaterMark: numberOf(row, 'high_water_mark'), setBack: numberOf(row, 'set_back') };
    });
  }

  setHighWaterMark(mark: ClockMark): Promise<void> {
    return this.#writes.run(() => this.#writeMark(mark));
  }

  #writeMark(mark: ClockMark): void {
    this.#setMark.run(mark.highWaterMark, mark.setBack);
  }
}

function readCertificate(row: Row): TrustRecord {
  return {
    certificateId: textOf(row, 'certificate_id'),
    confirmedAt: numberOf(row, 'confirmed_at'),
    verifier: textOf(row, 'verifier'),
  };
}

function readAttachment(row: Row): AttachmentTrust {
  return {
    certificateId: textOf(row, 'certificate_id'),
    thingName: textOf(row, 'thing_name'),
    exclusive: numberOf(row, 'exclusive') === 1,
    confirmedAt: numberOf(row, 'confirmed_at'),
    verifier: textOf(row, 'verifier'),
  };
}
