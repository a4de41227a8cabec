import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CrlKeeper, nobodyRevoked, type RevokedSerial } from '../../../src/pki/revocation/crl-keeper.ts';
import {
  type Authority,
  CertificateIssuer,
  generateKeys,
  type KeyType,
} from '../../../src/pki/x509/certificate-issuer.ts';
import { CrlIssuer } from '../../../src/pki/x509/crl.ts';
import { encodeEntry, toCrlPem } from '../../../src/pki/x509/crl-encoding.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { openssl, withFile } from '../openssl.ts';

const YEAR = 365 * 86_400;
const WEEK = 7 * 86_400;

let clock: ManualClock;
let suspect: boolean;
let issuer: CertificateIssuer;
let crls: CrlIssuer;

beforeEach(() => {
  clock = new ManualClock();
  suspect = false;
  issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect, reason: 'a test' }) });
  crls = new CrlIssuer({ issuer, clock });
});

function authority(keyType: KeyType, validitySeconds = 100 * YEAR): Promise<Authority> {
  return issuer.createAuthority({ subject: [['CN', 'device CA']], keyType, validitySeconds });
}

async function leafOf(ca: Authority): Promise<{ pem: string; serialNumber: string }> {
  const { publicKey } = await generateKeys('EC_P256');
  const subject = [['CN', 'pump']] as const;
  const { pem } = issuer.issue(ca, { subject, publicKey, usage: 'client', validitySeconds: YEAR });
  return { pem, serialNumber: new X509Certificate(pem).serialNumber };
}

async function crlOf(ca: Authority, serials: readonly string[], number = 1n): Promise<string> {
  const entries = Buffer.concat(serials.map((serial) => encodeEntry(serial, clock.now()) ?? Buffer.alloc(0)));
  return toCrlPem(await crls.issue(ca, { entries, number, validitySeconds: WEEK }));
}

/** What openssl says of a leaf that it checks strictly against the CA and its CRL, now by the clock. */
function verdict(leafPem: string, ca: Authority, crl: string): string {
  const at = String(Math.floor(clock.now() / 1_000));
  return withFile(ca.certificatePem, (caFile) =>
    withFile(crl, (crlFile) =>
      withFile(leafPem, (leaf) => {
        const strict = ['-x509_strict', '-crl_check', '-attime', at, '-purpose', 'sslclient'];
        try {
          openssl(['verify', ...strict, '-CAfile', caFile, '-CRLfile', crlFile, leaf]);
          return 'OK';
        } catch (error) {
          return /certificate revoked/.test(String(error)) ? 'revoked' : String(error);
        }
      }),
    ),
  );
}

function textOf(crl: string): string {
  return openssl(['crl', '-noout', '-text'], crl);
}

