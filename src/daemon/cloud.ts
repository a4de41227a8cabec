/**
 * The cloud room, composed: the verifier and its request queue, what the daemon does as a Greengrass core, and what an
 * operator is told of all that. None of it keeps the daemon from starting or from serving devices that are trusted.
 */
import { join } from 'node:path';
import type { AssociatedDevices } from '../cloud/associations.ts';
import { AwsIotVerifier } from '../cloud/aws-iot/aws-iot-verifier.ts';
import { openGreengrassAssociations } from '../cloud/aws-iot/greengrass-associations.ts';
import { openIotControlPlane } from '../cloud/aws-iot/iot-control-plane.ts';
import { createSdkAgent, type SdkAgent } from '../cloud/aws-iot/sdk-agent.ts';
import { CoreFileError, readRoots } from '../cloud/core-credentials.ts';
import { GreengrassDataPlane } from '../cloud/greengrass/data-plane.ts';
import { GreengrassVerifier } from '../cloud/greengrass/greengrass-verifier.ts';
import { AddressPublication } from '../cloud/jobs/address-publication.ts';
import {
  CertificateAuthorityUpload,
  type CertificateAuthorityUploadOptions,
} from '../cloud/jobs/certificate-authority-upload.ts';
import { ConnectivityPoll } from '../cloud/jobs/connectivity-poll.ts';
import { UploadRecordFile } from '../cloud/jobs/upload-record.ts';
import type { MendingConnection } from '../cloud/mending-connection.ts';
import { NetworkState } from '../cloud/network-state.ts';
import { RequestQueue } from '../cloud/request-queue.ts';
import type { CloudStatus, JobStatus } from '../cloud/status.ts';
import { isCore } from '../config/cloud-checks.ts';
import type { Configuration } from '../config/load.ts';
import type { HostAddresses } from '../connectivity/host-addresses.ts';
import type { Surroundings } from '../identity/refresh/ports.ts';
import type { Verifier } from '../identity/verifier.ts';
import { DurableFiles } from '../pki/durable-files.ts';
import type { Finding } from '../telemetry/findings.ts';
import {
  dataPlaneConnection,
  dataPlanePlace,
  proxyOf,
  type ReachParts,
  roleAliasCredentials,
  sdkOptions,
} from './cloud-connections.ts';
import { cloudFindings } from './cloud-findings.ts';
import { coreThingName, requestSettings } from './settings.ts';
import type { Telemetry } from './telemetry.ts';

export interface CloudParts extends Omit<ReachParts, 'configuration' | 'warn' | 'requestTimeoutMs'> {
  readonly current: () => Configuration;
  readonly telemetry: Telemetry;
  /** How many verifications joined an identical one. */
  readonly coalesced: () => number;
}

export interface CoreParts {
  readonly stateDirectory: string;
  readonly anchors: CertificateAuthorityUploadOptions['anchors'];
  readonly addresses: HostAddresses;
}

interface Core {
  readonly upload: CertificateAuthorityUpload;
  readonly poll: ConnectivityPoll;
  readonly publication: AddressPublication;
}

export class Cloud {
  readonly requests: RequestQueue;
  readonly #network: NetworkState;
  readonly #parts: CloudParts;
  readonly #reach: ReachParts;
  readonly #stops: (() => Promise<void> | void)[] = [];
  readonly #connections: MendingConnection[] = [];
  readonly #startedAt: number;
  /** Of the core's files, and when each was noticed. */
  readonly #problems = new Map<string, number>();
  #dataPlane: GreengrassDataPlane | undefined;
  #dataPlaneConnection: MendingConnection | undefined;
  #agent: SdkAgent | undefined;
  #associations: AssociatedDevices | undefined;
  #verifier: Verifier | undefined;
  #core: Core | undefined;

  /** Undefined where the configuration has nothing for it to do. Rejects where AWS's SDK is missing. */
  static async open(parts: CloudParts): Promise<Cloud | undefined> {
    const configuration = parts.current();
    if (configuration.verifier === 'registry' && !isCore(configuration)) return undefined;
    const cloud = new Cloud(parts, configuration);
    try {
      await cloud.#open();
    } catch (error) {
      await cloud.stop();
      throw error;
    }
    return cloud;
  }

