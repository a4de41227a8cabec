/**
 * The TCP port where EMQX asks by HTTP. Always true:
 * - A request is heard only from EMQX: by mutual TLS with its certificate pinned, by the shared secret, or both; the secret is looked
 *   at before anything else of a request.
 * - Every request is answered in a few seconds, or its connection is closed, also where the request itself does not come to an end.
 *   EMQX sends many on one connection without waiting, and one that is never answered keeps all the others of it waiting.
 * - Connections, the size of a request, and requests at once and a second are bounded.
 */
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createNet, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { EmqxHttpConfig } from '../emqx/emqx-config.ts';
import { ListenerGate } from '../gate.ts';
import { Connections } from '../listeners/connections.ts';
import type { ListenerState } from '../listeners/listener.ts';
import { ListenerError } from '../listeners/listener-error.ts';
import { isLoopbackAddress } from '../listeners/loopback.ts';
import { TlsTerminator } from '../listeners/tls.ts';
import type { CallObserver, Finding, Logger } from '../ports.ts';
import { BearerSecret } from './bearer-secret.ts';
import { type EmqxRequests, OPERATIONS } from './emqx-requests.ts';

export interface EmqxHttpPortOptions {
  readonly name: string;
  readonly config: EmqxHttpConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly requests: EmqxRequests;
}

/** EMQX's own limit is 5 s unless told otherwise. */
const VERDICT_MS = 4_000;
/** Of silence. EMQX keeps its connections open, and opens them before it has a question; one whose host has died says nothing more. */
const IDLE_MS = 300_000;
const PENDING_MS = 60_000;
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_CONNECTIONS = 1_000;
const REFUSED_LOG_MS = 60_000;

type Operation = (typeof OPERATIONS)[string];

export class EmqxHttpPort {
  readonly name: string;
  readonly #options: EmqxHttpPortOptions;
  readonly #gate: ListenerGate;
  readonly #connections: Connections;
  readonly #http: Server;
  readonly #net: NetServer;
  readonly #terminator: TlsTerminator | undefined;
  readonly #raw = new WeakMap<Duplex, Socket>();
  /** Requests in progress of each connection. */
  readonly #unanswered = new Map<Socket, number>();
  readonly #openedAt: number;
  #secret: BearerSecret | undefined;
  #address = '';
  #stopping = false;
  #refusedLoggedAt = Number.NEGATIVE_INFINITY;

  /** Rejects with a `ListenerError`, and then has left nothing open. */
  static async open(options: EmqxHttpPortOptions): Promise<EmqxHttpPort> {
    const port = new EmqxHttpPort(options);
    try {
      await port.#listen();
      return port;
    } catch (error) {
      port.#net.close();
      throw port.#error(error);
    }
  }