describe.each(['EC_P256', 'RSA_2048'] as const)('a CRL of an %s authority', (keyType) => {
  it('is signed by it, as openssl sees it, of version 2, with its key and a number', async () => {
    const ca = await authority(keyType);
    const crl = await crlOf(ca, [], 0x80_00n);
    withFile(ca.certificatePem, (file) => openssl(['crl', '-noout', '-verify', '-CAfile', file], crl));
    const text = textOf(crl);
    expect(text).toContain('Version 2');
    expect(text).toContain('No Revoked Certificates');
    expect(text).toMatch(/X509v3 CRL Number:\s+32768/);
    const keyId = /Authority Key Identifier:\s+([0-9A-F:]+)/.exec(text)?.[1];
    expect(openssl(['x509', '-noout', '-text'], ca.certificatePem)).toContain(keyId);
  });

  it('lets a device in that it does not list, and none that it does', async () => {
    const ca = await authority(keyType);
    const [good, bad] = [await leafOf(ca), await leafOf(ca)];
    const crl = await crlOf(ca, [bad.serialNumber]);
    expect(verdict(good.pem, ca, crl)).toBe('OK');
    expect(verdict(bad.pem, ca, crl)).toBe('revoked');
    expect(verdict(good.pem, ca, await crlOf(ca, []))).toBe('OK');
  });

  it.each([
    ['before a leap day', Date.UTC(2028, 1, 28, 23, 59, 59)],
    ['on a leap day', Date.UTC(2028, 1, 29, 12)],
    ['when 32 bits of seconds end', Date.UTC(2038, 0, 19, 3, 14, 7)],
    ['across the end of UTCTime', Date.UTC(2049, 11, 31, 23, 59, 59)],
    ['after UTCTime', Date.UTC(2050, 0, 1)],
    ['in a year that is no leap year', Date.UTC(2100, 1, 28, 23)],
  ])('is right %s', async (_, at) => {
    const ca = await authority(keyType);
    const bad = await leafOf(ca);
    clock.setWall(at);
    const good = await leafOf(ca);
    const crl = await crlOf(ca, [bad.serialNumber]);
    expect(verdict(good.pem, ca, crl)).toBe('OK');
    expect(textOf(crl)).toContain(`Serial Number: ${bad.serialNumber}`);
    const dates = openssl(['crl', '-noout', '-lastupdate', '-nextupdate'], crl);
    const [last, next] = [...dates.matchAll(/=(.*)/g)].map(([, date]) => Date.parse(date ?? ''));
    expect([last, next]).toEqual([
      Math.floor(at / 1_000) * 1_000 - 300_000,
      Math.floor(at / 1_000) * 1_000 + WEEK * 1_000,
    ]);
  });
});

