import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSet } from '../../../src/pki/delivery/file-set.ts';
import { DurableFiles, type FileOperations } from '../../../src/pki/durable-files.ts';
import { atEveryOperation, PowerFailure } from '../failing-files.ts';

const A = new Map([
  ['server.pem', 'certificate A'],
  ['server.key', 'key A'],
]);
const B = new Map([
  ['server.pem', 'certificate B'],
  ['server.key', 'key B'],
  ['device-cas.crl', 'crl B'],
]);
const C = new Map([['server.key', 'key C']]);

describe('files that belong together', () => {
  let directory: string;

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'deviceauthd-set-')), 'tls');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  const set = (files: FileOperations = new DurableFiles(), mode = 0o640) =>
    new FileSet({ directory, files, access: { mode } });

  /** As a broker finds them. */
  function found(): Readonly<Record<string, string>> {
    if (!existsSync(directory)) return {};
    const names = readdirSync(directory).filter((name) => !name.startsWith('.') && name !== 'current');
    const there = names.filter((name) => existsSync(join(directory, name)));
    return Object.fromEntries(there.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  }

  it('are where a broker expects them, and are one set', async () => {
    await set().write(A);
    expect(found()).toEqual(Object.fromEntries(A));
    await set().write(B);
    expect(found()).toEqual(Object.fromEntries(B));
    await set().write(C);
    expect(found()).toEqual(Object.fromEntries(C));
    expect(readdirSync(directory).sort()).toEqual(['.set-3', 'current', 'server.key']);
  });

  it('have the mode that was asked for, whatever the umask, and their directories let the same in', async () => {
    const before = process.umask(0o077);
    await set()
      .write(A)
      .finally(() => process.umask(before));
    const mode = (path: string) => (statSync(join(directory, path)).mode & 0o777).toString(8);
    expect([mode('server.key'), mode('current'), mode('.')]).toEqual(['640', '750', '750']);
    await set(new DurableFiles(), 0o600).write(B);
    expect([mode('server.key'), mode('current')]).toEqual(['600', '700']);
  });

  it('do not replace what is somebody else’s', async () => {
    await set().write(A);
    writeFileSync(join(directory, 'device-cas.crl'), 'the operator’s own');
    await expect(set().write(B)).rejects.toMatchObject({
      reason: 'ALREADY_EXISTS',
      message: expect.stringContaining(join(directory, 'device-cas.crl')),
    });
    expect(found()).toEqual({ ...Object.fromEntries(A), 'device-cas.crl': 'the operator’s own' });
    rmSync(join(directory, 'device-cas.crl'));
    symlinkSync('/etc/hostname', join(directory, 'device-cas.crl'));
    await expect(set().write(B)).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    expect(readlinkSync(join(directory, 'device-cas.crl'))).toBe('/etc/hostname');
  });

  it('are of one set at every instant of a change, and the next start mends the rest', async () => {
    let failures = 0;
    const operations = await atEveryOperation(async (files, fails) => {
      rmSync(directory, { recursive: true, force: true });
      await set().write(A);
      const written = await set(files)
        .write(B)
        .then(
          () => true,
          (error: unknown) => error,
        );
      if (fails) {
        expect(written).toBeInstanceOf(PowerFailure);
        failures += 1;
      }
      const context = files.done.join('\n');
      // What only one of the sets has may be missing for an instant, and is never another set's.
      const { 'device-cas.crl': crl, ...rest } = found();
      const isA = rest['server.key'] === 'key A';
      expect(rest, context).toEqual(
        isA ? Object.fromEntries(A) : { 'server.pem': 'certificate B', 'server.key': 'key B' },
      );
      expect([undefined, isA ? undefined : 'crl B'], context).toContain(crl);

      await set().settle();
      expect(found(), context).toEqual(Object.fromEntries(isA ? A : B));
      const sets = readdirSync(directory).filter((name) => name.startsWith('.'));
      expect(sets, context).toHaveLength(1);
      await set().write(B);
      expect(found(), context).toEqual(Object.fromEntries(B));
    });
    expect(failures).toBe(2 * operations);
  });

  it('are none or all of the first set after a failure at the very first', async () => {
    await atEveryOperation(async (files) => {
      rmSync(directory, { recursive: true, force: true });
      await set(files)
        .write(A)
        .catch(() => undefined);
      if (existsSync(directory)) await set().settle();
      const context = files.done.join('\n');
      expect([{}, Object.fromEntries(A)], context).toContainEqual(found());
      await set().write(A);
      expect(found(), context).toEqual(Object.fromEntries(A));
    });
  });
});
