/** The cloud of the authentication cases: scripted, or Greengrass over HTTPS. Both are told the same things. */
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

export class GreengrassCloud implements CloudOfCases {
  readonly verifier: GreengrassVerifier;
  readonly #aws: FakeAws;
  readonly #core: CoreDirectory;
  readonly #connection: HttpsConnection;
  #network: 'up' | 'down' = 'up';

  private constructor(aws: FakeAws, clock: ManualClock) {
    this.#aws = aws;
    this.#core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
    const connection = new HttpsConnection({
      host: 'localhost',
      port: aws.devicePort,
      alpn: undefined,
      files: this.#core.files,
      proxy: undefined,
      warn: () => {},
    });
    this.#connection = connection;
    const dataPlane = new GreengrassDataPlane({ connection, paths: aws.paths, clock });
    this.verifier = new GreengrassVerifier({ dataPlane, requests: new DirectRequests() });
  }

  static async start(clock: ManualClock): Promise<GreengrassCloud> {
    return new GreengrassCloud(await FakeAws.start(), clock);
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
    this.#connection.close();
    await this.#aws.stop();
    this.#core.remove();
  }
}
