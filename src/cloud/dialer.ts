/**
 * Opens TLS connections to one host, through a proxy (CONNECT) where there is one. Always true: what it answers is a connection
 * whose handshake is over and whose server is the right one; whatever it began is gone when its signal is aborted, which is more
 * than an agent of Node's does for a tunnel, and why it is ours.
 */
import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import {
  DialError,
  handshakeFailed,
  proxyFailed,
  proxyRefused,
  type SocketError,
} from './connection-failure.ts';
import type { CoreCredentials } from './core-credentials.ts';
import { trouble } from './outcome.ts';
import type { ProxyAddress } from './proxy.ts';

/** Without certificate and key, none is shown. */
export type DialCredentials = Pick<CoreCredentials, 'rootCaPems'> &
  Partial<Pick<CoreCredentials, 'certificatePem' | 'keyPem'>>;

export interface DialerOptions {
  readonly host: string;
  readonly port: number;
  readonly alpn: string | undefined;
  readonly credentials: DialCredentials;
  readonly proxy: ProxyAddress | undefined;
  readonly lookup: LookupFunction | undefined;
}

/** Before the next address of the host is tried: Node's 250 ms are less than a round trip of some gateways. */
const ADDRESS_TIMEOUT_MS = 1_500;

export class Dialer {
  readonly #options: DialerOptions;
  readonly #secureContext: SecureContext;
  readonly #place: string;

  constructor(options: DialerOptions) {
    const { credentials, host, port } = options;
    const { certificatePem: cert, keyPem: key } = credentials;
    this.#options = options;
    this.#place = placeOf(host, port);
    this.#secureContext = createSecureContext({
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      ca: [...credentials.rootCaPems],
      minVersion: 'TLSv1.2',
    });
  }

  /** Throws `DialError`. What it answers may have been closed meanwhile: see `handOver`. */
  async dial(signal: AbortSignal): Promise<TLSSocket> {
    const { proxy } = this.#options;
    if (signal.aborted) throw this.#late();
    const tunnel = proxy === undefined ? undefined : await this.#tunnel(proxy, signal);
    if (tunnel?.destroyed === true) {
      throw new DialError(handshakeFailed(this.#place, { code: 'ECONNRESET' }, undefined));
    }
    return this.#handshake(tunnel, signal);
  }

  /** Only as far as the host's port, through the proxy where there is one: for a check. Throws `DialError`. */
  async reach(signal: AbortSignal): Promise<Socket> {
    const { proxy } = this.#options;
    if (signal.aborted) throw this.#late();
    return proxy === undefined ? this.#connect(signal) : this.#tunnel(proxy, signal);
  }

  #connect(signal: AbortSignal): Promise<Socket> {
    const { host, lookup, port } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = connectTcp({
        ...{ host, port, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS },
        ...(lookup === undefined ? {} : { lookup }),
      });
      const fail = (error: DialError): void => {
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        reject(error);
      };
      const onAbort = (): void => fail(this.#late());
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('error', (error: SocketError) =>
        fail(new DialError(handshakeFailed(this.#place, error, undefined))),
      );
      socket.once('connect', () => {
        signal.removeEventListener('abort', onAbort);
        resolve(socket);
      });
    });
  }

  #handshake(tunnel: Socket | undefined, signal: AbortSignal): Promise<TLSSocket> {
    const { alpn, host, lookup, port } = this.#options;
    return new Promise((resolve, reject) => {
      const options: ConnectionOptions & { readonly autoSelectFamilyAttemptTimeout: number } = {
        host,
        port,
        // An address cannot be named in a handshake.
        servername: isIP(host) === 0 ? host : '',
        secureContext: this.#secureContext,
        rejectUnauthorized: true,
        autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
        ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
        ...(tunnel === undefined ? {} : { socket: tunnel }),
        ...(lookup === undefined ? {} : { lookup }),
      };
      const socket = connect(options);
      // For good: it may fail again before whoever gets it listens.
      socket.on('error', () => {});
      const settle = (end: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        socket.removeListener('error', onError);
        socket.removeListener('close', onClose);
        end();
      };
      const fail = (error: DialError): void =>
        settle(() => {
          socket.destroy();
          tunnel?.destroy();
          reject(error);
        });
      const onAbort = (): void => fail(this.#late());
      const onError = (error: SocketError): void =>
        fail(new DialError(handshakeFailed(this.#place, error, socket.authorizationError)));
      const onClose = (): void => onError({ code: 'ECONNRESET' });
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('error', onError);
      socket.once('close', onClose);
      socket.once('secureConnect', () => settle(() => resolve(socket)));
    });
  }

  #tunnel(proxy: ProxyAddress, signal: AbortSignal): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const asked = this.#ask(proxy);
      const settle = (end: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        end();
      };
      const fail = (error: DialError): void =>
        settle(() => {
          asked.destroy();
          reject(error);
        });
      const onAbort = (): void => fail(this.#late());
      signal.addEventListener('abort', onAbort, { once: true });
      asked.on('error', (error) => fail(new DialError(proxyFailed(proxy, error))));
      asked.once('connect', ({ statusCode = 0 }, socket, head) => {
        socket.on('error', () => {});
        if (statusCode !== 200) {
          socket.destroy();
          fail(new DialError(proxyRefused(proxy, this.#place, statusCode)));
          return;
        }
        if (head.length > 0) socket.unshift(head);
        settle(() => resolve(socket));
      });
      // Some proxies refuse as if they had been asked for a page.
      asked.once('response', ({ statusCode = 0 }) =>
        fail(new DialError(proxyRefused(proxy, this.#place, statusCode))),
      );
      asked.end();
    });
  }

  #ask(proxy: ProxyAddress): ClientRequest {
    const { credentials } = this.#options;
    const options = {
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: this.#place,
      headers: { Host: this.#place, ...proxy.headers },
      agent: false,
    };
    if (!proxy.tls) return httpRequest(options);
    return httpsRequest({
      ...options,
      // A proxy of one's own has a certificate of one's own; it sees no more than the name of the host.
      ca: [...getCACertificates('default'), ...credentials.rootCaPems],
      servername: isIP(proxy.host) === 0 ? proxy.host : '',
      rejectUnauthorized: true,
    });
  }

  #late(): DialError {
    return new DialError(trouble('unreachable', `no connection to ${this.#place} in time`));
  }
}

/**
 * To an agent of Node's, as the callback of its `createConnection` wants it. A request on a socket that is closed already would
 * never hear of it, so that is an error here.
 */
export function handOver(
  dialing: Promise<TLSSocket>,
  callback: ((error: Error | null, socket: TLSSocket) => void) | undefined,
): void {
  const failed = (error: Error): void => callback?.(error, undefined as never);
  dialing.then((socket) => {
    if (!socket.destroyed) callback?.(null, socket);
    else failed(socket.errored ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
  }, failed);
}

export function placeOf(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
