import type { RegistrationInput } from '../../../src/identity/registry/store.ts';

/** An id whose first digits are `start`. */
export function id(start: string): string {
  return start.padEnd(64, '0');
}

/** A registration of a certificate with that id, which the store takes as it is. */
export function registration(start: string, more: Partial<RegistrationInput> = {}): RegistrationInput {
  return {
    certificate: {
      id: id(start),
      pem: `-----BEGIN CERTIFICATE-----\n${start}\n-----END CERTIFICATE-----\n`,
      subject: `CN=${start}`,
      issuer: 'CN=issuer',
      serialNumber: '4A',
      key: 'EC prime256v1',
      notBefore: Date.UTC(2025, 0, 1),
      notAfter: Date.UTC(2049, 11, 31, 23, 59, 59),
    },
    status: 'ACTIVE',
    ...more,
  };
}
