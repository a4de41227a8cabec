import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateUpdate } from '../../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import { loadContract } from '../../../src/contract/index.ts';
import { filesIn, filesOf, fits, makeUpdate } from '../../support/certificate-updates.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { makeCrl } from '../../support/crl.ts';
import { runs } from '../../support/runs.ts';
import { BUILD_MS, buildDriver, missingTool } from './support/build.ts';

const NAMES = [
  'ca.pem',
  'current',
  'device-cas',
  'device-cas.crl',
  'device-cas.pem',
  'server.key',
  'server.pem',
];
const STOPPED = 42;
/** Of the usual number of random cases: each is a process. */
const ONE_RUN_IN = 50;
const UNUSABLE = 2;

const codec = loadContract().packageDefinition['deviceauth.v1.CertificateUpdate'] as MessageTypeDefinition<
  CertificateUpdate,
  unknown
>;
const maker = new CertificateMaker();
const serverCa = maker.ca('server CA');
const nextServerCa = maker.ca('next server CA');
const intermediate = maker.ca('intermediate', { issuer: serverCa });
const [one, two, three] = ['one', 'two', 'three'].map((name) => maker.ca(`device CA ${name}`));
const namesake = maker.ca('device CA one');

const first = makeUpdate(maker, {
  issuer: serverCa,
  intermediates: [intermediate],
  deviceCas: [one!, two!],
  crls: [makeCrl(one!), makeCrl(two!)],
});
const second = makeUpdate(maker, {
  issuer: nextServerCa,
  deviceCas: [one!, three!, namesake],
  crls: [makeCrl(one!, ['1001']), makeCrl(three!), makeCrl(namesake)],
});

const firstFiles = filesOf(first);
const secondFiles = filesOf(second);

