/** The X.509 v3 extensions of the certificates issued here (RFC 5280, 4.2.1). */
import { createHash, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { normalizeHost } from '../../connectivity/host-name.ts';
import {
  type Asn1,
  bits,
  boolean,
  encode,
  integer,
  octets,
  oid,
  sequence,
  tagged,
  taggedBytes,
} from './der.ts';

export const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';

const DNS_NAME = 2;
const IP_ADDRESS = 7;

export function certificateSigning(): Asn1 {
  return critical('2.5.29.15', bits(Uint8Array.of(0b0000_0110), 1));
}

/** What a TLS peer does with its key: sign, and with RSA also receive an encrypted secret (TLS 1.2). */
export function tlsKeyUsage(publicKey: KeyObject): Asn1 {
  const usage =
    publicKey.asymmetricKeyType === 'rsa'
      ? bits(Uint8Array.of(0b1010_0000), 5)
      : bits(Uint8Array.of(0b1000_0000), 7);
  return critical('2.5.29.15', usage);
}

export function extendedKeyUsage(usage: 'client' | 'server'): Asn1 {
  return ordinary('2.5.29.37', sequence(oid(usage === 'client' ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1')));
}

/** Of a CRL; up to 20 octets (RFC 5280, 5.2.3). */
export function crlNumber(number: bigint): Asn1 {
  const hex = number.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.of(0), digits]);
  return ordinary('2.5.29.20', integer(padded));
}

/** An authority may issue leaves, not further authorities. */
export function basicConstraints(isAuthority: boolean): Asn1 {
  const value = isAuthority ? sequence(boolean(true), integer(Uint8Array.of(0))) : sequence();
  return critical('2.5.29.19', value);
}

export function subjectKeyIdentifier(publicKey: KeyObject): Asn1 {
  return ordinary(SUBJECT_KEY_IDENTIFIER, octets(keyIdentifier(publicKey)));
}

export function authorityKeyIdentifier(identifier: Uint8Array): Asn1 {
  return ordinary('2.5.29.35', sequence(taggedBytes(0, identifier)));
}

export function subjectAlternativeNames(hosts: readonly string[]): Asn1 {
  const names = [...new Set(hosts.map(normalizeHost))].map((host) => {
    const address = addressBytes(host);
    return address === undefined
      ? taggedBytes(DNS_NAME, Buffer.from(host, 'latin1'))
      : taggedBytes(IP_ADDRESS, address);
  });
  return ordinary('2.5.29.17', sequence(...names));
}

export function allExtensions(...extensions: readonly Asn1[]): Asn1 {
  return tagged(3, sequence(...extensions));
}

/** 4 or 16 octets, of a normalized host; undefined for a name. */
function addressBytes(host: string): Uint8Array | undefined {
  switch (isIP(host)) {
    case 4:
      return Uint8Array.from(host.split('.'), Number);
    case 6: {
      const [before = '', after] = host.split('::');
      const left = before.split(':').filter(Boolean);
      const right = (after ?? '').split(':').filter(Boolean);
      const zeros = new Array<string>(8 - left.length - right.length).fill('0');
      const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
      return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
    }
    default:
      return undefined;
  }
}

/** RFC 7093, method 4 with SHA-256, cut to 20 octets. */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}

function critical(id: string, value: Asn1): Asn1 {
  return sequence(oid(id), boolean(true), octets(encode(value)));
}

function ordinary(id: string, value: Asn1): Asn1 {
  return sequence(oid(id), octets(encode(value)));
}
