/** SQL of device CAs. Within the transaction of whoever calls. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberOf, type Row, textOf } from './rows.ts';
import type { DeviceCaRecord } from './store.ts';

export class DeviceCasTable {
  readonly #all: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT * FROM device_cas ORDER BY name');
    this.#insert = database.prepare(
      'INSERT INTO device_cas (name, certificate_id, pem, key_file, provisioning) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = database.prepare('DELETE FROM device_cas WHERE name = ?');
  }

  all(): readonly DeviceCaRecord[] {
    return this.#all.all().map(read);
  }

  insert(ca: DeviceCaRecord): void {
    this.#insert.run(ca.name, ca.certificateId, ca.pem, ca.keyFile ?? null, ca.provisioning ? 1 : 0);
  }

  delete(name: string): void {
    this.#delete.run(name);
  }
}

function read(row: Row): DeviceCaRecord {
  return {
    name: textOf(row, 'name'),
    certificateId: textOf(row, 'certificate_id'),
    pem: textOf(row, 'pem'),
    keyFile: row['key_file'] === null ? undefined : textOf(row, 'key_file'),
    provisioning: numberOf(row, 'provisioning') === 1,
  };
}
