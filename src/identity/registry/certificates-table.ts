/** SQL of certificates and of the tombstones they leave. Within the transaction of whoever calls. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberOf, pageOf, type Row, textOf } from './rows.ts';
import type {
  CertificateRecord,
  CertificateStatus,
  Page,
  PageRequest,
  Revocation,
  Tombstone,
} from './store.ts';

/** After every digit of an id. */
const AFTER_ALL = 'g';

export class CertificatesTable {
  readonly #find: StatementSync;
  readonly #status: StatementSync;
  readonly #prefix: StatementSync;
  readonly #all: StatementSync;
  readonly #withStatus: StatementSync;
  readonly #ofThing: StatementSync;
  readonly #insert: StatementSync;
  readonly #setStatus: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  readonly #tombstone: StatementSync;
  readonly #bury: StatementSync;
  readonly #unbury: StatementSync;
  readonly #twin: StatementSync;
  readonly #revocations: StatementSync;
  readonly #each: StatementSync;
  readonly #eachTombstone: StatementSync;

  constructor(database: DatabaseSync) {
    const all = 'SELECT c.* FROM certificates c';
    this.#find = database.prepare(`${all} WHERE c.id = ?`);
    this.#status = database.prepare('SELECT status FROM certificates WHERE id = ?');
    this.#prefix = database.prepare(`${all} WHERE c.id >= ? AND c.id < ? ORDER BY c.id LIMIT 2`);
    this.#all = database.prepare(`${all} WHERE c.id > ? ORDER BY c.id LIMIT ?`);
    this.#withStatus = database.prepare(`${all} WHERE c.status = ? AND c.id > ? ORDER BY c.id LIMIT ?`);
    this.#ofThing = database.prepare(
      `${all} JOIN attachments a ON c.id = a.certificate_id
       WHERE a.thing_name = ? AND (c.status = ? OR ? = '') AND a.certificate_id > ?
       ORDER BY a.certificate_id LIMIT ?`,
    );
    this.#insert = database.prepare(
      `INSERT INTO certificates
         (id, status, subject, issuer, serial_number, key, not_before, not_after, registered_at, pem)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#setStatus = database.prepare('UPDATE certificates SET status = ? WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM certificates WHERE id = ?');
    this.#count = database.prepare("SELECT value FROM counters WHERE name = 'certificates'");
    this.#tombstone = database.prepare('SELECT * FROM tombstones WHERE certificate_id = ?');
    this.#bury = database.prepare('INSERT OR IGNORE INTO tombstones VALUES (?, ?, ?, ?, ?)');
    this.#unbury = database.prepare("DELETE FROM tombstones WHERE certificate_id = ? AND kind = 'deleted'");
    this.#each = database.prepare(`${all} ORDER BY c.id`);
    this.#eachTombstone = database.prepare('SELECT * FROM tombstones');
    this.#twin = database.prepare(
      `SELECT id FROM certificates WHERE serial_number = ?1 AND issuer = ?2 AND id <> ?3
       UNION ALL
       SELECT certificate_id FROM tombstones WHERE serial_number = ?1 AND issuer = ?2 AND certificate_id <> ?3
       LIMIT 1`,
    );
    // From the index `revocations` alone. Revoked certificates that are registered have their tombstone too.
    this.#revocations = database.prepare(
      `SELECT serial_number, MIN(at) AS at FROM tombstones
       WHERE kind = 'revoked' AND issuer = ? AND serial_number > ?
       GROUP BY serial_number ORDER BY serial_number LIMIT ?`,
    );
  }

  find(id: string): CertificateRecord | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : read(row);
  }

  /** Every connection asks for it: without the rest of the record, a PEM among it. */
  statusOf(id: string): CertificateStatus | undefined {
    const row = this.#status.get(id);
    return row === undefined ? undefined : (textOf(row, 'status') as CertificateStatus);
  }

  /** At most two: enough to know whether there is one. */
  startingWith(prefix: string): readonly CertificateRecord[] {
    return this.#prefix.all(prefix, prefix + AFTER_ALL).map(read);
  }

  page(
    page: PageRequest & { readonly thingName?: string; readonly status?: CertificateStatus },
  ): Page<CertificateRecord> {
    const after = page.after ?? '';
    const limit = page.size + 1;
    const { thingName, status } = page;
    let rows: readonly Row[];
    if (thingName !== undefined) {
      rows = this.#ofThing.all(thingName, status ?? '', status ?? '', after, limit);
    } else if (status !== undefined) {
      rows = this.#withStatus.all(status, after, limit);
    } else {
      rows = this.#all.all(after, limit);
    }
    return pageOf(rows, page.size, read, (record) => record.id);
  }

  insert(record: CertificateRecord): void {
    this.#insert.run(
      record.id,
      record.status,
      record.subject,
      record.issuer,
      record.serialNumber,
      record.key,
      record.notBefore,
      record.notAfter,
      record.registeredAt,
      record.pem,
    );
  }

  setStatus(id: string, status: CertificateStatus): void {
    this.#setStatus.run(status, id);
  }

  delete(id: string): void {
    this.#delete.run(id);
  }

  count(): number {
    return numberOf(this.#count.get() ?? {}, 'value');
  }

  tombstone(id: string): Tombstone | undefined {
    const row = this.#tombstone.get(id);
    if (row === undefined) return undefined;
    return readTombstone(row);
  }

  *each(): Generator<CertificateRecord> {
    for (const row of this.#each.iterate()) yield read(row);
  }

  *eachTombstone(): Generator<Tombstone & Pick<CertificateRecord, 'issuer' | 'serialNumber'>> {
    for (const row of this.#eachTombstone.iterate()) {
      const [issuer, serialNumber] = [textOf(row, 'issuer'), textOf(row, 'serial_number')];
      yield { ...readTombstone(row), issuer, serialNumber };
    }
  }

  /** Leaves a tombstone that is there as it is: revoked stays revoked. */
  bury(
    { id, issuer, serialNumber }: Pick<CertificateRecord, 'id' | 'issuer' | 'serialNumber'>,
    kind: Tombstone['kind'],
    at: number,
  ): void {
    this.#bury.run(id, kind, at, issuer, serialNumber);
  }

  /** The id of another certificate, registered or buried, that the same issuer gave the same serial number. */
  twinOf(certificate: Pick<CertificateRecord, 'id' | 'issuer' | 'serialNumber'>): string | undefined {
    const row = this.#twin.get(certificate.serialNumber, certificate.issuer, certificate.id);
    return row === undefined ? undefined : textOf(row, 'id');
  }

  revocations({ issuer, after = '', size }: PageRequest & { readonly issuer: string }): Page<Revocation> {
    const rows = this.#revocations.all(issuer, after, size + 1);
    const read = (row: Row): Revocation => ({
      serialNumber: textOf(row, 'serial_number'),
      at: numberOf(row, 'at'),
    });
    return pageOf(rows, size, read, ({ serialNumber }) => serialNumber);
  }

  /** Takes away the tombstone of a deleted certificate, never that of a revoked one. */
  unbury(id: string): void {
    this.#unbury.run(id);
  }
}

function readTombstone(row: Row): Tombstone {
  return {
    certificateId: textOf(row, 'certificate_id'),
    kind: textOf(row, 'kind') as Tombstone['kind'],
    at: numberOf(row, 'at'),
  };
}

function read(row: Row): CertificateRecord {
  return {
    id: textOf(row, 'id'),
    pem: textOf(row, 'pem'),
    status: textOf(row, 'status') as CertificateStatus,
    subject: textOf(row, 'subject'),
    issuer: textOf(row, 'issuer'),
    serialNumber: textOf(row, 'serial_number'),
    key: textOf(row, 'key'),
    notBefore: numberOf(row, 'not_before'),
    notAfter: numberOf(row, 'not_after'),
    registeredAt: numberOf(row, 'registered_at'),
  };
}
