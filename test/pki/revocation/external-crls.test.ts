import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { LARGEST_CRL } from '../../../src/pki/revocation/external-crl.ts';
import { ExternalCrls } from '../../../src/pki/revocation/external-crls.ts';
import { Findings } from '../../../src/telemetry/findings.ts';
import { until } from '../../e2e/support/until.ts';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';
import { type CrlOptions, crlPem, extension, makeCrl, tlv } from '../../support/crls.ts';
import { settled } from '../../support/identity-room.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const ca = maker.ca('external CA');
const other = maker.ca('another CA');

let directory: string;
let file: string;
let clock: ManualClock;
let findings: Findings;
let registry: SqliteRegistry;
let files: Record<string, string>;
let warnings: string[];
let faults: unknown[];
let changes: number;
let crls: ExternalCrls;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'deviceauthd-external-crl-'));
  file = join(directory, 'external.crl');
  clock = new ManualClock();
  findings = new Findings(clock);
  registry = await openRegistry({ directory: join(directory, 'state'), clock });
  files = { external: file };
  warnings = [];
  faults = [];
  changes = 0;
  await register('external', ca);
});
afterEach(async () => {
  await crls.stop();
  await registry.close();
  rmSync(directory, { recursive: true });
  expect(faults).toEqual([]);
});

function register(name: string, { id, pem }: TestCertificate, keyFile?: string): Promise<void> {
  return registry.addDeviceCa({ name, certificateId: id, pem, keyFile, provisioning: false });
}

/** As a daemon that is started. */
async function start(): Promise<void> {
  crls = await ExternalCrls.open({
    directory: join(directory, 'copies'),
    registry,
    files: () => files,
    clock,
    timer: clock,
    findings,
    warn: (message) => warnings.push(message),
    onFault: (_, error) => faults.push(error),
  });
  crls.onChange(() => {
    changes += 1;
  });
}

function put(options: Partial<CrlOptions> = {}): Buffer {
  const der = makeCrl({ issuer: ca, ...options });
  writeFileSync(file, der);
  return der;
}

/** The next look at the files, and the one after it, are over. */
async function looked(): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    clock.advance(1_000);
    await crls.idle();
    await settled();
  }
}

function inForce(name = 'external') {
  return crls.list().find((each) => each.name === name)?.crl;
}

function found(code: string): string[] {
  return findings
    .list()
    .filter((each) => each.code === code)
    .map(({ severity, subject, message }) => `${severity} ${subject} ${message}`);
}

