/** A CA for the server certificates of a test's own brokers, in memory. */

import {
  ORGANIZATION,
  type ServerAuthority,
  serverAuthority,
} from '../../src/pki/authorities/server-authority.ts';
import {
  issueServerCertificate,
  type ServerCertificate,
} from '../../src/pki/server-certificates/server-certificate.ts';
import { type Authority, CertificateIssuer, type KeyType } from '../../src/pki/x509/certificate-issuer.ts';

const YEAR_SECONDS = 365 * 86_400;

export class TestServerCa {
  readonly #issuer: CertificateIssuer;
  readonly #authority: ServerAuthority & Authority;

  private constructor(issuer: CertificateIssuer, authority: ServerAuthority & Authority) {
    this.#issuer = issuer;
    this.#authority = authority;
  }

  static async make(): Promise<TestServerCa> {
    const issuer = new CertificateIssuer({
      clock: { now: () => Date.now() },
      isSuspect: () => ({ suspect: false }),
    });
    const authority = await issuer.createAuthority({
      subject: [...ORGANIZATION, ['CN', 'Test Core CA']],
      keyType: 'EC_P256',
      validitySeconds: YEAR_SECONDS,
    });
    return new TestServerCa(issuer, { ...serverAuthority({ ...authority, custom: false }), ...authority });
  }

  get certificatePem(): string {
    return this.#authority.certificatePem;
  }

  issue(
    hosts: readonly string[],
    validitySeconds = 86_400,
    keyType: KeyType = 'EC_P256',
  ): Promise<ServerCertificate> {
    const clock = { now: () => Date.now() };
    return issueServerCertificate(this.#issuer, this.#authority, clock, { hosts, validitySeconds, keyType });
  }
}
