/** Who may call a control plane: whoever names a known access key, for the right region and service. Signatures are not computed. */
import type { Account } from './account.ts';
import { awsError } from './reply.ts';
import type { Gate } from './route.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$/;

export function signedGate(account: Account, service: string, now: () => number): Gate {
  return ({ headers, operation }) => {
    const [, key, region, named] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
    if (key === undefined) return awsError(403, 'MissingAuthenticationTokenException', 'Missing Token');
    if (region !== account.region || named !== service) {
      const message = `Credential should be scoped to ${account.region}/${service}`;
      return awsError(403, 'SignatureDoesNotMatch', message);
    }
    const known = account.accessKeys.get(key);
    const token = headers['x-amz-security-token'];
    if (known === undefined || known.sessionToken !== token) {
      const message = 'The security token included in the request is invalid.';
      return awsError(403, 'UnrecognizedClientException', message);
    }
    if (known.endsAt !== undefined && known.endsAt <= now()) {
      return awsError(403, 'ExpiredTokenException', 'The security token is expired.');
    }
    if (account.isDenied(operation)) {
      const message = `User is not authorized to perform: ${service}:${operation}`;
      return awsError(403, 'AccessDeniedException', message);
    }
    return undefined;
  };
}
