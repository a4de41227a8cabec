/**
 * Trust records and the clock's mark. They may be about certificates the registry does not know, so
 * they refer to nothing. Times are REAL because they are kept exactly as they are given.
 */
export const SQL = `
CREATE TABLE trusted_certificates (
  certificate_id TEXT PRIMARY KEY,
  confirmed_at REAL NOT NULL,
  verifier TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE trusted_attachments (
  certificate_id TEXT NOT NULL,
  thing_name TEXT NOT NULL,
  exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
  confirmed_at REAL NOT NULL,
  verifier TEXT NOT NULL,
  PRIMARY KEY (certificate_id, thing_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock_mark (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  high_water_mark REAL NOT NULL,
  set_back REAL NOT NULL
) STRICT;
INSERT INTO clock_mark VALUES (1, 0, 0);
`;
