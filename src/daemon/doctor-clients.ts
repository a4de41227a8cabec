/**
 * What the doctor asks AWS through: clients of its own, made when they are wanted and closed with the examination. So it looks at
 * what the configuration and the files say now, not at what the daemon was started with, and needs no daemon.
 */
import { type IotControlPlane, openIotControlPlane } from '../cloud/aws-iot/iot-control-plane.ts';
import type { RoleAliasCredentials } from '../cloud/aws-iot/role-alias-credentials.ts';
import { createSdkAgent } from '../cloud/aws-iot/sdk-agent.ts';
import { type CoreFiles, readCoreCredentials, readRoots } from '../cloud/core-credentials.ts';
import { iotControlPlaneHost } from '../cloud/endpoints.ts';
import { GreengrassDataPlane } from '../cloud/greengrass/data-plane.ts';
import type { ProxyAddress } from '../cloud/proxy.ts';
import {
  coreFilesOf,
  dataPlaneConnection,
  dataPlanePlace,
  proxyOf,
  type ReachParts,
  roleAliasCredentials,
  sdkOptions,
} from './cloud-connections.ts';
import { coreThingName } from './settings.ts';

export type DoctorClientsParts = Omit<ReachParts, 'warn' | 'requestTimeoutMs'>;

export interface Place {
  readonly host: string;
  readonly port: number;
}

const HTTPS = 443;

export class DoctorClients {
  readonly #reach: ReachParts;
  readonly #closers: (() => void)[] = [];
  #dataPlane: GreengrassDataPlane | undefined;
  #roleAlias: RoleAliasCredentials | undefined;
  #controlPlane: Promise<IotControlPlane> | undefined;

  constructor(parts: DoctorClientsParts) {
    // What they would warn of has checks of its own.
    const requestTimeoutMs = (): number => parts.configuration.cloud.requestTimeoutSeconds * 1_000;
    this.#reach = { ...parts, requestTimeoutMs, warn: () => {} };
  }

  get coreThingName(): string {
    return coreThingName(this.#reach.configuration, this.#reach.hostName);
  }

  get coreFiles(): CoreFiles {
    return coreFilesOf(this.#reach.configuration);
  }

  /** Throws `CoreFileError`. */
  coreCertificate(): { readonly pem: string; readonly id: string } {
    const { certificateId: id, certificatePem: pem } = readCoreCredentials(this.coreFiles, this.#reach.warn);
    return { id, pem };
  }

  get dataPlaneAt(): Place {
    return dataPlanePlace(this.#reach.configuration);
  }

  get awsIotAt(): Place {
    const { awsIot, region = '' } = this.#reach.configuration.cloud;
    if (awsIot.endpoint === undefined) return { host: iotControlPlaneHost(region), port: HTTPS };
    const { hostname, port } = new URL(awsIot.endpoint);
    return { host: hostname, port: port === '' ? HTTPS : Number(port) };
  }

  /** Undefined: no role alias is used. */
  get credentialProviderAt(): Place | undefined {
    const { credentialEndpoint: host, credentials } = this.#reach.configuration.cloud.awsIot;
    return credentials === 'role-alias' && host !== undefined ? { host, port: HTTPS } : undefined;
  }

  proxyOf({ host, port }: Place): ProxyAddress | undefined {
    return proxyOf(this.#reach, host, port);
  }

  dataPlane(): GreengrassDataPlane {
    this.#dataPlane ??= this.#openDataPlane();
    return this.#dataPlane;
  }

  /** Undefined without a role alias. */
  roleAlias(): RoleAliasCredentials | undefined {
    this.#roleAlias ??= this.#openRoleAlias();
    return this.#roleAlias;
  }

  /** Rejects with `SdkMissing`. */
  async controlPlane(): Promise<IotControlPlane> {
    this.#controlPlane ??= this.#openControlPlane();
    return this.#controlPlane;
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  #openDataPlane(): GreengrassDataPlane {
    const { clock, configuration } = this.#reach;
    const connection = dataPlaneConnection(this.#reach);
    this.#closers.push(() => connection.close());
    return new GreengrassDataPlane({ connection, clock, paths: configuration.cloud.dataPlane.paths });
  }

  #openRoleAlias(): RoleAliasCredentials | undefined {
    const opened = roleAliasCredentials(this.#reach);
    if (opened === undefined) return undefined;
    this.#closers.push(() => opened.connection.close());
    return opened.credentials;
  }

  async #openControlPlane(): Promise<IotControlPlane> {
    const { clock, configuration } = this.#reach;
    const { awsIot, rootCaFile } = configuration.cloud;
    const agent = createSdkAgent({
      rootCaPems: () => readRoots(rootCaFile),
      proxyOf: (host, port) => this.proxyOf({ host, port }),
      timeoutMs: this.#reach.requestTimeoutMs,
      clock,
    });
    this.#closers.push(() => agent.destroy());
    const options = sdkOptions(this.#reach, agent, this.roleAlias());
    return openIotControlPlane({ ...options, endpoint: awsIot.endpoint });
  }
}
