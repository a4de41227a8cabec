/** Makes real CRLs for tests, well formed and not, with openssl's and node:crypto's help where they help. */
import { sign } from 'node:crypto';
import forge from 'node-forge';
import type { TestCertificate } from './certificates.ts';

const { asn1 } = forge;

export interface CrlEntry {
  /** Hex. */
  readonly serial: string;
  readonly at?: number;
  /** Encoded extensions. */
  readonly extensions?: readonly Buffer[];
}

export interface CrlOptions {
  readonly issuer: TestCertificate;
  /** Signs in the place of the issuer. */
  readonly signer?: TestCertificate;
  readonly thisUpdate?: number;
  /** `null`: has none. */
  readonly nextUpdate?: number | null;
  /** `null`: has none. */
  readonly number?: number | null;
  readonly revoked?: readonly (string | CrlEntry)[];
  /** Encoded, beside the number. */
  readonly extensions?: readonly Buffer[];
  /** `null`: version 1. */
  readonly version?: number | null;
  /** Hex of the object identifier. */
  readonly algorithm?: string;
}

const DAY = 86_400_000;

export function makeCrl(options: CrlOptions): Buffer {
  const { issuer, revoked = [], number = 1, version = 1 } = options;
  const thisUpdate = options.thisUpdate ?? Date.UTC(2026, 0, 1) - DAY;
  const nextUpdate = options.nextUpdate === undefined ? thisUpdate + 7 * DAY : options.nextUpdate;
  const key = (options.signer ?? issuer).keys.privateKey;
  const rsa = key.asymmetricKeyType === 'rsa';
  const algorithm = tlv(
    0x30,
    tlv(0x06, Buffer.from(options.algorithm ?? (rsa ? '2a864886f70d01010b' : '2a8648ce3d040302'), 'hex')),
    ...(rsa ? [tlv(0x05)] : []),
  );
  const extensions = [
    ...(number === null ? [] : [extension('551d14', tlv(0x02, integer(number.toString(16))))]),
    ...(options.extensions ?? []),
  ];
  const body = tlv(
    0x30,
    ...(version === null ? [] : [tlv(0x02, Buffer.of(version))]),
    algorithm,
    subjectOf(issuer),
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(revoked.length === 0 ? [] : [tlv(0x30, ...revoked.map(entry))]),
    ...(extensions.length === 0 ? [] : [tlv(0xa0, tlv(0x30, ...extensions))]),
  );
  return tlv(0x30, body, algorithm, tlv(0x03, Buffer.of(0), sign('sha256', body, key)));
}

export function crlPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

/** `id`: hex of the object identifier's content. */
export function extension(id: string, value: Buffer, critical = false): Buffer {
  return tlv(
    0x30,
    tlv(0x06, Buffer.from(id, 'hex')),
    ...(critical ? [tlv(0x01, Buffer.of(0xff))] : []),
    tlv(0x04, value),
  );
}

export function reason(code: number): Buffer {
  return extension('551d15', tlv(0x0a, Buffer.of(code)));
}

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | octets.length), octets, content]);
}

/** As every certificate's record has it. */
export function serialOf({ der }: TestCertificate): string {
  const serial = fieldsOf(der)[1];
  const hex = Buffer.from(serial?.value as string, 'latin1').toString('hex');
  return hex.replace(/^(00)+(?=[0-9a-f]{2})/, '').toUpperCase();
}

function entry(given: string | CrlEntry): Buffer {
  const {
    serial,
    at = Date.UTC(2025, 11, 1),
    extensions = [],
  } = typeof given === 'string' ? { serial: given } : given;
  const more = extensions.length === 0 ? [] : [tlv(0x30, ...extensions)];
  return tlv(0x30, tlv(0x02, integer(serial)), time(at), ...more);
}

function integer(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return new Date(at).getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(digits.slice(2)))
    : tlv(0x18, Buffer.from(digits));
}

function subjectOf({ der }: TestCertificate): Buffer {
  const subject = fieldsOf(der)[5];
  if (subject === undefined) throw new Error('no subject');
  return Buffer.from(asn1.toDer(subject).getBytes(), 'latin1');
}

function fieldsOf(der: Buffer): readonly forge.asn1.Asn1[] {
  const certificate = asn1.fromDer(der.toString('latin1'));
  const [body] = certificate.value as [forge.asn1.Asn1];
  return body.value as forge.asn1.Asn1[];
}
