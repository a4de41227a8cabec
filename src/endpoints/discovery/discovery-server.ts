/**
 * TLS and HTTP of discovery, for all of its ports together. Always true:
 * - A handshake proves that the device has its certificate's key. Who issued it proves nothing: the verdict is the identity
 *   room's, on exactly the certificate of this connection, which nothing here looks into. Sessions are not resumed.
 * - What anybody can cost is bounded: connections and handshakes before TLS begins, requests, the size of a head, and time. A
 *   connection that has brought no request yet makes room for others.
 * - Whatever comes after a finished handshake is answered as `answer.ts` says, or cut.
 */
import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { TokenBucket } from '../limits.ts';
import { Connections } from '../listeners/connections.ts';
import type { CallObserver, Logger } from '../ports.ts';
import { type Answer, headersOf, plainAnswer, retryAfter, wholeAnswer } from './answer.ts';
import type { DiscoveryPort } from './discovery-port.ts';
import type { DiscoveryRequest } from './discovery-resource.ts';

export interface DiscoveryServerOptions {
  readonly listener: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly answer: (request: DiscoveryRequest, signal: AbortSignal) => Promise<Answer>;
  readonly maxConnections: number;
  /** Handshakes, and requests; asked for each. */
  readonly requestsPerSecond: () => number;
}

