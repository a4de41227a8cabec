/** An HTTP proxy (CONNECT) on loopback: with a password or without, over TLS or not. Whatever host is asked for is this one. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestCertificate } from '../certificates.ts';

export interface ConnectProxyOptions {
  readonly user?: string;
  readonly password?: string;
  /** It is an https:// proxy with this one. */
  readonly certificate?: TestCertificate;
}

export interface ProxiedConnection {
  /** Host and port, as they were asked for. */
  readonly target: string;
  readonly authorization: string | undefined;
}

export class ConnectProxy {
  /** Every CONNECT, refused ones too. */
  readonly connections: ProxiedConnection[] = [];
  /** What it answers instead of 200; `stall`: nothing. */
  answers: number | 'stall' = 200;
  readonly #options: ConnectProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ConnectProxyOptions) {
    this.#options = options;
    const { certificate } = options;
    this.#server =
      certificate === undefined
        ? createServer()
        : createTlsServer({ cert: certificate.pem, key: certificate.keyPem });
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => this.#connect(request, socket));
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
  }

  static async start(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** With user and password. */
  get url(): string {
    const { certificate, password = '', user } = this.#options;
    const login = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
    return `${certificate === undefined ? 'http' : 'https'}://${login}127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections to and from it. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connect(request: IncomingMessage, socket: Socket): void {
    this.#keep(socket);
    const authorization = request.headers['proxy-authorization'];
    const target = request.url ?? '';
    this.connections.push({ target, authorization });
    if (this.answers === 'stall') {
      socket.once('end', () => socket.destroy()).resume();
      return;
    }
    const { password = '', user } = this.#options;
    const wanted =
      user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (wanted !== undefined && authorization !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    if (this.answers !== 200) {
      socket.end(`HTTP/1.1 ${this.answers} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const onwards = connect(Number(target.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onwards).pipe(socket);
    });
    this.#keep(onwards);
    onwards.once('close', () => socket.destroy());
    socket.once('close', () => onwards.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
