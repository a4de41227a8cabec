/**
 * The checks of `deviceauthctl doctor`, composed from a configuration: by the daemon, as its user and in its sandbox, or by the
 * command line where no daemon runs. What the verifier does not need is not looked at.
 */
import { hostname } from 'node:os';
import { readCoreCredentials, readRoots } from '../cloud/core-credentials.ts';
import { type Check, failed, ok, warning } from '../cloud/doctor/check.ts';
import { coreIdentityChecks, rootCaCheck } from '../cloud/doctor/core-identity.ts';
import { Doctor } from '../cloud/doctor/doctor.ts';
import { clockCheck, type Endpoint, endpointChecks } from '../cloud/doctor/endpoint.ts';
import { awsIotProbes, greengrassProbes } from '../cloud/doctor/probes.ts';
import { CREDENTIALS, credentialsCheck, jobCheck, permissionChecks } from '../cloud/doctor/service.ts';
import { dataPlaneAlpn } from '../cloud/https-connection.ts';
import { answered } from '../cloud/outcome.ts';
import type { JobStatus } from '../cloud/status.ts';
import { isCore } from '../config/cloud-checks.ts';
import type { Configuration } from '../config/load.ts';
import type { Cloud } from './cloud.ts';
import { DoctorClients, type DoctorClientsParts, type Place } from './doctor-clients.ts';

export interface DoctorParts extends DoctorClientsParts {
  /** The id of some certificate of the account, where the core has none; undefined: none is known. */
  readonly knownCertificateId?: () => Promise<string | undefined>;
  /** Of the running daemon's upload of CAs; undefined: there is none. */
  readonly uploadStatus?: () => JobStatus | undefined;
}

const CHECK_TIMEOUT_MS = 15_000;
const DATA_PLANE = 'data-plane';
const AWS_IOT = 'aws-iot';
const CREDENTIAL_PROVIDER = 'credential-provider';

/** For one examination. */
export function doctorOf(parts: DoctorParts): Doctor {
  const clients = new DoctorClients(parts);
  return new Doctor({
    checks: checksOf(parts, clients),
    clock: parts.clock,
    timeoutMs: CHECK_TIMEOUT_MS,
    onEnd: () => clients.close(),
  });
}

/** As the running daemon sees it: with what its jobs met. */
export function diagnose(
  parts: Pick<DoctorParts, 'configuration' | 'clock' | 'knownCertificateId'> & {
    readonly cloud: Cloud | undefined;
  },
): Doctor {
  const { cloud, ...rest } = parts;
  return doctorOf({
    ...rest,
    hostName: hostname(),
    environment: process.env,
    uploadStatus: () => cloud?.uploadStatus,
  });
}

function checksOf(parts: DoctorParts, clients: DoctorClients): readonly Check[] {
  const { configuration, clock } = parts;
  const { rootCaFile } = configuration.cloud;
  const { verifier } = configuration;
  const core = isCore(configuration);
  const asksAwsIot = verifier === 'aws-iot';
  if (!asksAwsIot && !core) {
    return [
      { name: 'cloud', look: async () => ok(`the verifier is ${verifier}: nothing here needs the cloud`) },
    ];
  }
  const endpoints = endpointsOf(parts, clients);
  const showsIdentity = endpoints.some(({ wantsIdentity }) => wantsIdentity);
  return [
    configurationCheck(configuration, clients),
    ...(showsIdentity ? coreIdentityChecks(clients.coreFiles, clock) : []),
    ...(rootCaFile === undefined ? [] : [rootCaCheck(rootCaFile, clock)]),
    ...endpoints.flatMap(endpointChecks),
    ...endpoints.slice(0, 1).map((endpoint) => clockCheck(endpoint, clock)),
    ...(asksAwsIot ? awsIotServiceChecks(parts, clients) : []),
    ...(core ? greengrassServiceChecks(parts, clients) : []),
  ];
}

