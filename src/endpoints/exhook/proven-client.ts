/**
 * Who a client is, by what EMQX says of it. ExHook carries no certificate: it travels as the username, which EMQX fills in from the
 * handshake (`peer_cert_as_username = pem`) on listeners that ask for one, and on all others is what the client says. So it counts
 * only on the ports that the operator named as mutual TLS, and only if the names that EMQX took from the handshake are its own.
 */
import type { ClientInfo__Output } from '../../contract/generated/emqx/exhook/v3/ClientInfo.ts';
import type { ParseResult } from '../../identity/certificate.ts';
import type { EmqxClient } from '../emqx/emqx-ports.ts';
import { whyNotProven } from '../emqx/peer-names.ts';

export type ProvenClient =
  | { readonly kind: 'proven'; readonly client: EmqxClient }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'INVALID_ARGUMENTS'
        | 'CERTIFICATE_MISSING'
        | 'CERTIFICATE_NOT_PROVEN'
        | 'CERTIFICATE_UNREADABLE';
      /** For the operator. */
      readonly message: string;
      readonly clientId?: string;
      readonly certificateId?: string;
    };

export interface ProofOptions {
  readonly mutualTlsPorts: readonly number[];
  readonly parse: (text: string) => ParseResult;
}

/** Neither version adds to this message. */
export function provenClient(info: ClientInfo__Output | null, options: ProofOptions): ProvenClient {
  if (info === null) {
    return {
      kind: 'refused',
      reason: 'INVALID_ARGUMENTS',
      message: 'the request says nothing about a client',
    };
  }
  const { clientid: clientId, cn, dn, node, peerhost, peerport, sockport, username } = info;
  if (!options.mutualTlsPorts.includes(sockport)) {
    const message = `it came to port ${sockport} of EMQX, which is not among mutualTlsPorts: no certificate is proven there`;
    return { kind: 'refused', reason: 'CERTIFICATE_NOT_PROVEN', message, clientId };
  }
  if (username === '') {
    const message = 'EMQX says no certificate: set mqtt.peer_cert_as_username = pem, for its zone too';
    return { kind: 'refused', reason: 'CERTIFICATE_MISSING', message, clientId };
  }
  const parsed = options.parse(username);
  if (!parsed.ok) {
    const message = `${parsed.message}; EMQX has to say it as the username: mqtt.peer_cert_as_username = pem`;
    return { kind: 'refused', reason: parsed.reason, message, clientId };
  }
  const { id: certificateId, subject } = parsed.certificate;
  const message = whyNotProven(subject, { cn, dn });
  if (message !== undefined)
    return { kind: 'refused', reason: 'CERTIFICATE_NOT_PROVEN', message, clientId, certificateId };
  const connection = peerport === 0 ? '' : `${node} ${peerhost}:${peerport}`;
  return { kind: 'proven', client: { clientId, certificate: username, connection } };
}
