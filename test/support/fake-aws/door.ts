/**
 * One TLS port of the fake: takes connections, asks for a client certificate where that is wanted, finds the operation and answers.
 * A client certificate that is not an active core's gets its connection closed without a word, as AWS's gateway does it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../../src/clock.ts';
import type { Account } from './account.ts';
import { send, sendFault, shut } from './fault-answer.ts';
import type { Faults } from './faults.ts';
import type { Identities, ServerIdentity } from './identities.ts';
import { awsError, gatewayRefusal, type Reply } from './reply.ts';
import type { RecordedConnection, RecordedRequests } from './requests.ts';
import { type Api, type Call, findRoute, type Gate, type Route } from './route.ts';

/**
 * What becomes of new connections. `close-at-once`: before the handshake. `stall-handshake`: it never ends.
 * `close-after-handshake`: as with an inactive certificate. `not-tls`: something else answers there.
 */
export type ConnectionMode =
  | 'usual'
  | 'close-at-once'
  | 'stall-handshake'
  | 'close-after-handshake'
  | 'not-tls';

export interface DoorOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly account: Account;
  readonly identities: Identities;
  readonly faults: Faults;
  readonly requests: RecordedRequests;
  readonly apis: readonly Api[];
  /** Only certificates of active cores get through. */
  readonly coresOnly: boolean;
  /** Whoever does not agree on this one gets nowhere, as on AWS's port 443. */
  readonly requiredAlpn: string | undefined;
  readonly throttlesAs: number;
  readonly tlsVersion: 'TLSv1.2' | 'TLSv1.3';
  /** One number for every connection of the fake. */
  readonly nextConnectionId: () => number;
}

export class Door {
  mode: ConnectionMode = 'usual';
  /** How the connection of an inactive certificate is closed: after the handshake, or once the request has come. */
  closesInactive: 'after-handshake' | 'after-request' = 'after-handshake';
  readonly #options: DoorOptions;
  readonly #tls: TlsServer;
  readonly #sockets = new Set<Socket>();
  /** By the peer's port, which names a connection to this port. */
  readonly #below = new Map<number, Socket>();
  readonly #connections = new WeakMap<
    TLSSocket,
    { readonly recorded: RecordedConnection; requests: number }
  >();
  readonly #idle = new Set<TLSSocket>();
  #net: Server;
  #port: number;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#tls = createTlsServer(
      {
        ...this.#context('usual'),
        maxVersion: options.tlsVersion,
        requestCert: options.coresOnly,
        rejectUnauthorized: false,
        ALPNProtocols: ['h2', 'x-amzn-http-ca', 'http/1.1'],
        keepAliveTimeout: 0,
        requestTimeout: 0,
        headersTimeout: 0,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#tls.on('secureConnection', (socket: TLSSocket) => this.#secured(socket));
    this.#tls.on('tlsClientError', () => {});
    this.#tls.on('clientError', (_error, socket) => socket.destroy());
    this.#net = this.#newNet();
  }

  get port(): number {
    return this.#port;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#sockets.size;
  }

