import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerCa, type ServerCaSettings } from '../../../src/pki/authorities/server-ca.ts';
import { issueServerCertificate } from '../../../src/pki/server-certificates/server-certificate.ts';
import {
  CertificateIssuer,
  generateKeys,
  type KeyType,
  privateKeyPem,
} from '../../../src/pki/x509/certificate-issuer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { asText, verify } from '../openssl.ts';

const DAY = 86_400_000;

describe('the server CA', () => {
  let stateDirectory: string;
  let clock: ManualClock;
  let suspect: boolean;
  let warnings: string[];
  let steps: string[];
  let settings: ServerCaSettings;

  beforeEach(() => {
    stateDirectory = mkdtempSync(join(tmpdir(), 'deviceauthd-server-ca-'));
    clock = new ManualClock();
    suspect = false;
    warnings = [];
    steps = [];
    settings = { keyType: 'EC_P256', custom: undefined, overlapDays: 30 };
  });
  afterEach(() => rmSync(stateDirectory, { recursive: true }));

  const issuer = () => new CertificateIssuer({ clock, isSuspect: () => ({ suspect }) });

  function open(keyType: KeyType = settings.keyType): Promise<ServerCa> {
    settings = { ...settings, keyType };
    return ServerCa.open({
      stateDirectory,
      issuer: issuer(),
      clock,
      settings: () => settings,
      warn: (message) => warnings.push(message),
      onStep: (step) => steps.push(step),
    });
  }

  /** As the room does: the certificate counts before anybody has it. */
  async function issue(ca: ServerCa, validitySeconds = 7 * 86_400): Promise<string> {
    const signer = ca.signer();
    const request = { hosts: ['broker.example'], validitySeconds, keyType: 'EC_P256' as const };
    const issued = await issueServerCertificate(issuer(), signer, clock, request);
    await ca.recordIssued(signer.id, issued.notAfter);
    return issued.certificatePem;
  }

  function path(...parts: string[]): string {
    return join(stateDirectory, 'ca', ...parts);
  }

  /** The directory of the CA in use. */
  function place(ca: ServerCa, ...parts: string[]): string {
    return path('server', ca.signer().id.slice(0, 16), ...parts);
  }

  it('is, by default type, what the reference has (CE-001)', async () => {
    const x509 = new X509Certificate((await open('RSA_2048')).signer().certificatePem);
    expect(x509.publicKey.asymmetricKeyType).toBe('rsa');
    expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(x509.subject).toBe(
      'C=US\nO=Amazon.com Inc.\nOU=Amazon Web Services\nST=Washington\nL=Seattle\nCN=Greengrass Core CA',
    );
    expect(x509.issuer).toBe(x509.subject);
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.ca).toBe(true);
    expect((x509.validToDate.getTime() - x509.validFromDate.getTime()) / 1000).toBe(157_680_000);
    expect(asText(x509.toString())).toContain('sha256WithRSAEncryption');
  });

  it('is the same after a restart (CE-003)', async () => {
    const first = await open();
    await issue(first);
    clock.advance(DAY);
    const second = await open();
    expect(second.signer().certificatePem).toBe(first.signer().certificatePem);
    expect([warnings, steps]).toEqual([[], ['created']]);
  });

  it('has its key in a file of 0600 in a directory of 0700, whatever the umask', async () => {
    const before = process.umask(0);
    const ca = await open().finally(() => process.umask(before));
    expect(statSync(place(ca, 'ca.key')).mode & 0o777).toBe(0o600);
    for (const directory of [place(ca), path('server'), path()])
      expect(statSync(directory).mode & 0o777, directory).toBe(0o700);
    const key = readFileSync(place(ca, 'ca.key'), 'utf8');
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(createPrivateKey(key).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('warns when others may read its key', async () => {
    const keyFile = place(await open(), 'ca.key');
    chmodSync(keyFile, 0o640);
    await open();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(keyFile);
    expect(warnings[0]).toContain('0640');
  });

  it('of an earlier layout is taken over', async () => {
    const first = await open();
    const { certificatePem } = first.signer();
    cpSync(place(first), path('old'), { recursive: true });
    rmSync(path('server'), { recursive: true });
    cpSync(path('old'), path('server'), { recursive: true });
    expect((await open()).signer().certificatePem).toBe(certificatePem);
  });

  it('can be restored from a copy', async () => {
    const first = await open();
    const copy = mkdtempSync(join(tmpdir(), 'deviceauthd-copy-'));
    cpSync(path('server'), copy, { recursive: true });
    rmSync(place(first, 'ca.key'));
    expect((await open()).state().problem).toContain('restore');
    cpSync(copy, path('server'), { recursive: true });
    expect((await open()).signer().certificatePem).toBe(first.signer().certificatePem);
    rmSync(copy, { recursive: true });
  });

  describe('is never replaced by a new one (CE-004)', () => {
    let ca: ServerCa;

    beforeEach(async () => {
      ca = await open();
      await issue(ca);
    });

    function contents(): readonly (readonly [string, string])[] {
      return readdirSync(path('server'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file, readFileSync(file, 'utf8')]);
    }

    async function expectLoud(...parts: string[]): Promise<void> {
      const before = contents();
      const opened = await open();
      const { problem, current } = opened.state();
      for (const part of [...parts, 'backup']) expect(problem).toContain(part);
      expect(problem).not.toContain('PRIVATE KEY');
      expect(current).toBeUndefined();
      expect(() => opened.signer()).toThrow(problem);
      expect(contents()).toEqual(before);
    }

    it('when its key is another’s', async () => {
      writeFileSync(place(ca, 'ca.key'), privateKeyPem((await generateKeys('EC_P256')).privateKey));
      await expectLoud(place(ca, 'ca.key'), place(ca, 'ca.pem'), 'is not the key of');
    });

    it('when its key is unreadable or missing', async () => {
      const file = place(ca, 'ca.key');
      writeFileSync(file, readFileSync(file).subarray(0, 80));
      await expectLoud(file, 'not a readable private key');
      rmSync(file);
      await expectLoud(file, 'ENOENT');
    });

    it('when its certificate is missing, unreadable, another’s or no CA’s', async () => {
      const file = place(ca, 'ca.pem');
      writeFileSync(file, await issue(ca));
      await expectLoud(file, 'not a CA certificate');
      writeFileSync(file, '');
      await expectLoud(file, 'not a usable CA certificate');
      rmSync(file);
      await expectLoud(file, 'ENOENT');
    });

    it('when what says which CA is in use is missing beside two, or is damaged', async () => {
      const file = path('server', 'state.json');
      writeFileSync(file, '{"version": 2}');
      await expectLoud(file, 'version');
      writeFileSync(file, '{"version":');
      await expectLoud(file);
      rmSync(file);
      cpSync(place(ca), path('server', '0123456789abcdef'), { recursive: true });
      await expectLoud(file, '2 CAs');
    });

    it('when its directory is missing', async () => {
      rmSync(place(ca), { recursive: true });
      await expectLoud(place(ca), 'is missing');
    });

    it('and is in use again as soon as it is mended', async () => {
      const file = place(ca, 'ca.key');
      const key = readFileSync(file);
      rmSync(file);
      const opened = await open();
      let told = 0;
      opened.onChange(() => {
        told += 1;
      });
      writeFileSync(file, key, { mode: 0o600 });
      await opened.refresh();
      expect([told, opened.signer().id, opened.state().problem]).toEqual([1, ca.signer().id, undefined]);
    });
  });

  it('is not made while the clock is suspect, and is made when it is right again', async () => {
    suspect = true;
    const ca = await open();
    expect(ca.state().problem).toContain('clock');
    expect(existsSync(path('server', 'state.json'))).toBe(false);
    suspect = false;
    await ca.refresh();
    expect(ca.state().problem).toBeUndefined();
  });

  describe('changes in three steps', () => {
    it('announced, in use, the old one forgotten: when the operator rotates it', async () => {
      const ca = await open();
      const old = ca.signer();
      const oldLeaf = await issue(ca);
      await ca.rotate('announce');

      const announced = ca.state();
      expect(announced.switchAt).toBe(clock.now() + 30 * DAY);
      expect(ca.signer().id).toBe(old.id);
      expect(ca.anchors()).toEqual([old.certificatePem, announced.next?.trustAnchorPem]);
      expect((await open()).state()).toEqual(announced);

      clock.advance(29 * DAY);
      const lastOfOld = await issue(ca);
      await ca.refresh();
      expect(ca.signer().id).toBe(old.id);
      clock.advance(DAY);
      await ca.refresh();
      expect(ca.signer().id).toBe(announced.next?.certificateId);
      // Those that have fetched nothing since still find the old one, below the new one.
      expect(ca.anchors()).toEqual([ca.signer().certificatePem, old.certificatePem]);
      verify(lastOfOld, old.certificatePem, clock.now(), 'sslserver');
      verify(await issue(ca), ca.signer().certificatePem, clock.now(), 'sslserver');
      expect(new X509Certificate(oldLeaf).checkIssued(new X509Certificate(old.certificatePem))).toBe(true);

      clock.advance(6 * DAY - 1);
      await ca.refresh();
      expect(ca.anchors()).toHaveLength(2);
      clock.advance(3_600_001);
      await ca.refresh();
      expect(ca.anchors()).toEqual([ca.signer().certificatePem]);
      expect(steps).toEqual(['created', 'announced', 'switched', 'forgotten']);
      expect(readdirSync(path('server')).sort()).toEqual([ca.signer().id.slice(0, 16), 'state.json'].sort());
      expect(readdirSync(path('removed'))).toEqual([`server-${old.id.slice(0, 16)}`]);
    });

    it('at once when the operator says so, before or after the announcement', async () => {
      const ca = await open();
      await issue(ca);
      const first = ca.signer().id;
      await ca.rotate('now');
      const second = ca.signer().id;
      await issue(ca);
      await ca.rotate('announce');
      await expect(ca.rotate('announce')).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
      await ca.rotate('now');
      expect(new Set([first, second, ca.signer().id]).size).toBe(3);
      expect(ca.anchors()).toHaveLength(3);
    });

    it('is called off', async () => {
      const ca = await open();
      await issue(ca);
      await ca.rotate('announce');
      await ca.rotate('cancel');
      expect(ca.anchors()).toEqual([ca.signer().certificatePem]);
      await expect(ca.rotate('cancel')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
      clock.advance(31 * DAY);
      await ca.refresh();
      expect(steps).toEqual(['created', 'announced', 'cancelled']);
    });

    it('when another type is configured (CE-005), and is called off when it is configured back', async () => {
      const ca = await open('EC_P256');
      await issue(ca);
      const old = ca.signer().id;
      settings = { ...settings, keyType: 'RSA_2048' };
      await ca.refresh();
      expect(ca.state()).toMatchObject({ current: { key: 'EC prime256v1' }, next: { key: 'RSA 2048' } });
      settings = { ...settings, keyType: 'EC_P256' };
      await ca.refresh();
      expect([ca.state().next, ca.signer().id]).toEqual([undefined, old]);
    });

    it('at once without an overlap, and where the old one signed nothing', async () => {
      const ca = await open('EC_P256');
      await open('RSA_2048').then((changed) => expect(changed.state().current?.key).toBe('RSA 2048'));
      await ca.refresh();
      const again = await open('EC_P256');
      await issue(again);
      settings = { ...settings, keyType: 'RSA_2048', overlapDays: 0 };
      await again.refresh();
      expect(again.state()).toMatchObject({ current: { key: 'RSA 2048' }, next: undefined });
      expect(again.anchors()).toHaveLength(2);
    });

    it('by itself, so that the old one outlasts all it has signed', async () => {
      const ca = await open();
      await issue(ca);
      const { id, notAfter } = ca.signer();
      clock.setWall(notAfter - 90 * DAY - 1);
      await ca.refresh();
      expect(ca.state().next).toBeUndefined();
      clock.advance(1);
      await ca.refresh();
      const { switchAt = 0 } = ca.state();
      expect(switchAt).toBe(notAfter - 60 * DAY);
      clock.setWall(switchAt);
      await issue(ca, 30 * 86_400);
      await ca.refresh();
      expect(ca.state().retired).toMatchObject([{ certificateId: id, notAfter }]);
      expect(ca.state().retired[0]?.forgottenAt).toBeLessThan(notAfter);
    });

    it('never while the clock is suspect', async () => {
      const ca = await open();
      await issue(ca);
      await ca.rotate('announce');
      const old = ca.signer().id;
      clock.advance(31 * DAY);
      suspect = true;
      await ca.refresh();
      expect(ca.signer().id).toBe(old);
      expect(ca.state().problem).toContain('clock');
      suspect = false;
      await ca.refresh();
      expect(ca.signer().id).not.toBe(old);
    });
  });
});
