/** Discovery on real ports, before an identity room and a server CA that the test holds; and a device that speaks raw HTTP over TLS. */
import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Discovery, type DiscoveryOptions } from '../../../src/endpoints/discovery/discovery.ts';
import type { CallRefusal, EndedCall } from '../../../src/endpoints/ports.ts';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';
import { IdentityRoom } from '../../support/identity-room.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ScriptedVerifier } from '../../support/scripted-verifier.ts';
import { TestServerCertificates } from '../../support/server-certificates.ts';

export const maker = new CertificateMaker();
export const pump = maker.make({ subject: 'pump', issuer: maker.ca('the operator’s') });
export const valve = maker.make({ subject: 'valve', key: 'RSA' });
export const stranger = maker.make({ subject: 'stranger' });

export interface Reply {
  readonly status: number;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: unknown;
}

export class DiscoveryRoom {
  readonly clock: ManualClock;
  readonly cloud: ScriptedVerifier;
  readonly certificates: TestServerCertificates;
  readonly refusals: CallRefusal[] = [];
  readonly ended: EndedCall[] = [];
  readonly logged: string[] = [];
  addresses: readonly { readonly host: string; readonly port: number }[] = [
    { host: '192.168.1.10', port: 8883 },
    { host: 'gw.example', port: 8883 },
  ];
  readonly #identity: IdentityRoom;
  #discovery: Discovery | undefined;

  private constructor(
    clock: ManualClock,
    cloud: ScriptedVerifier,
    identity: IdentityRoom,
    certificates: TestServerCertificates,
  ) {
    this.clock = clock;
    this.cloud = cloud;
    this.certificates = certificates;
    this.#identity = identity;
  }

  static async open(
    options: Partial<DiscoveryOptions> & { readonly certificates?: TestServerCertificates } = {},
  ): Promise<DiscoveryRoom> {
    const clock = new ManualClock();
    const cloud = new ScriptedVerifier({ clock });
    for (const device of [pump, valve]) cloud.setCertificate(device.id, 'active');
    cloud.attach(pump.id, 'pump');
    cloud.attach(valve.id, 'valve');
    const identity = await IdentityRoom.open({ verifier: cloud, clock });
    const certificates = options.certificates ?? (await TestServerCertificates.issued());
    const room = new DiscoveryRoom(clock, cloud, identity, certificates);
    const log = (_: unknown, message: string): void => {
      room.logged.push(message);
    };
    room.#discovery = await Discovery.open({
      clock,
      logger: { debug: () => {}, info: log, warn: log, error: log },
      observer: {
        refused: (refusal) => room.refusals.push(refusal),
        ended: (call) => room.ended.push(call),
        decided: () => {},
      },
      identity: identity.authenticator,
      certificates,
      core: () => ({ groupId: 'group', thingArn: 'arn:aws:iot:local:0:thing/gw', addresses: room.addresses }),
      listen: [{ host: '127.0.0.1', port: 0 }],
      inherited: new Map(),
      maxConnections: 100,
      requestsPerSecond: () => 1_000,
      ...options,
    });
    return room;
  }

  get discovery(): Discovery {
    if (this.#discovery === undefined) throw new Error('discovery is not open');
    return this.#discovery;
  }

  get port(): number {
    return Number(this.discovery.listeners()[0]?.address.split(':').at(-1));
  }

  /** Resolves with a finished handshake. */
  async connect(device?: TestCertificate, options: ConnectionOptions = {}): Promise<TLSSocket> {
    const socket = connect({
      host: '127.0.0.1',
      port: this.port,
      servername: 'localhost',
      ca: this.certificates.current.caPems.slice(0, 1),
      ...(device === undefined ? {} : { cert: device.pem, key: device.keyPem }),
      ...options,
    });
    await once(socket, 'secureConnect');
    return socket;
  }

  /** What is answered to these bytes, until the server closes. */
  async speak(device: TestCertificate | undefined, bytes: string | Buffer): Promise<Reply> {
    const socket = await this.connect(device);
    const everything = untilClosed(socket);
    socket.write(bytes);
    return parse(await everything);
  }

  get(device: TestCertificate | undefined, path: string): Promise<Reply> {
    return this.speak(device, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
  }

  discover(device: TestCertificate | undefined, thingName: string): Promise<Reply> {
    return this.get(device, `/greengrass/discover/thing/${thingName}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#discovery?.stop(0);
    await this.#identity.stop();
  }
}

/** Everything that still comes. */
export async function untilClosed(socket: TLSSocket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => {});
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

export function parse(text: string): Reply {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const body = text.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]),
    headers,
    body,
    json: JSON.parse(body) as unknown,
  };
}
