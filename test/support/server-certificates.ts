import {
  type Authority,
  CertificateIssuer,
  generateKeys,
  privateKeyPem,
  publicKeyPem,
} from '../../src/pki/certificate-issuer.ts';
import type {
  CertificateSubscription,
  CertificateSubscriptionRequest,
  CertificateUpdate,
  ServerCertificates,
} from '../../src/pki/certificates-api.ts';

const VALIDITY_SECONDS = 86_400;

/** A server CA without a disk or a schedule: the test says when there is a certificate, and when another one. */
export class TestServerCertificates implements ServerCertificates {
  readonly requests: CertificateSubscriptionRequest[] = [];
  readonly #issuer = new CertificateIssuer({
    clock: { now: () => Date.now() },
    isSuspect: () => ({ suspect: false }),
  });
  readonly #hosts: readonly string[];
  readonly #sinks = new Set<(update: CertificateUpdate) => void>();
  #authority: Authority | undefined;
  #others: readonly string[] = [];
  #update: CertificateUpdate | undefined;

  constructor(hosts: readonly string[] = ['localhost', '127.0.0.1']) {
    this.#hosts = hosts;
  }

  /** With a certificate. */
  static async issued(hosts?: readonly string[]): Promise<TestServerCertificates> {
    const made = new TestServerCertificates(hosts);
    await made.renew();
    return made;
  }

  get current(): CertificateUpdate {
    if (this.#update === undefined) throw new Error('there is no certificate yet');
    return this.#update;
  }

  subscribe(
    request: CertificateSubscriptionRequest,
    sink: (update: CertificateUpdate) => void,
  ): CertificateSubscription {
    this.requests.push(request);
    this.#sinks.add(sink);
    queueMicrotask(() => {
      if (this.#update !== undefined && this.#sinks.has(sink)) sink(this.#update);
    });
    return { end: () => this.#sinks.delete(sink) };
  }

  /** Another certificate of the same CA. */
  async renew(): Promise<void> {
    this.#authority ??= await this.#newAuthority();
    const keys = await generateKeys('EC_P256');
    const { pem, notAfter } = this.#issuer.issue(this.#authority, {
      subject: [['CN', 'discovery']],
      publicKey: keys.publicKey,
      usage: 'server',
      validitySeconds: VALIDITY_SECONDS,
      hosts: this.#hosts,
    });
    this.#update = {
      certificatePem: pem,
      privateKeyPem: privateKeyPem(keys.privateKey),
      publicKeyPem: publicKeyPem(keys.publicKey),
      caPems: [this.#authority.certificatePem, ...this.#others],
      deviceCaPems: [],
      deviceCaCrlPems: [],
      notAfter,
    };
    for (const sink of this.#sinks) sink(this.#update);
  }

  /** Devices are told of another CA, which signs nothing yet. */
  async announce(): Promise<void> {
    this.#others = [...this.#others, (await this.#newAuthority()).certificatePem];
    await this.renew();
  }

  #newAuthority(): Promise<Authority> {
    return this.#issuer.createAuthority({
      subject: [['CN', 'Test Core CA']],
      keyType: 'EC_P256',
      validitySeconds: 10 * VALIDITY_SECONDS,
    });
  }
}
