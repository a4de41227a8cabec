/** The cloud of the authentication cases: scripted, or Greengrass or AWS IoT over HTTPS. All are told the same things. */
import { SystemClock } from '../../src/clock.ts';
import { AwsIotVerifier } from '../../src/cloud/aws-iot/aws-iot-verifier.ts';
import { openIotControlPlane } from '../../src/cloud/aws-iot/iot-control-plane.ts';
import { createSdkAgent } from '../../src/cloud/aws-iot/sdk-agent.ts';
import { GreengrassDataPlane } from '../../src/cloud/greengrass/data-plane.ts';
import { GreengrassVerifier } from '../../src/cloud/greengrass/greengrass-verifier.ts';
import { HttpsConnection } from '../../src/cloud/https-connection.ts';
import type { Verifier } from '../../src/identity/verifier.ts';
import { DirectRequests } from '../support/direct-requests.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

export interface CloudOfCases {
  readonly verifier: Verifier;
  network(state: 'up' | 'down'): Promise<void>;
  certificate(id: string, isActive: boolean): void;
  attachment(id: string, thingName: string, isThere: boolean): void;
  calls(end: 'ok' | 'error'): void;
  /** How often it was really asked. */
  asked(): number;
  close(): Promise<void>;
}

export class ScriptedCloud implements CloudOfCases {
  readonly verifier: ScriptedVerifier;

  constructor(clock: ManualClock) {
    this.verifier = new ScriptedVerifier({ clock });
  }

  async network(state: 'up' | 'down'): Promise<void> {
    this.verifier.network = state;
  }

  certificate(id: string, isActive: boolean): void {
    this.verifier.setCertificate(id, isActive ? 'active' : 'CERTIFICATE_INACTIVE');
  }

  attachment(id: string, thingName: string, isThere: boolean): void {
    this.verifier.addThing(thingName);
    if (isThere) this.verifier.attach(id, thingName);
    else this.verifier.detach(id, thingName);
  }

  calls(end: 'ok' | 'error'): void {
    this.verifier.call = end;
  }

  asked(): number {
    return this.verifier.calls.length;
  }

  async close(): Promise<void> {}
}

/** A verifier as it is, asking the fake AWS. */
export class HttpsCloud implements CloudOfCases {
  readonly verifier: Verifier;
  readonly #aws: FakeAws;
  readonly #closes: () => void;
  #network: 'up' | 'down' = 'up';

  private constructor(aws: FakeAws, verifier: Verifier, closes: () => void) {
    this.#aws = aws;
    this.verifier = verifier;
    this.#closes = closes;
  }

  static async greengrass(clock: ManualClock): Promise<HttpsCloud> {
    const aws = await FakeAws.start();
    const core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    const connection = new HttpsConnection({
      host: 'localhost',
      port: aws.devicePort,
      alpn: undefined,
      files: core.files,
      proxy: undefined,
      warn: () => {},
    });
    const dataPlane = new GreengrassDataPlane({ connection, paths: aws.paths, clock });
    const verifier = new GreengrassVerifier({ dataPlane, requests: new DirectRequests() });
    return new HttpsCloud(aws, verifier, () => {
      connection.close();
      core.remove();
    });
  }

  static async awsIot(clock: ManualClock): Promise<HttpsCloud> {
    const aws = await FakeAws.start();
    const timeoutMs = () => 10_000;
    const agent = createSdkAgent({
      rootCaPems: () => [aws.rootCaPem],
      proxyOf: () => undefined,
      timeoutMs,
      clock: new SystemClock(),
    });
    const controlPlane = await openIotControlPlane({
      region: aws.account.region,
      endpoint: aws.controlUrl,
      agent,
      requestTimeoutMs: timeoutMs,
      credentials: async () => aws.credentials,
      clock,
    });
    const verifier = new AwsIotVerifier({ requests: new DirectRequests(), controlPlane, clock });
    return new HttpsCloud(aws, verifier, () => agent.destroy());
  }

  async network(state: 'up' | 'down'): Promise<void> {
    if (state === this.#network) return;
    this.#network = state;
    await (state === 'up' ? this.#aws.restore() : this.#aws.cut());
  }

  certificate(id: string, isActive: boolean): void {
    this.#aws.account.setCertificate(id, isActive ? 'ACTIVE' : 'INACTIVE');
  }

  attachment(id: string, thingName: string, isThere: boolean): void {
    this.#aws.account.addThing(thingName);
    if (isThere) this.#aws.account.attach(id, thingName);
    else this.#aws.account.detach(id, thingName);
  }

  calls(end: 'ok' | 'error'): void {
    this.#aws.faults.clear();
    if (end === 'error') {
      this.#aws.faults.add({ kind: 'error', status: 500, type: 'InternalServerException' });
    }
  }

  asked(): number {
    return this.#aws.requests.count();
  }

  async close(): Promise<void> {
    this.#closes();
    await this.#aws.stop();
  }
}
