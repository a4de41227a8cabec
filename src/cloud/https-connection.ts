/**
 * HTTPS to one host of AWS as the core device: mutual TLS with the core's certificate, HTTP/1.1, connections kept open. Always true:
 * - The server is held against the given roots and its exact name, which it is told (SNI); there is no switch that turns this off.
 * - An answer is whole and within the limit, or there is none.
 * - A request that met a connection which the server had closed meanwhile is sent again on a new one; whoever uses this asks only
 *   what may be asked twice.
 * - Nothing outlives its signal.
 */
import type { LookupFunction } from 'node:net';
import { ConnectionPool } from './connection-pool.ts';
import { type CoreFiles, readCoreCredentials } from './core-credentials.ts';
import { Dialer, placeOf } from './dialer.ts';
import { type Outcome, trouble } from './outcome.ts';
import type { ProxyAddress } from './proxy.ts';
import type { ServiceAnswer, ServiceConnection, ServiceRequest } from './service-connection.ts';

export interface HttpsConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** The one ALPN protocol to offer; see `dataPlaneAlpn`. Undefined: none, as the credential provider wants it. */
  readonly alpn: string | undefined;
  readonly files: CoreFiles;
  /** See `proxyFor`. */
  readonly proxy: ProxyAddress | undefined;
  /** Told of what the operator should put right though it works, such as a key that others may read. */
  readonly warn: (message: string) => void;
  /** Left out: the system's. */
  readonly lookup?: LookupFunction;
}

/** AWS IoT's gateway speaks MQTT on port 443 unless it is asked for HTTP with a client certificate; on 8443 there is only that. */
export function dataPlaneAlpn(port: number): string | undefined {
  return port === 443 ? 'x-amzn-http-ca' : undefined;
}

export class HttpsConnection implements ServiceConnection {
  readonly #options: HttpsConnectionOptions;
  #pool: ConnectionPool;
  #closed = false;

  /** Throws `CoreFileError`. */
  constructor(options: HttpsConnectionOptions) {
    this.#options = options;
    this.#pool = this.#open();
  }

  /** The id of the core's certificate in use. */
  get certificateId(): string {
    return this.#pool.certificateId;
  }

  async send(request: ServiceRequest): Promise<Outcome<ServiceAnswer>> {
    if (this.#closed) return trouble('unreachable', `${this.#options.host} is asked no more`);
    return this.#pool.send(request);
  }

  /** Throws `CoreFileError`; what was read before stays in use then. */
  reload(): void {
    const before = this.#pool;
    this.#pool = this.#open();
    before.retire();
  }

  /** What is under way goes on until its signal ends it. */
  close(): void {
    this.#closed = true;
    this.#pool.retire();
  }

  #open(): ConnectionPool {
    const { alpn, files, host, lookup, port, proxy, warn } = this.#options;
    const credentials = readCoreCredentials(files, warn);
    const dialer = new Dialer({ host, port, alpn, credentials, proxy, lookup });
    return new ConnectionPool({ place: placeOf(host, port), host, port, dialer, credentials });
  }
}