  async listen(): Promise<void> {
    const { host } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      // Below the ports that the system gives to clients, so that none of them has it while the network is cut.
      const port = this.#port === 0 ? 15_000 + Math.floor(Math.random() * 17_000) : this.#port;
      try {
        await listening(this.#net, host, port);
        this.#port = port;
        return;
      } catch (error) {
        if (attempt === 20 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
  }

  /** Connections are refused from now on, and open ones are gone. */
  async cut(): Promise<void> {
    // Not `once`, which rejects at an error: one whose client was killed just now cannot be reset.
    const closed = [...this.#sockets, this.#net].map(
      (each) => new Promise((resolve) => each.once('close', resolve)),
    );
    this.#net.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await Promise.all(closed);
    this.#net = this.#newNet();
  }

  /** Connections on which no request is under way are closed, as a server does after a while. */
  closeIdle(): void {
    for (const socket of this.#idle) socket.destroy();
  }

  show(identity: ServerIdentity): void {
    this.#tls.setSecureContext(this.#context(identity));
  }

  async stop(): Promise<void> {
    if (this.#net.listening) await this.cut();
    this.#tls.close();
  }

  #context(identity: ServerIdentity) {
    const { pem, keyPem } = this.#options.identities.of(identity);
    return { cert: pem, key: keyPem };
  }

  #newNet(): Server {
    return createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  #accept(socket: Socket): void {
    const port = socket.remotePort ?? 0;
    this.#sockets.add(socket);
    this.#below.set(port, socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#below.get(port) === socket) this.#below.delete(port);
    });
    switch (this.mode) {
      case 'close-at-once':
        socket.destroy();
        return;
      case 'stall-handshake':
        socket.resume();
        return;
      case 'not-tls':
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        return;
      default:
        this.#tls.emit('connection', socket);
    }
  }

  #secured(socket: TLSSocket): void {
    const { account, coresOnly, nextConnectionId, requests, requiredAlpn } = this.#options;
    const peer = coresOnly ? socket.getPeerX509Certificate() : undefined;
    const clientCertificateId = peer?.fingerprint256.replaceAll(':', '').toLowerCase();
    const recorded: RecordedConnection = {
      id: nextConnectionId(),
      sni: nameOf(socket),
      alpn: socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined),
      tlsVersion: socket.getProtocol() ?? '',
      clientCertificateId,
      resumed: socket.isSessionReused(),
    };
    requests.connections.push(recorded);
    this.#connections.set(socket, { recorded, requests: 0 });
    this.#idle.add(socket);
    socket.once('close', () => this.#idle.delete(socket));
    socket.on('error', () => {});
    const inactive =
      clientCertificateId !== undefined && account.certificateStatus(clientCertificateId) !== 'ACTIVE';
    if (
      this.mode === 'close-after-handshake' ||
      (inactive && this.closesInactive === 'after-handshake') ||
      (requiredAlpn !== undefined && recorded.alpn !== requiredAlpn)
    ) {
      // With TLS 1.2 the end of the handshake is still to be sent.
      this.#connections.delete(socket);
      setImmediate(() => socket.destroy());
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket as TLSSocket;
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    this.#idle.delete(socket);
    connection.requests += 1;
    const { faults, requests, throttlesAs } = this.#options;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks).toString('utf8');
    const { call, gate, route } = this.#find(request, body, connection.recorded);
    const { operation } = call;
    const { headers, method = '', url = '' } = request;
    const end = requests.begin({
      operation,
      method,
      path: url,
      headers,
      body,
      connection: connection.recorded,
    });
    response.once('finish', () => this.#idle.add(socket));
    response.once('close', end);
    const { fault, latencyMs } = faults.take(operation, connection.requests > 1);
    const reply = fault === undefined ? this.#answer(call, gate, route) : undefined;
    if (latencyMs > 0) {
      await new Promise<void>((resolve) => this.#options.clock.after(latencyMs, resolve));
    }
    if (response.destroyed) return;
    const below = this.#below.get(socket.remotePort ?? 0);
    if (reply !== undefined) send(response, reply);
    else if (this.#isInactive(call) && below !== undefined) shut(below);
    else if (fault !== undefined && below !== undefined) {
      sendFault({ response, socket: below }, fault, throttlesAs);
    }
  }

  /** Undefined: the connection is closed instead. */
  #answer(call: Call, gate: Gate | undefined, route: Route | undefined): Reply | undefined {
    if (this.#isInactive(call)) return undefined;
    if (this.#options.coresOnly && call.connection.clientCertificateId === undefined) return gatewayRefusal();
    if (route === undefined) return awsError(404, 'UnknownOperationException', 'There is no such operation');
    return gate?.(call) ?? route.answer(call);
  }

  #isInactive({ connection: { clientCertificateId } }: Call): boolean {
    return (
      clientCertificateId !== undefined &&
      this.#options.account.certificateStatus(clientCertificateId) !== 'ACTIVE'
    );
  }

  #find(request: IncomingMessage, body: string, connection: RecordedConnection) {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://fake.invalid');
    const call = { query: searchParams, headers: request.headers, body, connection };
    for (const { gate, routes } of this.#options.apis) {
      const found = findRoute(routes, request.method ?? '', pathname);
      if (found === undefined) continue;
      const { members, route } = found;
      return { call: { ...call, operation: route.operation, members }, gate, route };
    }
    return { call: { ...call, operation: 'unknown', members: {} }, gate: undefined, route: undefined };
  }
}

function nameOf(socket: TLSSocket): string | undefined {
  const { servername } = socket as TLSSocket & { readonly servername?: string | false | null };
  return typeof servername === 'string' ? servername : undefined;
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
