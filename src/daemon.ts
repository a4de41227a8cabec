/**
 * Composes the rooms from a configuration: starts them from the inside out, so that the doors open last, and stops
 * them the other way round. The only file that knows every room. A daemon that cannot start whole does not start, and
 * leaves nothing open.
 */
import { hostname } from 'node:os';
import type { Clock } from './clock.ts';
import { Components } from './components/components.ts';
import type { Configuration } from './config/load.ts';
import type { ConfigurationWatcher, ReloadOutcome } from './config/watcher.ts';
import { loadContract } from './contract/index.ts';
import {
  auditOf,
  cloudOf,
  configurationOf,
  deviceCasOf,
  issuerOf,
  sessionsOf,
} from './daemon/admin-rooms.ts';
import { CallTelemetry } from './daemon/call-telemetry.ts';
import { encodePkcs12 } from './daemon/certificates.ts';
import { Cloud } from './daemon/cloud.ts';
import { diagnose } from './daemon/doctor.ts';
import { statusLine, troubleOf } from './daemon/health.ts';
import { KnownDevicesAlarm } from './daemon/known-devices-alarm.ts';
import { openPki } from './daemon/pki.ts';
import { openRefresh } from './daemon/refresh.ts';
import { endRevokedSessions, openRevocations } from './daemon/revocation.ts';
import { ServiceManager } from './daemon/service-manager.ts';
import { discoveredCore, identitySettings, sessionSettings } from './daemon/settings.ts';
import { Stack } from './daemon/stack.ts';
import { serviceManagerAddress, systemdNotify } from './daemon/systemd-notify.ts';
import { openTelemetry, type Telemetry } from './daemon/telemetry.ts';
import { Endpoints } from './endpoints/endpoints.ts';
import { inheritedSockets } from './endpoints/listeners/inherited-sockets.ts';
import { Authenticator } from './identity/authenticator.ts';
import { CertificateParser } from './identity/certificate.ts';
import { RegistryVerifier } from './identity/registry/registry-verifier.ts';
import { openRegistry, type SqliteRegistry } from './identity/registry/sqlite-registry.ts';
import { TrustStore } from './identity/trust.ts';
import { TrustedClock } from './identity/trusted-clock.ts';
import type { Verifier } from './identity/verifier.ts';
import { compileDeviceGroups } from './policy/device-groups.ts';
import { PolicyEngine } from './policy/policy-engine.ts';
import { RELEASE } from './release.ts';
import { SessionService } from './sessions/session-service.ts';
import { countBySeverity } from './telemetry/findings.ts';
import type { RootLogger } from './telemetry/logger.ts';
import { hostPorts } from './telemetry/loopback-address.ts';

export interface DaemonOptions {
  /** Loaded; the daemon begins to follow the file and closes it when it stops. */
  readonly configuration: ConfigurationWatcher;
  /** Overrides `stateDirectory` of the configuration. */
  readonly stateDirectory?: string | undefined;
  readonly clock: Clock;
  /** In the place of the configured verifier: for tests only, never a configuration value. */
  readonly verifier?: Verifier;
  /** Where log lines go instead of standard output. */
  readonly writeLog?: (line: string) => void;
}

export interface Daemon {
  readonly epoch: string;
  /** Where the metrics are served; undefined when they are not. */
  readonly metricsPort: number | undefined;
  stop(): Promise<void>;
}

/** How long calls in progress may go on when the daemon stops. */
const STOP_GRACE_MS = 2_000;

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const stack = new Stack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.unwind();
    throw error;
  }
}

