/**
 * One TCP port of discovery, which hands on what it accepts. A port that cannot be had is a finding and is tried again; it keeps
 * nothing else from working.
 */
import { createServer, isIP, type Server, type Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { ListenerState } from '../listeners/listener.ts';
import type { Finding, Logger } from '../ports.ts';

/** `ipv6Only`: another port has the same number on IPv4. */
export type Place =
  | { readonly host: string; readonly port: number; readonly ipv6Only: boolean }
  /** A socket of systemd's, by its name there. */
  | { readonly fd: number; readonly name: string };

export interface DiscoveryPortOptions {
  readonly listener: string;
  readonly place: Place;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly accepted: (socket: Socket, port: DiscoveryPort) => void;
}

const RETRY_MS = 30_000;

export class DiscoveryPort {
  readonly #options: DiscoveryPortOptions;
  readonly #net: Server;
  #finding: Finding | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;
  calls = 0;
  rejected = 0;
  activeCalls = 0;
  connections = 0;

  constructor(options: DiscoveryPortOptions) {
    this.#options = options;
    this.#net = createServer({ noDelay: true }, (socket) => {
      this.connections += 1;
      socket.once('close', () => {
        this.connections -= 1;
      });
      options.accepted(socket, this);
    });
    this.#net.on('error', (err) => {
      if (this.#net.listening)
        options.logger.error({ listener: options.listener, err }, 'a connection could not be accepted');
    });
  }

  /** Resolves after the first attempt, whatever came of it. */
  async open(): Promise<void> {
    try {
      await this.#listen();
      // Stopped while the name of the address was looked up.
      if (this.#stopped) this.#net.close();
      if (this.#finding === undefined) return;
      this.#options.logger.info({ address: this.#text() }, 'the port of discovery could be opened now');
      this.#finding = undefined;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Undefined while it does not listen. */
  state(): ListenerState | undefined {
    if (!this.#net.listening) return undefined;
    const { calls, rejected, activeCalls, connections } = this;
    const operations = ['Discover'];
    const name = this.#options.listener;
    return { name, address: this.#text(), operations, calls, rejected, activeCalls, connections };
  }

  finding(): Finding | undefined {
    return this.#finding;
  }

  /** Takes no more connections; those there are stay. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#net.close();
  }

  async #listen(): Promise<void> {
    const { place } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#net.once('error', reject);
    this.#net.once('listening', resolve);
    try {
      this.#net.listen('fd' in place ? { fd: place.fd } : { ...place });
      await promise;
    } finally {
      this.#net.off('error', reject);
      this.#net.off('listening', resolve);
    }
  }

  #failed(error: unknown): void {
    if (this.#stopped) return;
    const { place, clock, logger, listener } = this.#options;
    const what = 'fd' in place ? `the socket "${place.name}" of systemd` : `${place.host}:${place.port}`;
    const message = `discovery cannot listen on ${what}: ${causeOf(error)}; it is tried again every ${RETRY_MS / 1_000} seconds`;
    if (message !== this.#finding?.message) logger.warn({ listener, finding: 'discovery.port' }, message);
    const since = this.#finding?.since ?? clock.now();
    this.#finding = { severity: 'WARNING', code: 'discovery.port', message, since };
    this.#cancel = clock.after(RETRY_MS, () => void this.open());
  }

  #text(): string {
    const address = this.#net.address();
    if (address === null || typeof address === 'string') return `unix:${address ?? ''}`;
    const host = isIP(address.address) === 6 ? `[${address.address}]` : address.address;
    return `tcp:${host}:${address.port}`;
  }
}

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return 'another process has this port; free it, or change discovery.listen';
    case 'EACCES':
      return 'a port below 1024 needs CAP_NET_BIND_SERVICE; use deviceauthd-discovery.socket, or port 8443';
    case 'EADDRNOTAVAIL':
      return 'this host has no such address now';
    case 'EAFNOSUPPORT':
      return 'the service may open no such socket (RestrictAddressFamilies=)';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
