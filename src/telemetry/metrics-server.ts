/**
 * `GET /metrics` and `GET /-/ready` over plain HTTP, on a loopback address only. Follows the
 * configuration: closed while metrics are disabled or no address is named, moved when the address
 * changes. An address that cannot be had is a finding, never a failure of the daemon.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Findings } from './findings.ts';
import type { Logger } from './logger.ts';
import { isLoopback, parseHostPort } from './loopback-address.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServerOptions {
  readonly metrics: Metrics;
  readonly findings: Findings;
  readonly logger: Logger;
  /** Undefined when the daemon serves; otherwise why not. */
  readonly notReady: () => string | undefined;
}

export interface MetricsSettings {
  readonly disableMetrics: boolean;
  /** `host:port`; empty: off. */
  readonly listen: string;
}

const FINDING = 'metrics.listener';
const MOST_CONNECTIONS = 32;

export class MetricsServer {
  readonly #options: MetricsServerOptions;
  #server: Server | undefined;
  #wanted = '';
  #queue: Promise<void> = Promise.resolve();

  constructor(options: MetricsServerOptions) {
    this.#options = options;
  }

  /** Where it listens; undefined while it does not. */
  get address(): AddressInfo | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address : undefined;
  }

  /** Never rejects. Asked again with the same settings, it tries again only what failed. */
  apply(settings: MetricsSettings): Promise<void> {
    const wanted = settings.disableMetrics ? '' : settings.listen;
    this.#queue = this.#queue.then(() => this.#move(wanted));
    return this.#queue;
  }

  close(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#close());
    return this.#queue;
  }

  async #move(wanted: string): Promise<void> {
    if (wanted === this.#wanted && this.#server !== undefined) return;
    await this.#close();
    this.#wanted = wanted;
    this.#options.findings.clear(FINDING);
    if (wanted === '') return;
    const address = parseHostPort(wanted);
    if (address === undefined || !isLoopback(address.host)) {
      this.#fail(`metrics.listen is ${wanted}, which is not host:port of a loopback address.`);
      return;
    }
    const server = this.#create();
    try {
      await listening(server, address.host, address.port);
      this.#server = server;
      this.#options.logger.info({ address: wanted }, 'metrics are served');
    } catch (error) {
      this.#fail(`Metrics cannot be served on ${wanted}: ${causeOf(error)}. Free it, or set metrics.listen.`);
    }
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  #create(): Server {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#options.logger.error({ err: error }, 'a metrics request failed');
        response.destroy();
      });
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.headersTimeout = 5000;
    server.requestTimeout = 5000;
    server.keepAliveTimeout = 5000;
    server.on('error', (error) => this.#options.logger.warn({ err: error }, 'metrics listener'));
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/metrics' && path !== '/-/ready') return reply(response, 404, 'not found\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return reply(response, 405, 'GET only\n');
    }
    if (path === '/-/ready') {
      const why = this.#options.notReady();
      return reply(
        response,
        why === undefined ? 200 : 503,
        why === undefined ? 'ready\n' : `not ready: ${why}\n`,
      );
    }
    const { metrics } = this.#options;
    const text = await metrics.text();
    reply(response, 200, text, metrics.registry.contentType);
  }

  #fail(message: string): void {
    this.#options.findings.raise({ severity: 'WARNING', code: FINDING, message });
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'the port is taken';
  if (code === 'EACCES') return 'the permission is missing';
  if (code === 'EADDRNOTAVAIL') return 'this host has no such address';
  return error instanceof Error ? error.message : String(error);
}
