/** The control planes of AWS IoT and of Greengrass, as far as the daemon asks them. Throttling and errors have their own types there. */
import type { Account } from './account.ts';
import { awsError, ok, type Reply } from './reply.ts';
import { type Api, type Call, page } from './route.ts';
import { signedGate } from './signed-gate.ts';

export function iotControlPlane(account: Account, now: () => number): Api {
  return {
    gate: signedGate(account, 'iot', now),
    routes: [
      {
        operation: 'DescribeCertificate',
        method: 'GET',
        path: '/certificates/{certificateId}',
        answer: ({ members }) => describeCertificate(account, members['certificateId'] ?? ''),
      },
      {
        operation: 'ListPrincipalThings',
        method: 'GET',
        path: '/principals/things',
        answer: (call) => listPrincipalThings(account, call),
      },
      {
        operation: 'ListPrincipalThingsV2',
        method: 'GET',
        path: '/principals/things-v2',
        answer: (call) => listPrincipalThingsV2(account, call),
      },
      {
        operation: 'DescribeThing',
        method: 'GET',
        path: '/things/{thingName}',
        answer: ({ members }) => describeThing(account, members['thingName'] ?? ''),
      },
      {
        operation: 'DescribeEndpoint',
        method: 'GET',
        path: '/endpoint',
        answer: ({ query }) => describeEndpoint(account, query.get('endpointType') ?? ''),
      },
    ],
  };
}

export function greengrassControlPlane(account: Account, now: () => number): Api {
  return {
    gate: signedGate(account, 'greengrass', now),
    routes: [
      {
        operation: 'ListClientDevicesAssociatedWithCoreDevice',
        method: 'GET',
        path: '/greengrass/v2/coreDevices/{coreDeviceThingName}/associatedClientDevices',
        answer: ({ members, query }) => {
          const all = account.associated.get(members['coreDeviceThingName'] ?? '');
          if (all === undefined) return awsError(404, 'ResourceNotFoundException', 'the core does not exist');
          const { items, nextToken } = page(all, query, Math.min(account.pageSize, 100));
          const associatedClientDevices = items.map((thingName) => ({
            thingName,
            associationTimestamp: Math.floor(now() / 1000),
          }));
          return ok({ associatedClientDevices, nextToken });
        },
      },
    ],
  };
}

function describeCertificate(account: Account, id: string): Reply {
  if (!/^[0-9a-f]{64}$/.test(id)) return invalidRequest('certificateId is not well formed');
  const status = account.certificateStatus(id);
  if (status === undefined)
    return awsError(404, 'ResourceNotFoundException', `Certificate ${id} does not exist`);
  return ok({
    certificateDescription: {
      certificateArn: account.certificateArn(id),
      certificateId: id,
      status,
      ownedBy: account.id,
      certificateMode: 'DEFAULT',
    },
  });
}

function listPrincipalThings(account: Account, call: Call): Reply {
  const principal = principalOf(account, call);
  if (typeof principal !== 'string') return principal;
  const { items, nextToken } = page([...account.thingsOf(principal).keys()], call.query, account.pageSize);
  return ok({ things: items, nextToken });
}

function listPrincipalThingsV2(account: Account, call: Call): Reply {
  if (!account.listsPrincipalThingsV2) {
    return awsError(404, 'UnknownOperationException', 'The operation does not exist here');
  }
  const principal = principalOf(account, call);
  if (typeof principal !== 'string') return principal;
  const type = call.query.get('thingPrincipalType');
  const all = [...account.thingsOf(principal)]
    .map(([thingName, exclusive]) => ({
      thingName,
      thingPrincipalType: exclusive ? 'EXCLUSIVE_THING' : 'NON_EXCLUSIVE_THING',
    }))
    .filter((each) => type === null || each.thingPrincipalType === type);
  const { items, nextToken } = page(all, call.query, account.pageSize);
  return ok({ principalThingObjects: items, nextToken });
}

/** The id of the certificate that is asked about. */
function principalOf(account: Account, { headers }: Call): string | Reply {
  const arn = headers['x-amzn-principal'];
  const id = /:cert\/([0-9a-f]{64})$/.exec(typeof arn === 'string' ? arn : '')?.[1];
  if (id === undefined || arn !== account.certificateArn(id)) return invalidRequest('Invalid principal');
  if (account.certificateStatus(id) === undefined) {
    return awsError(404, 'ResourceNotFoundException', 'The principal does not exist');
  }
  return id;
}

function describeThing(account: Account, thingName: string): Reply {
  if (!account.hasThing(thingName)) {
    return awsError(404, 'ResourceNotFoundException', `Thing ${thingName} does not exist`);
  }
  const thingId = certificateIdLike(thingName);
  return ok({
    thingName,
    thingId,
    thingArn: account.thingArn(thingName),
    attributes: {},
    version: 1,
  });
}

function certificateIdLike(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(32, '0').slice(0, 32);
}

function describeEndpoint(account: Account, type: string): Reply {
  const endpointAddress = account.endpoints.get(type);
  return endpointAddress === undefined
    ? invalidRequest(`unknown endpoint type ${type}`)
    : ok({ endpointAddress });
}

function invalidRequest(message: string): Reply {
  return awsError(400, 'InvalidRequestException', message);
}