async function start(options: DaemonOptions, stack: Stack): Promise<Daemon> {
  const { configuration, clock } = options;
  const current = (): Configuration => configuration.current;
  const startedAt = clock.now();
  stack.push(() => configuration.close());

  const telemetry = openTelemetry({ clock, configuration: current(), write: options.writeLog });
  stack.push(() => telemetry.close());
  const { logger, findings, metrics, refusals, audit } = telemetry;
  const serviceManager = openServiceManager(clock, logger, stack);

  const stateDirectory = options.stateDirectory ?? current().stateDirectory;
  const registry = await openRegistry({
    directory: stateDirectory,
    clock,
    onListenerError: (err) => logger.error({ err }, 'a change of the registry was not heard everywhere'),
  });
  stack.push(() => registry.close());
  const trusted = await TrustedClock.open({
    clock,
    persistence: registry.trust,
    buildDate: RELEASE.date,
    log: logger,
  });
  stack.push(() => trusted.stop());

  telemetry.started(configuration.status);
  const components = await Components.open({
    store: registry.components,
    clock,
    onFault: (err) => logger.error({ err }, 'a change of a component was not heard everywhere'),
  });

  const revocation = { stateDirectory, configuration, registry, trusted, clock, telemetry, stack };
  const revoked = await openRevocations(revocation);

  const contract = loadContract();
  const policy = new PolicyEngine({ codec: contract.grantSet, clock });
  policy.apply(compileDeviceGroups(current().deviceGroups));

  const parser = new CertificateParser();
  const cloud = await openCloud(configuration, clock, telemetry, () => authenticator.joined);
  stack.push(() => cloud?.stop());
  const verifier = options.verifier ?? cloud?.verifier ?? openVerifier(registry, trusted, telemetry, stack);
  const trust = new TrustStore({ persistence: registry.trust, clock: trusted, timer: clock, log: logger });
  stack.push(() => trust.stop());
  const knownDevices = new KnownDevicesAlarm(findings);
  const authenticator: Authenticator = new Authenticator({
    parser,
    verifier,
    trust,
    clock: trusted,
    timer: clock,
    settings: () => identitySettings(current()),
    revocations: revoked.revocations,
    observer: {
      // What a cloud refuses now was let in before; the registry tells of its changes itself.
      asked: (event) => {
        const { about, outcome, certificateId = '', thingName = '' } = event;
        if (verifier.local) return;
        knownDevices.asked(event);
        if (outcome !== 'rejected') return;
        if (about === 'certificate')
          sessions.registryChanged({ kind: 'certificate-status', certificateId, status: 'INACTIVE' });
        if (about === 'attachment') sessions.registryChanged({ kind: 'detached', certificateId, thingName });
      },
      failed: (err) =>
        logger.error({ err }, 'a verification failed through a defect; the device was not let in'),
    },
  });
  stack.push(() => authenticator.stop());

  const sessions: SessionService = new SessionService({
    clock,
    trusted,
    authenticator,
    things: registry,
    policy,
    settings: () => sessionSettings(current()),
    liveRechecks: !verifier.local,
    observer: telemetry.sessionObserver,
  });
  stack.push(() => sessions.stop());
  stack.push(registry.onChange((change) => sessions.registryChanged(change)));
  stack.push(endRevokedSessions(revoked, sessions, telemetry));
  // In the tick in which the policy was read: a reload while the doors are being opened is heard too.
  stack.push(followSettings(configuration, { policy, sessions, telemetry, cloud }));

  const { addresses, backups, certificates, deviceCas, deviceCaBundle, expiryWatch } = await openPki({
    ...revocation,
    external: revoked.external,
    parser,
  });

  cloud?.startCore({ stateDirectory, addresses, anchors: certificates.ca });
  const refresh = verifier.local
    ? undefined
    : openRefresh({ registry, trust, authenticator, trusted, clock, current, cloud, telemetry });
  stack.push(() => refresh?.stop());

  const roomFindings = () => {
    expiryWatch.look();
    const rooms = [...findings.list(), ...sessions.findings(), ...(cloud?.findings() ?? [])];
    return [...telemetry.clockFindings(trusted), ...rooms];
  };
  const endpoints = await Endpoints.open({
    contract,
    clock,
    logger,
    observer: new CallTelemetry(metrics, refusals),
    sessions,
    identity: authenticator,
    grantSets: policy,
    certificates: certificates.room,
    encodePkcs12,
    listeners: current().listeners,
    inherited: inheritedSockets(process.env, process.pid),
    discovery: {
      identity: authenticator,
      core: () => ({ ...discoveredCore(current(), hostname()), addresses: addresses.current() }),
      listen: hostPorts(current().discovery.listen),
      maxConnections: current().discovery.maxConnections,
      requestsPerSecond: () => current().discovery.requestsPerSecond,
    },
    emqx: {
      brokers: current().emqx,
      policy,
      certificates: parser,
      knownCertificate: async (id) => (await registry.certificate(id))?.pem ?? (await registry.trust.pem(id)),
    },
    greengrassIpc: { config: current().greengrassIpc, components },
    admin: {
      config: current().admin,
      rooms: {
        registry,
        certificates: parser,
        issuer: issuerOf(deviceCas, current),
        deviceCas: deviceCasOf(deviceCas, registry, deviceCaBundle),
        serverCa: certificates.control,
        serverCertificates: certificates.room,
        backups,
        sessions: sessionsOf(sessions, policy),
        policy,
        clock: trusted,
        refusals: { list: (limit) => refusals.recent(limit) },
        configuration: configurationOf(configuration),
        cloud: cloud && cloudOf(cloud, authenticator, refresh),
        components: {
          control: components,
          connections: (name) => endpoints.componentConnections(name),
          socket: current().greengrassIpc.socket,
        },
        doctor: {
          examine: (signal) => {
            const knownCertificateId = async () =>
              (await registry.trust.page(undefined, 1))[0]?.certificateId;
            return diagnose({ configuration: current(), clock, cloud, knownCertificateId }).examine(signal);
          },
        },
        audit: auditOf(audit),
        daemon: {
          facts: () => ({
            version: RELEASE.version,
            epoch: sessions.epoch,
            startedAt,
            verifier: verifier.name,
            configurationFile: configuration.status.file,
            findings: roomFindings(),
            cloudQueue: cloud?.verifier && cloud.requests.status.queue,
            hostAddresses: addresses.current(),
          }),
        },
      },
    },
  });
  stack.push(() => endpoints.stop(STOP_GRACE_MS));

  const allFindings = () => [...roomFindings(), ...endpoints.findings()];
  const connectedBrokers = () => sessions.brokers().filter((broker) => broker.connected).length;
  metrics.observe({
    sessions: () => {
      const { refusedFull, ...counts } = sessions.stats();
      return { ...counts, refused: refusedFull };
    },
    grantSets: () => policy.setCount,
    registry: () => registry.counts(),
    updateStreams: connectedBrokers,
    listeners: () => endpoints.listeners(),
    discovery: () => endpoints.discoveryStatuses(),
    findings: () => countBySeverity(allFindings()),
    expiries: () => expiryWatch.samples(),
    ...(cloud === undefined
      ? {}
      : { queue: () => cloud.requests.status.queue, cloud: () => cloud.status(refresh?.status()) }),
  });
  stack.push(followReloads(configuration, { endpoints, telemetry, cloud }, serviceManager));
  configuration.start();
  await telemetry.serveMetrics(current());

  const { epoch } = sessions;
  logger.info(
    { version: RELEASE.version, epoch, stateDirectory, verifier: verifier.name },
    'deviceauthd is ready',
  );
  audit.record({ kind: 'daemon', action: 'daemon.started', fields: { version: RELEASE.version, epoch } });
  stack.push(() => audit.record({ kind: 'daemon', action: 'daemon.stopping' }));
  serviceManager?.ready({
    status: () =>
      statusLine({
        sessions: sessions.stats().active,
        brokers: connectedBrokers(),
        findings: allFindings(),
      }),
    trouble: () => troubleOf({ endpoints, registry }),
  });
  stack.push(() => serviceManager?.stopping());
  return {
    epoch,
    get metricsPort() {
      return telemetry.metricsPort;
    },
    stop: () => stack.unwind(),
  };
}

