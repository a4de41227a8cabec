/** An Aedes broker in this process behind mutual TLS with the daemon in front of it: what a real one needs, and no more. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { AedesPlugin, ServerCertificate } from '../../plugins/aedes/index.ts';
import {
  type DemoBroker,
  type DemoBrokerOptions,
  HOST,
  isTaken,
  taken,
  within,
  writeServerCa,
} from './broker.ts';

export class AedesBroker implements DemoBroker {
  readonly name = 'Aedes';
  readonly host = HOST;
  readonly port: number;
  readonly serverCaPem: string;
  readonly log = undefined;

  private constructor(port: number, serverCaPem: string) {
    this.port = port;
    this.serverCaPem = serverCaPem;
  }

  static async start({ places, port, running }: DemoBrokerOptions): Promise<AedesBroker> {
    const address = `unix:${places.brokerSocket}`;
    const certificate = ServerCertificate.subscribe({ address, name: 'demo-aedes' });
    running.add(() => certificate.close());
    const aedes = await Aedes.createBroker();
    const plugin = AedesPlugin.attach(aedes, { address, log: () => {} });
    const sockets = new Set<TLSSocket>();
    // In the running server certificate and device CAs are swapped whenever the daemon says so.
    const server = await within(
      certificate.createTlsServer({
        unknownIssuer: 'refuse',
        onConnection: (socket) => {
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
          aedes.handle(socket);
        },
        onRefused: () => {},
      }),
      'The daemon gave the broker no certificate.',
      places,
    );
    running.add(async () => {
      server.close();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      plugin.close();
    });
    try {
      server.listen(port, HOST);
      await once(server, 'listening');
    } catch (error) {
      throw isTaken(error) ? taken(port) : error;
    }
    await plugin.ready();
    const { caCertificates } = await certificate.ready();
    return new AedesBroker(
      (server.address() as AddressInfo).port,
      writeServerCa(places, caCertificates.join('')),
    );
  }

  async logged(): Promise<undefined> {
    return undefined;
  }

  /** It ends when the demo does. */
  onExit(): void {}
}