describe('a CRL in a file', () => {
  it.each([
    ['DER', (der: Buffer) => der],
    ['PEM', (der: Buffer) => crlPem(der)],
  ])('of %s is in force when the daemon has started', async (_, encode) => {
    writeFileSync(file, encode(makeCrl({ issuer: ca, revoked: ['0A'] })));
    await start();
    expect(inForce()?.lists('0A')).toBe(true);
    expect(inForce()?.lists('0B')).toBe(false);
    expect(inForce()?.pem).toContain('BEGIN X509 CRL');
    expect(findings.list()).toEqual([]);
  });

  it('is read again when it is written anew, replaced by a rename, or a link points elsewhere', async () => {
    const place = (name: string, options: Partial<CrlOptions>): string => {
      const path = join(directory, name);
      writeFileSync(path, makeCrl({ issuer: ca, ...options }));
      return path;
    };
    put();
    await start();
    put({ number: 2, revoked: ['02'] });
    await looked();
    expect(inForce()?.lists('02')).toBe(true);
    renameSync(place('new', { number: 3, revoked: ['03'] }), file);
    await looked();
    expect(inForce()?.lists('03')).toBe(true);
    rmSync(file);
    symlinkSync(place('four', { number: 4, revoked: ['04'] }), file);
    await looked();
    expect(inForce()?.lists('04')).toBe(true);
    symlinkSync(place('five', { number: 5, revoked: ['05'] }), join(directory, 'link'));
    renameSync(join(directory, 'link'), file);
    await looked();
    expect(inForce()?.lists('05')).toBe(true);
    expect(changes).toBe(4);
  });

  it('that is touched, or written again as it was, is no change', async () => {
    const der = put({ revoked: ['0A'] });
    await start();
    writeFileSync(file, der);
    writeFileSync(file, crlPem(der));
    await looked();
    expect(changes).toBe(0);
  });

  it('that is half written is not taken, whichever half, and the whole one is', async () => {
    put({ revoked: ['01'] });
    await start();
    const next = makeCrl({ issuer: ca, number: 2, revoked: ['02'] });
    for (const half of [next.subarray(0, 0), next.subarray(0, 40), next.subarray(0, next.length - 1)]) {
      writeFileSync(file, half);
      await looked();
      expect(inForce()?.lists('01')).toBe(true);
      expect(found('crl.file')[0]).toMatch(
        /^WARNING external .*the last good one, number 1 .*stays in force/,
      );
    }
    writeFileSync(file, next);
    await looked();
    expect(inForce()?.lists('02')).toBe(true);
    expect(found('crl.file')).toEqual([]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['signed by another', () => put({ number: 2, signer: other }), /signature is not that of the device CA/],
    ['of another CA', () => put({ number: 2, issuer: other }), /issuer is another/],
    [
      'older by its number',
      () => put({ number: 1, thisUpdate: Date.UTC(2026, 0, 1) }),
      /number, 1, is lower/,
    ],
    ['older by its time', () => put({ number: 9, thisUpdate: Date.UTC(2025, 11, 30) }), /it is older/],
    [
      'a delta',
      () => put({ number: 3, extensions: [extension('551d1b', tlv(2, Buffer.of(1)), true)] }),
      /delta/,
    ],
    ['gone', () => rmSync(file), /cannot be read \(ENOENT/],
    [
      'a directory',
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /no regular file/,
    ],
    [
      'a pipe that nobody writes to',
      () => {
        rmSync(file);
        spawnSync('mkfifo', [file]);
      },
      /no regular file/,
    ],
    ['absurdly large', () => truncateSync(file, LARGEST_CRL + 1), /are the most that is read/],
  ])('that is %s changes nothing, and is a finding', async (_, spoil, why) => {
    put({ number: 2, revoked: ['01'] });
    await start();
    spoil();
    await looked();
    expect(inForce()?.lists('01')).toBe(true);
    expect(found('crl.file')[0]).toMatch(why);
    expect(changes).toBe(0);
  });

  it('that could never be used is an alarm', async () => {
    await start();
    expect(inForce()).toBeUndefined();
    expect(crls.list()).toMatchObject([{ name: 'external', crlFile: file, crl: undefined }]);
    expect(found('crl.file')[0]).toMatch(/^ALARM external .*there is none to go by/);
  });

  it('stays in force over a restart though its file is gone, and no older one is taken then', async () => {
    put({ number: 5, revoked: ['05'] });
    await start();
    await crls.stop();
    rmSync(file);
    await start();
    expect(inForce()?.lists('05')).toBe(true);
    await crls.stop();
    put({ number: 4, revoked: ['04'] });
    await start();
    expect(inForce()?.lists('05')).toBe(true);
    expect(found('crl.file')[0]).toMatch(/older/);
  });

  it('is forgotten when the configuration no longer names it, so that an operator may go back', async () => {
    put({ number: 5 });
    await start();
    files = {};
    crls.settingsChanged();
    await crls.idle();
    expect(crls.list()).toMatchObject([{ name: 'external', crlFile: undefined, crl: undefined }]);
    expect(readdirSync(join(directory, 'copies'))).toEqual([]);
    files = { external: file };
    put({ number: 4, revoked: ['04'] });
    crls.settingsChanged();
    await crls.idle();
    expect(inForce()?.lists('04')).toBe(true);
  });

  it('goes on while another file of the same CA is tried', async () => {
    put({ number: 5, revoked: ['05'] });
    await start();
    files = { external: join(directory, 'nothing') };
    crls.settingsChanged();
    await crls.idle();
    expect(inForce()?.lists('05')).toBe(true);
    expect(found('crl.file')[0]).toContain('nothing');
  });

  it('is looked for when its device CA is registered, and dropped when it is removed', async () => {
    files['later'] = join(directory, 'later.crl');
    writeFileSync(files['later'], makeCrl({ issuer: other, revoked: ['0A'] }));
    put();
    await start();
    expect(found('crl.device-ca')[0]).toMatch(/^WARNING later .*no such device CA/);
    await register('later', other);
    await until('it is read', () => inForce('later')?.lists('0A'));
    expect(found('crl.device-ca')).toEqual([]);
    await registry.removeDeviceCa('later');
    await until('it is dropped', () => crls.list().length === 1);
    expect(found('crl.device-ca')).toHaveLength(1);
  });

  it('of a CA whose key is here is a finding, and not read', async () => {
    await register('ours', other, 'ca/devices/ours/ca.key');
    files['ours'] = file;
    put();
    await start();
    expect(found('crl.device-ca')[0]).toMatch(/^WARNING ours .*its key is here/);
    expect(crls.list().find(({ name }) => name === 'ours')).toMatchObject({
      localKey: true,
      crlFile: undefined,
    });
  });

  it('is an alarm a day before it expires, and another when it has', async () => {
    put();
    await start();
    clock.advance(5 * DAY - 4_000);
    await looked();
    expect(found('crl.expiry')).toEqual([]);
    clock.advance(2_000);
    await looked();
    expect(found('crl.expiry')[0]).toMatch(/^ALARM external .*expires on 2026-01-07/);
    clock.advance(DAY);
    await looked();
    expect(found('crl.expiry')[0]).toMatch(/^ALARM external .*expired on 2026-01-07/);
    put({ number: 2, thisUpdate: clock.now() });
    await looked();
    expect(found('crl.expiry')).toEqual([]);
  });

  it('that lives for hours only is no alarm all the time', async () => {
    put({ thisUpdate: clock.now(), nextUpdate: clock.now() + 8 * 3_600_000 });
    await start();
    expect(found('crl.expiry')).toEqual([]);
    clock.advance(6 * 3_600_000);
    await looked();
    expect(found('crl.expiry')).toHaveLength(1);
  });
});
