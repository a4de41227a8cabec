/** The Greengrass data plane, as far as the daemon asks it. Operations without a published path are where the test puts them. */
import type { Account, ConnectivityEntry } from './account.ts';
import { certificateIdOf } from './account.ts';
import { awsError, gatewayRefusal, ok, type Reply } from './reply.ts';
import { type Api, bodyOf, type Call, invalid, type Route } from './route.ts';

/** "METHOD /path", as `cloud.dataPlane.paths` has them. */
export interface DataPlanePaths {
  readonly verifyClientDeviceIdentity: string;
  readonly verifyClientDeviceIoTCertificateAssociation: string;
  readonly putCertificateAuthorities: string;
}

/** Made up. */
export const FAKE_PATHS: DataPlanePaths = {
  verifyClientDeviceIdentity: 'POST /fake/client-device/identity',
  verifyClientDeviceIoTCertificateAssociation: 'POST /fake/client-device/{clientDeviceThingName}/association',
  putCertificateAuthorities: 'PUT /fake/core/{coreDeviceThingName}/authorities',
};

const NEEDS_SERVICE_ROLE = [
  'VerifyClientDeviceIdentity',
  'VerifyClientDeviceIoTCertificateAssociation',
  'UpdateConnectivityInfo',
];

export function dataPlane(account: Account, paths: DataPlanePaths): Api {
  return {
    gate: ({ operation }) => {
      if (account.isDenied(operation)) return gatewayRefusal();
      if (account.serviceRole || !NEEDS_SERVICE_ROLE.includes(operation)) return undefined;
      const message = 'Greengrass is not authorized to assume the Service Role associated with this account';
      return awsError(401, 'UnauthorizedException', message);
    },
    routes: [
      configured('VerifyClientDeviceIdentity', paths.verifyClientDeviceIdentity, (call) =>
        verifyIdentity(account, inputOf(call)),
      ),
      configured(
        'VerifyClientDeviceIoTCertificateAssociation',
        paths.verifyClientDeviceIoTCertificateAssociation,
        (call) => verifyAssociation(account, inputOf(call)),
      ),
      configured('PutCertificateAuthorities', paths.putCertificateAuthorities, (call) =>
        putAuthorities(account, inputOf(call)),
      ),
      {
        operation: 'GetConnectivityInfo',
        method: 'GET',
        path: '/greengrass/things/{thingName}/connectivityInfo',
        answer: ({ members }) => getConnectivity(account, members['thingName'] ?? ''),
      },
      {
        operation: 'UpdateConnectivityInfo',
        method: 'PUT',
        path: '/greengrass/things/{thingName}/connectivityInfo',
        answer: (call) => updateConnectivity(account, inputOf(call)),
      },
    ],
  };
}

function configured(operation: string, place: string, answer: (call: Call) => Reply): Route {
  const [method = '', path = ''] = place.split(' ');
  return { operation, method, path, answer };
}

/** Members are in the body and in the path. */
function inputOf(call: Call): Record<string, unknown> {
  return { ...bodyOf(call), ...call.members };
}

function verifyIdentity(account: Account, input: Record<string, unknown>): Reply {
  const pem = input['clientDeviceCertificate'];
  if (typeof pem !== 'string') return invalid('clientDeviceCertificate is required');
  let id: string;
  try {
    id = certificateIdOf(pem);
  } catch {
    return invalid('clientDeviceCertificate is not a certificate');
  }
  const status = account.certificateStatus(id);
  if (status === undefined) return notFound('the certificate does not exist');
  if (status !== 'ACTIVE') return invalid('the certificate is not active');
  return ok({ clientDeviceCertificateId: id });
}

function verifyAssociation(account: Account, input: Record<string, unknown>): Reply {
  const { clientDeviceThingName: thing, clientDeviceCertificateId: id } = input;
  if (typeof thing !== 'string' || typeof id !== 'string') return invalid('a member is missing');
  if (!account.hasThing(thing)) return notFound('the thing does not exist');
  if (!account.thingsOf(id).has(thing)) return notFound('the certificate is not attached to the thing');
  return { status: 200 };
}

function putAuthorities(account: Account, input: Record<string, unknown>): Reply {
  const { coreDeviceThingName: core, coreDeviceCertificates: pems } = input;
  if (typeof core !== 'string' || !Array.isArray(pems)) return invalid('a member is missing');
  if (!account.hasThing(core)) return notFound('the core device does not exist');
  const texts = pems.map(String);
  try {
    texts.forEach(certificateIdOf);
  } catch {
    return invalid('coreDeviceCertificates holds something else');
  }
  account.uploads.push({ coreThingName: core, pems: texts });
  return ok();
}

function getConnectivity(account: Account, core: string): Reply {
  if (!account.hasThing(core)) return notFound('the thing does not exist');
  const list = account.connectivity.get(core) ?? [];
  const shown = account.lowerCaseConnectivity
    ? list.map(({ Id, HostAddress, PortNumber, Metadata }) => ({
        id: Id,
        hostAddress: HostAddress,
        portNumber: PortNumber,
        metadata: Metadata,
      }))
    : list;
  const key = account.lowerCaseConnectivity ? 'connectivityInfo' : 'ConnectivityInfo';
  return ok({ [key]: shown, Message: 'Connectivity info' });
}

function updateConnectivity(account: Account, input: Record<string, unknown>): Reply {
  const { thingName, ConnectivityInfo: list } = input;
  if (typeof thingName !== 'string' || !Array.isArray(list)) return invalid('ConnectivityInfo is required');
  if (!account.hasThing(thingName)) return notFound('the thing does not exist');
  account.connectivity.set(thingName, list as ConnectivityEntry[]);
  return ok({ Version: account.nextVersion(), Message: 'Updated' });
}

function notFound(message: string): Reply {
  return awsError(404, 'ResourceNotFoundException', message);
}