  private constructor(options: EmqxHttpPortOptions) {
    const { clock, config, logger, name, observer } = options;
    this.name = name;
    this.#options = options;
    this.#openedAt = clock.now();
    this.#secret = this.#readSecret();
    this.#gate = new ListenerGate({ listener: name, operations: 'all', limits: config.limits, clock });
    this.#connections = new Connections({ maxConnections: MOST_CONNECTIONS, clock, pendingMs: PENDING_MS });
    this.#http = createHttp(
      {
        maxHeaderSize: MOST_HEADER_BYTES,
        keepAliveTimeout: IDLE_MS,
        requireHostHeader: false,
      },
      (request, response) => this.#serve(request, response),
    );
    // Node watches heads and whole requests only for a server that listens by itself: bodies are watched here.
    this.#http.timeout = IDLE_MS;
    this.#http.on('clientError', (_, socket) => socket.destroy());
    this.#terminator =
      config.tls === undefined
        ? undefined
        : new TlsTerminator({
            listener: name,
            config: config.tls,
            logger,
            refused: (refusal) => observer.refused(refusal),
            accepted: (secure, raw) => this.#inject(secure, raw),
          });
    this.#net = createNet({ noDelay: true }, (socket) => this.#accept(socket));
    this.#net.on('error', (err) => {
      if (this.#net.listening)
        logger.error({ listener: name, err }, 'the port could not accept a connection');
    });
  }

  get listening(): boolean {
    return this.#net.listening;
  }

  state(): ListenerState {
    const { active, calls, rejected } = this.#gate.counts();
    return {
      name: this.name,
      address: this.#address,
      operations: Object.values(OPERATIONS),
      calls,
      rejected: rejected + this.#connections.refused(),
      activeCalls: active,
      connections: this.#connections.count(),
    };
  }

  findings(): readonly Finding[] {
    if (this.#options.config.tls !== undefined) return [];
    const message =
      `whoever knows the shared secret can call "${this.name}" on ${this.#address} in the place of EMQX, and it goes over loopback ` +
      'in the clear; give it tls';
    return [{ severity: 'WARNING', code: 'listener.insecure-loopback', message, since: this.#openedAt }];
  }

  /** Reads TLS files and the secret again. Throws a `ListenerError` and goes on with the old ones if they are unusable. */
  reloadCertificates(): void {
    const secret = this.#readSecret();
    try {
      this.#terminator?.reload();
    } catch (error) {
      throw this.#error(error);
    }
    this.#secret = secret;
  }

  /** Resolves when every connection is closed, at the latest soon after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    this.#gate.stop();
    this.#connections.destroyPending();
    for (const [raw, requests] of this.#unanswered) if (requests === 0) raw.destroy();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(graceMs, resolve);
      this.#connections.emptied(() => {
        cancel();
        resolve();
      });
    });
    this.#connections.destroyAll();
    await closed;
  }

  async #listen(): Promise<void> {
    const { host, port, tls } = this.#options.config;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#net.once('error', reject);
    this.#net.listen({ host, port }, () => {
      this.#net.off('error', reject);
      resolve();
    });
    await promise;
    const address = this.#net.address();
    if (address === null || typeof address === 'string') throw new Error('it has no address');
    if (tls === undefined && !isLoopbackAddress(address.address)) {
      throw new ListenerError(this.name, `${host} is not a loopback address, so the port needs tls`);
    }
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    this.#address = `tcp:${shown}:${address.port}`;
  }

  #accept(socket: Socket): void {
    if (!this.#connections.accept(socket)) this.#logRefused();
    else if (this.#terminator !== undefined) this.#terminator.accept(socket);
    else this.#inject(socket, socket);
  }

  #inject(socket: Duplex, raw: Socket): void {
    this.#raw.set(socket, raw);
    this.#unanswered.set(raw, 0);
    raw.once('close', () => this.#unanswered.delete(raw));
    // Whoever has shown EMQX's certificate is EMQX; without TLS the first right request shows it.
    if (this.#terminator !== undefined) this.#connections.keep(raw);
    this.#http.emit('connection', socket);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    this.#count(request.socket, 1);
    response.once('close', () => this.#count(request.socket, -1));
    const taken = this.#take(request);
    if (typeof taken === 'number') this.#fail(request, response, taken);
    else this.#decide(taken, request, response);
  }

  #count(socket: Socket, change: 1 | -1): void {
    const raw = this.#raw.get(socket);
    const before = raw && this.#unanswered.get(raw);
    if (raw !== undefined && before !== undefined) this.#unanswered.set(raw, before + change);
  }

  /** It is stopping, and nothing else of this connection is to be answered. */
  #isLast({ req: { socket } }: ServerResponse<IncomingMessage>): boolean {
    const raw = this.#raw.get(socket);
    return this.#stopping && (raw === undefined || (this.#unanswered.get(raw) ?? 0) <= 1);
  }

  /** What is asked, admitted; or the status that says why it is not. */
  #take(request: IncomingMessage): Operation | number {
    const { observer } = this.#options;
    const operation = OPERATIONS[(request.url ?? '').split('?', 1)[0] ?? ''];
    const refused = (reason: string, message: string): void =>
      observer.refused({ listener: this.name, operation: operation ?? 'connect', reason, message });
    if (this.#secret !== undefined && !this.#secret.admits(request.headers.authorization)) {
      refused('UNAUTHORIZED', 'the shared secret is not the configured one, or was not sent');
      return 401;
    }
    const raw = this.#raw.get(request.socket);
    if (raw !== undefined) this.#connections.keep(raw);
    if (operation === undefined) return 404;
    if (request.method !== 'POST') return 405;
    const refusal = this.#gate.admit(operation);
    if (refusal === undefined) return operation;
    if (refusal !== 'stopping') refused(refusal.reason, refusal.message);
    return 503;
  }

  #decide(operation: Operation, request: IncomingMessage, response: ServerResponse): void {
    const { clock, logger, observer } = this.#options;
    const begun = clock.monotonic();
    const ended = new AbortController();
    const cancel = clock.after(VERDICT_MS, () =>
      ended.abort(new DOMException('EMQX waits no longer', 'TimeoutError')),
    );
    response.once('close', () => {
      ended.abort(new DOMException('EMQX has gone', 'AbortError'));
      cancel();
      this.#gate.release();
    });
    this.#answer(operation, request, response, ended.signal)
      .then((succeeded) => {
        const result = succeeded ? 'success' : 'failure';
        const milliseconds = clock.monotonic() - begun;
        observer.ended({ listener: this.name, operation, result, reason: undefined, milliseconds });
      })
      .catch((err: unknown) => {
        logger.error(
          { listener: this.name, operation, err },
          'a request of EMQX failed by a defect; the answer was no',
        );
        this.#say(response, 200, { result: 'deny' });
      });
  }

  async #answer(
    operation: Operation,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<boolean> {
    const text = await bodyOf(request, this.#options.config.limits.maxMessageBytes, signal);
    if (text === undefined) {
      this.#fail(request, response, 413);
      return false;
    }
    const { allowed, body } = await this.#options.requests.answer(operation, parsed(text), signal);
    // Late is no: EMQX has given up, or is about to.
    const isYes = allowed && !signal.aborted;
    this.#say(response, 200, isYes ? body : { result: 'deny' });
    return isYes;
  }

  /** For what is no question about a device. Only who is too much keeps its connection, which has others' questions on it too. */
  #fail(request: IncomingMessage, response: ServerResponse, status: number): void {
    if (status === 503) request.resume();
    else {
      response.setHeader('Connection', 'close');
      response.once('finish', () => request.destroy());
    }
    this.#say(response, status, { message: STATUS_CODES[status] ?? 'Error' });
  }

  #say(response: ServerResponse, status: number, content: Readonly<Record<string, unknown>>): void {
    if (response.headersSent || response.destroyed) return;
    const body = JSON.stringify(content);
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
      ...(this.#isLast(response) ? { Connection: 'close' } : {}),
    });
    response.end(body);
  }

  #readSecret(): BearerSecret | undefined {
    const { sharedSecretFile, tls } = this.#options.config;
    if (sharedSecretFile === undefined) {
      if (tls !== undefined) return undefined;
      throw new ListenerError(
        this.name,
        'sharedSecretFile is required without tls: any local user could be EMQX',
      );
    }
    try {
      return BearerSecret.read(sharedSecretFile);
    } catch (error) {
      throw this.#error(error);
    }
  }

  #logRefused(): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    if (now - this.#refusedLoggedAt < REFUSED_LOG_MS) return;
    this.#refusedLoggedAt = now;
    logger.warn(
      { listener: this.name, connections: this.#connections.count() },
      'refused a connection: the port is full',
    );
  }

  #error(error: unknown): ListenerError {
    if (error instanceof ListenerError) return error;
    return new ListenerError(this.name, error instanceof Error ? error.message : String(error), error);
  }
}

/** Undefined: it is longer than that, or does not come in time, and then its connection is closed. */
async function bodyOf(
  request: IncomingMessage,
  longest: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const late = (): void => void request.destroy();
  signal.addEventListener('abort', late, { once: true });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > longest) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener('abort', late);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
