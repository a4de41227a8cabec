/**
 * Makes certificates: authorities, and the leaves they issue.
 *
 * Nothing is issued while the clock is suspect, or reads a time before the authority's own validity.
 * A leaf never outlives its authority. Every leaf has a key of its own, a serial number from the
 * system's generator, positive and within 20 octets, and is signed as the authority's key wants it.
 * Structures are node-forge's ASN.1, keys and signatures node:crypto's.
 */
import {
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { DaemonError } from '../../errors.ts';
import {
  type Asn1,
  bits,
  bytesOf,
  children,
  decode,
  encode,
  integer,
  isTagged,
  none,
  oid,
  printable,
  sequence,
  set,
  tagged,
  time,
  utf8,
} from './der.ts';
import * as extension from './extensions.ts';

export type KeyType = 'EC_P256' | 'RSA_2048';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** In the order of the certificate, the most general first. */
export type DistinguishedName = readonly (readonly ['C' | 'ST' | 'L' | 'O' | 'OU' | 'CN', string])[];

export interface Authority {
  readonly certificatePem: string;
  readonly privateKey: KeyObject;
}

export interface AuthorityRequest {
  readonly subject: DistinguishedName;
  readonly keyType: KeyType;
  /** From notBefore to notAfter. */
  readonly validitySeconds: number;
}

export interface LeafRequest {
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
  readonly usage: 'client' | 'server';
  /** From now to notAfter; shortened to the authority's. */
  readonly validitySeconds: number;
  /** Subject alternative names: DNS names and IP addresses. */
  readonly hosts?: readonly string[];
}

export interface IssuedCertificate {
  readonly pem: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface IssuerOptions {
  readonly clock: { now(): number };
  readonly isSuspect: () => { readonly suspect: boolean; readonly reason?: string };
  /** For serial numbers. */
  readonly random?: (size: number) => Uint8Array;
}

/** How far notBefore is dated back, for peers whose clocks are slow. */
export const BACK_DATED_MS = 300_000;
/** The latest time a certificate can say (RFC 5280, 4.1.2.5). */
const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

const ATTRIBUTES = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
} as const;

export async function generateKeys(type: KeyType): Promise<KeyPair> {
  const generate = promisify(generateKeyPair);
  return type === 'RSA_2048'
    ? generate('rsa', { modulusLength: 2048 })
    : generate('ec', { namedCurve: 'prime256v1' });
}

export class CertificateIssuer {
  readonly #clock: { now(): number };
  readonly #isSuspect: IssuerOptions['isSuspect'];
  readonly #random: (size: number) => Uint8Array;

  constructor(options: IssuerOptions) {
    this.#clock = options.clock;
    this.#isSuspect = options.isSuspect;
    this.#random = options.random ?? randomBytes;
  }

  /** Rejects with CLOCK_SUSPECT. For those who have work to do before they issue. */
  requireClock(): void {
    const { suspect, reason = 'it reads an impossible time' } = this.#isSuspect();
    if (suspect) {
      throw new DaemonError(
        'CLOCK_SUSPECT',
        `nothing is signed while the clock is suspect: ${reason}; set it right, or accept it`,
      );
    }
  }

  async createAuthority(request: AuthorityRequest): Promise<Authority> {
    this.requireClock();
    const { publicKey, privateKey } = await generateKeys(request.keyType);
    const notBefore = wholeSeconds(this.#clock.now() - BACK_DATED_MS);
    const notAfter = Math.min(notBefore + milliseconds(request.validitySeconds), END_OF_TIME);
    const name = encodeName(request.subject);
    const pem = this.#certificate({
      issuer: name,
      subject: name,
      publicKey,
      signingKey: privateKey,
      notBefore,
      notAfter,
      extensions: [
        extension.basicConstraints(true),
        extension.certificateSigning(),
        extension.subjectKeyIdentifier(publicKey),
      ],
    });
    return { certificatePem: pem, privateKey };
  }

  issue(authority: Authority, request: LeafRequest): IssuedCertificate {
    this.requireClock();
    const issuer = readAuthority(authority.certificatePem);
    const now = this.#clock.now();
    requireValid(issuer, now);
    const notBefore = Math.max(wholeSeconds(now - BACK_DATED_MS), issuer.notBefore);
    const notAfter = Math.min(wholeSeconds(now) + milliseconds(request.validitySeconds), issuer.notAfter);
    const pem = this.#certificate({
      issuer: issuer.name,
      subject: encodeName(request.subject),
      publicKey: request.publicKey,
      signingKey: authority.privateKey,
      notBefore,
      notAfter,
      extensions: [
        extension.basicConstraints(false),
        extension.tlsKeyUsage(request.publicKey),
        extension.extendedKeyUsage(request.usage),
        extension.subjectKeyIdentifier(request.publicKey),
        ...(issuer.keyIdentifier === undefined
          ? []
          : [extension.authorityKeyIdentifier(issuer.keyIdentifier)]),
        ...(request.hosts === undefined ? [] : [extension.subjectAlternativeNames(request.hosts)]),
      ],
    });
    return { pem, notBefore, notAfter };
  }

  #certificate(parts: {
    readonly issuer: Asn1;
    readonly subject: Asn1;
    readonly publicKey: KeyObject;
    readonly signingKey: KeyObject;
    readonly notBefore: number;
    readonly notAfter: number;
    readonly extensions: readonly Asn1[];
  }): string {
    const algorithm = signatureAlgorithm(parts.signingKey);
    const body = sequence(
      tagged(0, integer(Uint8Array.of(2))),
      integer(this.#serialNumber()),
      algorithm.identifier,
      parts.issuer,
      sequence(time(parts.notBefore), time(parts.notAfter)),
      parts.subject,
      decode(parts.publicKey.export({ type: 'spki', format: 'der' })),
      extension.allExtensions(...parts.extensions),
    );
    const signature = sign(algorithm.hash, encode(body), parts.signingKey);
    const der = encode(sequence(body, algorithm.identifier, bits(signature)));
    return new X509Certificate(der).toString();
  }

  /** 16 octets, of which 126 bits are random: the first is 0x40 to 0x7f, so neither negative nor padded. */
  #serialNumber(): Uint8Array {
    const serial = Uint8Array.from(this.#random(16));
    serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
    return serial;
  }
}

