/**
 * Things, certificates, attachments, tombstones, device CAs. Times are milliseconds since the Unix
 * epoch. `counters` is kept by triggers, so that counting costs the same at any size.
 */
export const SQL = `
CREATE TABLE things (
  name TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  attributes TEXT NOT NULL,
  thing_groups TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE certificates (
  id TEXT PRIMARY KEY CHECK (length(id) = 64),
  status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_ACTIVATION')),
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  serial_number TEXT NOT NULL,
  key TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  pem TEXT NOT NULL
) STRICT;
CREATE INDEX certificates_by_status ON certificates (status, id);
CREATE INDEX certificates_by_serial_number ON certificates (serial_number);

CREATE TABLE attachments (
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  thing_name TEXT NOT NULL REFERENCES things (name),
  exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
  PRIMARY KEY (certificate_id, thing_name)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_by_thing ON attachments (thing_name, certificate_id);
CREATE UNIQUE INDEX one_exclusive_attachment ON attachments (certificate_id) WHERE exclusive = 1;

CREATE TABLE tombstones (
  certificate_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('deleted', 'revoked')),
  at INTEGER NOT NULL,
  issuer TEXT NOT NULL,
  serial_number TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_by_serial_number ON tombstones (serial_number);

CREATE TABLE device_cas (
  name TEXT PRIMARY KEY,
  certificate_id TEXT NOT NULL UNIQUE,
  pem TEXT NOT NULL,
  key_file TEXT,
  provisioning INTEGER NOT NULL CHECK (provisioning IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('things', 0), ('certificates', 0);
CREATE TRIGGER thing_made AFTER INSERT ON things
  BEGIN UPDATE counters SET value = value + 1 WHERE name = 'things'; END;
CREATE TRIGGER thing_gone AFTER DELETE ON things
  BEGIN UPDATE counters SET value = value - 1 WHERE name = 'things'; END;
CREATE TRIGGER certificate_made AFTER INSERT ON certificates
  BEGIN UPDATE counters SET value = value + 1 WHERE name = 'certificates'; END;
CREATE TRIGGER certificate_gone AFTER DELETE ON certificates
  BEGIN UPDATE counters SET value = value - 1 WHERE name = 'certificates'; END;
`;
