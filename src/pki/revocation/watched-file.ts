/**
 * A file that somebody else replaces: looked at again and again, and read when it is another, longer, or younger one.
 * Links are followed, so that what they point to now counts. What was read while it was new is read once more at the next
 * look, since a file may change again within the tick of its timestamps. Never blocks on what is no file.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { turn } from '../turns.ts';

export type Look =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'unreadable'; readonly problem: string };

const SLICE = 4 * 1024 * 1024;
const UNCHANGED: Look = { kind: 'unchanged' };

export class WatchedFile {
  readonly path: string;
  readonly #largest: number;
  #seen = '';
  #digest = '';
  #again = false;

  /** `largest`: in bytes; what is larger is not read. */
  constructor(path: string, largest: number) {
    this.path = path;
    this.#largest = largest;
  }

  async look(): Promise<Look> {
    let seen: string;
    try {
      seen = identityOf(await stat(this.path, { bigint: true }));
    } catch (error) {
      seen = `cannot be looked at: ${why(error)}`;
    }
    if (seen === this.#seen && !this.#again) return UNCHANGED;
    this.#again = seen !== this.#seen;
    this.#seen = seen;
    const result = await this.#read();
    const digest = result.kind === 'read' ? await digestOf(result.bytes) : JSON.stringify(result);
    if (digest === this.#digest) return UNCHANGED;
    this.#digest = digest;
    return result;
  }

  async #read(): Promise<Look> {
    try {
      // Without O_NONBLOCK a pipe in the place of the file would hold a thread for ever.
      const handle = await open(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const facts = await handle.stat();
        if (!facts.isFile()) return unreadable('it is no regular file');
        if (facts.size > this.#largest) {
          return unreadable(`it has ${facts.size} bytes, and ${this.#largest} are the most that is read`);
        }
        return { kind: 'read', bytes: await readUpTo(handle, facts.size) };
      } finally {
        await handle.close();
      }
    } catch (error) {
      return unreadable(`it cannot be read (${why(error)})`);
    }
  }
}

/** No more than it had when it was looked at, even if it grows meanwhile; then it is read again. */
async function readUpTo(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function digestOf(bytes: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += SLICE) {
    hash.update(bytes.subarray(at, at + SLICE));
    await turn();
  }
  return hash.digest('base64');
}

function identityOf(facts: {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}): string {
  return [facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(' ');
}

function unreadable(problem: string): Look {
  return { kind: 'unreadable', problem };
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