  private constructor(parts: CloudParts, configuration: Configuration) {
    const { clock, current, telemetry } = parts;
    const { logger } = telemetry;
    this.#parts = parts;
    this.#startedAt = clock.now();
    this.#reach = {
      ...parts,
      configuration,
      warn: (message) => logger.warn(message),
      requestTimeoutMs: () => current().cloud.requestTimeoutSeconds * 1_000,
    };
    this.#network = this.#networkState();
    this.#network.onChange((state) => logger.info({ network: state }, `the cloud is ${state}`));
    this.requests = new RequestQueue({
      clock,
      random: Math.random,
      settings: () => requestSettings(current()),
      network: this.#network,
      coalesced: parts.coalesced,
      onTrouble: ({ operation, trouble, message }) =>
        logger.warn({ operation, trouble }, `the cloud gave no verdict: ${message}`),
      onFault: (err) => logger.error({ err }, 'a request to the cloud failed through a defect'),
    });
    this.#stops.push(() => this.requests.stop());
  }

  /** Of `verifier`; undefined: the registry is the verifier. */
  get verifier(): Verifier | undefined {
    return this.#verifier;
  }

  /** The devices associated with this core; undefined: nobody to ask. */
  get associations(): AssociatedDevices | undefined {
    return this.#associations;
  }

  /** For what goes on in the background. */
  readonly surroundings: Surroundings = {
    busy: () => this.requests.isBusy(),
    down: () => this.#network.status.state === 'down',
    onUp: (listener) =>
      this.#network.onChange((state) => {
        if (state === 'up') listener();
      }),
  };

  /** Begins what a Greengrass core does; nothing where this daemon is none. */
  startCore({ addresses, anchors, stateDirectory }: CoreParts): void {
    const { clock, configuration, hostName } = this.#reach;
    const dataPlane = this.#dataPlane;
    if (dataPlane === undefined || configuration.cloud.dataPlane.enabled === false) return;
    const { findings, logger } = this.#parts.telemetry;
    const { host, port } = dataPlanePlace(configuration);
    const shared = {
      dataPlane,
      clock,
      findings,
      coreThingName: coreThingName(configuration, hostName),
      log: logger,
      // AWS IoT may answer where the data plane does not: devices need only the former.
      network: configuration.verifier === 'aws-iot' ? this.#networkState() : this.#network,
      random: Math.random,
      timeoutMs: this.#reach.requestTimeoutMs,
    };
    const upload = new CertificateAuthorityUpload({
      ...shared,
      anchors,
      record: new UploadRecordFile(join(stateDirectory, 'cloud', 'uploaded.json'), new DurableFiles()),
      coreCertificateId: () => this.#dataPlaneConnection?.certificateId,
      endpoint: `${host}:${port}`,
      problem: dataPlane.problemOf('putCertificateAuthorities'),
    });
    const poll = new ConnectivityPoll({
      ...shared,
      addresses,
      intervalSeconds: () => this.#parts.current().cloud.dataPlane.connectivityPollSeconds,
    });
    const publication = new AddressPublication({ ...shared, addresses });
    this.#core = { upload, poll, publication };
    this.#stops.push(
      () => upload.stop(),
      () => poll.stop(),
    );
    upload.start();
    poll.start();
  }

  /** Undefined where this daemon is no core. */
  get publication(): AddressPublication | undefined {
    return this.#core?.publication;
  }

  get uploadStatus(): JobStatus | undefined {
    return this.#core?.upload.status();
  }

  /** `refresh`: that of known devices; undefined without a verifier here. */
  status(refresh: JobStatus | undefined): CloudStatus {
    const core = this.#core === undefined ? [] : [this.#core.upload.status(), this.#core.poll.status()];
    return { ...this.requests.status, jobs: [...core, ...(refresh === undefined ? [] : [refresh])] };
  }

  findings(): readonly Finding[] {
    return cloudFindings({
      status: this.requests.status,
      verifies: this.#verifier !== undefined,
      missingPaths: this.#verifier?.name === 'greengrass' ? this.#missingPaths() : [],
      problems: this.#noticedProblems(),
      startedAt: this.#startedAt,
    });
  }

  /** The operator wants what waits to be tried now. */
  refresh(): void {
    this.#core?.upload.refresh();
    this.#core?.poll.refresh();
  }

  /** After each reload of the configuration. */
  settingsChanged(): void {
    this.requests.settingsChanged();
    this.#core?.poll.settingsChanged();
  }

  /** The core's certificate and key may be others. */
  reloadFiles(): void {
    for (const connection of this.#connections) connection.reload();
    try {
      this.#agent?.reload();
    } catch (error) {
      if (!(error instanceof CoreFileError)) throw error;
      this.#reach.warn(`${error.message}: what was read before stays in use`);
    }
    this.#core?.upload.filesReloaded();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }

  async #open(): Promise<void> {
    const { configuration } = this.#reach;
    const { cloud, verifier } = configuration;
    if (isCore(configuration)) this.#openDataPlane();
    if (verifier === 'greengrass' && this.#dataPlane !== undefined)
      this.#verifier = new GreengrassVerifier({ dataPlane: this.#dataPlane, requests: this.requests });
    const listsDevices = cloud.forgetUnassociated && verifier !== 'registry' && cloud.region !== undefined;
    if (verifier === 'aws-iot' || listsDevices) await this.#openSdk(listsDevices);
  }

  #noticedProblems(): ReadonlyMap<string, number> {
    const now = this.#connections.flatMap(({ problem = [] }) => problem);
    for (const problem of this.#problems.keys()) if (!now.includes(problem)) this.#problems.delete(problem);
    for (const problem of now)
      if (!this.#problems.has(problem)) this.#problems.set(problem, this.#reach.clock.now());
    return this.#problems;
  }

  #networkState(): NetworkState {
    const { clock, telemetry } = this.#parts;
    return new NetworkState(clock, (err) =>
      telemetry.logger.error({ err }, 'a change of the network was not heard everywhere'),
    );
  }

  /** Of those that the verifier asks. */
  #missingPaths(): readonly string[] {
    const missing = this.#dataPlane?.missingPaths() ?? [];
    return missing.filter((key) => !key.endsWith('putCertificateAuthorities'));
  }

  #openDataPlane(): void {
    const { clock, configuration } = this.#reach;
    const connection = this.#keep(dataPlaneConnection(this.#reach));
    this.#dataPlaneConnection = connection;
    this.#dataPlane = new GreengrassDataPlane({
      connection,
      clock,
      paths: configuration.cloud.dataPlane.paths,
    });
  }

  async #openSdk(listsDevices: boolean): Promise<void> {
    const { clock, configuration, hostName } = this.#reach;
    const agent = createSdkAgent({
      rootCaPems: () => readRoots(configuration.cloud.rootCaFile),
      proxyOf: (host, port) => proxyOf(this.#reach, host, port),
      timeoutMs: this.#reach.requestTimeoutMs,
      clock,
    });
    this.#agent = agent;
    this.#stops.push(() => agent.destroy());
    const alias = roleAliasCredentials(this.#reach);
    if (alias !== undefined) {
      this.#keep(alias.connection);
      this.#stops.push(() => alias.credentials.stop());
    }
    const options = sdkOptions(this.#reach, agent, alias?.credentials);
    if (configuration.verifier === 'aws-iot') {
      const { endpoint } = configuration.cloud.awsIot;
      const controlPlane = await openIotControlPlane({ ...options, endpoint });
      this.#verifier = new AwsIotVerifier({ requests: this.requests, controlPlane, clock });
    }
    if (listsDevices) {
      const name = coreThingName(configuration, hostName);
      this.#associations = await openGreengrassAssociations({ ...options, coreThingName: name });
    }
  }

  #keep(connection: MendingConnection): MendingConnection {
    this.#connections.push(connection);
    this.#stops.push(() => connection.close());
    return connection;
  }
}
