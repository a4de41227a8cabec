/**
 * One socket on which one caller is served: our own `net.Server`, whose connections are checked here and then handed
 * to one grpc-js server. Who the caller is follows from the socket alone.
 *
 * Stopping: nothing new is accepted and the path goes; streams are ended; calls in progress have until the deadline;
 * then every connection is closed.
 */
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '../../clock.ts';
import type { Contract } from '../../contract/index.ts';
import { ListenerGate } from '../gate.ts';
import { admission } from '../grpc/admission.ts';
import { CallRunner } from '../grpc/calls.ts';
import type { StandingAnswers } from '../grpc/standing-answers.ts';
import { StatusMapper } from '../grpc/status.ts';
import type { ListenerLimits } from '../limits.ts';
import type { CallObserver, Finding, Logger } from '../ports.ts';
import { Connections, DEFAULT_MAX_CONNECTIONS } from './connections.ts';
import { isUnix, type TcpListenerConfig, type UnixListenerConfig } from './listener-config.ts';
import { ListenerError } from './listener-error.ts';
import { isLoopbackAddress } from './loopback.ts';
import { TlsTerminator } from './tls.ts';
import { type BoundUnixSocket, bindUnixSocket } from './unix-socket.ts';

/** A peer that answers no ping for this long is gone: a dead host, or a process that stands still. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
/** Only makes callers wait, so it is far above what we count ourselves; it bounds what a mad caller may hold. */
const LEAST_STREAMS = 10_000;
const REFUSED_LOG_MS = 60_000;

export interface ListenerOptions {
  readonly name: string;
  readonly config: UnixListenerConfig | TcpListenerConfig;
  /** Names of remote procedures, or `all` that its services have. */
  readonly operations: readonly string[] | 'all';
  readonly limits: ListenerLimits;
  /** A socket of systemd's to serve instead of opening one. */
  readonly inherited: number | undefined;
  readonly maxConnections?: number;
}

export interface ListenerParts {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  /** Puts services on the listener's server. */
  readonly serve: (server: Server, runner: CallRunner) => void;
  /** Of operations that never end with an error. */
  readonly standingAnswers?: StandingAnswers;
}

export interface ListenerState {
  readonly name: string;
  /** "unix:/run/deviceauthd/mosquitto.sock", "tcp:127.0.0.1:7443"; "unix:systemd:mosquitto" when it was passed to us. */
  readonly address: string;
  readonly operations: readonly string[];
  readonly calls: number;
  readonly rejected: number;
  readonly activeCalls: number;
  readonly connections: number;
}

export class Listener {
  readonly name: string;
  readonly #options: ListenerOptions;
  readonly #parts: ListenerParts;
  readonly #gate: ListenerGate;
  readonly #connections: Connections;
  readonly #grpc: Server;
  readonly #injector: ConnectionInjector;
  readonly #terminator: TlsTerminator | undefined;
  readonly #net: NetServer;
  readonly #openedAt: number;
  #bound: BoundUnixSocket | undefined;
  #address = '';
  #refusedLoggedAt = Number.NEGATIVE_INFINITY;

  /** Rejects with a `ListenerError`, and then has left nothing open. */
  static async open(options: ListenerOptions, parts: ListenerParts): Promise<Listener> {
    const listener = new Listener(options, parts);
    try {
      await listener.#listen();
      return listener;
    } catch (error) {
      listener.#net.close();
      listener.#grpc.forceShutdown();
      throw error;
    }
  }

