/** Daemon, broker and devices, as a scenario needs them. `await using world = await World.start(…)`. */
import type { IClientOptions } from 'mqtt';
import { DaemonClient } from '../../../plugins/aedes/index.ts';
import type { Refusal__Output } from '../../../src/contract/generated/deviceauth/v1/Refusal.ts';
import { TestBroker, type TestBrokerOptions } from './aedes-broker.ts';
import { type Configuration, DaemonProcess } from './daemon-process.ts';
import { Device, type Identity } from './device.ts';
import { until } from './until.ts';

export interface Enrolled extends Identity {
  readonly thingName: string;
  readonly certificateId: string;
}

export interface WorldOptions {
  readonly configuration: Configuration;
  readonly broker?: Partial<TestBrokerOptions>;
}

export class World {
  readonly daemon: DaemonProcess;
  readonly deviceCaPem: string;
  readonly #brokers: TestBroker[] = [];
  readonly #devices: Device[] = [];
  readonly #callers: DaemonClient[] = [];

  private constructor(daemon: DaemonProcess, deviceCaPem: string) {
    this.daemon = daemon;
    this.deviceCaPem = deviceCaPem;
  }

  static async start(options: WorldOptions): Promise<World> {
    const daemon = await DaemonProcess.start(options.configuration);
    try {
      const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      const world = new World(daemon, ca.certificatePem);
      await world.addBroker(options.broker);
      return world;
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  get admin(): DaemonProcess['admin'] {
    return this.daemon.admin;
  }

  get broker(): TestBroker {
    const [first] = this.#brokers;
    if (first === undefined) throw new Error('there is no broker');
    return first;
  }

  async addBroker(options: Partial<TestBrokerOptions> = {}): Promise<TestBroker> {
    const broker = await TestBroker.start({
      address: `unix:${this.daemon.brokerSocket}`,
      deviceCas: [this.deviceCaPem],
      ...options,
    });
    this.#brokers.push(broker);
    return broker;
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

  async enrol(thingName: string): Promise<Enrolled> {
    const issued = await this.admin.call('IssueCertificate', { thingName, createThing: true });
    return {
      thingName,
      certificateId: issued.certificate?.certificateId ?? '',
      certificatePem: issued.certificatePem,
      privateKeyPem: issued.privateKeyPem,
    };
  }

  device(identity: Partial<Identity>, options: IClientOptions, broker: TestBroker = this.broker): Device {
    const device = new Device(broker, identity, options);
    this.#devices.push(device);
    return device;
  }

  connect(enrolled: Enrolled, options: IClientOptions = {}, broker?: TestBroker): Promise<Device> {
    return this.device(enrolled, { clientId: enrolled.thingName, ...options }, broker).connected();
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
    for (const broker of this.#brokers) await broker.stop();
    for (const caller of this.#callers) caller.close();
    await this.daemon.stop();
  }
}
