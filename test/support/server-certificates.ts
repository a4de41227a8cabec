import type {
  CertificateSubscription,
  CertificateSubscriptionRequest,
  CertificateUpdate,
  ServerCertificates,
} from '../../src/pki/certificates-api.ts';
import { publicKeyOf } from '../../src/pki/server-certificates/server-certificate.ts';
import { TestServerCa } from './test-server-ca.ts';

/** Server certificates without a disk or a schedule: the test says when there is one, and when another one. */
export class TestServerCertificates implements ServerCertificates {
  readonly requests: CertificateSubscriptionRequest[] = [];
  readonly #hosts: readonly string[];
  readonly #sinks = new Set<(update: CertificateUpdate) => void>();
  #ca: TestServerCa | undefined;
  #announced: readonly string[] = [];
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
    this.#ca ??= await TestServerCa.make();
    const certificate = await this.#ca.issue(this.#hosts);
    this.#update = {
      certificatePem: certificate.certificatePem,
      privateKeyPem: certificate.privateKeyPem,
      publicKeyPem: publicKeyOf(certificate),
      caPems: [this.#ca.certificatePem, ...this.#announced],
      deviceCaPems: [],
      deviceCaCrlPems: [],
      notAfter: certificate.notAfter,
    };
    for (const sink of this.#sinks) sink(this.#update);
  }

  /** Devices are told of another CA, which signs nothing yet. */
  async announce(): Promise<void> {
    this.#announced = [...this.#announced, (await TestServerCa.make()).certificatePem];
    await this.renew();
  }
}
