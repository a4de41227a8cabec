/**
 * Brings the attached database `incoming` (a registry of the same schema) into the registry, within the transaction of
 * whoever calls; a refusal leaves that transaction to be rolled back. A few statements for any number of rows.
 *
 * Merged: what is here and the same stays untouched (the times at which things and certificates were registered are
 * not compared), what is different is a refusal that names it, and what was revoked or deleted here does not come back.
 * Replaced: the registry is exactly the copy; only where a device CA's key is stays this host's. A certificate that is
 * REVOKED has its tombstone, whatever the copy says.
 */
import type { DatabaseSync } from 'node:sqlite';
import { DaemonError } from '../../errors.ts';
import type { ApplyOptions } from './copies.ts';
import { type Row, textOf } from './rows.ts';
import type { CertificateStatus, RegistryChange } from './store.ts';

const NAMED = 5;

export function applyIncoming(
  database: DatabaseSync,
  { whole, replace }: ApplyOptions,
  now: number,
  changes: RegistryChange[],
): void {
  database.function('same_json', { deterministic: true }, sameJson);
  if (!replace) refuseDifferences(database, whole);
  const deviceCas = restoreDeviceCas(database, { whole, replace });
  if (whole) {
    // What is told is read before anything is changed.
    const told = replace ? [...vanishing(database), ...arriving(database)] : arriving(database);
    if (replace) remove(database);
    insert(database, now);
    for (const change of told) changes.push(change);
  }
  if (deviceCas) changes.push({ kind: 'device-cas' });
}

/** Each query names what is different, at most one more than is told. */
const DIFFERENT_DEVICE_CAS = `
  SELECT 'device CA ' || m.name || ' is another one' AS what
    FROM main.device_cas m JOIN incoming.device_cas i ON m.name = i.name OR m.certificate_id = i.certificate_id
   WHERE m.name <> i.name OR m.certificate_id <> i.certificate_id OR m.provisioning <> i.provisioning`;

const DIFFERENT: readonly string[] = [
  `SELECT 'thing ' || i.name || ' has another type, other attributes or groups' AS what
     FROM incoming.things i JOIN main.things m USING (name) WHERE ${thingDiffers()}`,
  `SELECT 'certificate ' || substr(i.id, 1, 16) || ' is ' || m.status || ' here and ' || i.status || ' in the copy' AS what
     FROM incoming.certificates i JOIN main.certificates m USING (id) WHERE m.status <> i.status`,
  `SELECT 'certificate ' || substr(i.id, 1, 16) || ' was ' || t.kind || ' here' AS what
     FROM incoming.certificates i JOIN main.tombstones t ON t.certificate_id = i.id
    WHERE i.id NOT IN (SELECT id FROM main.certificates) AND (t.kind = 'deleted' OR i.status <> 'REVOKED')`,
  `SELECT 'certificate ' || substr(i.certificate_id, 1, 16) || ' is ' || m.status || ' here and ' || i.kind || ' in the copy' AS what
     FROM incoming.tombstones i JOIN main.certificates m ON m.id = i.certificate_id
    WHERE i.kind = 'deleted' OR m.status <> 'REVOKED'`,
  `SELECT 'certificate ' || substr(i.certificate_id, 1, 16) || ' was ' || m.kind || ' here and ' || i.kind || ' in the copy' AS what
     FROM incoming.tombstones i JOIN main.tombstones m USING (certificate_id) WHERE m.kind <> i.kind`,
  `SELECT 'certificate ' || substr(i.certificate_id, 1, 16) || ' is attached to ' || m.thing_name || ' in another way' AS what
     FROM incoming.attachments i JOIN main.attachments m USING (certificate_id)
    WHERE (m.thing_name = i.thing_name AND m.exclusive <> i.exclusive)
       OR (m.thing_name <> i.thing_name AND (m.exclusive = 1 OR i.exclusive = 1))`,
];

function refuseDifferences(database: DatabaseSync, whole: boolean): void {
  const found: string[] = [];
  for (const query of whole ? [DIFFERENT_DEVICE_CAS, ...DIFFERENT] : [DIFFERENT_DEVICE_CAS]) {
    const rows = database.prepare(`${query} LIMIT ${NAMED + 1}`).all();
    found.push(...rows.map((row) => textOf(row, 'what')));
    if (found.length > NAMED) break;
  }
  if (found.length === 0) return;
  const more = found.length > NAMED ? '; and more' : '';
  throw new DaemonError(
    'ALREADY_EXISTS',
    `the copy differs from what is here, and nothing was changed: ${found.slice(0, NAMED).join('; ')}${more}`,
  );
}

