/**
 * Parsing one device certificate. Always true:
 * - Only OpenSSL (`node:crypto`) reads what is inside; this file finds the base64 and hands it over.
 * - Whatever the text, the answer is a certificate or CERTIFICATE_UNREADABLE; nothing is thrown.
 * - One certificate has one id, the SHA-256 of its DER, however it was wrapped: text before a PEM,
 *   a bundle after it, other line breaks or bytes after the DER make no second identity.
 * - What OpenSSL read is what stood at the beginning of the bytes we gave it. `X509Certificate`
 *   looks for PEM anywhere in its input before it tries DER, so that a certificate which carries
 *   somebody else's as PEM in an extension would otherwise be taken for that one.
 */
import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';

export interface DeviceCertificate {
  /** Lower-case hex SHA-256 of the DER. */
  readonly id: string;
  readonly pem: string;
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hex, as OpenSSL prints it. */
  readonly serialNumber: string;
  /** The last common name of the subject, or undefined. */
  readonly commonName: string | undefined;
  /** "RSA 2048", "EC prime256v1", "Ed25519". */
  readonly key: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Is the signature this issuer's (key and name), whose PEM is given? */
  isIssuedBy(issuerPem: string): boolean;
  /** Is the signature that of this issuer's key, whatever the names say? */
  isSignedBy(issuerPem: string): boolean;
}

export type ParseResult =
  | { readonly ok: true; readonly certificate: DeviceCertificate }
  | { readonly ok: false; readonly reason: 'CERTIFICATE_UNREADABLE'; readonly message: string };

/** Bytes of UTF-8. */
export const MAX_CERTIFICATE_TEXT = 64 * 1024;

const BEGIN = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const END = '-----END ';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** OpenSSL prints "Bad time value" for what is no time, but Node may still make a `Date` of it. */
const PRINTED_TIME = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{1,4} GMT$/;

/** Parses the first certificate of a PEM, or base64 DER without a header as EMQX sends it. */
export function parseCertificate(text: string): ParseResult {
  if (text.length > MAX_CERTIFICATE_TEXT || Buffer.byteLength(text) > MAX_CERTIFICATE_TEXT) {
    return unreadable(`longer than ${MAX_CERTIFICATE_TEXT} bytes`);
  }
  const der = findDer(text);
  if (der === undefined) return unreadable('neither a PEM certificate nor base64 DER');
  try {
    const x509 = new X509Certificate(der);
    const raw = x509.raw;
    if (!raw.equals(der.subarray(0, raw.length))) return unreadable('not in DER');
    const notBefore = time(x509.validFrom, x509.validFromDate);
    const notAfter = time(x509.validTo, x509.validToDate);
    if (notBefore === undefined || notAfter === undefined) {
      return unreadable('its validity is not written as a time');
    }
    return { ok: true, certificate: new ParsedCertificate(x509, notBefore, notAfter) };
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : 'not a certificate');
  }
}

export interface CertificateParserOptions {
  /** How many texts are remembered. Fewer cost 0.1 ms for each certificate that returns after it was forgotten. */
  readonly capacity?: number;
}

/**
 * Parses, and remembers the outcome by digest of the text: the text itself is not kept, and the
 * memory is bounded by count and by bytes, whatever is sent.
 */
export class CertificateParser {
  readonly #known: LRUCache<string, ParseResult>;

  constructor(options: CertificateParserOptions = {}) {
    const capacity = options.capacity ?? 10_000;
    this.#known = new LRUCache({
      max: capacity,
      maxSize: capacity * 4_096,
      sizeCalculation: (result) => 512 + sizeOf(result),
    });
  }

  get size(): number {
    return this.#known.size;
  }

  parse(text: string): ParseResult {
    // Before the digest, so that nobody has a megabyte hashed.
    if (text.length > MAX_CERTIFICATE_TEXT) return parseCertificate(text);
    const digest = hash('sha256', text, 'base64');
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const result = parseCertificate(text);
    this.#known.set(digest, result);
    return result;
  }
}

class ParsedCertificate implements DeviceCertificate {
  readonly id: string;
  readonly pem: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly commonName: string | undefined;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;

  constructor(x509: X509Certificate, notBefore: number, notAfter: number) {
    this.id = hash('sha256', x509.raw, 'hex');
    this.pem = x509.toString();
    // Node answers undefined for an empty name, whatever its types say.
    this.subject = (x509.subject as string | undefined) ?? '';
    this.issuer = (x509.issuer as string | undefined) ?? '';
    this.serialNumber = x509.serialNumber;
    this.commonName = lastCommonName(this.subject);
    this.key = describeKey(x509);
    this.notBefore = notBefore;
    this.notAfter = notAfter;
  }

  isIssuedBy(issuerPem: string): boolean {
    try {
      const issuer = new X509Certificate(issuerPem);
      // Parsed again: a certificate kept open costs several times its text.
      const own = new X509Certificate(this.pem);
      return own.checkIssued(issuer) && own.verify(issuer.publicKey);
    } catch {
      return false;
    }
  }

  isSignedBy(issuerPem: string): boolean {
    try {
      return new X509Certificate(this.pem).verify(new X509Certificate(issuerPem).publicKey);
    } catch {
      return false;
    }
  }
}

function findDer(text: string): Buffer | undefined {
  const begin = BEGIN.exec(text);
  let encoded = text;
  if (begin !== null) {
    const start = begin.index + begin[0].length;
    const end = text.indexOf(END, start);
    if (end < 0) return undefined;
    encoded = text.slice(start, end);
  }
  const compact = encoded.replace(/[ \t\r\n]+/g, '');
  return BASE64.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

function time(printed: string, date: Date): number | undefined {
  const value = date.getTime();
  return PRINTED_TIME.test(printed) && Number.isFinite(value) ? value : undefined;
}

/**
 * From OpenSSL's rendering: a line for each step of the name, " + " between attributes of one step,
 * and in values everything escaped that could be taken for either. Not from `toLegacyObject`, which
 * ends the process (Node 24.21) when the public key cannot be read; `tls`'s getPeerCertificate too.
 */
function lastCommonName(subject: string): string | undefined {
  const attributes = subject.split('\n').flatMap((step) => step.split(' + '));
  const last = attributes.findLast((attribute) => attribute.startsWith('CN='));
  return last
    ?.slice('CN='.length)
    .replace(/\\([0-9A-F]{2}|.)/gsu, (_, escaped: string) =>
      escaped.length === 2 && /^[0-9A-F]{2}$/.test(escaped)
        ? String.fromCharCode(Number.parseInt(escaped, 16))
        : escaped,
    );
}

function describeKey(x509: X509Certificate): string {
  let key: KeyObject;
  try {
    key = x509.publicKey;
  } catch {
    return 'unknown';
  }
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return `RSA ${details?.modulusLength ?? '?'}`;
    case 'rsa-pss':
      return `RSA-PSS ${details?.modulusLength ?? '?'}`;
    case 'ec':
      return `EC ${details?.namedCurve ?? 'unnamed'}`;
    case 'ed25519':
      return 'Ed25519';
    case 'ed448':
      return 'Ed448';
    default:
      return key.asymmetricKeyType ?? 'unknown';
  }
}

function sizeOf(result: ParseResult): number {
  if (!result.ok) return result.message.length;
  const { pem, subject, issuer } = result.certificate;
  return pem.length + subject.length + issuer.length;
}

function unreadable(message: string): ParseResult {
  return {
    ok: false,
    reason: 'CERTIFICATE_UNREADABLE',
    message: `the certificate cannot be read: ${message}`,
  };
}
