/**
 * One CA of server certificates as the others see it: its certificate, what leads from it to what devices trust, and its key if
 * it is at hand. The daemon's own are roots; the operator's may have a chain above them.
 */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import type { ServerCaCertificate } from '../certificates-api.ts';
import type { DistinguishedName, KeyType } from '../x509/certificate-issuer.ts';

/** Of the subject of everything that is made for servers; the reference's. */
export const ORGANIZATION: DistinguishedName = [
  ['C', 'US'],
  ['O', 'Amazon.com Inc.'],
  ['OU', 'Amazon Web Services'],
  ['ST', 'Washington'],
  ['L', 'Seattle'],
];

export interface ServerAuthority {
  /** Lower-case hex SHA-256 of the DER. */
  readonly id: string;
  readonly certificatePem: string;
  /** Above it, nearest first; the root is the last, if the operator gave it. */
  readonly chainPems: readonly string[];
  /** Undefined: not at hand, so nothing can be signed. */
  readonly privateKey: KeyObject | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  /** The operator's own. */
  readonly custom: boolean;
}

export function serverAuthority(parts: {
  readonly certificatePem: string;
  readonly chainPems?: readonly string[];
  readonly privateKey: KeyObject | undefined;
  readonly custom: boolean;
}): ServerAuthority {
  const x509 = new X509Certificate(parts.certificatePem);
  return {
    id: certificateIdOf(x509),
    certificatePem: x509.toString(),
    chainPems: parts.chainPems ?? [],
    privateKey: parts.privateKey,
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
    custom: parts.custom,
  };
}

/** What devices must trust: the top of the chain. */
export function anchorOf(authority: Pick<ServerAuthority, 'certificatePem' | 'chainPems'>): string {
  return authority.chainPems.at(-1) ?? authority.certificatePem;
}

/** What a server sends along with its certificate: everything up to the anchor, which the device has. */
export function intermediatesOf(
  authority: Pick<ServerAuthority, 'certificatePem' | 'chainPems'>,
): readonly string[] {
  return [authority.certificatePem, ...authority.chainPems].slice(0, -1);
}

export function keyTypeOf(authority: Pick<ServerAuthority, 'certificatePem'>): KeyType {
  const { asymmetricKeyType } = new X509Certificate(authority.certificatePem).publicKey;
  return asymmetricKeyType === 'rsa' ? 'RSA_2048' : 'EC_P256';
}

export function describeAuthority(authority: ServerAuthority): ServerCaCertificate {
  const x509 = new X509Certificate(authority.certificatePem);
  return {
    certificateId: authority.id,
    subject: x509.subject,
    key: keyDescription(x509.publicKey),
    notBefore: authority.notBefore,
    notAfter: authority.notAfter,
    trustAnchorPem: anchorOf(authority),
    chainPems: [authority.certificatePem, ...authority.chainPems.slice(0, -1)],
  };
}

export function certificateIdOf(x509: X509Certificate): string {
  return createHash('sha256').update(x509.raw).digest('hex');
}

/** "RSA 2048", "EC prime256v1". */
export function keyDescription(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === 'rsa' ? `RSA ${modulusLength}` : `EC ${namedCurve}`;
}
