/**
 * The head of an archive, and the keys that a passphrase makes of it.
 *
 * The head says how the keys are derived (scrypt: cost and salt), so that the cost can rise without a new version. It
 * comes from a file that nobody has vouched for yet: a cost that would take more than 256 MiB or more than a few
 * seconds is refused before anything is derived. Its MAC tells a wrong passphrase from a damaged file.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { DaemonError } from '../errors.ts';

const MAGIC = Buffer.from('deviceauthd-copy', 'latin1');
const VERSION = 1;
const SALT_BYTES = 32;
const MAC_BYTES = 32;
const KEY_BYTES = 32;
const SALT_AT = MAGIC.length + 4;
const MAC_AT = SALT_AT + SALT_BYTES;
export const HEAD_BYTES = MAC_AT + MAC_BYTES;

/** The exponent of N; memory is 128 · N · r bytes. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB, and about half a second on one core. */
export const SCRYPT_COST: ScryptCost = { logN: 17, r: 8, p: 1 };
const MOST_MEMORY = 256 * 1024 * 1024;
const MOST_PASSES = 4;

export const SHORTEST_PASSPHRASE = 12;
const LONGEST_PASSPHRASE = 1024;

export interface ArchiveKey {
  /** The whole head; every chunk is bound to it. */
  readonly head: Buffer;
  /** AES-256. Whoever has it overwrites it after use. */
  readonly key: Buffer;
}

export function checkPassphrase(passphrase: string): void {
  const { length } = [...passphrase];
  if (length < SHORTEST_PASSPHRASE || length > LONGEST_PASSPHRASE) {
    throw new DaemonError(
      'INVALID_ARGUMENTS',
      `passphrase must have ${SHORTEST_PASSPHRASE} to ${LONGEST_PASSPHRASE} characters, not ${length}`,
    );
  }
}

/** For a new archive. The salt is new, so no two archives share a key. */
export async function newArchiveKey(passphrase: string, cost: ScryptCost): Promise<ArchiveKey> {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.set([VERSION, cost.logN, cost.r, cost.p], MAGIC.length);
  randomBytes(SALT_BYTES).copy(head, SALT_AT);
  const keys = await derive(passphrase, head, cost);
  macOf(head, keys).copy(head, MAC_AT);
  return { head, key: keyOf(keys) };
}

/** Of an archive that begins so. Rejects with INVALID_ARGUMENTS. */
export async function archiveKeyOf(head: Buffer, passphrase: string): Promise<ArchiveKey> {
  const keys = await derive(passphrase, head, costOf(head)).catch((error: unknown) => {
    // Some costs are within our bounds and not within scrypt's own.
    throw damaged(`its key cannot be derived (${error instanceof Error ? error.message : String(error)})`);
  });
  if (!timingSafeEqual(macOf(head, keys), head.subarray(MAC_AT))) {
    keys.fill(0);
    throw damaged('the passphrase is wrong, or the head of the file is damaged');
  }
  return { head, key: keyOf(keys) };
}

/** Says what is wrong as soon as enough is there to know it. */
export function checkHead(head: Buffer): void {
  const magic = head.subarray(0, MAGIC.length);
  if (!magic.equals(MAGIC.subarray(0, magic.length))) {
    throw damaged('it does not begin as a copy that deviceauthd made');
  }
  const version = head[MAGIC.length];
  if (version !== undefined && version !== VERSION) {
    throw damaged(
      `it has version ${version}, and this deviceauthd knows version ${VERSION}; import it with the release that wrote it, or a newer one`,
    );
  }
  if (head.length < HEAD_BYTES) throw damaged('it is cut short: not even its head is whole');
}

export function damaged(problem: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', `the file cannot be imported: ${problem}; nothing was changed`);
}

function costOf(head: Buffer): ScryptCost {
  const [logN = 0, r = 0, p = 0] = head.subarray(MAGIC.length + 1, SALT_AT);
  // 2^24 alone is beyond the bound, so that the product below is exact.
  if (logN < 1 || logN > 24 || r < 1 || p < 1 || 128 * r * 2 ** logN > MOST_MEMORY || p > MOST_PASSES) {
    throw damaged(`its key would take scrypt with N=2^${logN}, r=${r}, p=${p}, beyond what is allowed`);
  }
  return { logN, r, p };
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Normalized, because one keyboard writes "é" as one character and another as two. */
function derive(passphrase: string, head: Buffer, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const salt = head.subarray(SALT_AT, MAC_AT);
  const options = { N: 2 ** logN, r, p, maxmem: MOST_MEMORY + 16 * 1024 * 1024 };
  return scryptAsync(passphrase.normalize('NFC'), salt, 2 * KEY_BYTES, options);
}

function macOf(head: Buffer, keys: Buffer): Buffer {
  return createHmac('sha256', keys.subarray(KEY_BYTES)).update(head.subarray(0, MAC_AT)).digest();
}

function keyOf(keys: Buffer): Buffer {
  const key = Buffer.from(keys.subarray(0, KEY_BYTES));
  keys.fill(0);
  return key;
}
