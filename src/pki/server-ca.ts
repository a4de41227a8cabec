/**
 * The CA of the server certificates that brokers show to devices; never the one that issues device
 * certificates. Its key stays in `ca/server` of the state directory. Another key type in the
 * configuration makes another CA, and the old one is kept aside; otherwise the CA is the same at
 * every start.
 */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import {
  type Authority,
  type CertificateIssuer,
  type DistinguishedName,
  generateKeys,
  type KeyType,
  privateKeyPem,
  publicKeyPem,
} from './certificate-issuer.ts';
import { loadAuthority, moveAuthority, type Warn, writeAuthority } from './key-files.ts';

/** 5 × 365 days, as the reference has it. */
export const SERVER_CA_VALIDITY_SECONDS = 157_680_000;

const ORGANIZATION: DistinguishedName = [
  ['C', 'US'],
  ['O', 'Amazon.com Inc.'],
  ['OU', 'Amazon Web Services'],
  ['ST', 'Washington'],
  ['L', 'Seattle'],
];

export interface ServerCaOptions {
  readonly stateDirectory: string;
  readonly issuer: CertificateIssuer;
  /** Of the CA's own key. */
  readonly keyType: KeyType;
  readonly warn: Warn;
}

export interface ServerCertificateRequest {
  /** DNS names and IP addresses devices connect to; `localhost` is always one. */
  readonly hosts: readonly string[];
  /** From now on; shortened to the CA's. */
  readonly validitySeconds: number;
  readonly keyType: KeyType;
  /** The reference has the name of the broker's component here. */
  readonly commonName?: string;
}

export interface ServerCertificate {
  readonly certificatePem: string;
  /** PKCS#8. Not kept. */
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** The issuing CA. */
  readonly caPem: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export class ServerCa {
  readonly #issuer: CertificateIssuer;
  readonly #authority: Authority;

  constructor(issuer: CertificateIssuer, authority: Authority) {
    this.#issuer = issuer;
    this.#authority = authority;
  }

  /** Loads the CA, or makes it when there is none yet. */
  static async open(options: ServerCaOptions): Promise<ServerCa> {
    const { stateDirectory, issuer, keyType, warn } = options;
    const directory = join(stateDirectory, 'ca', 'server');
    const known = await loadAuthority(directory, warn);
    if (known !== undefined && keyTypeOf(known) === keyType) return new ServerCa(issuer, known);

    const authority = await issuer.createAuthority({
      subject: [...ORGANIZATION, ['CN', 'Greengrass Core CA']],
      keyType,
      validitySeconds: SERVER_CA_VALIDITY_SECONDS,
    });
    const unfinished = join(stateDirectory, 'ca', '.creating-server');
    await writeAuthority(unfinished, authority);
    if (known !== undefined) {
      const aside = join(stateDirectory, 'ca', 'removed', `server-${fingerprint(known)}`);
      await moveAuthority(directory, aside);
      warn(`the server CA is a new one of type ${keyType}, as configured; the old one is kept in ${aside}`);
    }
    await moveAuthority(unfinished, directory);
    return new ServerCa(issuer, authority);
  }

  get certificatePem(): string {
    return this.#authority.certificatePem;
  }

  /** With a new key each time. */
  async issueServerCertificate(request: ServerCertificateRequest): Promise<ServerCertificate> {
    this.#issuer.requireClock();
    const keys = await generateKeys(request.keyType);
    const issued = this.#issuer.issue(this.#authority, {
      subject: [...ORGANIZATION, ['CN', request.commonName ?? 'deviceauthd']],
      publicKey: keys.publicKey,
      usage: 'server',
      validitySeconds: request.validitySeconds,
      hosts: [...request.hosts, 'localhost'],
    });
    return {
      certificatePem: issued.pem,
      privateKeyPem: privateKeyPem(keys.privateKey),
      publicKeyPem: publicKeyPem(keys.publicKey),
      caPem: this.certificatePem,
      notBefore: issued.notBefore,
      notAfter: issued.notAfter,
    };
  }
}

function keyTypeOf(authority: Authority): KeyType {
  return authority.privateKey.asymmetricKeyType === 'rsa' ? 'RSA_2048' : 'EC_P256';
}

function fingerprint(authority: Authority): string {
  return new X509Certificate(authority.certificatePem).fingerprint256
    .replaceAll(':', '')
    .slice(0, 16)
    .toLowerCase();
}
