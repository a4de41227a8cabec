/**
 * Every door of the daemon, opened and closed together: the listeners of the configuration, which serve DeviceAuth,
 * the socket for components written for Greengrass, local discovery, and the admin socket, which serves Admin, health checking and reflection. If one cannot be opened none stays open.
 */
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { Clock } from '../clock.ts';
import type { ComponentTokens } from '../components/component.ts';
import type { GreengrassIpcConfig } from '../config/schema.ts';
import type { Contract } from '../contract/index.ts';
import type { CertificateParser } from '../identity/certificate.ts';
import type { Pkcs12Encoder, ServerCertificates } from '../pki/certificates-api.ts';
import type { AdminRooms } from './admin/admin-ports.ts';
import { AdminService } from './admin/admin-service.ts';
import { Diagnostics } from './admin/diagnostics.ts';
import { DISCOVERY_LISTENER, Discovery, type DiscoveryOptions } from './discovery/discovery.ts';
import type { EmqxConfig } from './emqx/emqx-config.ts';
import { EmqxDoor, type EmqxPolicy } from './emqx/emqx-door.ts';
import type { GreengrassIpc } from './greengrass-ipc/greengrass-ipc.ts';
import { GREENGRASS_IPC_LISTENER } from './greengrass-ipc/name.ts';
import { type DeviceAuthParts, DeviceAuthService } from './grpc/device-auth-service.ts';
import { Listener, type ListenerState } from './listeners/listener.ts';
import type { ListenerConfig, UnixListenerConfig } from './listeners/listener-config.ts';
import { ListenerError } from './listeners/listener-error.ts';
import type { CallObserver, Finding, GrantSets, Identity, Logger, Sessions } from './ports.ts';

/** The name under which systemd may pass the admin socket, and which no listener can have. */
export const ADMIN_LISTENER = 'admin';

/** Stands for every operation of DeviceAuth. */
const BROKER_ALIAS = 'broker';

const ADMIN_LIMITS = { maxMessageBytes: 16 * 1024 * 1024, maxConcurrentCalls: 100, maxCallsPerSecond: 0 };

export interface EndpointsOptions {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly sessions: Sessions;
  readonly identity: Identity;
  readonly grantSets: GrantSets;
  readonly certificates: ServerCertificates;
  readonly encodePkcs12: Pkcs12Encoder;
  /** Undefined: no admin socket (measurements). */
  readonly admin: { readonly config: UnixListenerConfig; readonly rooms: AdminRooms } | undefined;
  readonly listeners: Readonly<Record<string, ListenerConfig>>;
  /** Descriptors by listener name, of `inheritedSockets`. */
  readonly inherited?: ReadonlyMap<string, number>;
  /** Undefined: no local discovery (measurements). It has no port unless one is configured or passed. */
  readonly discovery?:
    | Pick<DiscoveryOptions, 'identity' | 'core' | 'listen' | 'maxConnections' | 'requestsPerSecond'>
    | undefined;
  /** Undefined: no EMQX (measurements). */
  readonly emqx?: EmqxOptions | undefined;
  /** Undefined: none. Its socket is opened if one is configured. */
  readonly greengrassIpc?:
    | { readonly config: GreengrassIpcConfig; readonly components: ComponentTokens }
    | undefined;
}

export interface EmqxOptions {
  readonly policy: EmqxPolicy;
  readonly brokers: Readonly<Record<string, EmqxConfig>>;
  readonly certificates: Pick<CertificateParser, 'parse'>;
  readonly knownCertificate: (id: string) => Promise<string | undefined>;
}

export class Endpoints {
  readonly #listeners: readonly Listener[];
  readonly #admin: Listener | undefined;
  readonly #emqx: readonly EmqxDoor[];
  readonly #discovery: Discovery | undefined;
  readonly #greengrassIpc: GreengrassIpc | undefined;
  readonly #diagnostics: Diagnostics;