export interface ServerMaterial {
  /** PEM, the certificate first. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

interface Connection {
  readonly raw: Socket;
  readonly port: DiscoveryPort;
  requests: number;
}

/** AWS's clients offer the first, and a server that does ALPN without it ends their handshake; many offer none. */
const ALPN = ['x-amzn-http-ca', 'http/1.1'];
/** For a handshake and a head, by a device that takes seconds for its signature. */
const PENDING_MS = 15_000;
/** For a verdict, so that a device hears of it before it gives up. */
const VERDICT_MS = 20_000;
const KEEP_ALIVE_MS = 5_000;
const IDLE_MS = 30_000;
const LONGEST_MS = 60_000;
const MOST_HEADER_BYTES = 8 * 1024;
const REFUSED_LOG_MS = 60_000;
/** What was said reaches the peer before the connection is cut. */
const LINGER_MS = 1_000;

export class DiscoveryServer {
  readonly #options: DiscoveryServerOptions;
  readonly #https: Server;
  readonly #connections: Connections;
  /** By the addresses of both ends: TLS tells which secure socket, not which raw one. */
  readonly #open = new Map<string, Connection>();
  readonly #established = new WeakSet<Duplex>();
  readonly #statuses = new Map<number, number>();
  #perSecond = 0;
  #handshakes: TokenBucket;
  #requests: TokenBucket;
  #hasCertificate = false;
  #stopping = false;
  #refusedLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: DiscoveryServerOptions) {
    this.#options = options;
    const { clock, maxConnections } = options;
    this.#connections = new Connections({ maxConnections, clock, pendingMs: PENDING_MS });
    this.#handshakes = new TokenBucket(this.#perSecond, clock);
    this.#requests = new TokenBucket(this.#perSecond, clock);
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch((err: unknown) => {
        options.logger.error({ err }, 'discovery failed through a defect; the device was told nothing');
        request.socket.destroy();
      });
    };
    this.#https = createServer(
      {
        ...contextOptions(),
        requestCert: true,
        rejectUnauthorized: false,
        ALPNProtocols: ALPN,
        handshakeTimeout: PENDING_MS,
        maxHeaderSize: MOST_HEADER_BYTES,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // What it would answer by itself has no body.
        requireHostHeader: false,
      },
      serve,
    );
    // Times of silence; how long a head and a whole connection may take is kept by ourselves, since this server never listens.
    this.#https.timeout = IDLE_MS;
    // An interim answer would be taken for the final one.
    this.#https.on('checkContinue', serve);
    this.#https.on('checkExpectation', serve);
    this.#https.on('connect', (_, socket) => this.#say(socket, plainAnswer(405, { Allow: 'GET' })));
    this.#https.on('secureConnection', (socket) => {
      socket.on('error', () => {});
      this.#established.add(socket);
    });
    this.#https.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#failed(error, socket));
  }

  /** Of new connections. Throws when it is unusable, and goes on with what it has. */
  setCertificate({ certificatePem, privateKeyPem }: ServerMaterial): void {
    this.#https.setSecureContext({ ...contextOptions(), cert: certificatePem, key: privateKeyPem });
    this.#hasCertificate = true;
  }

  /** Takes a connection as a port accepted it. */
  accept(raw: Socket, port: DiscoveryPort): void {
    raw.on('error', () => {});
    if (!this.#hasCertificate || this.#stopping) {
      raw.destroy();
      return;
    }
    this.#followRate();
    if (this.#handshakes.take(1) === 0) {
      raw.destroy();
      this.#refuse(port, 'too many handshakes a second');
      return;
    }
    if (!this.#connections.accept(raw)) {
      this.#refuse(port, 'too many connections');
      return;
    }
    const key = keyOf(raw);
    this.#open.set(key, { raw, port, requests: 0 });
    const cancel = this.#options.clock.after(LONGEST_MS, () => raw.destroy());
    raw.once('close', () => {
      cancel();
      if (this.#open.get(key)?.raw === raw) this.#open.delete(key);
    });
    this.#https.emit('connection', raw);
  }

  /** How many requests were answered with each status. */
  statuses(): readonly { readonly status: number; readonly requests: number }[] {
    return [...this.#statuses].map(([status, requests]) => ({ status, requests }));
  }

  /** Requests in progress have so long; resolves when every connection is closed. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    for (const { raw, requests } of this.#open.values()) if (requests === 0) raw.destroy();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(graceMs, resolve);
      this.#connections.emptied(() => {
        cancel();
        resolve();
      });
    });
    this.#connections.destroyAll();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#open.get(keyOf(request.socket));
    // It was closed since.
    if (connection === undefined) return;
    const { raw, port } = connection;
    const begun = this.#options.clock.monotonic();
    const ended = new AbortController();
    this.#connections.keep(raw);
    connection.requests += 1;
    port.calls += 1;
    port.activeCalls += 1;
    response.on('error', () => {});
    response.once('close', () => {
      ended.abort();
      connection.requests -= 1;
      port.activeCalls -= 1;
    });
    const given = await this.#answer(request, port, ended);
    this.#told(given.status, begun);
    const keepAlive = !this.#stopping && wantsKeepAlive(request) && given.status < 400;
    response.writeHead(given.status, {
      ...headersOf(given),
      Connection: keepAlive ? 'keep-alive' : 'close',
    });
    response.end(given.body);
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, port: DiscoveryPort, ended: AbortController): Promise<Answer> {
    const { clock, logger, answer } = this.#options;
    this.#followRate();
    if (this.#requests.take(1) === 0) {
      port.rejected += 1;
      return plainAnswer(429, retryAfter(this.#requests.retryAfterMs()));
    }
    if (hasBody(request)) return plainAnswer(413);
    const cancel = clock.after(VERDICT_MS, () => ended.abort());
    try {
      const { method = '', url: path = '' } = request;
      return await answer({ method, path, certificatePem: certificateOf(request.socket) }, ended.signal);
    } catch (err) {
      logger.error({ err }, 'discovery failed through a defect; the device was told 500');
      return plainAnswer(500);
    } finally {
      cancel();
    }
  }

  #followRate(): void {
    const perSecond = this.#options.requestsPerSecond();
    if (perSecond === this.#perSecond) return;
    this.#perSecond = perSecond;
    this.#handshakes = new TokenBucket(perSecond, this.#options.clock);
    this.#requests = new TokenBucket(perSecond, this.#options.clock);
  }

  #told(status: number, begun: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    const { listener, clock, observer } = this.#options;
    observer.ended({
      listener,
      operation: 'Discover',
      result: status === 500 ? 'service_error' : status === 200 ? 'success' : 'failure',
      reason: undefined,
      milliseconds: clock.monotonic() - begun,
    });
  }

  /** A handshake that failed, or what came after one and is no HTTP. */
  #failed(error: NodeJS.ErrnoException, socket: Duplex): void {
    const { clock, listener, logger } = this.#options;
    logger.debug({ listener, problem: error.message }, 'refused a connection to discovery');
    if (!this.#established.has(socket) || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    this.#told(status, clock.monotonic());
    this.#say(socket, plainAnswer(status));
  }

  #say(socket: Duplex, given: Answer): void {
    socket.end(wholeAnswer(given));
    this.#options.clock.after(LINGER_MS, () => socket.destroy());
  }

  #refuse(port: DiscoveryPort, problem: string): void {
    port.rejected += 1;
    const { listener, clock, logger } = this.#options;
    const now = clock.monotonic();
    if (now - this.#refusedLoggedAt < REFUSED_LOG_MS) return;
    this.#refusedLoggedAt = now;
    const connections = this.#connections.count();
    logger.warn({ listener, problem, connections }, 'refused a connection to discovery');
  }
}

function contextOptions() {
  return {
    // No CA: whoever issued a device's certificate, the identity room decides about it.
    ca: [],
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  } as const satisfies Parameters<Server['setSecureContext']>[0];
}

function keyOf(socket: Socket): string {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function certificateOf(socket: Socket): string | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.toString() : undefined;
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}

/** Who does not ask for it, as AWS's client, never closes a connection by itself. */
function wantsKeepAlive({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*keep-alive\s*(,|$)/i.test(headers.connection ?? '');
}
