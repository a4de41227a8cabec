/**
 * What the background refresh needs: the certificates themselves, for verifiers that want to see them, in a table of
 * their own so that the records stay small; and how far it has come. A row of `trusted_pems` goes with its certificate's
 * record. `finished_at` is null while a run is under way.
 */
export const SQL = `
CREATE TABLE trusted_pems (
  certificate_id TEXT PRIMARY KEY,
  pem TEXT NOT NULL
) STRICT;

CREATE TABLE refresh_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began_at REAL NOT NULL,
  cursor TEXT NOT NULL,
  finished_at REAL
) STRICT;
`;
