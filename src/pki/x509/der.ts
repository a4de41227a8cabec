/** The few ASN.1 pieces an X.509 certificate is made of, over node-forge. Bytes in forge are Latin-1 strings. */
import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;

export type Asn1 = forge.asn1.Asn1;

export function sequence(...items: readonly Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [...items]);
}

export function set(...items: readonly Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, [...items]);
}

/** `[tag] EXPLICIT`, or a constructed IMPLICIT one. */
export function tagged(tag: number, ...items: readonly Asn1[]): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, true, [...items]);
}

/** `[tag] IMPLICIT` of something primitive. */
export function taggedBytes(tag: number, value: Uint8Array): Asn1 {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag as forge.asn1.Type, false, latin1(value));
}

export function oid(dotted: string): Asn1 {
  return primitive(Type.OID, asn1.oidToDer(dotted).getBytes());
}

/** Big-endian; the caller sees to it that it is the shortest form. */
export function integer(value: Uint8Array): Asn1 {
  return primitive(Type.INTEGER, latin1(value));
}

export function boolean(value: boolean): Asn1 {
  return primitive(Type.BOOLEAN, value ? '\xff' : '\x00');
}

export function none(): Asn1 {
  return primitive(Type.NULL, '');
}

export function octets(value: Uint8Array): Asn1 {
  return primitive(Type.OCTETSTRING, latin1(value));
}

/** `unused`: how many bits at the end do not count. */
export function bits(value: Uint8Array, unused = 0): Asn1 {
  return primitive(Type.BITSTRING, String.fromCharCode(unused) + latin1(value));
}

export function printable(text: string): Asn1 {
  return primitive(Type.PRINTABLESTRING, text);
}

export function utf8(text: string): Asn1 {
  return primitive(Type.UTF8, latin1(Buffer.from(text, 'utf8')));
}

/** Forge makes UTF-16 of it by itself, of this type alone. */
export function bmp(text: string): Asn1 {
  return primitive(Type.BMPSTRING, text);
}

/** Big-endian. */
export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** In whole seconds: UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export function time(at: number): Asn1 {
  const date = new Date(at);
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? primitive(Type.UTCTIME, digits.slice(2))
    : primitive(Type.GENERALIZEDTIME, digits);
}

export function encode(item: Asn1): Buffer {
  return Buffer.from(asn1.toDer(item).getBytes(), 'latin1');
}

/** Only for what this daemon or its operator made; a device's bytes are OpenSSL's to read. */
export function decode(der: Uint8Array): Asn1 {
  // Left to itself, forge takes the inside of a BIT STRING apart where it can. Its types lag behind.
  const fromDer = asn1.fromDer as unknown as (bytes: string, options: object) => Asn1;
  return fromDer(latin1(der), { strict: true, decodeBitStrings: false });
}

export function children(item: Asn1 | undefined): readonly Asn1[] {
  return Array.isArray(item?.value) ? item.value : [];
}

export function isTagged(item: Asn1, tag: number): boolean {
  return item.tagClass === Class.CONTEXT_SPECIFIC && (item.type as number) === tag;
}

/** The bytes of something primitive. */
export function bytesOf(item: Asn1 | undefined): Buffer {
  return Buffer.from(typeof item?.value === 'string' ? item.value : '', 'latin1');
}

function primitive(type: forge.asn1.Type, value: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, type, false, value);
}

function latin1(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
}
