/** An Aedes broker in this process behind mutual TLS with the daemon in front of it: what a real one needs, and no more. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { AedesPlugin, createTlsServer } from '../../plugins/aedes/index.ts';
import {
  type DemoBroker,
  type DemoBrokerOptions,
  HOST,
  isTaken,
  serverCertificate,
  taken,
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

  static async start({ places, port, deviceCas, running }: DemoBrokerOptions): Promise<AedesBroker> {
    const certificate = await serverCertificate(places);
    const aedes = await Aedes.createBroker();
    const plugin = AedesPlugin.attach(aedes, { address: `unix:${places.brokerSocket}`, log: () => {} });
    const sockets = new Set<TLSSocket>();
    const server = createTlsServer({
      certificate: certificate.certificate,
      privateKey: certificate.privateKey,
      deviceCas,
      unknownIssuer: 'refuse',
      onConnection: (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        aedes.handle(socket);
      },
      onRefused: () => {},
    });
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
    return new AedesBroker((server.address() as AddressInfo).port, certificate.caCertificates.join(''));
  }

  async logged(): Promise<undefined> {
    return undefined;
  }

  /** It ends when the demo does. */
  onExit(): void {}
}
