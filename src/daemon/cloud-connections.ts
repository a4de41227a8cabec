/** How the cloud is reached, from the configuration: as the core device, and through AWS's SDK. Whoever opens something closes it. */
import type { Agent } from 'node:https';
import type { Clock } from '../clock.ts';
import { RoleAliasCredentials } from '../cloud/aws-iot/role-alias-credentials.ts';
import type { SdkConnectionOptions } from '../cloud/aws-iot/sdk-calls.ts';
import type { CoreFiles } from '../cloud/core-credentials.ts';
import { dataPlaneHost } from '../cloud/endpoints.ts';
import { dataPlaneAlpn, HttpsConnection } from '../cloud/https-connection.ts';
import { MendingConnection } from '../cloud/mending-connection.ts';
import { type ProxyAddress, proxyFor } from '../cloud/proxy.ts';
import type { Configuration } from '../config/load.ts';
import { coreThingName } from './settings.ts';

export interface ReachParts {
  /** As the daemon was started with: where the cloud is changes with a restart only. */
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly hostName: string;
  /** Such as `process.env`: a proxy may be named there. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
  /** `cloud.requestTimeoutSeconds`; read for each request. */
  readonly requestTimeoutMs: () => number;
}

const HTTPS = 443;

/** Empty where they are not configured; the checks of the configuration leave nobody so who needs them. */
export function coreFilesOf({ cloud }: Configuration): CoreFiles {
  const { certificateFile = '', keyFile = '', rootCaFile } = cloud;
  return { certificateFile, keyFile, rootCaFile };
}

export function proxyOf(parts: ReachParts, host: string, port: number): ProxyAddress | undefined {
  const { configuration, environment, warn } = parts;
  return proxyFor({ host, port, configured: configuration.cloud.proxy, environment, warn });
}

export function dataPlanePlace({ cloud }: Configuration): { readonly host: string; readonly port: number } {
  const { endpoint, port } = cloud.dataPlane;
  return { host: endpoint ?? dataPlaneHost(cloud.region ?? ''), port };
}

export function dataPlaneConnection(parts: ReachParts): MendingConnection {
  const { host, port } = dataPlanePlace(parts.configuration);
  return coreConnection(parts, host, port, dataPlaneAlpn(port));
}

/** The credentials of `cloud.awsIot`; undefined: the SDK's default chain, which needs no connection of ours. */
export function roleAliasCredentials(
  parts: ReachParts,
): { readonly credentials: RoleAliasCredentials; readonly connection: MendingConnection } | undefined {
  const { clock, configuration, hostName } = parts;
  const { credentialEndpoint, credentials, roleAlias } = configuration.cloud.awsIot;
  if (credentials !== 'role-alias' || credentialEndpoint === undefined || roleAlias === undefined)
    return undefined;
  const connection = coreConnection(parts, credentialEndpoint, HTTPS, undefined);
  return {
    connection,
    credentials: new RoleAliasCredentials({
      connection,
      roleAlias,
      thingName: coreThingName(configuration, hostName),
      clock,
      requestTimeoutMs: parts.requestTimeoutMs,
    }),
  };
}

export function sdkOptions(
  { clock, configuration, requestTimeoutMs }: ReachParts,
  agent: Agent,
  credentials: RoleAliasCredentials | undefined,
): Omit<SdkConnectionOptions, 'endpoint'> {
  const { region = '' } = configuration.cloud;
  return {
    region,
    agent,
    clock,
    requestTimeoutMs,
    ...(credentials === undefined ? {} : { credentials: credentials.provide }),
  };
}

function coreConnection(parts: ReachParts, host: string, port: number, alpn: string | undefined) {
  const { clock, configuration, warn } = parts;
  const files = coreFilesOf(configuration);
  const proxy = proxyOf(parts, host, port);
  return new MendingConnection(() => new HttpsConnection({ host, port, alpn, files, proxy, warn }), clock);
}
