/**
 * Trust records, the certificates they are about, the clock's mark and the state of the refresh in the registry's
 * database. Keeps times exactly as they are given.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  AttachmentTrust,
  CertificateTrust,
  ClockMark,
  KnownCertificate,
  RefreshState,
  TrustBatch,
  TrustCounts,
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
  readonly #hasPem: StatementSync;
  readonly #pem: StatementSync;
  readonly #page: StatementSync;
  readonly #counts: StatementSync;
  readonly #putPem: StatementSync;
  readonly #deletePem: StatementSync;
  readonly #dropPem: StatementSync;
  readonly #refreshState: StatementSync;
  readonly #setRefreshState: StatementSync;
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
    this.#hasPem = database.prepare('SELECT 1 FROM trusted_pems WHERE certificate_id = ?');
    this.#pem = database.prepare('SELECT pem FROM trusted_pems WHERE certificate_id = ?');
    this.#page = database.prepare(
      `SELECT ids.certificate_id, pem FROM
         (SELECT certificate_id FROM trusted_certificates WHERE certificate_id > :after
          UNION SELECT certificate_id FROM trusted_attachments WHERE certificate_id > :after
          ORDER BY certificate_id LIMIT :limit) AS ids
         LEFT JOIN trusted_pems USING (certificate_id) ORDER BY ids.certificate_id`,
    );
    this.#counts = database.prepare(
      `SELECT (SELECT count(*) FROM trusted_certificates) AS certificates,
              (SELECT count(*) FROM trusted_attachments) AS attachments,
              (SELECT count(*) FROM trusted_pems) AS pems`,
    );
    this.#putPem = database.prepare(
      'INSERT OR REPLACE INTO trusted_pems (certificate_id, pem) VALUES (?, ?)',
    );
    this.#deletePem = database.prepare('DELETE FROM trusted_pems WHERE certificate_id = ?');
    this.#dropPem = database.prepare('DELETE FROM trusted_pems WHERE certificate_id = ? AND pem = ?');
    this.#refreshState = database.prepare(
      'SELECT began_at, cursor, finished_at FROM refresh_state WHERE id = 1',
    );
    this.#setRefreshState = database.prepare('INSERT OR REPLACE INTO refresh_state VALUES (1, ?, ?, ?)');
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
        hasPem: this.#hasPem.get(certificateId) !== undefined,
      };
    });
  }

  write(batch: TrustBatch): Promise<void> {
    return this.#writes.run(() => {
      for (const id of batch.deletedCertificates) {
        this.#deleteCertificate.run(id);
        this.#deletePem.run(id);
      }
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
      for (const { certificateId, pem } of batch.pems) this.#putPem.run(certificateId, pem);
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

  page(after: string | undefined, limit: number): Promise<readonly KnownCertificate[]> {
    return this.#read(() =>
      this.#page.all({ after: after ?? '', limit }).map((row) => ({
        certificateId: textOf(row, 'certificate_id'),
        pem: row['pem'] === null ? undefined : textOf(row, 'pem'),
      })),
    );
  }

  pem(certificateId: string): Promise<string | undefined> {
    return this.#read(() => {
      const row = this.#pem.get(certificateId);
      return row === undefined ? undefined : textOf(row, 'pem');
    });
  }

  dropPem(certificateId: string, pem: string): Promise<void> {
    return this.#writes.run(() => {
      this.#dropPem.run(certificateId, pem);
    });
  }

  refreshState(): Promise<RefreshState | undefined> {
    return this.#read(() => {
      const row = this.#refreshState.get();
      if (row === undefined) return undefined;
      const finishedAt = row['finished_at'] === null ? undefined : numberOf(row, 'finished_at');
      return { beganAt: numberOf(row, 'began_at'), cursor: textOf(row, 'cursor'), finishedAt };
    });
  }

  setRefreshState({ beganAt, cursor, finishedAt }: RefreshState, mark: ClockMark): Promise<void> {
    return this.#writes.run(() => {
      this.#setRefreshState.run(beganAt, cursor, finishedAt ?? null);
      this.#writeMark(mark);
    });
  }

  counts(): Promise<TrustCounts> {
    return this.#read(() => {
      const row = this.#counts.get() ?? {};
      return {
        certificates: numberOf(row, 'certificates'),
        attachments: numberOf(row, 'attachments'),
        pems: numberOf(row, 'pems'),
      };
    });
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
