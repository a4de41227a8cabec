/**
 * The sealed form of a copy, written and read as a stream: a head (`archive-key.ts`), then chunks of AES-256-GCM.
 *
 * Every chunk but the last holds 64 KiB. The nonce is the chunk's number and whether it is the last, and the head is
 * bound to each, so a chunk that is changed, moved, left out, repeated, taken from another archive, or missing at the
 * end does not open. What the reader yields is genuine, but only its end says that it is all: whoever reads applies
 * nothing before that. No more than two chunks are held.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  type ArchiveKey,
  archiveKeyOf,
  checkHead,
  damaged,
  HEAD_BYTES,
  newArchiveKey,
  type ScryptCost,
} from './archive-key.ts';

export const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;
const SEALED_BYTES = CHUNK_BYTES + TAG_BYTES;
const NONCE_BYTES = 12;

/** Content that is ended early, by an error, makes an archive without its last chunk: one that nobody can import. */
export async function* seal(
  content: AsyncIterable<Buffer>,
  passphrase: string,
  cost: ScryptCost,
): AsyncGenerator<Buffer> {
  const key = await newArchiveKey(passphrase, cost);
  try {
    yield key.head;
    let pieces: Buffer[] = [];
    let length = 0;
    let number = 0;
    for await (const piece of content) {
      pieces.push(piece);
      length += piece.length;
      if (length <= CHUNK_BYTES) continue;
      let waiting = Buffer.concat(pieces);
      for (; waiting.length > CHUNK_BYTES; number += 1) {
        yield sealed(key, number, waiting.subarray(0, CHUNK_BYTES), false);
        waiting = waiting.subarray(CHUNK_BYTES);
      }
      pieces = [waiting];
      length = waiting.length;
    }
    yield sealed(key, number, Buffer.concat(pieces), true);
  } finally {
    key.key.fill(0);
  }
}

/** Throws INVALID_ARGUMENTS, at the latest at the end, for anything but a whole archive of this passphrase. */
export async function* unseal(file: AsyncIterable<Uint8Array>, passphrase: string): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0);
  let key: ArchiveKey | undefined;
  let number = 0;
  try {
    for await (const piece of file) {
      waiting = Buffer.concat([waiting, piece]);
      if (key === undefined) {
        if (waiting.length < HEAD_BYTES) continue;
        key = await openHead(waiting, passphrase);
        waiting = waiting.subarray(HEAD_BYTES);
      }
      // A chunk that could be the last is kept until it is known whether something follows.
      while (waiting.length > SEALED_BYTES) {
        const opened = open(key, number, waiting.subarray(0, SEALED_BYTES), false);
        if (opened === undefined) throw damagedAt(number);
        yield opened;
        waiting = waiting.subarray(SEALED_BYTES);
        number += 1;
      }
    }
    if (key === undefined) {
      checkHead(waiting);
      key = await openHead(waiting, passphrase);
      waiting = waiting.subarray(HEAD_BYTES);
    }
    const last = open(key, number, waiting, true);
    if (last !== undefined) yield last;
    else throw waiting.length === 0 || open(key, number, waiting, false) ? cutShort() : damagedAt(number);
  } finally {
    key?.key.fill(0);
  }
}

function openHead(bytes: Buffer, passphrase: string): Promise<ArchiveKey> {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  checkHead(head);
  return archiveKeyOf(head, passphrase);
}

function sealed({ head, key }: ArchiveKey, number: number, content: Buffer, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce(number, last)).setAAD(head);
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when it is not what was sealed as this chunk. */
function open({ head, key }: ArchiveKey, number: number, bytes: Buffer, last: boolean): Buffer | undefined {
  if (bytes.length < TAG_BYTES) return undefined;
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(number, last), { authTagLength: TAG_BYTES });
  decipher.setAAD(head).setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(NONCE_BYTES);
  bytes.writeUIntBE(number, 5, 6);
  bytes[NONCE_BYTES - 1] = last ? 1 : 0;
  return bytes;
}

function damagedAt(number: number): Error {
  return damaged(`it is damaged, or cut short, at part ${number + 1}`);
}

function cutShort(): Error {
  return damaged('it is cut short: its end is missing');
}