/** Whether anything changed. Keys that are here stay with their CA; those that come with the copy are told by `key_file`. */
function restoreDeviceCas(database: DatabaseSync, { whole, replace }: ApplyOptions): boolean {
  const before = deviceCas(database);
  if (replace) {
    const sameOne = `i.name = m.name AND i.certificate_id = m.certificate_id`;
    const inTheWay = `i.name = m.name OR i.certificate_id = m.certificate_id`;
    database.exec(
      `DELETE FROM main.device_cas AS m
        WHERE NOT EXISTS (SELECT 1 FROM incoming.device_cas i WHERE ${sameOne})
          ${whole ? '' : `AND EXISTS (SELECT 1 FROM incoming.device_cas i WHERE ${inTheWay})`}`,
    );
  }
  database.exec(
    `INSERT INTO main.device_cas (name, certificate_id, pem, key_file, provisioning)
     SELECT name, certificate_id, pem, key_file, provisioning FROM incoming.device_cas WHERE true
     ON CONFLICT (name) DO UPDATE SET
       provisioning = excluded.provisioning, key_file = coalesce(excluded.key_file, device_cas.key_file)`,
  );
  return deviceCas(database) !== before;
}

function deviceCas(database: DatabaseSync): string {
  return JSON.stringify(
    database
      .prepare('SELECT name, certificate_id, key_file, provisioning FROM main.device_cas ORDER BY name')
      .all(),
  );
}

/** What replacing takes away, each followed by what follows from it. */
function vanishing(database: DatabaseSync): RegistryChange[] {
  const all = (sql: string): readonly Row[] => database.prepare(sql).all();
  const goneCertificates = all(
    'SELECT id FROM main.certificates EXCEPT SELECT id FROM incoming.certificates',
  );
  const goneThings = all('SELECT name FROM main.things EXCEPT SELECT name FROM incoming.things');
  // One that stops being exclusive is detached, and attached again as something that arrives.
  const detached = all(
    `SELECT m.certificate_id, m.thing_name FROM main.attachments m
       LEFT JOIN incoming.attachments i USING (certificate_id, thing_name)
      WHERE i.certificate_id IS NULL OR i.exclusive < m.exclusive`,
  );
  return [
    ...goneCertificates.map(
      (row) => ({ kind: 'certificate-deleted', certificateId: textOf(row, 'id') }) as const,
    ),
    ...goneThings.map((row) => ({ kind: 'thing-deleted', thingName: textOf(row, 'name') }) as const),
    ...detached.map((row) => attachmentChange('detached', row)),
  ];
}

/** What becomes different from what is here, or is new. */
function arriving(database: DatabaseSync): RegistryChange[] {
  const all = (sql: string): readonly Row[] => database.prepare(sql).all();
  const statuses = all(
    `SELECT i.id, i.status FROM incoming.certificates i LEFT JOIN main.certificates m USING (id)
      WHERE m.id IS NULL OR m.status <> i.status`,
  );
  // Registered nowhere, but a CRL of its issuer lists it.
  const revoked = all(
    `SELECT i.certificate_id FROM incoming.tombstones i LEFT JOIN main.tombstones m USING (certificate_id, kind)
      WHERE i.kind = 'revoked' AND m.kind IS NULL
        AND i.certificate_id NOT IN (SELECT id FROM incoming.certificates)
        AND i.certificate_id NOT IN (SELECT id FROM main.certificates)`,
  );
  const things = all(
    `SELECT i.name FROM incoming.things i LEFT JOIN main.things m USING (name)
      WHERE m.name IS NULL OR ${thingDiffers()}`,
  );
  const attached = all(
    `SELECT i.certificate_id, i.thing_name FROM incoming.attachments i
       LEFT JOIN main.attachments m USING (certificate_id, thing_name)
      WHERE m.certificate_id IS NULL OR m.exclusive <> i.exclusive`,
  );
  return [
    ...statuses.map((row) => {
      const status = textOf(row, 'status') as CertificateStatus;
      return { kind: 'certificate-status', certificateId: textOf(row, 'id'), status } as const;
    }),
    ...revoked.map((row) => {
      const certificateId = textOf(row, 'certificate_id');
      return { kind: 'certificate-status', certificateId, status: 'REVOKED' } as const;
    }),
    ...things.map((row) => ({ kind: 'thing-changed', thingName: textOf(row, 'name') }) as const),
    ...attached.map((row) => attachmentChange('attached', row)),
  ];
}