  /** Rejects with a `ListenerError`. */
  static async open(options: EndpointsOptions): Promise<Endpoints> {
    // grpc-js writes what it dislikes in a peer's headers to standard error; anyone could fill a log that way.
    setLogVerbosity(logVerbosity.NONE);
    const diagnostics = new Diagnostics(options.contract);
    const opened: { stop(graceMs: number): Promise<void> }[] = [];
    const listeners: Listener[] = [];
    const emqx: EmqxDoor[] = [];
    // The admin service tells of the listeners, which are not there yet when it is made.
    const doors: { current: Endpoints | undefined } = { current: undefined };
    try {
      checkInherited(options);
      for (const [name, config] of Object.entries(options.listeners)) {
        const listener = await openBrokerListener(name, config, options);
        listeners.push(listener);
        opened.push(listener);
      }
      for (const [name, config] of Object.entries(options.emqx?.brokers ?? {})) {
        const door = await openEmqx(name, config, options);
        emqx.push(door);
        opened.push(door);
      }
      const discovery = await openDiscovery(options);
      if (discovery !== undefined) opened.push(discovery);
      const greengrassIpc = await openGreengrassIpc(options);
      if (greengrassIpc !== undefined) opened.push(greengrassIpc);
      const admin = options.admin && (await openAdminListener(options.admin, options, diagnostics, doors));
      const endpoints = new Endpoints(listeners, emqx, admin, discovery, greengrassIpc, diagnostics);
      doors.current = endpoints;
      diagnostics.serving(true);
      return endpoints;
    } catch (error) {
      await Promise.all(opened.map((door) => door.stop(0)));
      throw error;
    }
  }

  private constructor(
    listeners: readonly Listener[],
    emqx: readonly EmqxDoor[],
    admin: Listener | undefined,
    discovery: Discovery | undefined,
    greengrassIpc: GreengrassIpc | undefined,
    diagnostics: Diagnostics,
  ) {
    this.#listeners = listeners;
    this.#emqx = emqx;
    this.#admin = admin;
    this.#discovery = discovery;
    this.#greengrassIpc = greengrassIpc;
    this.#diagnostics = diagnostics;
  }

