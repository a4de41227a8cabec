/** SQL of attachments. Within the transaction of whoever calls. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberOf, type Row, textOf } from './rows.ts';
import type { Attachment } from './store.ts';

export class AttachmentsTable {
  readonly #find: StatementSync;
  readonly #ofCertificate: StatementSync;
  readonly #ofThing: StatementSync;
  readonly #each: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      'SELECT exclusive FROM attachments WHERE certificate_id = ? AND thing_name = ?',
    );
    this.#ofCertificate = database.prepare(
      'SELECT * FROM attachments WHERE certificate_id = ? ORDER BY thing_name',
    );
    this.#ofThing = database.prepare(
      'SELECT * FROM attachments WHERE thing_name = ? ORDER BY certificate_id',
    );
    this.#each = database.prepare('SELECT * FROM attachments');
    this.#put = database.prepare(
      `INSERT INTO attachments (certificate_id, thing_name, exclusive) VALUES (?, ?, ?)
       ON CONFLICT (certificate_id, thing_name) DO UPDATE SET exclusive = excluded.exclusive`,
    );
    this.#delete = database.prepare('DELETE FROM attachments WHERE certificate_id = ? AND thing_name = ?');
  }

  find(certificateId: string, thingName: string): Attachment | undefined {
    const row = this.#find.get(certificateId, thingName);
    return row === undefined ? undefined : { certificateId, thingName, exclusive: isExclusive(row) };
  }

  ofCertificate(certificateId: string): readonly Attachment[] {
    return this.#ofCertificate.all(certificateId).map(read);
  }

  ofThing(thingName: string): readonly Attachment[] {
    return this.#ofThing.all(thingName).map(read);
  }

  *each(): Generator<Attachment> {
    for (const row of this.#each.iterate()) yield read(row);
  }

  put(attachment: Attachment): void {
    this.#put.run(attachment.certificateId, attachment.thingName, attachment.exclusive ? 1 : 0);
  }

  delete(certificateId: string, thingName: string): void {
    this.#delete.run(certificateId, thingName);
  }
}

function read(row: Row): Attachment {
  return {
    certificateId: textOf(row, 'certificate_id'),
    thingName: textOf(row, 'thing_name'),
    exclusive: isExclusive(row),
  };
}

function isExclusive(row: Row): boolean {
  return numberOf(row, 'exclusive') === 1;
}
