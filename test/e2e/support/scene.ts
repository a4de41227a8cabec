/**
 * A daemon, a broker of any kind, and devices: what a scenario needs that is told of all brokers alike.
 * `onEveryBroker('…', (kind) => …)`, and in it `await using scene = await Scene.start(kind, …)`. The kinds are Aedes and
 * both series of Mosquitto, each with the versions of MQTT it speaks. What cannot run here is shown as skipped, with the
 * reason; in CI it fails.
 */
import type { X509Certificate } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import { assert, describe, it } from 'vitest';
import { DaemonClient } from '../../../plugins/aedes/index.ts';
import type { Refusal__Output } from '../../../src/contract/generated/deviceauth/v1/Refusal.ts';
import type { Session__Output } from '../../../src/contract/generated/deviceauth/v1/Session.ts';
import type { TestCertificate } from '../../support/certificates.ts';
import { isSoak } from '../../support/runs.ts';
import { AedesBroker } from './aedes-broker.ts';
import { type Configuration, DaemonProcess } from './daemon-process.ts';
import { type Broker, Device, type Identity } from './device.ts';
import {
  MosquittoBroker,
  type MosquittoOptions,
  type MosquittoRelease,
  missing,
  RELEASES,
} from './mosquitto-broker.ts';
import { until } from './until.ts';

export type MqttVersion = 4 | 5;

/** What each broker can tell a device; the scenarios hold it to that. */
export interface Answers {
  /** CONNACK: the device is refused. */
  readonly refused: number;
  /** CONNACK: there is no verdict now, and the plugin knows it at once. */
  readonly unavailable: number;
  /** SUBACK: this filter is refused. */
  readonly filterRefused: number;
  /** PUBACK, PUBREC: this message is refused. MQTT 3.1.1 has no word for it and says 0, as if it were accepted. */
  readonly publishRefused: number;
}

export interface BrokerOptions {
  readonly address: string;
  readonly deviceCas: readonly string[];
  readonly unknownIssuer?: 'refuse' | 'verify';
  /** The broker has its server certificate and the device CAs from the daemon. */
  readonly certificateFromDaemon?: boolean;
  /** For Mosquitto alone. */
  readonly mosquitto?: Partial<Omit<MosquittoOptions, 'socket' | 'deviceCas'>>;
}

export interface SceneBroker extends Broker {
  readonly log: string;
  /** The device CAs the daemon has told it, PEM; for a broker that has them from there. */
  readonly deviceCas: string;
  stop(): Promise<void>;
}

export interface BrokerKind {
  /** Such as "Mosquitto 2.1, MQTT 5". */
  readonly name: string;
  readonly mqtt: MqttVersion;
  readonly answers: Answers;
  /** Undefined: Aedes. */
  readonly release: MosquittoRelease | undefined;
  start(options: BrokerOptions): Promise<SceneBroker>;
}

const AEDES: BrokerKind = {
  name: 'Aedes, MQTT 3.1.1',
  mqtt: 4,
  answers: { refused: 5, unavailable: 3, filterRefused: 128, publishRefused: 0 },
  release: undefined,
  start({ address, deviceCas, unknownIssuer, certificateFromDaemon }) {
    const plugin = unknownIssuer === undefined ? {} : { unknownIssuer, plugin: { unknownIssuer } };
    const certificate = certificateFromDaemon === true ? { certificateName: 'broker' } : {};
    return AedesBroker.start({ address, deviceCas, ...plugin, ...certificate });
  },
};

function mosquitto(release: MosquittoRelease, mqtt: MqttVersion): BrokerKind {
  const old = { refused: 5, unavailable: 5, filterRefused: 128, publishRefused: 0 };
  const modern = {
    refused: 135,
    unavailable: release.series === '2.1' ? 136 : 135,
    filterRefused: 135,
    publishRefused: 135,
  };
  return {
    name: `Mosquitto ${release.series}, ${mqtt === 4 ? 'MQTT 3.1.1' : 'MQTT 5'}`,
    mqtt,
    answers: mqtt === 4 ? old : modern,
    release,
    start: (options) => startMosquitto(release, options),
  };
}

