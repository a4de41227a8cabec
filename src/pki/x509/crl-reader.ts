/**
 * Reads a CRL (RFC 5280, 5) of whatever size and origin. `readCrl` only finds its parts and says why it cannot be used;
 * nothing in it counts before `isSignedBy` says that the CA signed it, and only then is it worth listing its entries.
 * A CRL is used whole or not at all: with an extension that is critical and unknown here, one that makes it cover less
 * than all certificates of its issuer, or entries of other issuers, it is refused.
 */
import { type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { SerialIndex } from '../revocation/serial-index.ts';
import { turn } from '../turns.ts';
import {
  contentOf,
  type Element,
  type Extension,
  elementAt,
  elementsIn,
  extensionsIn,
  TAG,
  timeOf,
  wholeOf,
} from './der-reader.ts';

export interface Crl {
  readonly der: Buffer;
  /** The name as it is encoded. */
  readonly issuer: Buffer;
  /** Milliseconds since the Unix epoch. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** cRLNumber; undefined where it has none. */
  readonly number: bigint | undefined;
  /** The bytes of all entries together. */
  readonly entries: Buffer;
  readonly parts: CrlParts;
}

export interface CrlParts {
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly algorithm: SignatureAlgorithm;
  readonly entries: Element | undefined;
}

export type CrlResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

interface SignatureAlgorithm {
  readonly key: 'rsa' | 'ec' | 'ed25519' | 'ed448';
  readonly hash: string | null;
}

/** By the hex of the object identifier's content. */
const ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = {
  '2a864886f70d01010b': { key: 'rsa', hash: 'sha256' },
  '2a864886f70d01010c': { key: 'rsa', hash: 'sha384' },
  '2a864886f70d01010d': { key: 'rsa', hash: 'sha512' },
  '2a8648ce3d040302': { key: 'ec', hash: 'sha256' },
  '2a8648ce3d040303': { key: 'ec', hash: 'sha384' },
  '2a8648ce3d040304': { key: 'ec', hash: 'sha512' },
  '2b6570': { key: 'ed25519', hash: null },
  '2b6571': { key: 'ed448', hash: null },
};

const CRL_NUMBER = '551d14';
const DELTA_CRL_INDICATOR = '551d1b';
const ISSUING_DISTRIBUTION_POINT = '551d1c';
const AUTHORITY_KEY_IDENTIFIER = '551d23';
const REASON_CODE = '551d15';
const INVALIDITY_DATE = '551d18';
const CERTIFICATE_ISSUER = '551d1d';

/** Serial number of one byte, UTCTime. */
const SHORTEST_ENTRY = 20;
const LONGEST_SERIAL = 127;
const LENGTH_OF_TIME: Readonly<Record<number, number>> = { [TAG.utcTime]: 13, [TAG.generalizedTime]: 15 };
const ENTRIES_A_TURN = 4_096;

const verifyAside = promisify(verify);

export function readCrl(der: Buffer): CrlResult<Crl> {
  const whole = elementAt(der, 0, der.length);
  if (whole?.tag !== TAG.sequence) return refused('it is no CRL in DER, or is cut short');
  if (whole.end !== der.length) return refused('something follows the CRL');
  const [body, algorithm, signature, ...more] = elementsIn(der, whole, 3) ?? [];
  const wellFormed = body?.tag === TAG.sequence && algorithm?.tag === TAG.sequence && more.length === 0;
  if (!wellFormed || signature?.tag !== TAG.bits || der[signature.content] !== 0) {
    return refused('it is no CRL in DER');
  }
  return readBody(der, body, algorithm, signature);
}

/** Whether the CA with this key made it; on another thread. */
export async function isSignedBy({ parts }: Crl, publicKey: KeyObject): Promise<boolean> {
  const { key, hash } = parts.algorithm;
  if (publicKey.asymmetricKeyType !== key) return false;
  try {
    return await verifyAside(hash, parts.signed, publicKey, parts.signature);
  } catch {
    return false;
  }
}

/** Lists the entries, in turns of the event loop. For a CRL whose signature is right. */
export async function listSerials(crl: Crl): Promise<CrlResult<SerialIndex>> {
  const { der, parts } = crl;
  const { entries } = parts;
  if (entries === undefined) return { ok: true, value: new SerialIndex(der, 0) };
  const serials = new SerialIndex(der, (entries.end - entries.content) / SHORTEST_ENTRY);
  let count = 0;
  for (let at = entries.content; at < entries.end; ) {
    const entry = elementAt(der, at, entries.end);
    const problem = entry === undefined ? 'an entry is not in DER' : addEntry(der, entry, serials);
    if (entry === undefined || problem !== undefined) return refused(`entry ${count + 1}: ${problem}`);
    at = entry.end;
    count += 1;
    if (count % ENTRIES_A_TURN === 0) await turn();
  }
  return { ok: true, value: serials };
}

function readBody(der: Buffer, body: Element, algorithm: Element, signature: Element): CrlResult<Crl> {
  const fields = [...(elementsIn(der, body, 7) ?? [])];
  let version = 1;
  if (fields[0]?.tag === TAG.integer) {
    const given = contentOf(der, fields[0]);
    if (given.length !== 1 || given[0] !== 1) return refused('its version is not 2');
    version = 2;
    fields.shift();
  }
  const [innerAlgorithm, issuer, thisUpdate, ...rest] = fields;
  if (innerAlgorithm === undefined || issuer?.tag !== TAG.sequence || thisUpdate === undefined) {
    return refused('its parts are not those of a CRL');
  }
  if (!wholeOf(der, innerAlgorithm).equals(wholeOf(der, algorithm))) {
    return refused('it names two signature algorithms');
  }
  const known = signatureAlgorithm(der, algorithm);
  if (known === undefined) {
    return refused('its signature is of a kind that is not accepted (RSA PKCS#1 or ECDSA with SHA-2, EdDSA)');
  }
  const from = timeOf(der, thisUpdate);
  const [nextUpdate] = rest;
  const to = nextUpdate === undefined ? undefined : timeOf(der, nextUpdate);
  if (from === undefined) return refused('its thisUpdate is no time');
  if (to === undefined) return refused('it has no nextUpdate, so nobody can tell how long it counts');
  if (to <= from) return refused('its nextUpdate is not after its thisUpdate');
  rest.shift();
  const entries = rest[0]?.tag === TAG.sequence ? rest.shift() : undefined;
  const extensions = rest.shift();
  if (rest.length > 0 || (extensions !== undefined && extensions.tag !== 0xa0)) {
    return refused('its parts are not those of a CRL');
  }
  if (extensions !== undefined && version === 1)
    return refused('it has extensions, and its version is not 2');
  const read = readExtensions(der, extensions);
  if (!read.ok) return read;
  return {
    ok: true,
    value: {
      der,
      issuer: wholeOf(der, issuer),
      thisUpdate: from,
      nextUpdate: to,
      number: read.value,
      entries: entries === undefined ? Buffer.alloc(0) : contentOf(der, entries),
      parts: {
        signed: wholeOf(der, body),
        signature: der.subarray(signature.content + 1, signature.end),
        algorithm: known,
        entries,
      },
    },
  };
}

function signatureAlgorithm(der: Buffer, algorithm: Element): SignatureAlgorithm | undefined {
  const [id] = elementsIn(der, algorithm, 2) ?? [];
  if (id?.tag !== TAG.oid) return undefined;
  const hex = contentOf(der, id).toString('hex');
  return Object.hasOwn(ALGORITHMS, hex) ? ALGORITHMS[hex] : undefined;
}

/** Answers the cRLNumber. */
function readExtensions(der: Buffer, tagged: Element | undefined): CrlResult<bigint | undefined> {
  if (tagged === undefined) return { ok: true, value: undefined };
  const [list, ...more] = elementsIn(der, tagged, 1) ?? [];
  const extensions = list === undefined || more.length > 0 ? undefined : extensionsIn(der, list);
  if (extensions === undefined) return refused('its extensions are not well formed');
  let number: bigint | undefined;
  for (const each of extensions) {
    switch (each.id) {
      case CRL_NUMBER:
        number = numberOf(der, each);
        if (number === undefined) return refused('its cRLNumber is no number of up to 20 bytes');
        break;
      case DELTA_CRL_INDICATOR:
        return refused('it is a delta CRL, which lists changes only; give the complete CRL');
      case ISSUING_DISTRIBUTION_POINT:
        return refused(
          'it has an issuingDistributionPoint: it is indirect or covers only part of the certificates; give the complete CRL',
        );
      case AUTHORITY_KEY_IDENTIFIER:
        break;
      default:
        if (each.critical)
          return refused(`it has a critical extension that is not known here (${dotted(each.id)})`);
    }
  }
  return { ok: true, value: number };
}

function numberOf(der: Buffer, extension: Extension): bigint | undefined {
  const { value } = extension;
  const integer = elementAt(der, value.content, value.end);
  if (integer?.tag !== TAG.integer || integer.end !== value.end) return undefined;
  const bytes = contentOf(der, integer);
  if (bytes.length === 0 || bytes.length > 21 || (bytes[0] ?? 0) >= 0x80) return undefined;
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** Undefined: it is in the index. Whatever its reason: what is held is refused as well, and nothing here lifts it. */
function addEntry(der: Buffer, entry: Element, serials: SerialIndex): string | undefined {
  if (entry.tag !== TAG.sequence) return 'it is not well formed';
  const serial = elementAt(der, entry.content, entry.end);
  if (serial?.tag !== TAG.integer) return 'it has no serial number';
  const length = serial.end - serial.content;
  if (length === 0 || length > LONGEST_SERIAL) return 'its serial number has no usual length';
  const time = elementAt(der, serial.end, entry.end);
  // Its length matters: no entry is shorter than the index counts on.
  if (time === undefined || time.end - time.content !== LENGTH_OF_TIME[time.tag])
    return 'it has no revocation date';
  if (time.end < entry.end) {
    const list = elementAt(der, time.end, entry.end);
    if (list === undefined || list.end !== entry.end) return 'it is not well formed';
    const extensions = extensionsIn(der, list);
    if (extensions === undefined) return 'its extensions are not well formed';
    for (const { id, critical } of extensions) {
      if (id === CERTIFICATE_ISSUER) return 'it is a certificate of another issuer: the CRL is indirect';
      if (critical && id !== REASON_CODE && id !== INVALIDITY_DATE) {
        return `it has a critical extension that is not known here (${dotted(id)})`;
      }
    }
  }
  serials.add(serial.content);
  return undefined;
}

/** For messages; of a well-known length only. */
function dotted(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').subarray(0, 32);
  const arcs: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  const [first = 0, ...others] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join('.');
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