describe.skipIf(missingTool() !== undefined)('the directory of the broker’s certificate', () => {
  let driver: string;
  let directory: string;

  beforeAll(async () => {
    driver = await buildDriver('tls_directory', 'sanitized');
  }, BUILD_MS);
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tls-directory-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function run(...args: string[]): { status: number; lines: string[] } {
    return runWith(undefined, ...args);
  }

  function runWith(input: Buffer | undefined, ...args: string[]): { status: number; lines: string[] } {
    const { status, stdout, stderr } = spawnSync(driver, args, { input, encoding: 'utf8' });
    // Protobuf's own lines about text that is not UTF-8.
    expect(stderr.replace(/^\[libprotobuf .*\n/gm, '')).toBe('');
    return { status: status ?? -1, lines: stdout.trimEnd().split('\n') };
  }

  function put(
    update: CertificateUpdate,
    ...more: string[]
  ): { status: number; lines: string[]; last: string } {
    const ended = runWith(codec.serialize(update), 'put', directory, ...more);
    return { ...ended, last: ended.lines.at(-1) ?? '' };
  }

  function stepsOf(update: CertificateUpdate): number {
    return put(update).lines.length - 1;
  }

  it('has a file for each thing a listener names, and the device CAs by their hashes for `capath`', () => {
    expect(run('has', directory).lines).toEqual(['none']);
    const { status, last } = put(first);
    expect([status, last]).toEqual([
      0,
      'any=1 server=1 cas=1 crls=1 kept_crls=0 added=2 removed=0 without_group=0',
    ]);
    expect(filesIn(directory)).toEqual(firstFiles);
    expect(run('has', directory).lines).toEqual(['set']);
  });

  it('is not written when there is nothing new', () => {
    put(first);
    expect(put(first)).toEqual({
      status: 0,
      lines: [expect.stringMatching(/^any=0/)],
      last: expect.any(String),
    });
  });

  it('tells what changed', () => {
    put(first);
    expect(put({ ...first, ...second, caCertificates: first.caCertificates! }).last).toBe(
      'any=1 server=1 cas=0 crls=1 kept_crls=0 added=2 removed=1 without_group=0',
    );
    const fewer = [one!.pem, three!.pem];
    expect(
      put({ ...second, caCertificates: first.caCertificates!, deviceCaCertificates: fewer, deviceCaCrls: [] })
        .last,
    ).toBe('any=1 server=0 cas=0 crls=0 kept_crls=1 added=0 removed=1 without_group=0');
  });

  it('gives two device CAs of one name two files', () => {
    put(second);
    const files = filesIn(directory);
    expect(files).toEqual(secondFiles);
    expect(Object.keys(files).filter((name) => name.endsWith('.1'))).toHaveLength(1);
  });

  it('has no CRLs before there are any, and keeps the old ones when there are none any more', () => {
    put({ ...first, deviceCaCrls: [] });
    expect(existsSync(join(directory, 'device-cas.crl'))).toBe(false);
    put(first);
    expect(put({ ...second, deviceCaCrls: [] }).last).toContain('crls=0 kept_crls=1');
    expect(filesIn(directory)['device-cas.crl']).toBe(firstFiles['device-cas.crl']);
  });

  it('has no CRLs where they are not wanted, and does not change with them', () => {
    put(first);
    expect(put(first, 'ignore-crls', '0').last).toContain('any=1 server=0 cas=0 crls=0 kept_crls=0');
    expect(existsSync(join(directory, 'device-cas.crl'))).toBe(false);
    expect(put({ ...first, deviceCaCrls: [] }, 'ignore-crls', '0').last).toMatch(/^any=0/);
  });

  it('can be without any device CA', () => {
    put({ ...first, deviceCaCertificates: [], deviceCaCrls: [] });
    expect(filesIn(directory)['device-cas.pem']).toBe('');
    expect(readdirSync(join(directory, 'device-cas'))).toEqual([]);
  });

  describe('stopped at any operation', () => {
    it('has nothing or the whole first set, and the next start makes it good', () => {
      const steps = stepsOf(first);
      expect(steps).toBeGreaterThan(60);
      for (let step = 1; step <= steps; step++) {
        rmSync(directory, { recursive: true });
        mkdirSync(directory);
        expect(put(first, 'stop', `${step}`).status).toBe(STOPPED);
        const left = filesIn(directory);
        expect([{}, firstFiles]).toContainEqual(left);
        expect(run('has', directory).lines).toEqual([Object.keys(left).length === 0 ? 'none' : 'set']);
        expect(filesIn(directory)).toEqual(left);
        put(first);
        expect(filesIn(directory)).toEqual(firstFiles);
        expectNothingLeft();
      }
    });

    it('has the old set or the new one, and the next start makes it good', () => {
      put(first);
      const steps = stepsOf(second);
      expect(steps).toBeGreaterThan(50);
      let seen = 0;
      for (let step = 1; step <= steps; step++) {
        put(first);
        expect(filesIn(directory)).toEqual(firstFiles);
        expect(put(second, 'stop', `${step}`).status).toBe(STOPPED);
        const left = filesIn(directory);
        expect([firstFiles, secondFiles]).toContainEqual(left);
        expect(fits(left)).toBe(true);
        if (left['server.pem'] === second.certificate) seen++;
        expect(run('has', directory).lines).toEqual(['set']);
        expect(filesIn(directory)).toEqual(left);
        expectNothingLeft();
        put(second);
        expect(filesIn(directory)).toEqual(secondFiles);
        expectNothingLeft();
      }
      // Once switched, what remains is to remove the old set.
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThan(steps);
    });

    it('stays as it was where a step fails, as on a full disk, and says what to do', () => {
      put(first);
      const steps = put(second).lines.indexOf(`rename ${directory}/current`) + 1;
      expect(steps).toBeGreaterThan(50);
      for (let step = 1; step <= steps; step++) {
        put(first);
        const failed = put(second, 'fail', `${step}`);
        expect(failed.status).toBe(1);
        expect(failed.last).toMatch(/cannot write .*; make room on the disk$/);
        expect(filesIn(directory)).toEqual(firstFiles);
        expectNothingLeft();
      }
    });

    function expectNothingLeft(): void {
      const names = readdirSync(directory);
      const sets = names.filter((name) => name.startsWith('.set-'));
      expect(names.filter((name) => !sets.includes(name) && !NAMES.includes(name))).toEqual([]);
      expect(sets.length).toBeLessThanOrEqual(1);
    }
  });

  it('is on disk before it counts: every file, then its folders, then the switch, then that', () => {
    put(first);
    const { lines } = put(second);
    const set = join(directory, '.set-2');
    const at = (line: string) => {
      const found = lines.indexOf(line);
      expect(found, line).toBeGreaterThanOrEqual(0);
      return found;
    };
    const files = lines
      .filter((line) => line.startsWith('create '))
      .map((line) => line.slice('create '.length));
    expect(files).toHaveLength(Object.keys(secondFiles).length);
    for (const file of files) {
      const folder = file.slice(0, file.lastIndexOf('/'));
      expect(at(`fsync ${file}`)).toBeGreaterThan(lines.lastIndexOf(`write ${file}`));
      expect(lines.lastIndexOf(`fsync ${folder}`)).toBeGreaterThan(at(`fsync ${file}`));
    }
    expect(at(`fsync ${directory}`)).toBeGreaterThan(at(`fsync ${set}`));
    expect(at(`rename ${directory}/current`)).toBeGreaterThan(at(`fsync ${directory}`));
    expect(lines.lastIndexOf(`fsync ${directory}`)).toBeGreaterThan(at(`rename ${directory}/current`));
    expect(lines.findIndex((line) => line.startsWith('remove '))).toBeGreaterThan(
      at(`rename ${directory}/current`),
    );
  });

  it('shows the key to its owner, and to the directory’s group where that may enter', () => {
    const modes = () =>
      ['server.key', 'server.pem', 'current', 'device-cas'].map((name) =>
        (statSync(join(directory, name)).mode & 0o777).toString(8),
      );
    chmodSync(directory, 0o700);
    put(first);
    expect(modes()).toEqual(['600', '644', '700', '700']);
    chmodSync(directory, 0o750);
    put(second);
    expect(modes()).toEqual(['640', '644', '750', '750']);
  });

  it.skipIf(process.getuid?.() !== 0)('is its owner’s and its group’s, whoever writes', () => {
    chownSync(directory, 1234, 4321);
    put(first);
    for (const name of ['server.key', 'server.pem', 'current', 'device-cas']) {
      const { uid, gid } = statSync(join(directory, name));
      expect([name, uid, gid]).toEqual([name, 1234, 4321]);
    }
  });

  it('takes no update without a certificate, without a key, with another’s key, or with what is none', () => {
    put(first);
    const cases: [CertificateUpdate, RegExp][] = [
      [{ ...second, certificate: '' }, /no certificate/],
      [{ ...second, privateKey: '' }, /no private key/],
      [{ ...second, privateKey: first.privateKey! }, /is not the certificate's/],
      [{ ...second, certificate: 'nonsense' }, /certificate cannot be read/],
      [
        { ...second, certificate: `${second.certificate}-----BEGIN CERTIFICATE-----\nMIIB` },
        /certificate cannot be read/,
      ],
      [{ ...second, privateKey: 'nonsense' }, /private key cannot be read/],
      [{ ...second, deviceCaCertificates: ['nonsense'], deviceCaCrls: [] }, /device CA/],
      [{ ...second, deviceCaCertificates: [one!.pem + two!.pem], deviceCaCrls: [] }, /device CA/],
      [{ ...second, deviceCaCrls: [makeCrl(one!)] }, /as many CRLs/],
      [{ ...second, deviceCaCrls: ['a', 'b', 'c'] }, /CRL of it cannot be read/],
      [{ ...second, caCertificates: [''] }, /CA certificate/],
    ];
    for (const [update, why] of cases) {
      const { status, last } = put(update);
      expect([status, last]).toEqual([UNUSABLE, expect.stringMatching(why)]);
    }
    expect(filesIn(directory)).toEqual(firstFiles);
  });

  it('holds a whole set whatever the daemon sends', () => {
    put(first);
    const bytes = codec.serialize(second);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.option(fc.nat(bytes.length), { freq: 3 }),
        (changes, cut) => {
          const said = Buffer.from(bytes);
          for (const [at, value] of changes) said[at] = value;
          const { status } = runWith(said.subarray(0, cut ?? said.length), 'put', directory);
          expect([0, UNUSABLE]).toContain(status);
          expect(fits(filesIn(directory))).toBe(true);
        },
      ),
      { numRuns: Math.round(runs().numRuns / ONE_RUN_IN) },
    );
  });

  it('never asks for a passphrase: an encrypted key is none', () => {
    const encrypted = maker.make().keys.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    expect(put({ ...first, privateKey: encrypted.toString() }).last).toMatch(/private key cannot be read/);
  });

  it('counts as empty where the key on disk is another’s', () => {
    put(first);
    const set = join(directory, 'current', 'server.key');
    writeFileSync(set, second.privateKey!);
    expect(run('has', directory).lines).toEqual(['none']);
    put(first);
    expect(run('has', directory).lines).toEqual(['set']);
  });

  it('says how to make it where it is missing', () => {
    rmSync(directory, { recursive: true });
    const { status, last } = put(first);
    expect(status).toBe(1);
    expect(last).toMatch(/No such file or directory; make the directory \(install -d -m 750 /);
    mkdirSync(directory);
  });

  it('is not used where everybody may write in it', () => {
    chmodSync(directory, 0o777);
    expect(put(first)).toMatchObject({ status: 1, last: expect.stringMatching(/written by everybody/) });
  });

  it('leaves files that are not the plugin’s alone, and says so', () => {
    writeFileSync(join(directory, 'server.key'), 'mine');
    expect(put(first)).toMatchObject({
      status: 1,
      last: expect.stringMatching(/server\.key .* is not the plugin's/),
    });
    expect(filesIn(directory)).toEqual({ 'server.key': 'mine' });
    rmSync(join(directory, 'server.key'));
    symlinkSync('/etc/hostname', join(directory, 'ca.pem'));
    expect(put(first)).toMatchObject({
      status: 1,
      last: expect.stringMatching(/ca\.pem .* is not the plugin's/),
    });
  });
});
