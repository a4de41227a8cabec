/**
 * The socket for broker components that were written for AWS IoT Greengrass: the nucleus's own protocol, as far as client devices are
 * concerned. Who calls is known by the token of the handshake alone. Always true: a component that was removed, or has another
 * token, has no connection and no session left by the end of the turn in which that was told.
 */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import {
  COMPONENT_OPERATIONS,
  type ComponentChange,
  type ComponentTokens,
} from '../../components/component.ts';
import type { GreengrassIpcConfig } from '../../config/schema.ts';
import type { ServerCertificates } from '../../pki/certificates-api.ts';
import type { ListenerState } from '../listeners/listener.ts';
import { ListenerError } from '../listeners/listener-error.ts';
import { type BoundUnixSocket, bindUnixSocket } from '../listeners/unix-socket.ts';
import type { CallObserver, Finding, Identity, Logger, Sessions } from '../ports.ts';
import { ComponentService } from './component-service.ts';
import { type ConnectRequest, IpcConnection } from './connection.ts';
import { MessageCodec } from './message.ts';
import { GREENGRASS_IPC_LISTENER } from './name.ts';
import type { Dismissal } from './service-errors.ts';

/** Connections without a component: they have sent nothing yet, or were refused and may read why. Over it the oldest goes. */
const MOST_STRANGERS = 128;
/** At the end, for a peer that has connected and is about to send its first frame. */
const STRANGERS_GRACE_MS = 200;
const LINGER_MS = 500;
const FULL_LOG_MS = 60_000;
const CONNECT = 'Connect';
const ENDED: Dismissal = {
  name: 'UnauthorizedError',
  message: 'the component was removed, or has another token now',
};

export interface GreengrassIpcOptions {
  readonly config: Omit<GreengrassIpcConfig, 'socket'> & { readonly socket: string };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly sessions: Sessions;
  readonly identity: Identity;
  readonly certificates: ServerCertificates;
  readonly components: ComponentTokens;
}

export class GreengrassIpc {
  readonly name = GREENGRASS_IPC_LISTENER;
  readonly #options: GreengrassIpcOptions;
  readonly #codec = new MessageCodec();
  readonly #services = new Map<string, ComponentService>();
  readonly #connections = new Map<string, Set<IpcConnection>>();
  /** In the order of their coming. */
  readonly #strangers = new Set<IpcConnection>();
  readonly #net: NetServer;
  readonly #openedAt: number;
  readonly #offChange: () => void;
  #bound: BoundUnixSocket | undefined;
  /** Of components that are gone. */
  #past = { calls: 0, rejected: 0 };
  #refused = 0;
  #full = 0;
  #fullLoggedAt = Number.NEGATIVE_INFINITY;
  #isStopping = false;
  #stopped: Promise<void> | undefined;
  #whenEmpty: () => void = () => {};

  /** Rejects with a `ListenerError`, and then has left nothing open. */
  static async open(options: GreengrassIpcOptions): Promise<GreengrassIpc> {
    const door = new GreengrassIpc(options);
    try {
      await door.#listen();
      return door;
    } catch (error) {
      door.#offChange();
      door.#net.close();
      throw error;
    }
  }

