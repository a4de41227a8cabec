/** Broker components written for AWS IoT Greengrass: what each may call, and the hash of its token. */
export const SQL = `
CREATE TABLE components (
  name TEXT PRIMARY KEY,
  operations TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  created_at REAL NOT NULL,
  token_issued_at REAL NOT NULL
) STRICT;
`;
