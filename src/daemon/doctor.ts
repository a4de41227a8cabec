/**
 * The checks of `deviceauthctl doctor`, composed from a configuration: by the daemon, as its user and in its sandbox, or by the
 * command line where no daemon runs. What the verifier does not need is not looked at.
 */
import { hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import { amazonRoots } from '../cloud/amazon-roots.ts';
import { readCoreCredentials } from '../cloud/core-credentials.ts';
import { type Check, ok, skipped, warning } from '../cloud/doctor/check.ts';
import { coreIdentityChecks, readRoots, rootCaCheck } from '../cloud/doctor/core-identity.ts';
import { Doctor } from '../cloud/doctor/doctor.ts';
import { clockCheck, type Endpoint, endpointChecks } from '../cloud/doctor/endpoint.ts';
import { type AwsIotProbing, awsIotProbes, greengrassProbes } from '../cloud/doctor/probes.ts';
import {
  CREDENTIALS,
  type CredentialsProbe,
  credentialsCheck,
  jobCheck,
  permissionChecks,
} from '../cloud/doctor/service.ts';
import { iotControlPlaneHost } from '../cloud/endpoints.ts';
import { GreengrassDataPlane } from '../cloud/greengrass/data-plane.ts';
import { dataPlaneAlpn, HttpsConnection } from '../cloud/https-connection.ts';
import { answered } from '../cloud/outcome.ts';
import { proxyFor } from '../cloud/proxy.ts';
import type { JobStatus } from '../cloud/status.ts';
import { isCore } from '../config/cloud-checks.ts';
import type { Configuration } from '../config/load.ts';
import type { Cloud } from './cloud.ts';
import { coreFilesOf, dataPlanePlace } from './cloud-connections.ts';
import { coreThingName } from './settings.ts';

export interface DoctorParts {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly hostName: string;
  /** Such as `process.env`: a proxy may be named there. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** With the verifier aws-iot; undefined: its permissions are not asked for. */
  readonly awsIot?: Pick<AwsIotProbing, 'controlPlane' | 'certificateId'> | undefined;
  /** Where the credentials for it come from; undefined: they are looked at by the first call. */
  readonly credentials?: CredentialsProbe['find'] | undefined;
  /** Of the running daemon; undefined: there is none. */
  readonly uploadStatus?: (() => JobStatus | undefined) | undefined;
}

const CHECK_TIMEOUT_MS = 15_000;
const HTTPS = 443;

/** For one examination: what it opens is closed at its end. */
export function doctorOf(parts: DoctorParts): Doctor {
  const connection = new LateConnection(parts);
  return new Doctor({
    checks: checksOf(parts, connection),
    clock: parts.clock,
    timeoutMs: CHECK_TIMEOUT_MS,
    onEnd: () => connection.close(),
  });
}

/** As the running daemon sees it: with its own credentials, and what its jobs met. */
export function diagnose(parts: {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly cloud: Cloud | undefined;
}): Doctor {
  const { clock, cloud, configuration } = parts;
  const { controlPlane, credentials } = cloud?.sdk ?? {};
  return doctorOf({
    configuration,
    clock,
    hostName: hostname(),
    environment: process.env,
    uploadStatus: () => cloud?.uploadStatus,
    awsIot: controlPlane && {
      controlPlane: async () => controlPlane,
      certificateId: async () => certificateIdOf(configuration),
    },
    credentials:
      credentials &&
      (async () => {
        const outcome = await credentials.get();
        if (outcome.kind === 'trouble') return outcome;
        return answered(`short-lived ones, good until ${outcome.value.expiration.toISOString()}`);
      }),
  });
}

/** The core's own certificate is one of the account. */
function certificateIdOf(configuration: Configuration): string | undefined {
  if (configuration.cloud.certificateFile === undefined) return undefined;
  return readCoreCredentials(coreFilesOf(configuration), () => {}).certificateId;
}

function checksOf(parts: DoctorParts, connection: LateConnection): readonly Check[] {
  const { configuration, clock } = parts;
  const { cloud, verifier } = configuration;
  const asksAwsIot = verifier === 'aws-iot';
  const core = isCore(configuration);
  if (!asksAwsIot && !core) {
    return [
      { name: 'cloud', look: async () => ok(`the verifier is ${verifier}: nothing here needs the cloud`) },
    ];
  }
  const files = coreFilesOf(configuration);
  const showsIdentity = core || cloud.awsIot.credentials === 'role-alias';
  const endpoints = [...(core ? [dataPlane(parts)] : []), ...(asksAwsIot ? awsIotEndpoints(parts) : [])];
  const [first] = endpoints;
  return [
    configurationCheck(configuration),
    ...(showsIdentity ? coreIdentityChecks(files, clock) : []),
    ...(cloud.rootCaFile === undefined ? [] : [rootCaCheck(cloud.rootCaFile, clock)]),
    ...endpoints.flatMap(endpointChecks),
    ...(first === undefined ? [] : [clockCheck(first, clock)]),
    ...(asksAwsIot ? awsIotServiceChecks(parts) : []),
    ...(core ? greengrassServiceChecks(parts, connection) : []),
  ];
}

/** The daemon does not start without the others. */
function configurationCheck({ cloud, verifier }: Configuration): Check {
  const { paths } = cloud.dataPlane;
  return {
    name: 'configuration',
    look: async () => {
      const missing = Object.entries(paths)
        .filter(([, path]) => path === undefined)
        .map(([name]) => `cloud.dataPlane.paths.${name}`);
      const wanted = verifier === 'greengrass' ? missing : missing.filter((key) => key.endsWith(UPLOAD));
      if (wanted.length === 0) return ok('every key is there');
      return warning(
        `AWS does not publish these paths, and what needs them is not asked: ${wanted.join(', ')}`,
        'docs/aws.md says what is lost without them',
      );
    },
  };
}

const UPLOAD = 'putCertificateAuthorities';

function dataPlane({ configuration, environment }: DoctorParts): Endpoint {
  const { host, port } = dataPlanePlace(configuration);
  return {
    name: 'data-plane',
    ...{ host, port },
    wantsIdentity: true,
    ...transport(configuration, environment, { host, port, alpn: dataPlaneAlpn(port), identity: true }),
  };
}

function awsIotEndpoints({ configuration, environment }: DoctorParts): readonly Endpoint[] {
  const { awsIot, region = '' } = configuration.cloud;
  const url = awsIot.endpoint === undefined ? undefined : new URL(awsIot.endpoint);
  const host = url?.hostname ?? iotControlPlaneHost(region);
  const port = url === undefined || url.port === '' ? HTTPS : Number(url.port);
  const control: Endpoint = {
    name: 'aws-iot',
    ...{ host, port },
    wantsIdentity: false,
    ...transport(configuration, environment, { host, port, alpn: undefined, identity: false }),
  };
  if (awsIot.credentials !== 'role-alias' || awsIot.credentialEndpoint === undefined) return [control];
  const provider = { host: awsIot.credentialEndpoint, port: HTTPS };
  return [
    {
      name: 'credential-provider',
      ...provider,
      wantsIdentity: true,
      ...transport(configuration, environment, { ...provider, alpn: undefined, identity: true }),
    },
    control,
  ];
}

function transport(
  configuration: Configuration,
  environment: DoctorParts['environment'],
  to: {
    readonly host: string;
    readonly port: number;
    readonly alpn: string | undefined;
    readonly identity: boolean;
  },
): Pick<Endpoint, 'tls' | 'proxy' | 'needs'> {
  const { cloud } = configuration;
  const files = coreFilesOf(configuration);
  const { alpn, host, identity, port } = to;
  return {
    proxy: proxyFor({ host, port, configured: cloud.proxy, environment, warn: () => {} }),
    needs: [...(identity ? ['core.key-fits'] : []), ...(cloud.rootCaFile === undefined ? [] : ['root-ca'])],
    tls: async () => {
      const roots = cloud.rootCaFile === undefined ? amazonRoots() : await readRoots(cloud.rootCaFile);
      if (!identity) return { roots, alpn, identity: undefined };
      const { certificatePem: certificate, keyPem: key } = readCoreCredentials(files, () => {});
      return { roots, alpn, identity: { certificate, key } };
    },
  };
}

function awsIotServiceChecks({ awsIot, configuration, credentials }: DoctorParts): readonly Check[] {
  const needs = ['aws-iot.tls'];
  const find =
    credentials === undefined
      ? []
      : [credentialsCheck({ needs: credentialNeeds(configuration), find: credentials })];
  if (awsIot === undefined) {
    const told = 'not asked here: the running daemon tells';
    return [...find, { name: 'permissions', look: async () => skipped(told) }];
  }
  const asksForThings = configuration.security.clientIdRule === 'any';
  const probes = awsIotProbes({ ...awsIot, asksForThings, needs: [...needs, CREDENTIALS] });
  return [...find, ...permissionChecks(probes)];
}

function credentialNeeds({ cloud }: Configuration): readonly string[] {
  return cloud.awsIot.credentials === 'role-alias' ? ['credential-provider.identity'] : [];
}

function greengrassServiceChecks(parts: DoctorParts, connection: LateConnection): readonly Check[] {
  const { clock, configuration, hostName, uploadStatus } = parts;
  const { paths } = configuration.cloud.dataPlane;
  const probes = greengrassProbes({
    coreThingName: coreThingName(configuration, hostName),
    verifies: configuration.verifier === 'greengrass',
    needs: ['data-plane.identity'],
    missingKey:
      paths.verifyClientDeviceIdentity === undefined
        ? 'cloud.dataPlane.paths.verifyClientDeviceIdentity'
        : undefined,
    certificate: () => {
      const { certificateId: id, certificatePem: pem } = readCoreCredentials(
        coreFilesOf(configuration),
        () => {},
      );
      return { id, pem };
    },
    dataPlane: () => new GreengrassDataPlane({ connection: connection.open(), paths, clock }),
  });
  return [
    ...permissionChecks(probes),
    jobCheck(
      'certificate-authorities',
      'greengrass:PutCertificateAuthorities',
      () => uploadStatus?.(),
      clock,
    ),
  ];
}

/** To the data plane; made when it is wanted, since the files may be wrong. */
class LateConnection {
  readonly #parts: DoctorParts;
  #connection: HttpsConnection | undefined;

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  /** Throws `CoreFileError`. */
  open(): HttpsConnection {
    const { host, port, proxy } = dataPlane(this.#parts);
    const files = coreFilesOf(this.#parts.configuration);
    const alpn = dataPlaneAlpn(port);
    this.#connection ??= new HttpsConnection({ host, port, alpn, files, proxy, warn: () => {} });
    return this.#connection;
  }

  close(): void {
    this.#connection?.close();
  }
}