  private constructor(options: GreengrassIpcOptions) {
    this.#options = options;
    this.#openedAt = options.clock.now();
    this.#net = createServer((socket) => this.#accept(socket));
    this.#net.on('error', (err) => {
      if (this.#net.listening)
        options.logger.error({ listener: this.name, err }, 'the listener could not accept a connection');
    });
    this.#offChange = options.components.onChange((change) => this.#changed(change));
  }

  get listening(): boolean {
    return this.#net.listening;
  }

  connectionsOf(component: string): number {
    return this.#connections.get(component)?.size ?? 0;
  }

  state(): ListenerState {
    const counts = [...this.#services.values()].map(({ gate }) => gate.counts());
    const sum = (of: 'calls' | 'rejected' | 'active'): number =>
      counts.reduce((total, each) => total + each[of], 0);
    return {
      name: this.name,
      address: `unix:${this.#options.config.socket}`,
      operations: COMPONENT_OPERATIONS,
      calls: this.#past.calls + sum('calls'),
      rejected: this.#past.rejected + sum('rejected') + this.#refused,
      activeCalls: sum('active'),
      connections: this.#count() + this.#strangers.size,
    };
  }

  findings(): readonly Finding[] {
    const since = this.#openedAt;
    const found: Finding[] = [];
    if (this.#bound?.exposedDirectory === true) {
      const message =
        `any local user can replace the socket of the listener "${this.name}"; ` +
        `take away others' right to write to the directory of ${this.#options.config.socket}`;
      found.push({ severity: 'ALARM', code: 'listener.directory-writable', message, since });
    }
    if (this.#full > 0) {
      const message =
        `the listener "${this.name}" has refused connections over its limit; ` +
        'look for a component that opens too many, or raise greengrassIpc.limits.maxConnections';
      found.push({ severity: 'WARNING', code: 'listener.connections-refused', message, since });
    }
    return found;
  }

  /** Every call is answered. Resolves when every connection is closed, at the latest soon after `graceMs`. */
  stop(graceMs: number): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  async #stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    this.#bound?.remove();
    for (const { gate } of this.#services.values()) gate.stop();
    const { clock } = this.#options;
    const cancel = clock.after(Math.min(graceMs, STRANGERS_GRACE_MS), () => {
      for (const stranger of [...this.#strangers]) stranger.destroy();
    });
    const connections = [...this.#connections.values()].flatMap((each) => [...each]);
    await Promise.all(connections.map((connection) => connection.drain(graceMs)));
    await this.#emptied(LINGER_MS);
    cancel();
    for (const connection of [...this.#strangers, ...connections]) connection.destroy();
    await closed;
    this.#offChange();
  }

  async #listen(): Promise<void> {
    const { socket: path, mode, group } = this.#options.config;
    const options = { listener: this.name, path, mode: Number.parseInt(mode, 8), group };
    try {
      this.#bound = await bindUnixSocket(this.#net, options);
    } catch (error) {
      throw error instanceof ListenerError ? error : new ListenerError(this.name, String(error), error);
    }
  }

  #accept(socket: Socket): void {
    const [oldest] = this.#strangers;
    if (this.#strangers.size >= MOST_STRANGERS && oldest !== undefined) {
      this.#strangers.delete(oldest);
      oldest.destroy();
    }
    const { clock, logger, config } = this.#options;
    const connection: IpcConnection = new IpcConnection({
      socket,
      codec: this.#codec,
      clock,
      logger,
      maxMessageBytes: config.limits.maxMessageBytes,
      admit: (request) => this.#admit(connection, request),
      closed: () => this.#closed(connection),
    });
    this.#strangers.add(connection);
  }

  #admit(connection: IpcConnection, { token, isServed }: ConnectRequest): ComponentService | undefined {
    if (this.#isStopping) return undefined;
    const component = token === undefined ? undefined : this.#options.components.componentOf(token);
    if (component === undefined)
      return this.#refuse(token === undefined ? 'there is no token' : 'the token is no component’s');
    if (!isServed)
      return this.#refuse(`the component "${component.name}" speaks another version of the protocol`);
    if (this.#count() >= this.#options.config.limits.maxConnections) return this.#refuseFull(component.name);
    const { name } = component;
    const service =
      this.#services.get(name) ?? new ComponentService(name, this.#options.config.limits, this.#options);
    this.#services.set(name, service);
    const connections = this.#connections.get(name) ?? new Set();
    this.#connections.set(name, connections.add(connection));
    this.#strangers.delete(connection);
    return service;
  }

  #refuse(message: string): undefined {
    this.#refused += 1;
    try {
      this.#options.observer.refused({
        listener: this.name,
        operation: CONNECT,
        reason: 'UNAUTHORIZED',
        message,
      });
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the observer of calls failed');
    }
  }

  #refuseFull(component: string): undefined {
    this.#refused += 1;
    this.#full += 1;
    const now = this.#options.clock.monotonic();
    if (now - this.#fullLoggedAt < FULL_LOG_MS) return;
    this.#fullLoggedAt = now;
    const fields = { listener: this.name, component, connections: this.#count() };
    this.#options.logger.warn(fields, 'refused a connection: the listener is full');
  }

  #closed(connection: IpcConnection): void {
    this.#strangers.delete(connection);
    const { component } = connection;
    const others = component === undefined ? undefined : this.#connections.get(component);
    others?.delete(connection);
    if (component !== undefined && others?.size === 0) this.#connections.delete(component);
    if (this.#count() + this.#strangers.size === 0) this.#whenEmpty();
  }

  #changed({ kind, name }: ComponentChange): void {
    const connections = [...(this.#connections.get(name) ?? [])];
    if (kind === 'operations') {
      for (const connection of connections) connection.permissionsChanged();
      return;
    }
    for (const connection of connections) connection.close(ENDED);
    const service = this.#services.get(name);
    if (service === undefined) return;
    const why = kind === 'removed' ? 'the component was removed' : 'the component has another token';
    this.#options.sessions.endListener(service.listener, why);
    if (kind !== 'removed') return;
    this.#services.delete(name);
    const { calls, rejected } = service.gate.counts();
    this.#past = { calls: this.#past.calls + calls, rejected: this.#past.rejected + rejected };
  }

  #emptied(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count() + this.#strangers.size === 0) return resolve();
      const cancel = this.#options.clock.after(withinMs, resolve);
      this.#whenEmpty = () => {
        cancel();
        resolve();
      };
    });
  }

  #count(): number {
    let count = 0;
    for (const { size } of this.#connections.values()) count += size;
    return count;
  }
}
