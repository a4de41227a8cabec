/**
 * A broker whose daemon may be anything: it speaks to a socket that the test can put whatever it likes behind. Beside its
 * devices it has clients of a plain listener, which have nothing to do with the daemon: one that pings without pause, and one
 * that sees every message that is let through.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CertificateMaker } from '../../support/certificates.ts';
import { Device } from './device.ts';
import type { MosquittoBroker } from './mosquitto-broker.ts';
import { Pinging } from './pinging.ts';
import { type MosquittoKind, startMosquitto } from './scene.ts';
import { type Answering, SocketSwitch } from './socket-switch.ts';
import { until } from './until.ts';

/**
 * No ping may take longer, and but few a third of it. The broker may stand still for 5 ms in any 20 (2.1) or 100 ms in any second (2.0); the rest is
 * for a busy machine. What would block it beyond its budget are the deadlines of calls, 500 ms and 2 s.
 */
const LONGEST_PING_MS = process.env['DEVICEAUTHD_SANITIZE'] === '1' ? 900 : 450;
export const PENDING_MAX_MS = 500;

export class BesiegedBroker {
  readonly broker: MosquittoBroker;
  readonly socket: SocketSwitch;
  /** Sees every message that the broker lets through. */
  readonly watcher: Device;
  readonly #kind: MosquittoKind;
  readonly #directory: string;
  readonly #pinging: Pinging;
  readonly #devices: Device[] = [];
  readonly #maker = new CertificateMaker();
  readonly #ca: ReturnType<CertificateMaker['ca']>;

  private constructor(
    kind: MosquittoKind,
    parts: {
      readonly broker: MosquittoBroker;
      readonly socket: SocketSwitch;
      readonly watcher: Device;
      readonly directory: string;
      readonly pinging: Pinging;
      readonly ca: ReturnType<CertificateMaker['ca']>;
    },
  ) {
    this.#kind = kind;
    this.broker = parts.broker;
    this.socket = parts.socket;
    this.watcher = parts.watcher;
    this.#directory = parts.directory;
    this.#pinging = parts.pinging;
    this.#ca = parts.ca;
  }

  /** `first` is a daemon that lets local clients in. */
  static async start(kind: MosquittoKind, first: Answering, deviceCas: readonly string[] = []) {
    const directory = mkdtempSync(join(tmpdir(), 'dab-'));
    const acl = join(directory, 'acl');
    writeFileSync(acl, 'topic readwrite #\n', { mode: 0o600 });
    const ca = new CertificateMaker().ca('besieged device CA');
    const socket = await SocketSwitch.start(join(directory, 's'), first);
    const broker = await startMosquitto(kind.release, {
      address: `unix:${socket.path}`,
      deviceCas: [ca.pem, ...deviceCas],
      mosquitto: {
        plain: true,
        allowAnonymous: true,
        pluginOptions: {
          no_certificate: 'defer',
          pending_max_ms: `${PENDING_MAX_MS}`,
          // What a broker waits by default.
          ...(kind.release.series === '2.0' ? { blocking_wait_ms: '100' } : {}),
        },
        last: [`acl_file ${acl}`],
      },
    });
    await broker.inStep();
    const local = { protocol: 'mqtt', port: broker.plainPort, protocolVersion: kind.mqtt } as const;
    const watcher = await until('the watching client is let in', () =>
      new Device(broker, {}, { ...local, clientId: 'watching' }).connected().catch(() => undefined),
    );
    await watcher.subscribe('#');
    const pinging = await until('the pinging client is let in', () => Pinging.start(broker.plainPort));
    return new BesiegedBroker(kind, { broker, socket, watcher, directory, pinging, ca });
  }

  async stop(): Promise<void> {
    for (const device of [...this.#devices, this.watcher]) device.client.end(true);
    await this.#pinging.stop();
    try {
      await this.broker.stop();
    } finally {
      await this.socket.stop();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  /** An identity of the CA that the broker knows and no real daemon does. */
  identity(thingName: string) {
    const certificate = this.#maker.make({ subject: thingName, issuer: this.#ca });
    return { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
  }

  device(clientId: string, identity = this.identity(clientId)): Device {
    const device = new Device(this.broker, identity, { clientId, protocolVersion: this.#kind.mqtt });
    this.#devices.push(device);
    return device;
  }

  /** Tries until it is in: a 2.0 refuses who would have to wait. */
  async letIn(clientId: string, identity = this.identity(clientId)): Promise<Device> {
    return await until(`${clientId} is let in`, () =>
      this.device(clientId, identity)
        .connected()
        .catch(() => undefined),
    );
  }

  /** A client of the plain listener. */
  local(clientId: string): Device {
    const { plainPort } = this.broker;
    const options = {
      protocol: 'mqtt',
      port: plainPort,
      clientId,
      protocolVersion: this.#kind.mqtt,
    } as const;
    const device = new Device(this.broker, {}, options);
    this.#devices.push(device);
    return device;
  }

  /** Is refused, and is refused again when whatever was said the first time has arrived. */
  async refuses(clientId: string, times = 3): Promise<void> {
    const identity = this.identity(clientId);
    for (let time = 0; time < times; time++) {
      await expect(this.device(clientId, identity).connected()).rejects.toThrow();
    }
  }

  /** What the device publishes there is let through. */
  async passes(device: Device, topic: string): Promise<boolean> {
    const payload = `${Math.random()}`;
    await device.publish(topic, payload).catch(() => undefined);
    await this.watcher.publish('fence', payload);
    await this.watcher.received('fence', payload);
    return this.watcher.has(topic, payload);
  }

  /** Nobody else was kept waiting since the last time this was asked, and the broker is alive. */
  async isUnharmed(): Promise<void> {
    expect(this.broker.running, this.broker.log.slice(-2000)).toBe(true);
    const trips = await this.#pinging.look();
    expect(Math.max(...trips)).toBeLessThan(LONGEST_PING_MS);
    const late = trips.filter((trip) => trip > LONGEST_PING_MS / 3);
    expect(late.length, `${late} of ${trips.length}`).toBeLessThanOrEqual(1 + trips.length / 100);
    expect(this.watcher.drops).toBe(0);
    this.watcher.messages.length = 0;
  }
}