function attachmentChange(kind: 'attached' | 'detached', row: Row): RegistryChange {
  return { kind, certificateId: textOf(row, 'certificate_id'), thingName: textOf(row, 'thing_name') };
}

function remove(database: DatabaseSync): void {
  database.exec(`
    DELETE FROM main.attachments AS m WHERE NOT EXISTS
      (SELECT 1 FROM incoming.attachments i WHERE i.certificate_id = m.certificate_id AND i.thing_name = m.thing_name);
    DELETE FROM main.certificates WHERE id NOT IN (SELECT id FROM incoming.certificates);
    DELETE FROM main.things WHERE name NOT IN (SELECT name FROM incoming.things);
    DELETE FROM main.tombstones AS m WHERE NOT EXISTS
      (SELECT 1 FROM incoming.tombstones i WHERE i.certificate_id = m.certificate_id AND i.kind = m.kind AND i.at = m.at);
    UPDATE main.things AS m SET type = i.type, attributes = i.attributes, thing_groups = i.thing_groups, created_at = i.created_at
      FROM incoming.things i WHERE i.name = m.name
        AND (i.type, i.attributes, i.thing_groups, i.created_at) <> (m.type, m.attributes, m.thing_groups, m.created_at);
    UPDATE main.certificates AS m SET status = i.status, registered_at = i.registered_at
      FROM incoming.certificates i WHERE i.id = m.id AND (i.status <> m.status OR i.registered_at <> m.registered_at);
    UPDATE main.attachments AS m SET exclusive = i.exclusive
      FROM incoming.attachments i
      WHERE i.certificate_id = m.certificate_id AND i.thing_name = m.thing_name AND i.exclusive <> m.exclusive;
  `);
}

/** What is not here. In the order of the keys, which is the quickest for the database. */
function insert(database: DatabaseSync, now: number): void {
  database.exec(`
    INSERT INTO main.things SELECT name, type, attributes, thing_groups, created_at FROM incoming.things WHERE true
      ON CONFLICT (name) DO NOTHING;
    INSERT INTO main.certificates
      (id, status, subject, issuer, serial_number, key, not_before, not_after, registered_at, pem)
      SELECT id, status, subject, issuer, serial_number, key, not_before, not_after, registered_at, pem
        FROM incoming.certificates WHERE true ORDER BY id
      ON CONFLICT (id) DO NOTHING;
    INSERT INTO main.attachments (certificate_id, thing_name, exclusive)
      SELECT certificate_id, thing_name, exclusive FROM incoming.attachments WHERE true
      ON CONFLICT (certificate_id, thing_name) DO NOTHING;
    INSERT INTO main.tombstones (certificate_id, kind, at, issuer, serial_number)
      SELECT certificate_id, kind, at, issuer, serial_number FROM incoming.tombstones WHERE true
      ON CONFLICT (certificate_id) DO NOTHING;
  `);
  database
    .prepare(
      `INSERT INTO main.tombstones (certificate_id, kind, at, issuer, serial_number)
       SELECT id, 'revoked', ?, issuer, serial_number FROM main.certificates WHERE status = 'REVOKED'
       ON CONFLICT (certificate_id) DO UPDATE SET kind = 'revoked' WHERE kind <> 'revoked'`,
    )
    .run(now);
}

function thingDiffers(): string {
  return `(m.type <> i.type
    OR (m.attributes <> i.attributes AND NOT same_json(m.attributes, i.attributes))
    OR (m.thing_groups <> i.thing_groups AND NOT same_json(m.thing_groups, i.thing_groups)))`;
}

/** Attributes and groups have no order. */
function sameJson(one: unknown, other: unknown): number {
  return canonical(String(one)) === canonical(String(other)) ? 1 : 0;
}

function canonical(json: string): string {
  const value = JSON.parse(json) as readonly string[] | Readonly<Record<string, string>>;
  return JSON.stringify(Array.isArray(value) ? value.toSorted() : Object.entries(value).toSorted());
}