export interface ReadAuthority {
  readonly name: Asn1;
  readonly keyIdentifier: Uint8Array | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Its name as it is encoded there, since names are compared so; OpenSSL has parsed the whole before. */
export function readAuthority(pem: string): ReadAuthority {
  const x509 = new X509Certificate(pem);
  const [body] = children(decode(x509.raw));
  const fields = children(body);
  const name = fields[5];
  if (name === undefined) throw new DaemonError('SERVICE_ERROR', 'the CA certificate has no subject');
  const last = fields.at(-1);
  const extensions = last !== undefined && isTagged(last, 3) ? children(children(last)[0]) : [];
  const wanted = bytesOf(oid(extension.SUBJECT_KEY_IDENTIFIER));
  const found = extensions.find((each) => bytesOf(children(each)[0]).equals(wanted));
  const value = children(found).at(-1);
  return {
    name,
    keyIdentifier: value === undefined ? undefined : bytesOf(decode(bytesOf(value))),
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
  };
}

export function requireValid(authority: ReadAuthority, now: number): void {
  if (now < authority.notBefore) {
    const from = new Date(authority.notBefore).toISOString();
    throw new DaemonError(
      'CLOCK_SUSPECT',
      `the clock reads a time before the CA is valid, ${from}; set it right`,
    );
  }
  if (now >= authority.notAfter) {
    const to = new Date(authority.notAfter).toISOString();
    throw new DaemonError(
      'INVALID_ARGUMENTS',
      `the CA expired on ${to} and can issue nothing; make a new one`,
    );
  }
}

export function signatureAlgorithm(key: KeyObject): { readonly identifier: Asn1; readonly hash: string } {
  if (key.asymmetricKeyType === 'rsa') {
    return { identifier: sequence(oid('1.2.840.113549.1.1.11'), none()), hash: 'sha256' };
  }
  if (key.asymmetricKeyType === 'ec') {
    const large = key.asymmetricKeyDetails?.namedCurve !== 'prime256v1';
    return large
      ? { identifier: sequence(oid('1.2.840.10045.4.3.3')), hash: 'sha384' }
      : { identifier: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' };
  }
  throw new DaemonError(
    'INVALID_ARGUMENTS',
    `a CA signs with an RSA or EC key, not ${key.asymmetricKeyType}`,
  );
}

function encodeName(name: DistinguishedName): Asn1 {
  const parts = name.map(([type, value]) =>
    set(sequence(oid(ATTRIBUTES[type]), type === 'C' ? printable(value) : utf8(value))),
  );
  return sequence(...parts);
}

function milliseconds(seconds: number): number {
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new DaemonError(
      'INVALID_ARGUMENTS',
      `a certificate is valid for one second or more, not ${seconds}`,
    );
  }
  return seconds * 1_000;
}

export function wholeSeconds(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

/** PKCS#8 and SPKI, as PEM. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function publicKeyPem(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
