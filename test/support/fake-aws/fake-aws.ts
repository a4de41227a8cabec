/**
 * AWS on this host, for tests of whatever talks to it: real HTTPS, real mutual TLS, a scripted account, and everything that can
 * go wrong. Two ports:
 * - `devicePort`, for the core device's certificate: the Greengrass data plane and the credential provider;
 * - `controlPort`, for signed requests: the control planes of AWS IoT and of Greengrass.
 *
 * It starts with one core device, whose certificate is active and attached to its thing, and with one access key.
 */
import type { Clock } from '../../../src/clock.ts';
import { SystemClock } from '../../../src/clock.ts';
import type { TestCertificate } from '../certificates.ts';
import { Account, type AccountCredentials } from './account.ts';
import { greengrassControlPlane, iotControlPlane } from './control-planes.ts';
import { credentialProvider } from './credential-provider.ts';
import { type DataPlanePaths, dataPlane, FAKE_PATHS } from './data-plane.ts';
import { type ConnectionMode, Door, type DoorOptions } from './door.ts';
import { Faults } from './faults.ts';
import { Identities, type ServerIdentity } from './identities.ts';
import { RecordedRequests } from './requests.ts';

export interface FakeAwsOptions {
  /** The names its certificate is for, beside `localhost` and 127.0.0.1. */
  readonly hosts?: readonly string[];
  readonly region?: string;
  readonly paths?: DataPlanePaths;
  /** For latency and for the ends of credentials; left out: real time. */
  readonly clock?: Clock;
  /** A loopback address to listen on. */
  readonly address?: string;
  /** Left out: any. On 443 the ALPN protocol `x-amzn-http-ca` is insisted on. */
  readonly devicePort?: number;
  readonly coreThingName?: string;
  /** The highest it speaks; left out: 1.3. */
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3';
}

export interface FakeCore {
  readonly thingName: string;
  readonly certificate: TestCertificate;
}

const REQUIRED_ON_443 = 'x-amzn-http-ca';

export class FakeAws {
  readonly account: Account;
  readonly faults = new Faults();
  readonly requests = new RecordedRequests();
  readonly paths: DataPlanePaths;
  readonly core: FakeCore;
  readonly credentials: AccountCredentials = {
    accessKeyId: 'AKIAFAKEFAKEFAKEFAKE',
    secretAccessKey: 'fake-secret-access-key',
  };
  readonly #identities: Identities;
  readonly #device: Door;
  readonly #control: Door;
  #connectionId = 0;

  private constructor(options: FakeAwsOptions) {
    const { address = '127.0.0.1', clock = new SystemClock(), devicePort = 0, hosts = [] } = options;
    this.account = new Account(options.region ?? 'eu-west-1');
    this.paths = options.paths ?? FAKE_PATHS;
    this.#identities = new Identities([...hosts, 'localhost', '127.0.0.1', address]);
    const now = () => clock.now();
    const usual: Omit<DoorOptions, 'apis' | 'coresOnly' | 'port' | 'requiredAlpn' | 'throttlesAs'> = {
      host: address,
      clock,
      account: this.account,
      identities: this.#identities,
      faults: this.faults,
      requests: this.requests,
      tlsVersion: options.tlsVersion ?? 'TLSv1.3',
      nextConnectionId: () => {
        this.#connectionId += 1;
        return this.#connectionId;
      },
    };
    this.#device = new Door({
      ...usual,
      port: devicePort,
      apis: [dataPlane(this.account, this.paths), credentialProvider(this.account, now)],
      coresOnly: true,
      requiredAlpn: devicePort === 443 ? REQUIRED_ON_443 : undefined,
      throttlesAs: 429,
    });
    this.#control = new Door({
      ...usual,
      port: 0,
      apis: [iotControlPlane(this.account, now), greengrassControlPlane(this.account, now)],
      coresOnly: false,
      requiredAlpn: undefined,
      throttlesAs: 400,
    });
    this.core = this.addCore(options.coreThingName ?? 'MyCore');
    this.account.accessKeys.set(this.credentials.accessKeyId, this.credentials);
  }

  static async start(options: FakeAwsOptions = {}): Promise<FakeAws> {
    const aws = new FakeAws(options);
    await aws.restore();
    return aws;
  }

  /** What a client has to trust. */
  get rootCaPem(): string {
    return this.#identities.root.pem;
  }

  get devicePort(): number {
    return this.#device.port;
  }

  get controlPort(): number {
    return this.#control.port;
  }

  /** For an SDK's `endpoint`, and `cloud.awsIot.endpoint`. */
  get controlUrl(): string {
    return `https://localhost:${this.controlPort}`;
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#device.open + this.#control.open;
  }

  /** Another core device, with an active certificate that is attached to it. */
  addCore(thingName: string): FakeCore {
    const certificate = this.#identities.client(thingName);
    this.account.attach(this.account.setCertificate(certificate.id), thingName);
    return { thingName, certificate };
  }

  /** What the servers show in handshakes from now on. */
  showCertificate(identity: ServerIdentity): void {
    this.#device.show(identity);
    this.#control.show(identity);
  }

  /** What becomes of new connections. */
  connections(mode: ConnectionMode): void {
    this.#device.mode = mode;
    this.#control.mode = mode;
  }

  /** How the connection of an inactive core certificate is closed. */
  closesInactive(when: Door['closesInactive']): void {
    this.#device.closesInactive = when;
  }

  /** Connections on which nothing is under way are closed. */
  closeIdleConnections(): void {
    this.#device.closeIdle();
    this.#control.closeIdle();
  }

  /** The network is cut: open connections are gone, new ones refused. */
  async cut(): Promise<void> {
    await Promise.all([this.#device.cut(), this.#control.cut()]);
  }

  async restore(): Promise<void> {
    await Promise.all([this.#device.listen(), this.#control.listen()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#device.stop(), this.#control.stop()]);
  }
}
