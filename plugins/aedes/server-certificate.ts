/**
 * The broker's server certificate, from the daemon: asked for under a name, so that a restart of either side finds the same one,
 * and swapped in the running servers whenever any part of it changes. Always true:
 *
 * - Connections that are open stay; the next handshake sees the new certificate, device CAs and CRLs.
 * - An update that is not a certificate with its own key and readable CAs changes nothing, and is a line in the log.
 * - While the daemon is away the servers go on with what they have.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Server } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Clock } from '../../src/clock.ts';
import { SystemClock } from '../../src/clock.ts';
import type { CertificateUpdate__Output } from '../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import { loadContract } from '../../src/contract/index.ts';
import { DaemonClient } from './daemon-client.ts';
import type { CertificatePort, Log } from './daemon-port.ts';
import type { DeviceServerOptions, TlsMaterial, UnknownIssuer } from './tls-server.ts';
import { createServerFor, secureContextOptions } from './tls-server.ts';

export interface ServerCertificateOptions {
  /** `unix:/run/deviceauthd/aedes.sock`, or `host:port` together with `credentials`. */
  readonly address: string;
  readonly credentials?: ChannelCredentials;
  /**
   * Two brokers on one listener of the daemon need two: 1 to 64 characters of `[A-Za-z0-9_.-]`, begun by a letter or
   * digit. Default `aedes`.
   */
  readonly name?: string;
  readonly log?: Log;
  readonly clock?: Clock;
}

export interface ServerTls extends TlsMaterial {
  readonly deviceCaCrls: readonly string[];
  /** What devices must trust, one PEM each: what a broker hands to devices, never what it checks them against. */
  readonly caCertificates: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly notAfter: number;
}

const FIRST_DELAY = 50;
const LONGEST_DELAY = 2000;
const LONGEST_DELAY_REFUSED = 10_000;

/** What the operator can do about a refusal; anything else is an absent daemon. */
const REMEDIES: Readonly<Record<string, string>> = {
  UNAUTHORIZED:
    'allow SubscribeToCertificateUpdates (or "broker") in the operations of this socket\'s listener',
  UNIMPLEMENTED: 'this daemon delivers no certificates; update it',
  INVALID_ARGUMENTS: 'the name may be at fault',
};

export class ServerCertificate {
  readonly #port: CertificatePort;
  readonly #name: string;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #close: () => void;
  readonly #servers = new Map<Server, UnknownIssuer>();
  readonly #waiting: ((tls: ServerTls) => void)[] = [];
  #current: ServerTls | undefined;
  #delay = FIRST_DELAY;
  #refused = false;
  #closed = false;
  #end: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #keepsProcess: NodeJS.Timeout | undefined;

  static subscribe(options: ServerCertificateOptions): ServerCertificate {
    const client = new DaemonClient({
      contract: loadContract(),
      address: options.address,
      brokerInstanceId: '',
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    });
    return new ServerCertificate(client, options, () => client.close());
  }

  /** With a transport of your own. `close` is called at the end. */
  constructor(
    port: CertificatePort,
    options: Omit<ServerCertificateOptions, 'address' | 'credentials'> = {},
    close: () => void = () => {},
  ) {
    this.#port = port;
    this.#name = options.name ?? 'aedes';
    this.#log = options.log ?? (() => {});
    this.#clock = options.clock ?? new SystemClock();
    this.#close = close;
    this.#open();
  }

  /** Undefined until the daemon has said something usable. */
  get current(): ServerTls | undefined {
    return this.#current;
  }

