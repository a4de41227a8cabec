/**
 * The pieces of a CRL that are too many or too large for an ASN.1 library, as bytes; and CRLs as PEM, both ways. Long
 * ones are encoded in turns of the event loop.
 */

import { contentOfSerial } from '../revocation/serial-index.ts';
import { turn } from '../turns.ts';
import { encode, time } from './der.ts';
import { TAG } from './der-reader.ts';

const BEGIN = '-----BEGIN X509 CRL-----';
const END = '-----END X509 CRL-----';
const LINE = 64;
/** Of base64 at a time; whole lines, and whole groups of four. */
const SLICE = LINE * 4_096;

/** A tag, the length, and the parts. */
export function wrap(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([header(tag, length), ...parts]);
}

/** An entry: a serial number in hex and when it was revoked. Undefined for what can be no serial number of ours. */
export function encodeEntry(serialNumber: string, at: number): Buffer | undefined {
  const serial = contentOfSerial(serialNumber);
  if (serial === undefined || serial.length > 21 || (serial[0] ?? 0) >= 0x80) return undefined;
  return wrap(TAG.sequence, wrap(TAG.integer, serial), encode(time(Math.max(0, at))));
}

export async function toCrlPem(der: Buffer): Promise<string> {
  const parts = [BEGIN];
  const bytes = (SLICE / 4) * 3;
  for (let at = 0; at < der.length; at += bytes) {
    const text = der.toString('base64', at, Math.min(at + bytes, der.length));
    parts.push(text.replace(/.{64}(?=.)/g, '$&\n'));
    if (at > 0) await turn();
  }
  return `${parts.join('\n')}\n${END}\n`;
}

/** DER as it is, or the one CRL of a PEM; a string says why not. Whether it is a CRL shows when it is read. */
export async function fromCrlFile(file: Buffer): Promise<Buffer | string> {
  if (file.length === 0) return 'it is empty';
  const isDer = file[0] === TAG.sequence && (file[1] ?? 0) >= 0x80;
  if (isDer) return file;
  const begin = file.indexOf(BEGIN);
  if (begin < 0) return 'it is neither DER nor PEM with "BEGIN X509 CRL"';
  const end = file.indexOf(END, begin);
  if (end < 0) return 'it is cut short: there is no "END X509 CRL"';
  if (file.indexOf(BEGIN, end) >= 0) return 'it holds several CRLs; give each CA a file of its own';
  const parts: Buffer[] = [];
  let rest = '';
  for (let at = begin + BEGIN.length; at < end; at += SLICE) {
    const text = rest + file.toString('latin1', at, Math.min(at + SLICE, end)).replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/=]*$/.test(text)) return 'its base64 is damaged';
    const whole = text.length - (text.length % 4);
    parts.push(Buffer.from(text.slice(0, whole), 'base64'));
    rest = text.slice(whole);
    if (at + SLICE < end) await turn();
  }
  parts.push(Buffer.from(rest, 'base64'));
  return Buffer.concat(parts);
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.of(tag, length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(tag, 0x80 | octets.length, ...octets);
}
