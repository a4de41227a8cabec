/** An Aedes broker behind mutual TLS with the daemon in front of it: what a real one needs, and no more. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Server, TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { AedesPlugin, createTlsServer, type Log } from '../../plugins/aedes/index.ts';
import { CertificateIssuer } from '../../src/pki/certificate-issuer.ts';
import { ServerCa } from '../../src/pki/server-ca.ts';
import type { Places } from './places.ts';
import { Problem } from './problem.ts';

const HOST = '127.0.0.1';
const CERTIFICATE_VALIDITY = 7 * 86_400;

export interface DemoBrokerOptions {
  readonly places: Places;
  readonly port: number;
  readonly deviceCas: readonly string[];
  readonly log: Log;
}

export class DemoBroker {
  readonly host = HOST;
  readonly port: number;
  readonly serverCaPem: string;
  readonly #aedes: Aedes;
  readonly #plugin: AedesPlugin;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<TLSSocket>;

  private constructor(
    aedes: Aedes,
    plugin: AedesPlugin,
    server: Server,
    sockets: ReadonlySet<TLSSocket>,
    serverCaPem: string,
  ) {
    this.#aedes = aedes;
    this.#plugin = plugin;
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    this.serverCaPem = serverCaPem;
  }

  static async start({ places, port, deviceCas, log }: DemoBrokerOptions): Promise<DemoBroker> {
    const issuer = new CertificateIssuer({
      clock: { now: () => Date.now() },
      isSuspect: () => ({ suspect: false }),
    });
    const ca = await ServerCa.open({
      stateDirectory: places.state,
      issuer,
      keyType: 'EC_P256',
      warn: (message) => log('warn', message),
    });
    const certificate = await ca.issueServerCertificate({
      hosts: [HOST],
      validitySeconds: CERTIFICATE_VALIDITY,
      keyType: 'EC_P256',
    });
    // For trying other MQTT clients: what they must trust.
    writeFileSync(join(places.devices, 'server-ca.pem'), certificate.caPem);

    const aedes = await Aedes.createBroker();
    const plugin = AedesPlugin.attach(aedes, { address: `unix:${places.brokerSocket}`, log });
    const sockets = new Set<TLSSocket>();
    const server = createTlsServer({
      certificate: certificate.certificatePem,
      privateKey: certificate.privateKeyPem,
      deviceCas,
      unknownIssuer: 'refuse',
      onConnection: (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        aedes.handle(socket);
      },
      onRefused: (reason) => log('info', 'handshake refused', { reason }),
    });
    try {
      server.listen(port, HOST);
      await once(server, 'listening');
      await plugin.ready();
    } catch (error) {
      plugin.close();
      aedes.close();
      server.close();
      throw isTaken(error) ? taken(port) : error;
    }
    return new DemoBroker(aedes, plugin, server, sockets, certificate.caPem);
  }

  async stop(): Promise<void> {
    this.#server.close();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.#plugin.close();
  }
}

/** Before anything is started: somebody else may have the port. */
export async function requirePort(port: number): Promise<void> {
  const probe = createServer();
  try {
    probe.listen(port, HOST);
    await once(probe, 'listening');
  } catch (error) {
    if (isTaken(error)) throw taken(port);
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new Problem(
        `Port ${port} needs more rights than you have.`,
        'Take another: npm start -- --port 8884',
      );
    }
    throw error;
  }
  const closed = once(probe, 'close');
  probe.close();
  await closed;
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function taken(port: number): Problem {
  return new Problem(
    `Port ${port} on ${HOST} is taken by another program, perhaps an earlier npm start.`,
    `Stop it (ss -ltnp 'sport = :${port}' names it), or take another port: npm start -- --port ${port + 1}`,
  );
}