describe('a CRL', () => {
  it('of a hundred thousand certificates is taken by openssl, and finds the one that is revoked', async () => {
    const ca = await authority('EC_P256');
    const [good, bad] = [await leafOf(ca), await leafOf(ca)];
    const serials = Array.from({ length: 100_000 }, (_, n) =>
      (0x4000_0000_0000 + n * 977).toString(16).toUpperCase(),
    );
    const crl = await crlOf(ca, [...serials, bad.serialNumber]);
    withFile(ca.certificatePem, (file) => openssl(['crl', '-noout', '-verify', '-CAfile', file], crl));
    expect(verdict(good.pem, ca, crl)).toBe('OK');
    expect(verdict(bad.pem, ca, crl)).toBe('revoked');
  });

  it('ends with its authority, not later, and an authority that has ended makes none', async () => {
    const ca = await authority('EC_P256', 3_600);
    const end = new X509Certificate(ca.certificatePem).validToDate;
    const nextUpdate = openssl(['crl', '-noout', '-nextupdate'], await crlOf(ca, []));
    expect(new Date(nextUpdate.split('=')[1] ?? '')).toEqual(end);
    clock.advance(3_600_000);
    await expect(crlOf(ca, [])).rejects.toMatchObject({ reason: 'INVALID_ARGUMENTS' });
  });

  it('is not made while the clock is suspect', async () => {
    const ca = await authority('EC_P256');
    suspect = true;
    await expect(crlOf(ca, [])).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
  });

  it('is not made for an authority whose keyUsage forbids it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-crl-'));
    try {
      const key = join(directory, 'key.pem');
      const usage = ['-addext', 'keyUsage=critical,keyCertSign', '-subj', '/CN=no CRLs', '-days', '3650'];
      const certificatePem = openssl([
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-noenc',
        '-keyout',
        key,
        ...usage,
      ]);
      clock.setWall(Date.now());
      const { createPrivateKey } = await import('node:crypto');
      const ca = { certificatePem, privateKey: createPrivateKey(readFileSync(key)) };
      await expect(crlOf(ca, [])).rejects.toThrow('cRLSign');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a kept CRL', () => {
  let directory: string;
  let ca: Authority;
  let revoked: RevokedSerial[];
  let warnings: string[];
  let validitySeconds: number;
  let keeper: CrlKeeper;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-crl-'));
    ca = await authority('EC_P256');
    revoked = [];
    warnings = [];
    validitySeconds = WEEK;
    keeper = open();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** As a daemon that is started. */
  function open(): CrlKeeper {
    return new CrlKeeper({
      file: join(directory, 'crl.der'),
      authority: async () => ca,
      revoked: async function* () {
        yield [...revoked];
      },
      issuer: crls,
      clock,
      validitySeconds: () => validitySeconds,
      warn: (message) => warnings.push(message),
    });
  }

  function number(): bigint {
    const [, hex] =
      /crlNumber=(?:0x)?([0-9A-F]+)/.exec(openssl(['crl', '-noout', '-crlnumber'], keeper.current()?.pem)) ??
      [];
    return BigInt(`0x${hex}`);
  }

  it('stays the same while nothing changes, over restarts too', async () => {
    expect(keeper.current()).toBeUndefined();
    expect(await keeper.refresh()).toBe(true);
    const first = keeper.current();
    clock.advance(86_400_000);
    expect(await keeper.refresh()).toBe(false);
    keeper = open();
    expect(await keeper.refresh()).toBe(false);
    expect(keeper.current()?.pem).toBe(first?.pem);
  });

  it('is another, with a higher number, when another certificate is revoked', async () => {
    await keeper.refresh();
    const before = number();
    revoked.push({ serialNumber: '0A1B', at: clock.now() });
    expect(await keeper.refresh()).toBe(true);
    expect(number()).toBeGreaterThan(before);
    expect(textOf(keeper.current()?.pem ?? '')).toContain('Serial Number: 0A1B');
  });

  it('is renewed at half of its life', async () => {
    await keeper.refresh();
    clock.advance(((WEEK + 300) / 2) * 1_000 - 300_000 - 1_000);
    expect(keeper.isDue()).toBe(false);
    clock.advance(2_000);
    expect(keeper.isDue()).toBe(true);
    expect(await keeper.refresh()).toBe(true);
    expect(keeper.isDue()).toBe(false);
  });

  it('is not renewed again and again when its authority ends soon, and counts no longer than that', async () => {
    ca = await authority('EC_P256', 3_600);
    await keeper.refresh();
    clock.advance(3_000_000);
    expect(keeper.isDue()).toBe(false);
    clock.advance(600_000);
    expect(keeper.current()).toBeUndefined();
  });

  it.each([
    ['was lost', () => rmSync(join(directory, 'crl.der'))],
    ['was damaged', () => writeFileSync(join(directory, 'crl.der'), 'x')],
  ])('has a number that only grows, even when its file %s', async (_, spoil) => {
    await keeper.refresh();
    const numbers = [number()];
    for (let turn = 0; turn < 3; turn += 1) {
      revoked.push({ serialNumber: `0${turn + 1}`, at: clock.now() });
      await keeper.refresh();
      numbers.push(number());
    }
    spoil();
    clock.advance(60_000);
    keeper = open();
    await keeper.refresh();
    numbers.push(number());
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)));
    expect(textOf(keeper.current()?.pem ?? '').match(/Serial Number/g)).toHaveLength(3);
  });

  it('has a higher number than the last one also when the clock was set back meanwhile', async () => {
    await keeper.refresh();
    const before = number();
    clock.setWall(clock.now() - 60_000);
    revoked.push({ serialNumber: '77', at: clock.now() });
    keeper = open();
    await keeper.refresh();
    expect(number()).toBe(before + 1n);
  });

  it('of a CA whose file holds the CRL of another is made anew', async () => {
    await keeper.refresh();
    ca = await authority('EC_P256');
    keeper = open();
    expect(await keeper.refresh()).toBe(true);
    expect(warnings).toHaveLength(1);
  });

  it('is left as it was when none can be made', async () => {
    await keeper.refresh();
    const before = keeper.current();
    revoked.push({ serialNumber: '77', at: clock.now() });
    suspect = true;
    await expect(keeper.refresh()).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
    expect(keeper.current()).toEqual(before);
  });

  it('of an authority that has revoked nothing is empty', async () => {
    keeper = new CrlKeeper({
      file: join(directory, 'server.der'),
      authority: async () => ca,
      revoked: nobodyRevoked,
      issuer: crls,
      clock,
      validitySeconds: () => WEEK,
      warn: () => {},
    });
    await keeper.refresh();
    expect(textOf(keeper.current()?.pem ?? '')).toContain('No Revoked Certificates');
  });
});