/** Undefined when nobody waits to be told. Whatever is told at the end is on its way while the rooms stop. */
function openServiceManager(clock: Clock, logger: RootLogger, stack: Stack): ServiceManager | undefined {
  const address = serviceManagerAddress(process.env, process.pid);
  if (address === undefined) return undefined;
  const { socket, watchdogMs } = address;
  const notify = systemdNotify(socket, process.env['PATH']);
  const manager = new ServiceManager({ notify, watchdogMs, clock, logger });
  stack.push(() => manager.close());
  return manager;
}

function openCloud(
  configuration: ConfigurationWatcher,
  clock: Clock,
  telemetry: Telemetry,
  coalesced: () => number,
): Promise<Cloud | undefined> {
  return Cloud.open({
    current: () => configuration.current,
    clock,
    telemetry,
    coalesced,
    hostName: hostname(),
    environment: process.env,
  });
}

function openVerifier(
  registry: SqliteRegistry,
  clock: TrustedClock,
  { audit }: Telemetry,
  stack: Stack,
): Verifier {
  const verifier = new RegistryVerifier({
    registry,
    clock,
    onProvisioned: (fields) => audit.record({ kind: 'registry', action: 'certificate.provisioned', fields }),
  });
  stack.push(() => verifier.close());
  return verifier;
}

interface Followers {
  readonly policy: PolicyEngine;
  readonly sessions: SessionService;
  readonly telemetry: Telemetry;
  readonly cloud: Cloud | undefined;
}

/** From here on the configuration file's changes reach the rooms. Settings that rooms read at each use need nothing. */
function followSettings(configuration: ConfigurationWatcher, rooms: Followers): () => void {
  const { cloud, policy, sessions, telemetry } = rooms;
  return configuration.onChange((effective, changedPaths) => {
    // What takes rights away comes first: nothing that fails after it keeps them.
    if (changedPaths.includes('deviceGroups')) {
      policy.apply(compileDeviceGroups(effective.deviceGroups));
      sessions
        .policyChanged()
        .catch((err: unknown) => telemetry.logger.error({ err }, 'not every broker was told of the policy'));
    }
    sessions.settingsChanged();
    cloud?.settingsChanged();
    telemetry.apply(effective);
  });
}

function followReloads(
  configuration: ConfigurationWatcher,
  rooms: Pick<Followers, 'cloud' | 'telemetry'> & { readonly endpoints: Endpoints },
  serviceManager: ServiceManager | undefined,
): () => void {
  const { cloud, endpoints, telemetry } = rooms;
  const offReloading = configuration.onReloading(() => serviceManager?.reloading());
  const offReload = configuration.onReload((outcome: ReloadOutcome) => {
    telemetry.reloaded(configuration.status.file, outcome);
    telemetry.certificatesReloaded(endpoints.reloadCertificates());
    cloud?.reloadFiles();
    serviceManager?.reloaded();
  });
  return () => {
    offReloading();
    offReload();
  };
}
