/**
 * Connects by the thousand, as cheap for the client as can be: a TLS handshake with the device's certificate, no resumption,
 * and MQTT 3.1.1 packets written by hand. A round is one connection from beginning to end.
 */
import { once } from 'node:events';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { Broker, Identity } from './device.ts';

export interface RoundDevice extends Identity {
  readonly clientId: string;
  /** Closed by the broker with this code, and does nothing; without it: is let in, subscribes, publishes, is delivered to. */
  readonly refusedWith?: number;
}

export class ConnectRounds {
  readonly #broker: Broker;
  readonly #devices: readonly (readonly [RoundDevice, SecureContext])[];
  /** Rounds done. */
  count = 0;

  constructor(broker: Broker, devices: readonly RoundDevice[]) {
    this.#broker = broker;
    this.#devices = devices.map((device) => [
      device,
      createSecureContext({ ca: broker.serverCaPem, cert: device.certificatePem, key: device.privateKeyPem }),
    ]);
  }

  /** Goes on until so many rounds are done in all. Each device is in one round at a time, and all have their turn. */
  async upTo(rounds: number, atOnce = 4): Promise<void> {
    const workers = Array.from({ length: atOnce }, async (_, worker) => {
      const mine = this.#devices.filter((_each, index) => index % atOnce === worker);
      for (let turn = 0; this.count < rounds; turn++) {
        const [device, context] = mine[turn % mine.length]!;
        this.count++;
        await this.#round(device, context);
      }
    });
    await Promise.all(workers);
  }

  async #round(device: RoundDevice, secureContext: SecureContext): Promise<void> {
    const { port } = this.#broker;
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', secureContext });
    try {
      await this.#talk(device, socket);
    } finally {
      socket.destroy();
    }
  }

  async #talk({ clientId, refusedWith }: RoundDevice, socket: TLSSocket): Promise<void> {
    socket.setNoDelay(true);
    const packets = new Packets(socket);
    await once(socket, 'secureConnect');
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clientId,
        clean: true,
        keepalive: 60,
      }),
    );
    const connack = await packets.next('connack');
    if (connack.returnCode !== (refusedWith ?? 0)) {
      throw new Error(`${clientId}: CONNACK ${connack.returnCode}, not ${refusedWith ?? 0}`);
    }
    if (refusedWith !== undefined) return;
    const topic = `rounds/${clientId}`;
    socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }));
    const suback = await packets.next('suback');
    if (suback.granted[0] !== 0) throw new Error(`${clientId}: SUBACK ${suback.granted[0]}`);
    socket.write(
      generate({ cmd: 'publish', messageId: 2, topic, payload: 'x', qos: 1, retain: false, dup: false }),
    );
    await packets.next('publish');
    socket.end(generate({ cmd: 'disconnect' }));
    await packets.closed;
  }
}

type Named<C extends Packet['cmd']> = Extract<Packet, { cmd: C }>;

/** What a socket brings, packet by packet. */
class Packets {
  readonly closed: Promise<void>;
  readonly #arrived: Packet[] = [];
  #wanted: (() => void) | undefined;
  #end: Error | undefined;

  constructor(socket: TLSSocket) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    const reader = parser({ protocolVersion: 4 });
    reader.on('packet', (packet) => {
      this.#arrived.push(packet);
      this.#wanted?.();
    });
    socket.on('data', (data) => reader.parse(data));
    socket.on('error', (error) => {
      this.#end = error;
    });
    socket.on('close', () => {
      this.#end ??= new Error('the connection was closed');
      this.#wanted?.();
      resolve();
    });
  }

  /** The next packet of this kind; others before it are passed over. */
  async next<C extends Packet['cmd']>(cmd: C): Promise<Named<C>> {
    for (;;) {
      for (let packet = this.#arrived.shift(); packet !== undefined; packet = this.#arrived.shift()) {
        if (packet.cmd === cmd) return packet as Named<C>;
      }
      if (this.#end !== undefined) throw this.#end;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wanted = resolve;
      await promise;
    }
  }
}
