import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES, seal, unseal } from '../../src/backup/archive.ts';
import { HEAD_BYTES, SCRYPT_COST, type ScryptCost } from '../../src/backup/archive-key.ts';
import { DaemonError } from '../../src/errors.ts';
import { runs } from '../support/runs.ts';

const PASSPHRASE = 'correct horse battery';
const CHEAP: ScryptCost = { logN: 1, r: 1, p: 1 };
const SEALED = CHUNK_BYTES + 16;

function sealed(content: Buffer, cost = CHEAP, passphrase = PASSPHRASE): Promise<Buffer> {
  return gathered(seal(pieces(content, 10_000), passphrase, cost));
}

async function gathered(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of stream) all.push(piece);
  return Buffer.concat(all);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function opened(file: Buffer, passphrase = PASSPHRASE, size = 7_777): Promise<Buffer> {
  return gathered(unseal(pieces(file, size), passphrase));
}

/** What was said against it; fails when it was taken for whole. */
async function refusal(file: Buffer, passphrase = PASSPHRASE): Promise<string> {
  try {
    await opened(file, passphrase);
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    expect(error.reason).toBe('INVALID_ARGUMENTS');
    return error.message;
  }
  throw new Error('it was opened');
}

const content = Buffer.from(Array.from({ length: 3 * CHUNK_BYTES + 100 }, (_, index) => index % 251));
const small = Buffer.from('a small copy');

describe('an archive', () => {
  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 1])(
    'of %d bytes gives back what was put in, however it arrives',
    async (length) => {
      const part = content.subarray(0, length);
      const file = await sealed(part);
      for (const size of [1000, SEALED, file.length]) {
        expect((await opened(file, PASSPHRASE, size)).equals(part)).toBe(true);
      }
    },
  );

  it('hides what is in it, and is another file each time', async () => {
    const file = await sealed(small);
    expect(file.includes(small)).toBe(false);
    expect((await sealed(small)).subarray(HEAD_BYTES).equals(file.subarray(HEAD_BYTES))).toBe(false);
  });

  it('derives its key with 128 MiB by default, and says so in the file', async () => {
    const file = await sealed(small, SCRYPT_COST);
    expect([...file.subarray(16, 20)]).toEqual([1, 17, 8, 1]);
    expect((await opened(file)).equals(small)).toBe(true);
  });

  it('opens with the same passphrase typed on another keyboard', async () => {
    const file = await sealed(small, CHEAP, 'caf\u00e9 caf\u00e9 caf\u00e9');
    expect((await opened(file, 'cafe\u0301 cafe\u0301 cafe\u0301')).equals(small)).toBe(true);
  });

  it('does not open with another passphrase, and says that it may be that', async () => {
    expect(await refusal(await sealed(content), `${PASSPHRASE}!`)).toContain('the passphrase is wrong');
  });

  it('of a later version is refused with what to do', async () => {
    const file = await sealed(small);
    file[16] = 2;
    expect(await refusal(file)).toMatch(
      /version 2, .* knows version 1; import it with the release that wrote it/,
    );
  });

  it.each([
    ['memory', [18, 16, 1]],
    ['memory', [40, 8, 1]],
    ['memory', [17, 255, 1]],
    ['time', [17, 8, 5]],
    ['nothing', [0, 8, 1]],
    ['nothing', [17, 0, 1]],
    ['nothing', [17, 8, 0]],
  ])('whose head asks for too much %s is refused before anything is derived', async (_what, cost) => {
    const file = await sealed(small);
    file.set(cost, 17);
    expect(await refusal(file)).toContain('beyond what is allowed');
  });

  it('cut at every border of its parts, and around it, is refused', async () => {
    const file = await sealed(content);
    const borders = [0, 8, 16, 17, HEAD_BYTES];
    for (let at = HEAD_BYTES; at < file.length; at += SEALED) borders.push(at - 1, at, at + 1);
    for (const border of [...new Set(borders)].filter((at) => at < file.length)) {
      expect(await refusal(file.subarray(0, border))).toMatch(/cut short|damaged/);
    }
    const atABorder = file.subarray(0, HEAD_BYTES + 2 * SEALED);
    expect(await refusal(atABorder)).toContain('it is cut short: its end is missing');
  });

  it('whose parts were swapped, repeated, left out, or taken from another is refused', async () => {
    const file = await sealed(content);
    const other = await sealed(content);
    const head = file.subarray(0, HEAD_BYTES);
    const part = (of: Buffer, index: number): Buffer =>
      of.subarray(HEAD_BYTES + index * SEALED, HEAD_BYTES + (index + 1) * SEALED);
    const [a, b, c, last] = [0, 1, 2, 3].map((index) => part(file, index)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    for (const parts of [
      [b, a, c, last],
      [a, a, b, c, last],
      [a, c, last],
      [a, b, last],
      [last],
      [a, b, c, last, last],
      [a, part(other, 1), c, last],
      [a, b, c, part(other, 3)],
    ]) {
      expect(await refusal(Buffer.concat([head, ...parts]))).toMatch(/damaged|cut short/);
    }
    expect((await opened(Buffer.concat([head, a, b, c, last]))).equals(content)).toBe(true);
  });

  it('with anything after its end is refused', async () => {
    expect(await refusal(Buffer.concat([await sealed(small), Buffer.from([0])]))).toContain('damaged');
  });

  it('with any bit flipped is refused', async () => {
    const file = await sealed(small);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(file);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        await refusal(flipped);
      }),
      { numRuns: Math.min(runs().numRuns, 2_000) },
    );
  });

  it('is nothing that anybody can make up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await refusal(Buffer.from(bytes))).toContain('nothing was changed');
      }),
      { numRuns: Math.min(runs().numRuns, 2_000) },
    );
  });
});
