/**
 * Which certificate a connected client has. By HTTP the daemon has told EMQX at authentication, as an attribute; by ExHook EMQX
 * has it as the user name. The attribute goes first: a device may choose its own user name where EMQX is asked by HTTP.
 */
import type { CertificateParser } from '../../identity/certificate.ts';
import {
  CERTIFICATE_ATTRIBUTE,
  type ConnectedClient,
  type GivenCertificate,
  GRANTS_ATTRIBUTE,
} from './emqx-ports.ts';

export type ConnectedCertificate = { readonly id: string; readonly given: GivenCertificate } | undefined;

const ID = /^[0-9a-f]{64}$/;
/** Shorter is no certificate, and not worth OpenSSL's time. */
const SHORTEST = 200;

/** Undefined: it cannot be told. */
export function connectedCertificate(
  { attributes, username }: ConnectedClient,
  parser: Pick<CertificateParser, 'parse'>,
): ConnectedCertificate {
  const id = attributes[CERTIFICATE_ATTRIBUTE];
  if (id !== undefined) {
    const grants = attributes[GRANTS_ATTRIBUTE] ?? '';
    return ID.test(id) ? { id, given: { attributes: { certificateId: id, grants } } } : undefined;
  }
  if (username.length < SHORTEST) return undefined;
  const parsed = parser.parse(username);
  return parsed.ok ? { id: parsed.certificate.id, given: { text: username } } : undefined;
}