/** The daemon does not start without the other keys. */
function configurationCheck(configuration: Configuration, clients: DoctorClients): Check {
  const remedy = 'docs/aws.md says what goes without these paths';
  return {
    name: 'configuration',
    look: async () => {
      if (!isCore(configuration)) return ok('every key is there');
      const dataPlane = clients.dataPlane();
      const verifying = VERIFYING.flatMap((operation) => dataPlane.problemOf(operation) ?? []);
      if (configuration.verifier === 'greengrass' && verifying.length > 0)
        return failed(`no device can be verified: ${verifying.join('; ')}`, remedy);
      const upload = dataPlane.problemOf('putCertificateAuthorities');
      return upload === undefined
        ? ok('every key is there')
        : warning(`no CA is uploaded: ${upload}`, remedy);
    },
  };
}

const VERIFYING = ['verifyClientDeviceIdentity', 'verifyClientDeviceIoTCertificateAssociation'] as const;

function endpointsOf(parts: DoctorParts, clients: DoctorClients): readonly Endpoint[] {
  const { configuration } = parts;
  const { rootCaFile } = configuration.cloud;
  const endpoint = (name: string, at: Place, wantsIdentity: boolean, alpn?: string): Endpoint => ({
    name,
    ...at,
    wantsIdentity,
    proxy: clients.proxyOf(at),
    needs: [...(wantsIdentity ? ['core.key-fits'] : []), ...(rootCaFile === undefined ? [] : ['root-ca'])],
    tls: async () => ({
      alpn,
      credentials: wantsIdentity
        ? readCoreCredentials(clients.coreFiles, () => {})
        : { rootCaPems: readRoots(rootCaFile) },
    }),
  });
  const found: Endpoint[] = [];
  if (isCore(configuration)) {
    const at = clients.dataPlaneAt;
    found.push(endpoint(DATA_PLANE, at, true, dataPlaneAlpn(at.port)));
  }
  if (configuration.verifier === 'aws-iot') {
    const provider = clients.credentialProviderAt;
    if (provider !== undefined) found.push(endpoint(CREDENTIAL_PROVIDER, provider, true));
    found.push(endpoint(AWS_IOT, clients.awsIotAt, false));
  }
  return found;
}

function awsIotServiceChecks(parts: DoctorParts, clients: DoctorClients): readonly Check[] {
  const { awsIot, certificateFile, keyFile } = parts.configuration.cloud;
  const hasIdentity = certificateFile !== undefined && keyFile !== undefined;
  const probes = awsIotProbes({
    controlPlane: () => clients.controlPlane(),
    certificateId: async () =>
      hasIdentity ? clients.coreCertificate().id : await parts.knownCertificateId?.(),
    asksForThings: parts.configuration.security.clientIdRule === 'any',
    needs: [`${AWS_IOT}.tls`, CREDENTIALS],
  });
  const alias = clients.roleAlias();
  if (alias === undefined) return permissionChecks(probes);
  const credentials = credentialsCheck({
    needs: [`${CREDENTIAL_PROVIDER}.identity`],
    find: async () => {
      const outcome = await alias.get();
      if (outcome.kind === 'trouble') return outcome;
      return answered(
        `of the role alias ${awsIot.roleAlias}, until ${outcome.value.expiration.toISOString()}`,
      );
    },
  });
  return [credentials, ...permissionChecks(probes)];
}

function greengrassServiceChecks(parts: DoctorParts, clients: DoctorClients): readonly Check[] {
  const { clock, configuration, uploadStatus } = parts;
  const probes = greengrassProbes({
    coreThingName: clients.coreThingName,
    verifies: configuration.verifier === 'greengrass',
    needs: [`${DATA_PLANE}.identity`],
    certificate: () => clients.coreCertificate(),
    dataPlane: () => clients.dataPlane(),
  });
  const upload = 'greengrass:PutCertificateAuthorities';
  return [
    ...permissionChecks(probes),
    jobCheck('certificate-authorities', upload, () => uploadStatus?.(), clock),
  ];
}