export function startMosquitto(release: MosquittoRelease, options: BrokerOptions): Promise<MosquittoBroker> {
  const { address, deviceCas, unknownIssuer } = options;
  return MosquittoBroker.start(release, {
    socket: address.replace(/^unix:/, ''),
    deviceCas,
    ...(options.certificateFromDaemon === true ? { tls: 'capath' } : {}),
    ...options.mosquitto,
    pluginOptions: {
      // How long the session of a device that left may still be needed for a delayed will; by default half a minute.
      will_grace_ms: '0',
      // Many devices connect at once here, to a daemon on a busy machine: more waiting than 2.0 should do for real.
      ...(release.series === '2.0' ? { blocking_wait_ms: '1000' } : {}),
      ...(unknownIssuer === undefined ? {} : { unknown_issuer: unknownIssuer }),
      ...options.mosquitto?.pluginOptions,
    },
  });
}

/** Mosquitto in both series, each with both versions of MQTT. */
const MOSQUITTO_KINDS = RELEASES.flatMap((release) => [mosquitto(release, 4), mosquitto(release, 5)]);

export interface MosquittoKind extends BrokerKind {
  readonly release: MosquittoRelease;
}

const isMosquitto = (kind: BrokerKind): kind is MosquittoKind => kind.release !== undefined;

/**
 * Which versions of MQTT a block is for. `one`: each series speaks one of them, 2.0 the older and 2.1 the newer; for
 * what the version has no part in. `all`: each speaks both under `npm run soak`; otherwise half of that, see `isSpoken`.
 */
type Versions = MqttVersion | 'all' | 'one';

/** A block for every broker that can run here; those that cannot are shown as skipped, with the reason. */
export function onEveryBroker(
  what: string,
  body: (kind: BrokerKind) => void,
  versions: Versions = 'all',
): void {
  onEach(what, [AEDES, ...mosquittoKinds(what, versions)], body);
}

export function onAedes(what: string, body: (kind: BrokerKind) => void): void {
  onEach(what, [AEDES], body);
}

export function onMosquitto(
  what: string,
  body: (kind: MosquittoKind) => void,
  versions: Versions = 'all',
): void {
  onEach(what, mosquittoKinds(what, versions), body);
}

/** For what only one series has. */
export function onSeries(
  series: MosquittoRelease['series'],
  what: string,
  body: (kind: MosquittoKind) => void,
  versions: Versions = 'all',
): void {
  const kinds = mosquittoKinds(what, versions).filter((kind) => kind.release.series === series);
  onEach(what, kinds, body);
}

function mosquittoKinds(what: string, versions: Versions): MosquittoKind[] {
  return MOSQUITTO_KINDS.filter(isMosquitto).filter((kind) => {
    if (versions === 'all') return isSoak() || isSpoken(what, kind);
    return kind.mqtt === (versions === 'one' ? olderFirst(kind) : versions);
  });
}

const olderFirst = (kind: MosquittoKind): MqttVersion => (kind.release.series === '2.0' ? 4 : 5);

/**
 * Half of the blocks have 2.0 speak the older version and 2.1 the newer, half the other way round; under the sanitizers these
 * halves change places, so that what runs there too runs with all four.
 */
function isSpoken(what: string, kind: MosquittoKind): boolean {
  const odd = [...what].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 2 === 1;
  const isOlderFirst = odd !== (process.env['DEVICEAUTHD_SANITIZE'] === '1');
  return (kind.mqtt === olderFirst(kind)) === isOlderFirst;
}

function onEach<K extends BrokerKind>(what: string, kinds: readonly K[], body: (kind: K) => void): void {
  for (const kind of kinds) {
    const why = kind.release === undefined ? undefined : missing(kind.release);
    if (why === undefined) describe(`${what} [${kind.name}]`, () => body(kind));
    else if (process.env['CI'] === 'true')
      describe(`${what} [${kind.name}]`, () => it('runs', () => assert.fail(why)));
    else describe.skip(`${what} [${kind.name}: ${why}]`, () => body(kind));
  }
}

export interface Enrolled extends Identity {
  readonly thingName: string;
  readonly certificateId: string;
}

export interface SceneOptions {
  readonly configuration: Configuration;
  readonly broker?: Partial<BrokerOptions>;
}

