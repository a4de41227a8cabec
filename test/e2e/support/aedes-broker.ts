/** An Aedes broker with the plugin, behind mutual TLS on a free port. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import {
  AedesPlugin,
  type AedesPluginOptions,
  createTlsServer,
  ServerCertificate,
  type UnknownIssuer,
} from '../../../plugins/aedes/index.ts';
import { CertificateMaker } from '../../support/certificates.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface AedesBrokerOptions {
  readonly address: string;
  readonly deviceCas: readonly string[];
  readonly unknownIssuer?: UnknownIssuer;
  readonly plugin?: Partial<AedesPluginOptions>;
  /** The daemon says the certificate and the device CAs, under this name. */
  readonly certificateName?: string;
}

export class AedesBroker {
  readonly aedes: Aedes;
  readonly plugin: AedesPlugin;
  readonly lines: LogLine[];
  readonly port: number;
  readonly #serverCaPem: string;
  /** Undefined: it has a certificate of the test's. */
  readonly certificate: ServerCertificate | undefined;
  /** Handshakes and certificates the TLS server refused by itself. */
  readonly handshakesRefused: string[];
  readonly #server: Server;
  readonly #sockets: ReadonlySet<TLSSocket>;

  private constructor(
    parts: Pick<
      AedesBroker,
      'aedes' | 'plugin' | 'lines' | 'serverCaPem' | 'handshakesRefused' | 'certificate'
    >,
    server: Server,
    sockets: ReadonlySet<TLSSocket>,
  ) {
    this.aedes = parts.aedes;
    this.plugin = parts.plugin;
    this.lines = parts.lines;
    this.#serverCaPem = parts.serverCaPem;
    this.certificate = parts.certificate;
    this.handshakesRefused = parts.handshakesRefused;
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#sockets = sockets;
  }

  /** What devices must trust, as it is now. */
  get serverCaPem(): string {
    return this.certificate?.current?.caCertificates.join('') ?? this.#serverCaPem;
  }

  get deviceCas(): string {
    return this.certificate?.current?.deviceCas.join('') ?? '';
  }

  static async start(options: AedesBrokerOptions): Promise<AedesBroker> {
    const unknownIssuer = options.unknownIssuer ?? 'refuse';
    const lines: LogLine[] = [];
    const handshakesRefused: string[] = [];
    const sockets = new Set<TLSSocket>();
    const log: AedesPluginOptions['log'] = (level, message, fields = {}) =>
      lines.push({ level, message, fields });
    const aedes = await Aedes.createBroker();
    const plugin = AedesPlugin.attach(aedes, {
      address: options.address,
      unknownIssuer,
      log,
      ...options.plugin,
    });
    const tls = {
      unknownIssuer,
      onRefused: (reason: string) => handshakesRefused.push(reason),
      onConnection: (socket: TLSSocket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        aedes.handle(socket);
      },
    };
    const { certificateName: name, address } = options;
    const certificate = name === undefined ? undefined : ServerCertificate.subscribe({ address, name, log });
    const maker = new CertificateMaker();
    const ca = maker.ca('server CA of the test');
    const own = maker.make({ subject: 'localhost', issuer: ca });
    const server =
      (await certificate?.createTlsServer(tls)) ??
      createTlsServer({
        ...tls,
        certificate: own.pem,
        privateKey: own.keyPem,
        deviceCas: options.deviceCas,
      });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await plugin.ready();
    return new AedesBroker(
      { aedes, plugin, lines, serverCaPem: ca.pem, handshakesRefused, certificate },
      server,
      sockets,
    );
  }

  /** The plugin's lines about clients it did not let in. */
  get refusals(): LogLine[] {
    return this.lines.filter((line) => line.message === 'client refused');
  }

  get log(): string {
    return this.lines.map((line) => `${line.message} ${JSON.stringify(line.fields)}`).join('\n');
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    this.plugin.close();
    this.certificate?.close();
    await closed;
  }
}
