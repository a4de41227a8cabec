/** The certificates that the fake's servers show: a stand-in for Amazon's root, and what a wrong server would have. */
import { CertificateMaker, type TestCertificate } from '../certificates.ts';

/** `usual`: of the fake's root, for its host names, valid. */
export type ServerIdentity = 'usual' | 'other-ca' | 'other-name' | 'expired' | 'not-yet-valid';

const DAY = 86_400_000;

export class Identities {
  readonly root: TestCertificate;
  readonly #maker = new CertificateMaker();
  readonly #hosts: readonly string[];
  readonly #known = new Map<ServerIdentity, TestCertificate>();

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
    this.root = this.#maker.ca('Amazon Stand-in Root CA');
  }

  of(identity: ServerIdentity): TestCertificate {
    const known = this.#known.get(identity) ?? this.#make(identity);
    this.#known.set(identity, known);
    return known;
  }

  /** A client certificate as AWS IoT makes them: of no CA that anybody here knows. */
  client(commonName: string): TestCertificate {
    const issuer = this.#maker.ca('AWS IoT Stand-in CA');
    return this.#maker.make({ subject: commonName, issuer, purpose: 'client' });
  }

  #make(identity: ServerIdentity): TestCertificate {
    const now = Date.now();
    return this.#maker.make({
      subject: 'fake-aws',
      purpose: 'server',
      hosts: identity === 'other-name' ? ['elsewhere.example'] : this.#hosts,
      issuer: identity === 'other-ca' ? this.#maker.ca('Somebody Else Root CA') : this.root,
      ...(identity === 'expired' ? { notBefore: now - 2 * DAY, notAfter: now - DAY } : {}),
      ...(identity === 'not-yet-valid' ? { notBefore: now + DAY, notAfter: now + 2 * DAY } : {}),
    });
  }
}
