/**
 * What the doctor asks AWS through: clients of its own, made when they are wanted, since files may be wrong, and closed with the
 * examination. So it looks at what the configuration and the files say now, not at what the daemon was started with.
 */
import type { Agent } from 'node:https';
import type { Clock } from '../clock.ts';
import { type IotControlPlane, openIotControlPlane } from '../cloud/aws-iot/iot-control-plane.ts';
import { RoleAliasCredentials } from '../cloud/aws-iot/role-alias-credentials.ts';
import { createSdkAgent } from '../cloud/aws-iot/sdk-agent.ts';
import { type CoreFiles, readCoreCredentials, readRoots } from '../cloud/core-credentials.ts';
import { dataPlaneHost, iotControlPlaneHost } from '../cloud/endpoints.ts';
import { GreengrassDataPlane } from '../cloud/greengrass/data-plane.ts';
import { dataPlaneAlpn, HttpsConnection } from '../cloud/https-connection.ts';
import { type ProxyAddress, proxyFor } from '../cloud/proxy.ts';
import type { Configuration } from '../config/load.ts';
import { coreThingName } from './settings.ts';

export interface DoctorClientsParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly hostName: string;
  /** Such as `process.env`: a proxy may be named there. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Host {
  readonly host: string;
  readonly port: number;
}

const HTTPS = 443;
const QUIET = (): void => {};

export class DoctorClients {
  readonly #parts: DoctorClientsParts;
  readonly #closers: (() => void)[] = [];
  #dataPlane: GreengrassDataPlane | undefined;
  #roleAlias: RoleAliasCredentials | undefined;
  #controlPlane: Promise<IotControlPlane> | undefined;

  constructor(parts: DoctorClientsParts) {
    this.#parts = parts;
  }

  get coreThingName(): string {
    return coreThingName(this.#parts.configuration, this.#parts.hostName);
  }

  /** Empty where they are not configured; the checks of the configuration leave nobody so who needs them. */
  get coreFiles(): CoreFiles {
    const { certificateFile = '', keyFile = '', rootCaFile } = this.#parts.configuration.cloud;
    return { certificateFile, keyFile, rootCaFile };
  }

  get dataPlaneAt(): Host {
    const { dataPlane, region = '' } = this.#parts.configuration.cloud;
    return { host: dataPlane.endpoint ?? dataPlaneHost(region), port: dataPlane.port };
  }

  get awsIotAt(): Host {
    const { awsIot, region = '' } = this.#parts.configuration.cloud;
    if (awsIot.endpoint === undefined) return { host: iotControlPlaneHost(region), port: HTTPS };
    const { hostname, port } = new URL(awsIot.endpoint);
    return { host: hostname, port: port === '' ? HTTPS : Number(port) };
  }

  /** Undefined: no role alias is used. */
  get credentialProviderAt(): Host | undefined {
    const { credentialEndpoint: host, credentials } = this.#parts.configuration.cloud.awsIot;
    return credentials === 'role-alias' && host !== undefined ? { host, port: HTTPS } : undefined;
  }

  proxyOf({ host, port }: Host): ProxyAddress | undefined {
    const { configuration, environment } = this.#parts;
    return proxyFor({ host, port, configured: configuration.cloud.proxy, environment, warn: QUIET });
  }

  /** Throws `CoreFileError`. */
  dataPlane(): GreengrassDataPlane {
    const { clock, configuration } = this.#parts;
    const connection = (): HttpsConnection =>
      this.#connect(this.dataPlaneAt, dataPlaneAlpn(this.dataPlaneAt.port));
    const { paths } = configuration.cloud.dataPlane;
    this.#dataPlane ??= new GreengrassDataPlane({ connection: connection(), paths, clock });
    return this.#dataPlane;
  }

  /** Undefined without a role alias. Throws `CoreFileError`. */
  roleAlias(): RoleAliasCredentials | undefined {
    const at = this.credentialProviderAt;
    const { clock, configuration } = this.#parts;
    const { roleAlias } = configuration.cloud.awsIot;
    if (at === undefined || roleAlias === undefined) return undefined;
    this.#roleAlias ??= new RoleAliasCredentials({
      connection: this.#connect(at, undefined),
      roleAlias,
      thingName: this.coreThingName,
      clock,
      requestTimeoutMs: this.#requestTimeoutMs,
    });
    return this.#roleAlias;
  }

  /** Rejects with `SdkMissing` or `CoreFileError`. */
  async controlPlane(): Promise<IotControlPlane> {
    this.#controlPlane ??= this.#openControlPlane();
    return this.#controlPlane;
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  async #openControlPlane(): Promise<IotControlPlane> {
    const { clock, configuration } = this.#parts;
    const { awsIot, region = '' } = configuration.cloud;
    return openIotControlPlane({
      region,
      endpoint: awsIot.endpoint,
      agent: this.#agent(),
      requestTimeoutMs: this.#requestTimeoutMs,
      credentials: this.roleAlias()?.provide,
      clock,
    });
  }

  #agent(): Agent {
    const agent = createSdkAgent({
      rootCaPems: () => readRoots(this.coreFiles.rootCaFile),
      proxyOf: (host, port) => this.proxyOf({ host, port }),
      timeoutMs: this.#requestTimeoutMs,
      clock: this.#parts.clock,
    });
    this.#closers.push(() => agent.destroy());
    return agent;
  }

  #connect(at: Host, alpn: string | undefined): HttpsConnection {
    const files = this.coreFiles;
    const connection = new HttpsConnection({ ...at, alpn, files, proxy: this.proxyOf(at), warn: QUIET });
    this.#closers.push(() => connection.close());
    return connection;
  }

  readonly #requestTimeoutMs = (): number => this.#parts.configuration.cloud.requestTimeoutSeconds * 1_000;
}

/** Of the core device. Throws `CoreFileError`. */
export function coreCertificate(files: CoreFiles): { readonly pem: string; readonly id: string } {
  const { certificateId: id, certificatePem: pem } = readCoreCredentials(files, QUIET);
  return { id, pem };
}