  private constructor(options: ListenerOptions, parts: ListenerParts) {
    const { name, operations, limits } = options;
    this.name = name;
    this.#options = options;
    this.#parts = parts;
    this.#openedAt = parts.clock.now();
    this.#gate = new ListenerGate({ listener: name, operations, limits, clock: parts.clock });
    const maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    this.#connections = new Connections({ maxConnections, clock: parts.clock });
    const statuses = new StatusMapper(parts.contract, parts.logger);
    const { clock, logger, observer } = parts;
    const runner = new CallRunner({ gate: this.#gate, statuses, observer, logger, clock });
    this.#grpc = new Server({
      interceptors: [admission(this.#gate, statuses, runner, parts.standingAnswers)],
      'grpc.max_receive_message_length': limits.maxMessageBytes,
      'grpc.max_send_message_length': -1,
      'grpc.max_concurrent_streams': Math.max(LEAST_STREAMS, limits.maxConcurrentCalls * 2),
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.enable_channelz': 0,
    });
    parts.serve(this.#grpc, runner);
    // What is injected has gone through our own TLS, or needs none.
    this.#injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#terminator = this.#makeTerminator();
    this.#net = createNetServer((socket) => this.#accept(socket));
    this.#net.on('error', (error) => {
      if (this.#net.listening)
        logger.error({ listener: name, err: error }, 'the listener could not accept a connection');
    });
  }

  get address(): string {
    return this.#address;
  }

  get listening(): boolean {
    return this.#net.listening;
  }

  state(): ListenerState {
    const { calls, rejected, active } = this.#gate.counts();
    const { operations } = this.#options;
    return {
      name: this.name,
      address: this.#address,
      operations: operations === 'all' ? ['*'] : operations,
      calls,
      rejected: rejected + this.#connections.refused(),
      activeCalls: active,
      connections: this.#connections.count(),
    };
  }

  findings(): readonly Finding[] {
    const { config, name } = this.#options;
    const since = this.#openedAt;
    const found: Finding[] = [];
    if (!isUnix(config) && config.tls === undefined && this.#address.startsWith('tcp:')) {
      const message =
        `any local user can call the listener "${name}" on ${this.#address}; ` +
        'give it tls, or a Unix socket, and leave out insecureLoopback';
      found.push({ severity: 'WARNING', code: 'listener.insecure-loopback', message, since });
    }
    if (this.#bound?.exposedDirectory === true && isUnix(config)) {
      const message =
        `any local user can replace the socket of the listener "${name}"; ` +
        `take away others' right to write to the directory of ${config.socket}`;
      found.push({ severity: 'ALARM', code: 'listener.directory-writable', message, since });
    }
    if (this.#connections.refused() > 0) {
      const message = `the listener "${name}" has refused connections over its limit; look for a caller that opens too many`;
      found.push({ severity: 'WARNING', code: 'listener.connections-refused', message, since });
    }
    return found;
  }

  /** Reads the TLS files again. Throws a `ListenerError` and goes on with the old ones if they are unusable. */
  reloadCertificates(): void {
    try {
      this.#terminator?.reload();
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Resolves when every connection is closed, at the latest soon after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    this.#gate.stop();
    this.#bound?.remove();
    this.#connections.destroyPending();
    // Not `tryShutdown`: since Node 24 its sessions count as closed while calls are still in progress on them.
    this.#injector.drain(graceMs);
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(graceMs, resolve);
      this.#connections.emptied(() => {
        cancel();
        resolve();
      });
    });
    this.#injector.destroy();
    this.#grpc.forceShutdown();
    this.#connections.destroyAll();
    await closed;
  }

  async #listen(): Promise<void> {
    const { config, inherited, name } = this.#options;
    if (inherited !== undefined) {
      await this.#serveInherited(inherited);
    } else if (isUnix(config)) {
      const mode = Number.parseInt(config.mode, 8);
      const { socket: path, group } = config;
      this.#bound = await bindUnixSocket(this.#net, { listener: name, path, mode, group });
      this.#address = `unix:${path}`;
    } else {
      this.#refuseWithoutTls(config);
      await this.#listenOn({ host: config.host, port: config.port });
      this.#requireLoopback(config);
    }
  }

  async #serveInherited(descriptor: number): Promise<void> {
    const { config, name } = this.#options;
    await this.#listenOn({ fd: descriptor });
    const isTcp = this.#address.startsWith('tcp:');
    if (isTcp === isUnix(config)) {
      const kinds = isTcp ? ['a TCP', 'a Unix'] : ['a Unix', 'a TCP'];
      throw new ListenerError(
        name,
        `systemd passed ${kinds[0]} socket, the configuration has ${kinds[1]} one`,
      );
    }
    if (isUnix(config)) return;
    this.#refuseWithoutTls(config);
    this.#requireLoopback(config);
  }

  async #listenOn(
    where: { readonly host: string; readonly port: number } | { readonly fd: number },
  ): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => reject(this.#error(error));
      this.#net.once('error', failed);
      this.#net.listen(where, () => {
        this.#net.off('error', failed);
        resolve();
      });
    });
    const address = this.#net.address();
    if (typeof address === 'string') this.#address = `unix:${address}`;
    else if (address !== null) {
      const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      this.#address = `tcp:${host}:${address.port}`;
    } else this.#address = `unix:systemd:${this.name}`;
  }

  #refuseWithoutTls(config: TcpListenerConfig): void {
    if (config.tls !== undefined || config.insecureLoopback) return;
    const message = 'a TCP port needs tls; insecureLoopback: true allows a loopback address without it';
    throw new ListenerError(this.name, message);
  }

  /** Asked of the address that was bound: a name may stand for anything. */
  #requireLoopback(config: TcpListenerConfig): void {
    if (config.tls !== undefined) return;
    const address = this.#net.address();
    const host = address !== null && typeof address === 'object' ? address.address : '';
    if (isLoopbackAddress(host)) return;
    throw new ListenerError(this.name, `${config.host} is not a loopback address, so the port needs tls`);
  }

  #makeTerminator(): TlsTerminator | undefined {
    const { config, name } = this.#options;
    if (isUnix(config) || config.tls === undefined) return undefined;
    try {
      return new TlsTerminator({
        listener: name,
        config: config.tls,
        alpn: ['h2'],
        logger: this.#parts.logger,
        refused: (refusal) => this.#parts.observer.refused(refusal),
        accepted: (secure, raw) => {
          this.#connections.keep(raw);
          this.#injector.injectConnection(secure);
        },
      });
    } catch (error) {
      throw this.#error(error);
    }
  }

  #accept(socket: Socket): void {
    if (!this.#connections.accept(socket)) {
      this.#logRefused();
    } else if (this.#terminator !== undefined) {
      socket.setNoDelay(true);
      this.#terminator.accept(socket);
    } else {
      this.#connections.awaitPreface(socket, () => this.#injector.injectConnection(socket));
    }
  }

  #logRefused(): void {
    const now = this.#parts.clock.monotonic();
    if (now - this.#refusedLoggedAt < REFUSED_LOG_MS) return;
    this.#refusedLoggedAt = now;
    const connections = this.#connections.count();
    this.#parts.logger.warn(
      { listener: this.name, connections },
      'refused a connection: the listener is full',
    );
  }

  #error(error: unknown): ListenerError {
    if (error instanceof ListenerError) return error;
    return new ListenerError(this.name, error instanceof Error ? error.message : String(error), error);
  }
}
