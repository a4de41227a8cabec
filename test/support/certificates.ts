/**
 * Makes real certificates for tests: the structure through node-forge's ASN.1, keys and signatures
 * through node:crypto, so that EC and Ed25519 work too and a certificate costs about a millisecond.
 * Key pairs are shared by all certificates of one kind that a maker makes, unless one is asked for.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import forge from 'node-forge';

const { asn1 } = forge;
type Asn1 = forge.asn1.Asn1;

export type KeyKind = 'EC' | 'EC-384' | 'RSA' | 'ED25519';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** One attribute of a name; each is an RDN of its own unless `joined` to the one before. */
export interface NameAttribute {
  readonly type: 'CN' | 'O' | 'OU' | 'C' | 'SERIALNUMBER';
  readonly value: string;
  readonly joined?: boolean;
}

export interface CertificateOptions {
  /** The common name, or the whole name. */
  readonly subject?: string | readonly NameAttribute[];
  /** Who signs; itself when left out. */
  readonly issuer?: TestCertificate;
  /** The name written as issuer, if it is not to be the issuer's own. */
  readonly issuerName?: string;
  readonly key?: KeyKind | KeyPair;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isCa?: boolean;
  /** What it says it is for (extended key usage); left out: it does not say. */
  readonly purpose?: 'client' | 'server';
  /** DNS names and IPv4 addresses it is good for (subject alternative names). */
  readonly hosts?: readonly string[];
  readonly serial?: string;
}

export interface TestCertificate {
  readonly pem: string;
  readonly der: Buffer;
  readonly id: string;
  readonly subject: readonly NameAttribute[];
  readonly keys: KeyPair;
  readonly keyPem: string;
}

const OIDS = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6', SERIALNUMBER: '2.5.4.5' } as const;
const YEAR = 365 * 86_400_000;
export const VALID_FROM = Date.UTC(2025, 0, 1);
export const VALID_TO = VALID_FROM + 10 * YEAR;

export class CertificateMaker {
  readonly #keys = new Map<KeyKind, KeyPair>();
  #serial = 0x1000;

  keys(kind: KeyKind): KeyPair {
    const known = this.#keys.get(kind);
    if (known !== undefined) return known;
    const made = newKeys(kind);
    this.#keys.set(kind, made);
    return made;
  }

