/** By which addresses devices reach this host, by source. `port` 0: the configured one. */
export const SQL = `
CREATE TABLE host_addresses (
  source TEXT NOT NULL,
  position INTEGER NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  PRIMARY KEY (source, position)
) STRICT, WITHOUT ROWID;
`;
