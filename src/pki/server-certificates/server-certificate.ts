/** One server certificate with its key, and what goes along with it. A new key for each. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { normalizeHost } from '../../connectivity/host-name.ts';
import {
  anchorOf,
  intermediatesOf,
  ORGANIZATION,
  type ServerAuthority,
} from '../authorities/server-authority.ts';
import {
  type Authority,
  type CertificateIssuer,
  generateKeys,
  type KeyType,
  privateKeyPem,
  publicKeyPem,
} from '../x509/certificate-issuer.ts';

export interface ServerCertificateRequest {
  /** DNS names and IP addresses devices connect to; `localhost` is always one. */
  readonly hosts: readonly string[];
  /** From now on; shortened to the CA's. */
  readonly validitySeconds: number;
  readonly keyType: KeyType;
  /** The reference has the name of the broker's component here. */
  readonly commonName?: string;
}

export const serverCertificateSchema = z.strictObject({
  /** Alone. */
  certificatePem: z.string(),
  /** PKCS#8. */
  privateKeyPem: z.string(),
  /** Of the issuing CA. */
  caId: z.string(),
  /** From the issuing CA to below what devices trust. */
  intermediatePems: z.array(z.string()).readonly(),
  anchorPem: z.string(),
  /** As they were asked for, normalized and sorted. */
  hosts: z.array(z.string()).readonly(),
  keyType: z.enum(['EC_P256', 'RSA_2048']),
  /** Milliseconds since the Unix epoch, as are the others. */
  issuedAt: z.number(),
  notBefore: z.number(),
  notAfter: z.number(),
});

export type ServerCertificate = z.infer<typeof serverCertificateSchema>;

export async function issueServerCertificate(
  issuer: CertificateIssuer,
  authority: ServerAuthority & Authority,
  clock: { now(): number },
  request: ServerCertificateRequest,
): Promise<ServerCertificate> {
  issuer.requireClock();
  const hosts = serverHosts(request.hosts);
  const keys = await generateKeys(request.keyType);
  const issuedAt = clock.now();
  const issued = issuer.issue(authority, {
    subject: [...ORGANIZATION, ['CN', request.commonName ?? 'deviceauthd']],
    publicKey: keys.publicKey,
    usage: 'server',
    validitySeconds: request.validitySeconds,
    hosts,
  });
  return {
    certificatePem: issued.pem,
    privateKeyPem: privateKeyPem(keys.privateKey),
    caId: authority.id,
    intermediatePems: intermediatesOf(authority),
    anchorPem: anchorOf(authority),
    hosts,
    keyType: request.keyType,
    issuedAt,
    notBefore: issued.notBefore,
    notAfter: issued.notAfter,
  };
}

/** What a certificate for these is made out to: each once, in an order that does not depend on theirs. */
export function serverHosts(hosts: readonly string[]): readonly string[] {
  return [...new Set([...hosts.map(normalizeHost), 'localhost'])].sort();
}

/** Undefined unless everything fits together: for what was read from a disk. */
export function readServerCertificate(value: unknown): ServerCertificate | undefined {
  const read = serverCertificateSchema.safeParse(value);
  if (!read.success) return undefined;
  try {
    const certificate = new X509Certificate(read.data.certificatePem);
    return certificate.checkPrivateKey(createPrivateKey(read.data.privateKeyPem)) ? read.data : undefined;
  } catch {
    return undefined;
  }
}

export function publicKeyOf({ privateKeyPem: pem }: Pick<ServerCertificate, 'privateKeyPem'>): string {
  return publicKeyPem(createPublicKey(pem));
}