export class Scene {
  readonly kind: BrokerKind;
  readonly daemon: DaemonProcess;
  readonly deviceCaPem: string;
  readonly #options: SceneOptions;
  readonly #brokers: SceneBroker[] = [];
  readonly #devices: Device[] = [];
  readonly #callers: DaemonClient[] = [];

  private constructor(kind: BrokerKind, options: SceneOptions, daemon: DaemonProcess, deviceCaPem: string) {
    this.#options = options;
    this.kind = kind;
    this.daemon = daemon;
    this.deviceCaPem = deviceCaPem;
  }

  static async start(kind: BrokerKind, options: SceneOptions): Promise<Scene> {
    const daemon = await DaemonProcess.start(options.configuration);
    try {
      const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const scene = new Scene(kind, options, daemon, ca.certificatePem);
      await scene.addBroker(options.broker);
      return scene;
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  get admin(): DaemonProcess['admin'] {
    return this.daemon.admin;
  }

  get broker(): SceneBroker {
    const [first] = this.#brokers;
    if (first === undefined) throw new Error('there is no broker');
    return first;
  }

  /** The broker as what it is, in scenarios of Mosquitto alone. */
  get mosquitto(): MosquittoBroker {
    if (this.broker instanceof MosquittoBroker) return this.broker;
    throw new Error(`${this.kind.name} is no Mosquitto`);
  }

  get aedes(): AedesBroker {
    if (this.broker instanceof AedesBroker) return this.broker;
    throw new Error(`${this.kind.name} is no Aedes`);
  }

  /** A caller of the daemon with no broker around it: whatever it shows, no TLS server has looked at it. */
  caller(): DaemonClient {
    const caller = new DaemonClient({
      contract: this.daemon.contract,
      address: `unix:${this.daemon.brokerSocket}`,
      brokerInstanceId: 'a caller without a broker',
    });
    this.#callers.push(caller);
    return caller;
  }

  async addBroker(options: Partial<BrokerOptions> = {}): Promise<SceneBroker> {
    const broker = await this.kind.start({
      address: `unix:${this.daemon.brokerSocket}`,
      deviceCas: [this.deviceCaPem],
      ...options,
    });
    this.#brokers.push(broker);
    if (broker instanceof MosquittoBroker && broker.ticks && broker.hasPlugin) await broker.inStep();
    if (options.certificateFromDaemon === true) {
      await until('the broker knows the device CA', () => broker.deviceCas.includes(this.deviceCaPem));
    }
    return broker;
  }

  /** Does something while the broker is down, and starts it again, or one like it. */
  async withoutBroker(meanwhile: () => Promise<unknown>): Promise<void> {
    const broker = this.#brokers.shift();
    if (broker instanceof MosquittoBroker) {
      this.#brokers.unshift(broker);
      await broker.end();
      await meanwhile();
      await broker.run();
    } else {
      await broker?.stop();
      await meanwhile();
      await this.addBroker(this.#options.broker);
    }
  }

  async enrol(thingName: string): Promise<Enrolled> {
    const issued = await this.admin.call('IssueCertificate', { thingName, createThing: true });
    return {
      thingName,
      certificateId: issued.certificate?.certificateId ?? '',
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
    };
  }

  /** Of a device CA the test made; the operator registers the certificate. */
  async register(
    thingName: string,
    certificate: TestCertificate,
    status: 'ACTIVE' | 'INACTIVE' = 'ACTIVE',
  ): Promise<Enrolled> {
    const certificatePem = certificate.pem;
    await this.admin.call('RegisterCertificate', { certificatePem, thingName, createThing: true, status });
    return {
      thingName,
      certificateId: certificate.id,
      certificatePem,
      privateKeyPem: certificate.keyPem,
    };
  }

  async setStatus({ certificateId }: Enrolled, status: 'ACTIVE' | 'INACTIVE' | 'REVOKED'): Promise<void> {
    await this.admin.call('SetCertificateStatus', { certificateId, status });
  }

  async revoke(enrolled: Enrolled): Promise<void> {
    await this.setStatus(enrolled, 'REVOKED');
  }

  device(identity: Partial<Identity>, options: IClientOptions, broker: Broker = this.broker): Device {
    const device = new Device(broker, identity, { protocolVersion: this.kind.mqtt, ...options });
    this.#devices.push(device);
    return device;
  }

  connect(enrolled: Enrolled, options: IClientOptions = {}, broker?: Broker): Promise<Device> {
    return this.device(enrolled, { clientId: enrolled.thingName, ...options }, broker).connected();
  }

  /** Enrolled and connected. */
  async join(thingName: string, options: IClientOptions = {}): Promise<Device> {
    return await this.connect(await this.enrol(thingName), options);
  }

  /** Over a listener without TLS. */
  plain(options: IClientOptions, broker: MosquittoBroker = this.mosquitto): Device {
    return this.device({}, { protocol: 'mqtt', port: broker.plainPort, ...options }, broker);
  }

  /** What keeps a session at the broker when the device is away. */
  get persistent(): IClientOptions {
    if (this.kind.mqtt === 4) return { clean: false };
    return { clean: false, properties: { sessionExpiryInterval: 3600 } };
  }

  async sessions(thingName = ''): Promise<Session__Output[]> {
    return (await this.admin.call('ListSessions', { thingName, pageSize: 1000 })).sessions;
  }

  /** Broker and daemon agree that these, and no others, have a session. */
  async inStep(...thingNames: string[]): Promise<void> {
    const expected = [...thingNames].sort().join();
    await until(`the sessions of ${expected || 'nobody'} are held by the broker`, async () => {
      const sessions = await this.sessions();
      return (
        sessions.every((session) => session.held) &&
        sessions
          .map((session) => session.thingName)
          .sort()
          .join() === expected
      );
    });
  }

  /** The device is gone as far as broker and daemon are concerned. */
  async left(thingName: string): Promise<void> {
    await until(`${thingName} has no session`, async () => (await this.sessions(thingName)).length === 0);
  }

  /** The daemon decides so; whoever connects from now on knows. */
  async decides(thingName: string, operation: string, resource: string, allowed: boolean): Promise<void> {
    await until(`${thingName}, ${operation}, ${resource}: ${allowed}`, async () => {
      const answer = await this.admin.call('Explain', { thingName, operation, resource });
      return answer.allowed === allowed;
    });
  }

  /** The newest refusal the operator can see, once there is one that fits. */
  refusal(fits: (refusal: Refusal__Output) => boolean): Promise<Refusal__Output> {
    return until('a refusal in the operator’s list', async () => {
      const { refusals } = await this.admin.call('ListRefusals', { limit: 100 });
      return refusals.find(fits);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) device.client.end(true);
    const stopped = await Promise.allSettled(this.#brokers.map((broker) => broker.stop()));
    for (const caller of this.#callers) caller.close();
    await this.daemon.stop();
    for (const each of stopped) if (each.status === 'rejected') throw each.reason;
  }
}

/** Once this returns, `receiver` has been delivered everything that was published before. */
export async function fence(sender: Device, receiver: Device, topic = 'fence'): Promise<void> {
  const payload = `${Math.random()}`;
  await sender.publish(topic, payload);
  await receiver.received(topic, payload);
}

/** The reason code of the acknowledgement of a publish; 0: accepted, as MQTT 3.1.1 always says. */
export async function published(
  device: Device,
  topic: string,
  payload: string,
  options: { retain?: boolean; qos?: 0 | 1 | 2 } = {},
): Promise<number> {
  try {
    await device.publish(topic, payload, options);
    return 0;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
}

/** The certificate a broker shows now, which must verify to what devices trust (the broker’s own CA unless told otherwise). */
export async function shownCertificate(
  broker: Broker,
  identity: Identity,
  trusted = broker.serverCaPem,
): Promise<X509Certificate> {
  const socket = connectTls({
    host: '127.0.0.1',
    port: broker.port,
    servername: 'localhost',
    ca: trusted,
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
  });
  try {
    return await new Promise<X509Certificate>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed during the handshake')));
      socket.once('secureConnect', () => {
        const certificate = socket.getPeerX509Certificate();
        if (certificate === undefined) reject(new Error('the broker shows no certificate'));
        else resolve(certificate);
      });
    });
  } finally {
    socket.destroy();
  }
}

/** The serial number of the certificate a broker shows now. */
export async function serverSerial(broker: Broker, identity: Identity): Promise<string> {
  return (await shownCertificate(broker, identity)).serialNumber;
}
