/**
 * A client that speaks MQTT packet by packet over mutual TLS, for what no well-behaved client does: nothing at all, too
 * early, or half an exchange.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { Broker, Identity } from './device.ts';
import { until } from './until.ts';

export class RawClient {
  readonly packets: Packet[] = [];
  closed = false;
  readonly #socket: TLSSocket;
  readonly #version: 4 | 5;

  private constructor(socket: TLSSocket, version: 4 | 5) {
    this.#socket = socket;
    this.#version = version;
    const reader = parser({ protocolVersion: version });
    reader.on('packet', (packet) => this.packets.push(packet));
    socket.on('data', (data) => reader.parse(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** Resolves after the handshake: no packet has been sent. */
  static async open(broker: Broker, identity: Identity, version: 4 | 5): Promise<RawClient> {
    const socket = connect({
      host: '127.0.0.1',
      port: broker.port,
      servername: 'localhost',
      ca: broker.serverCaPem,
      cert: identity.certificatePem,
      key: identity.privateKeyPem,
    });
    await once(socket, 'secureConnect');
    return new RawClient(socket, version);
  }

  send(...packets: Packet[]): void {
    this.#socket.write(
      Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: this.#version }))),
    );
  }

  /** A CONNECT of this client's version of MQTT. */
  hello(clientId: string, options: { clean?: boolean; keepalive?: number; will?: object } = {}): Packet {
    const expiry = this.#version === 5 && options.clean === false ? { sessionExpiryInterval: 3600 } : {};
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: this.#version,
      clientId,
      clean: true,
      keepalive: 60,
      ...(this.#version === 5 ? { properties: expiry } : {}),
      ...options,
    } as Packet;
  }

  /** The first packet of that kind. */
  answer<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    return until(`a ${cmd}`, () =>
      this.packets.find((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd),
    );
  }

  async cut(): Promise<void> {
    await until('the broker closes the connection', () => this.closed);
  }

  close(): void {
    this.#socket.destroy();
  }
}
