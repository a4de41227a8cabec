/** The socket for components in front of rooms that a test scripts, in a directory of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../../../../src/clock.ts';
import {
  GreengrassIpc,
  type GreengrassIpcOptions,
} from '../../../../src/endpoints/greengrass-ipc/greengrass-ipc.ts';
import { Recorder, ScriptedRooms } from '../../support/rooms.ts';
import { AwsComponent } from './aws-component.ts';
import { MemoryComponents } from './memory-components.ts';
import { RawPeer } from './raw-peer.ts';

export const BROKER = 'com.example.Broker';
export const SVCUID = 'tok-abc';

export class IpcHouse {
  readonly directory = mkdtempSync(join(tmpdir(), 'dai-'));
  readonly socket = join(this.directory, 'ipc.sock');
  readonly rooms = new ScriptedRooms();
  readonly recorder = new Recorder();
  readonly components = new MemoryComponents().add(BROKER, SVCUID);
  readonly #aws: AwsComponent[] = [];
  readonly #raw: RawPeer[] = [];
  #door: GreengrassIpc | undefined;

  static async open(
    limits: Partial<GreengrassIpcOptions['config']['limits']> = {},
    clock: Clock = new SystemClock(),
  ): Promise<IpcHouse> {
    const house = new IpcHouse();
    const { recorder, rooms, components, socket } = house;
    house.#door = await GreengrassIpc.open({
      config: {
        socket,
        mode: '0600',
        group: undefined,
        limits: {
          maxConnections: 100,
          maxConcurrentCalls: 2_000,
          maxCallsPerSecond: 100_000,
          maxMessageBytes: 1024 * 1024,
          ...limits,
        },
      },
      clock,
      logger: recorder,
      observer: recorder,
      sessions: rooms,
      identity: rooms,
      certificates: rooms.certificates,
      components,
    });
    return house;
  }

  get door(): GreengrassIpc {
    if (this.#door === undefined) throw new Error('not open');
    return this.#door;
  }

  async aws(token = SVCUID): Promise<AwsComponent> {
    const component = await AwsComponent.connect(this.socket, token);
    this.#aws.push(component);
    return component;
  }

  /** With the handshake done. */
  async peer(token = SVCUID): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.socket, token);
    this.#raw.push(peer);
    return peer;
  }

  async stranger(): Promise<RawPeer> {
    const peer = await RawPeer.open(this.socket);
    this.#raw.push(peer);
    return peer;
  }

  /** Defects that were logged. */
  get defects(): readonly unknown[] {
    return this.recorder.lines.filter(({ level }) => level === 'error');
  }

  async close(graceMs = 1_000): Promise<void> {
    for (const peer of this.#raw) peer.destroy();
    await this.door.stop(graceMs);
    await Promise.all(this.#aws.map((component) => component.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