  make(options: CertificateOptions = {}): TestCertificate {
    const { subject = 'thing', issuer, key = 'EC' } = options;
    const name: readonly NameAttribute[] =
      typeof subject === 'string' ? [{ type: 'CN', value: subject }] : subject;
    const keys = typeof key === 'string' ? this.keys(key) : key;
    const signingKey = (issuer?.keys ?? keys).privateKey;
    const issuerName: readonly NameAttribute[] =
      options.issuerName === undefined
        ? (issuer?.subject ?? name)
        : [{ type: 'CN', value: options.issuerName }];
    this.#serial += 1;
    const algorithm = signatureAlgorithm(signingKey);
    const body = sequence(
      context(0, integer('02')),
      integer(options.serial ?? this.#serial.toString(16).padStart(6, '0')),
      algorithm,
      encodeName(issuerName),
      sequence(time(options.notBefore ?? VALID_FROM), time(options.notAfter ?? VALID_TO)),
      encodeName(name),
      asn1.fromDer(keys.publicKey.export({ type: 'spki', format: 'der' }).toString('latin1')),
      ...extensions(options),
    );
    const der = toDer(sequence(body, algorithm, bits(signature(toDer(body), signingKey))));
    return {
      pem: toPem(der),
      der,
      id: createHash('sha256').update(der).digest('hex'),
      subject: name,
      keys,
      keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  ca(commonName: string, options: CertificateOptions = {}): TestCertificate {
    return this.make({ key: newKeys('EC'), ...options, subject: commonName, isCa: true });
  }
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * The same certificate with its P-256 signature (r, s) written as (r, n - s): just as valid, and made
 * without the issuer's key, but other bytes and so another id.
 */
export function twinOf(certificate: TestCertificate): Pick<TestCertificate, 'der' | 'pem' | 'id'> {
  const whole = asn1.fromDer(certificate.der.toString('latin1'));
  const [body, algorithm, signed] = whole.value as [Asn1, Asn1, Asn1];
  // node-forge reads a BIT STRING that holds DER as that.
  const [pair] = signed.value as [Asn1];
  const [r, s] = pair.value as [Asn1, Asn1];
  const other = P256_ORDER - BigInt(`0x${Buffer.from(s.value as string, 'latin1').toString('hex')}`);
  const digits = other.toString(16);
  const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
  const negative = Number.parseInt(hex.slice(0, 2), 16) >= 0x80;
  const der = toDer(
    sequence(body, algorithm, bits(toDer(sequence(r, integer(negative ? `00${hex}` : hex))))),
  );
  return { der, pem: toPem(der), id: createHash('sha256').update(der).digest('hex') };
}

export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function newKeys(kind: KeyKind): KeyPair {
  switch (kind) {
    case 'EC':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    case 'EC-384':
      return generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    case 'RSA':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'ED25519':
      return generateKeyPairSync('ed25519');
  }
}

function signatureAlgorithm(key: KeyObject): Asn1 {
  if (key.asymmetricKeyType === 'rsa') return sequence(oid('1.2.840.113549.1.1.11'), none());
  if (key.asymmetricKeyType === 'ed25519') return sequence(oid('1.3.101.112'));
  return sequence(oid('1.2.840.10045.4.3.2'));
}

function signature(data: Buffer, key: KeyObject): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);
}

function encodeName(attributes: readonly NameAttribute[]): Asn1 {
  const rdns: Asn1[][] = [];
  for (const attribute of attributes) {
    const text = attribute.type === 'C' ? asn1.Type.PRINTABLESTRING : asn1.Type.UTF8;
    const encoded = sequence(
      oid(OIDS[attribute.type]),
      primitive(text, Buffer.from(attribute.value, 'utf8').toString('latin1')),
    );
    const last = rdns.at(-1);
    if (attribute.joined === true && last !== undefined) last.push(encoded);
    else rdns.push([encoded]);
  }
  return sequence(...rdns.map((each) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, each)));
}

/** UTCTime up to 2049, GeneralizedTime after, as RFC 5280 wants it. */
function time(at: number): Asn1 {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = new Date(at).getUTCFullYear();
  return year >= 1950 && year < 2050
    ? primitive(asn1.Type.UTCTIME, digits.slice(2))
    : primitive(asn1.Type.GENERALIZEDTIME, digits);
}

function extensions({ hosts, isCa, purpose }: CertificateOptions): Asn1[] {
  const each = [
    ...(isCa === true ? [basicConstraints()] : []),
    ...(purpose === undefined ? [] : [extendedKeyUsage(purpose)]),
    ...(hosts === undefined ? [] : [alternativeNames(hosts)]),
  ];
  return each.length === 0 ? [] : [context(3, sequence(...each))];
}

function extendedKeyUsage(purpose: 'client' | 'server'): Asn1 {
  const value = toDer(sequence(oid(`1.3.6.1.5.5.7.3.${purpose === 'server' ? 1 : 2}`)));
  return sequence(oid('2.5.29.37'), primitive(asn1.Type.OCTETSTRING, value.toString('latin1')));
}

function alternativeNames(hosts: readonly string[]): Asn1 {
  const names = hosts.map((host) =>
    isIPv4(host)
      ? named(7, String.fromCharCode(...host.split('.').map(Number)))
      : named(2, Buffer.from(host).toString('latin1')),
  );
  return sequence(
    oid('2.5.29.17'),
    primitive(asn1.Type.OCTETSTRING, toDer(sequence(...names)).toString('latin1')),
  );
}

function named(tag: number, value: string): Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, false, value);
}

function basicConstraints(): Asn1 {
  const value = toDer(sequence(primitive(asn1.Type.BOOLEAN, '\xff')));
  return sequence(
    oid('2.5.29.19'),
    primitive(asn1.Type.BOOLEAN, '\xff'),
    primitive(asn1.Type.OCTETSTRING, value.toString('latin1')),
  );
}

function sequence(...items: Asn1[]): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, items);
}

function context(tag: number, item: Asn1): Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, [item]);
}

function primitive(type: forge.asn1.Type, value: string): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, false, value);
}

function integer(hex: string): Asn1 {
  return primitive(asn1.Type.INTEGER, Buffer.from(hex, 'hex').toString('latin1'));
}

function oid(dotted: string): Asn1 {
  return primitive(asn1.Type.OID, asn1.oidToDer(dotted).getBytes());
}

function none(): Asn1 {
  return primitive(asn1.Type.NULL, '');
}

function bits(value: Buffer): Asn1 {
  return primitive(asn1.Type.BITSTRING, `\x00${value.toString('latin1')}`);
}

function toDer(item: Asn1): Buffer {
  return Buffer.from(asn1.toDer(item).getBytes(), 'latin1');
}