  /** Of the configuration, of EMQX, of components, and the ports of discovery; the admin socket is not among them. */
  listeners(): readonly ListenerState[] {
    const discovery = this.#discovery?.listeners() ?? [];
    const emqx = this.#emqx.flatMap((door) => door.listeners());
    const components = this.#greengrassIpc === undefined ? [] : [this.#greengrassIpc.state()];
    return [...this.#listeners.map((listener) => listener.state()), ...emqx, ...components, ...discovery];
  }

  findings(): readonly Finding[] {
    const discovery = this.#discovery?.findings() ?? [];
    const emqx = this.#emqx.flatMap((door) => door.findings());
    return [...this.#all().flatMap((listener) => listener.findings()), ...emqx, ...discovery];
  }

  /** Open now on the socket for components. */
  componentConnections(component: string): number {
    return this.#greengrassIpc?.connectionsOf(component) ?? 0;
  }

  /** How many requests of discovery were answered with each status. */
  discoveryStatuses(): ReturnType<Discovery['statuses']> {
    return this.#discovery?.statuses() ?? [];
  }

  /** Names of those that take no connections any more. */
  closed(): readonly string[] {
    const own = this.#all().filter((listener) => !listener.listening);
    return [...own.map(({ name }) => name), ...this.#emqx.flatMap((door) => door.closed())];
  }

  /** Reads TLS files again. The answer holds what went wrong; those listeners go on with the files they have. */
  reloadCertificates(): readonly ListenerError[] {
    const failed: ListenerError[] = [];
    for (const listener of this.#listeners) {
      try {
        listener.reloadCertificates();
      } catch (error) {
        failed.push(
          error instanceof ListenerError ? error : new ListenerError(listener.name, String(error), error),
        );
      }
    }
    return [...failed, ...this.#emqx.flatMap((door) => door.reloadFiles())];
  }

  /** Brokers first, so that the operator can still look. Resolves when every connection is closed. */
  async stop(graceMs: number): Promise<void> {
    this.#diagnostics.serving(false);
    await Promise.all([
      ...this.#listeners.map((listener) => listener.stop(graceMs)),
      ...this.#emqx.map((door) => door.stop(graceMs)),
      this.#discovery?.stop(graceMs),
      this.#greengrassIpc?.stop(graceMs),
    ]);
    await this.#admin?.stop(graceMs);
  }

  #all(): readonly (Listener | GreengrassIpc)[] {
    const more = [this.#greengrassIpc, this.#admin].filter((door) => door !== undefined);
    return [...this.#listeners, ...more];
  }
}

function checkInherited({ inherited, listeners, logger }: EndpointsOptions): void {
  for (const name of inherited?.keys() ?? []) {
    if (name !== ADMIN_LISTENER && listeners[name] === undefined && !name.startsWith(DISCOVERY_LISTENER)) {
      logger.warn({ socket: name }, 'systemd passed a socket that no listener of the configuration serves');
    }
  }
}

/** Served by discovery: sockets of systemd's whose name begins so, unless a listener has that name. */
async function openDiscovery(options: EndpointsOptions): Promise<Discovery | undefined> {
  const { discovery, listeners, clock, logger, observer, certificates } = options;
  const inherited = [...(options.inherited ?? [])].filter(
    ([name]) => name.startsWith(DISCOVERY_LISTENER) && listeners[name] === undefined,
  );
  if (discovery === undefined || (discovery.listen.length === 0 && inherited.length === 0)) return undefined;
  return Discovery.open({
    ...discovery,
    clock,
    logger,
    observer,
    certificates,
    inherited: new Map(inherited),
  });
}

/** Loaded only where it is configured: the library of its framing takes some megabytes. */
async function openGreengrassIpc(options: EndpointsOptions): Promise<GreengrassIpc | undefined> {
  const { clock, logger, observer, sessions, identity, certificates } = options;
  const { config, components } = options.greengrassIpc ?? {};
  if (config?.socket === undefined || components === undefined) return undefined;
  const { GreengrassIpc } = await import('./greengrass-ipc/greengrass-ipc.ts');
  return GreengrassIpc.open({
    config: { ...config, socket: config.socket },
    clock,
    logger,
    observer,
    sessions,
    identity,
    certificates,
    components,
  });
}

function openBrokerListener(
  name: string,
  config: ListenerConfig,
  options: EndpointsOptions,
): Promise<Listener> {
  const { contract, clock, logger, observer } = options;
  const { sessions, identity, grantSets, certificates, encodePkcs12 } = options;
  if (name === ADMIN_LISTENER)
    throw new ListenerError(name, 'this name is the admin socket’s; choose another');
  if (name === DISCOVERY_LISTENER)
    throw new ListenerError(name, 'this name is the one of local discovery; choose another');
  if (name === GREENGRASS_IPC_LISTENER)
    throw new ListenerError(name, 'this name is the one of the socket for components; choose another');
  const parts: DeviceAuthParts = { contract, sessions, identity, grantSets, certificates, encodePkcs12 };
  return Listener.open(
    {
      name,
      config,
      operations: resolveOperations(name, config.operations, contract),
      limits: config.limits,
      inherited: options.inherited?.get(name),
    },
    {
      contract,
      clock,
      logger,
      observer,
      serve: (server, runner) => new DeviceAuthService(parts, runner).addTo(server),
    },
  );
}

async function openEmqx(name: string, config: EmqxConfig, options: EndpointsOptions): Promise<EmqxDoor> {
  const { clock, contract, emqx, listeners, logger, observer, sessions } = options;
  if (emqx === undefined) throw new ListenerError(name, 'nothing is known of EMQX here');
  if (listeners[name] !== undefined || [ADMIN_LISTENER, DISCOVERY_LISTENER].includes(name))
    throw new ListenerError(name, 'this name is taken; choose another for EMQX');
  const { certificates, knownCertificate, policy } = emqx;
  return EmqxDoor.open(name, config, {
    contract,
    clock,
    logger,
    observer,
    sessions,
    policy,
    certificates,
    knownCertificate,
  });
}

function openAdminListener(
  admin: NonNullable<EndpointsOptions['admin']>,
  options: EndpointsOptions,
  diagnostics: Diagnostics,
  doors: { readonly current: Endpoints | undefined },
): Promise<Listener> {
  const { contract, clock, logger, observer } = options;
  // Whoever can open it may do everything, so it is never anybody's.
  if ((Number.parseInt(admin.config.mode, 8) & 0o007) !== 0) {
    throw new ListenerError(
      ADMIN_LISTENER,
      `its mode ${admin.config.mode} lets every local user in; take 0600 or 0660`,
    );
  }
  return Listener.open(
    {
      name: ADMIN_LISTENER,
      config: admin.config,
      operations: 'all',
      limits: ADMIN_LIMITS,
      inherited: options.inherited?.get(ADMIN_LISTENER),
    },
    {
      contract,
      clock,
      logger,
      observer,
      serve: (server, runner) => {
        new AdminService({ contract, rooms: admin.rooms, doors: () => doors.current }, runner).addTo(server);
        diagnostics.addTo(server);
      },
    },
  );
}

/** In the order of the proto file. */
function resolveOperations(
  listener: string,
  names: readonly string[],
  contract: Contract,
): readonly string[] {
  const known = Object.keys(contract.deviceAuth);
  const unknown = names.find((name) => name !== BROKER_ALIAS && !known.includes(name));
  if (unknown !== undefined) {
    throw new ListenerError(
      listener,
      `"${unknown}" is not an operation; there are ${[BROKER_ALIAS, ...known].join(', ')}`,
    );
  }
  return names.includes(BROKER_ALIAS) ? known : known.filter((name) => names.includes(name));
}