  /** Resolves with the first; a broker with no certificate has nothing to listen with. */
  ready(): Promise<ServerTls> {
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    // A broker that has nothing to listen with yet has nothing else that keeps its process.
    this.#keepsProcess ??= setInterval(() => {}, LONGEST_DELAY_REFUSED);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** As `createTlsServer`, with the current certificate and device CAs, now and later; there may be no device CA yet. */
  async createTlsServer(options: DeviceServerOptions): Promise<Server> {
    const server = createServerFor(await this.ready(), options);
    this.applyTo(server, options.unknownIssuer);
    return server;
  }

  /** A server made otherwise gets the current context, and every later one until it closes. */
  applyTo(server: Server, unknownIssuer: UnknownIssuer = 'refuse'): void {
    this.#servers.set(server, unknownIssuer);
    server.once('close', () => this.#servers.delete(server));
    if (this.#current !== undefined) swap(server, this.#current, unknownIssuer);
  }

  /** Nothing is swapped any more; the servers go on with what they have. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#keepsProcess);
    this.#cancelRetry?.();
    this.#end?.();
    this.#servers.clear();
    this.#close();
  }

  #open(): void {
    let isOver = false;
    const end = this.#port.openCertificates(this.#name, {
      onUpdate: (update) => {
        if (!isOver && !this.#closed) this.#take(update);
      },
      onEnd: (cause) => {
        isOver = true;
        if (!this.#closed) this.#lost(cause);
      },
    });
    if (!isOver) this.#end = end;
  }

  #take(update: CertificateUpdate__Output): void {
    this.#delay = FIRST_DELAY;
    this.#refused = false;
    const tls: ServerTls = {
      certificate: update.certificate,
      privateKey: update.privateKey,
      deviceCas: update.deviceCaCertificates,
      deviceCaCrls: update.deviceCaCrls,
      caCertificates: update.caCertificates,
      notAfter: update.notAfter,
    };
    const problem = problemOf(tls);
    if (problem !== undefined) {
      this.#log('error', 'certificate update not usable', { problem });
      return;
    }
    this.#current = tls;
    const { fingerprint256 } = new X509Certificate(tls.certificate);
    this.#log('info', 'server certificate taken', {
      certificateId: fingerprint256.replaceAll(':', '').toLowerCase().slice(0, 16),
      notAfter: new Date(tls.notAfter).toISOString(),
      deviceCas: tls.deviceCas.length,
    });
    for (const [server, unknownIssuer] of this.#servers) swap(server, tls, unknownIssuer);
    clearInterval(this.#keepsProcess);
    for (const resolve of this.#waiting.splice(0)) resolve(tls);
  }

  #lost(cause: Error | undefined): void {
    this.#end = undefined;
    const reason = (cause as { reason?: string } | undefined)?.reason ?? '';
    const remedy = REMEDIES[reason];
    const isNew = remedy !== undefined && !this.#refused;
    if (remedy !== undefined) this.#refused = true;
    this.#log(isNew ? 'error' : 'debug', 'no certificates from the daemon', {
      why: cause?.message ?? 'the daemon ended it',
      remedy,
    });
    const delay = this.#delay * (0.5 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, remedy === undefined ? LONGEST_DELAY : LONGEST_DELAY_REFUSED);
    this.#cancelRetry = this.#clock.after(delay, () => this.#open());
  }
}

function swap(server: Server, tls: ServerTls, unknownIssuer: UnknownIssuer): void {
  server.setSecureContext(secureContextOptions(tls, unknownIssuer));
}

function problemOf(tls: ServerTls): string | undefined {
  if (tls.certificate === '') return 'it has no certificate';
  if (tls.privateKey === '') return 'it has no private key';
  if (tls.deviceCaCrls.length > 0 && tls.deviceCaCrls.length !== tls.deviceCas.length) {
    return 'it has not as many CRLs as device CAs';
  }
  try {
    const key = createPrivateKey(tls.privateKey);
    if (!new X509Certificate(tls.certificate).checkPrivateKey(key))
      return "its private key is not the certificate's";
    // OpenSSL passes over a device CA that it cannot read.
    for (const pem of tls.deviceCas) new X509Certificate(pem);
    createSecureContext(secureContextOptions(tls, 'refuse'));
    return undefined;
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  }
}
