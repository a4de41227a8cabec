/** AWS IoT's credential provider: short-lived credentials for a core device's certificate. */
import { randomUUID } from 'node:crypto';
import type { Account } from './account.ts';
import { gatewayRefusal, ok, type Reply } from './reply.ts';
import type { Api } from './route.ts';

export function credentialProvider(account: Account, now: () => number): Api {
  return {
    gate: ({ operation }) => (account.isDenied(operation) ? gatewayRefusal() : undefined),
    routes: [
      {
        operation: 'AssumeRoleWithCertificate',
        method: 'GET',
        path: '/role-aliases/{alias}/credentials',
        answer: ({ members, headers, connection }) => {
          const lifetime = account.roleAliases.get(members['alias'] ?? '');
          if (lifetime === undefined) return refusal(404, 'Role alias does not exist');
          const thing = headers['x-amzn-iot-thingname'];
          const things = account.thingsOf(connection.clientCertificateId ?? '');
          if (typeof thing === 'string' && !things.has(thing)) return refusal(403, 'Access Denied');
          const endsAt = now() + lifetime;
          const credentials = {
            accessKeyId: `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
            secretAccessKey: randomUUID(),
            sessionToken: randomUUID(),
          };
          account.accessKeys.set(credentials.accessKeyId, { ...credentials, endsAt });
          return ok({
            credentials: { ...credentials, expiration: new Date(endsAt).toISOString() },
          });
        },
      },
    ],
  };
}

function refusal(status: number, message: string): Reply {
  return { status, body: { message } };
}
