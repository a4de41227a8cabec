import type { Agent } from 'node:https';
import { SystemClock } from '../../../src/clock.ts';
import { AwsIotVerifier } from '../../../src/cloud/aws-iot/aws-iot-verifier.ts';
import { type IotControlPlane, openIotControlPlane } from '../../../src/cloud/aws-iot/iot-control-plane.ts';
import { createSdkAgent } from '../../../src/cloud/aws-iot/sdk-agent.ts';
import type { SdkConnectionOptions } from '../../../src/cloud/aws-iot/sdk-calls.ts';
import type { Trouble } from '../../../src/cloud/outcome.ts';
import type { ProxyAddress } from '../../../src/cloud/proxy.ts';
import { type DeviceCertificate, parseCertificate } from '../../../src/identity/certificate.ts';
import type { Asking } from '../../../src/identity/verifier.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { DirectRequests } from '../../support/direct-requests.ts';
import { FakeAws } from '../../support/fake-aws/fake-aws.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** AWS on this host, and the verifier that asks it. */
export class IotRoom {
  readonly aws: FakeAws;
  readonly clock = new ManualClock(Date.now());
  readonly requests = new DirectRequests();
  readonly agent: Agent;
  requestTimeoutMs = 5_000;
  /** Read when a host is asked for the first time. */
  proxy: ProxyAddress | undefined;
  readonly #maker = new CertificateMaker();
  #controlPlane: IotControlPlane | undefined;
  #verifier: AwsIotVerifier | undefined;

  private constructor(aws: FakeAws) {
    this.aws = aws;
    this.agent = createSdkAgent({
      rootCaPems: () => [aws.rootCaPem],
      proxyOf: () => this.proxy,
      timeoutMs: () => this.requestTimeoutMs,
      clock: new SystemClock(),
    });
  }

  static async open(): Promise<IotRoom> {
    const room = new IotRoom(await FakeAws.start());
    await room.reopen();
    return room;
  }

  /** Another control plane, and a verifier that knows nothing yet. */
  async reopen(change: Partial<SdkConnectionOptions> = {}): Promise<void> {
    this.#controlPlane = await this.openControlPlane(change);
    this.newVerifier();
  }

  openControlPlane(change: Partial<SdkConnectionOptions> = {}): Promise<IotControlPlane> {
    return openIotControlPlane({ ...this.sdkOptions(), ...change });
  }

  sdkOptions(): SdkConnectionOptions {
    return {
      region: this.aws.account.region,
      endpoint: this.aws.controlUrl,
      agent: this.agent,
      requestTimeoutMs: () => this.requestTimeoutMs,
      credentials: async () => this.aws.credentials,
      clock: this.clock,
    };
  }

  /** What kept the verifier from verdicts, in order. */
  get troubles(): readonly Trouble[] {
    return this.requests.outcomes.filter((outcome) => outcome.kind === 'trouble');
  }

  get controlPlane(): IotControlPlane {
    if (this.#controlPlane === undefined) throw new Error('not open');
    return this.#controlPlane;
  }

  get verifier(): AwsIotVerifier {
    if (this.#verifier === undefined) throw new Error('not open');
    return this.#verifier;
  }

  /** One that knows nothing yet. */
  newVerifier(): AwsIotVerifier {
    const { clock, requests, controlPlane } = this;
    this.#verifier = new AwsIotVerifier({ requests, controlPlane, clock });
    return this.#verifier;
  }

  /** A device's certificate, which the account does not know yet. */
  device(name = 'pump-1'): DeviceCertificate {
    const parsed = parseCertificate(this.#maker.make({ subject: name }).pem);
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.certificate;
  }

  /** One that is active. */
  activeDevice(name?: string): DeviceCertificate {
    const certificate = this.device(name);
    this.aws.account.setCertificate(certificate.id);
    return certificate;
  }

  asking(signal: AbortSignal = new AbortController().signal): Asking {
    return { signal, since: 0, deadline: 30_000, onBehalfOf: undefined, standIn: false };
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.aws.stop();
  }
}
