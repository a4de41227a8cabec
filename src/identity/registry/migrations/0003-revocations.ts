/** What was revoked of an issuer's certificates, for its CRL, in order and without a look at the table itself. */
export const SQL = `
CREATE INDEX revocations ON tombstones (issuer, serial_number, at) WHERE kind = 'revoked';
`;
