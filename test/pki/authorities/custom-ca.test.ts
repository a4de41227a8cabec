/** The operator's own CA: an intermediate under a root made with openssl, as an enterprise would. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadCustomCa } from '../../../src/pki/authorities/custom-ca.ts';
import { ServerCa, type ServerCaSettings } from '../../../src/pki/authorities/server-ca.ts';
import { DurableFiles, type FileOperations } from '../../../src/pki/durable-files.ts';
import { issueServerCertificate } from '../../../src/pki/server-certificates/server-certificate.ts';
import { CertificateIssuer } from '../../../src/pki/x509/certificate-issuer.ts';
import { FollowingBroker, later, openCertificateRooms } from '../../support/certificate-rooms.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { atEveryOperation } from '../failing-files.ts';
import { openssl, withFile } from '../openssl.ts';

const CA =
  'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';

describe('a CA of the operator', () => {
  let directory: string;
  let stateDirectory: string;
  let clock: ManualClock;
  let warnings: string[];
  const file = (name: string) => join(directory, name);
  const uri = (name: string) => pathToFileURL(file(name)).href;
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-custom-'));
    writeFileSync(file('ca.ext'), CA);
    writeFileSync(file('leaf.ext'), 'basicConstraints=critical,CA:FALSE\n');
    writeFileSync(file('nosign.ext'), CA.replace('keyCertSign,', ''));
    const key = (name: string, ...options: string[]) => run('genpkey', ...options, '-out', `${name}.key`);
    const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
    const p384 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'];
    const sign = (name: string, subject: string, issuer: string, ext = 'ca.ext') => {
      run('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
      const by =
        issuer === name ? ['-signkey', `${name}.key`] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
      run(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...by,
        '-days',
        '1000',
        '-extfile',
        ext,
        '-out',
        `${name}.pem`,
      );
    };
    // An RSA root above an EC CA: the reference signs what that issues with the wrong algorithm.
    key('root', ...rsa);
    sign('root', '/O=Plant/CN=Plant Root', 'root');
    key('middle', ...rsa);
    sign('middle', '/O=Plant/CN=Plant Middle', 'root');
    key('ca', ...p384);
    sign('ca', '/O=Plant/CN=Plant Gateway CA', 'middle');
    key('leaf', ...p384);
    sign('leaf', '/CN=leaf', 'ca', 'leaf.ext');
    key('nosign', ...p384);
    sign('nosign', '/CN=nosign', 'root', 'nosign.ext');
    key('weak', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024');
    key('ed', '-algorithm', 'ED25519');
    run('pkey', '-in', 'ca.key', '-aes256', '-passout', 'pass:secret', '-out', 'encrypted.key');
    writeFileSync(
      file('chain.pem'),
      readFileSync(file('root.pem'), 'utf8') + readFileSync(file('middle.pem'), 'utf8'),
    );
    writeFileSync(file('garbage.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  beforeEach(() => {
    clock = new ManualClock(Date.now());
    warnings = [];
    stateDirectory = mkdtempSync(join(directory, 'state-'));
  });

  const places = (change: object = {}) => ({
    privateKeyUri: uri('ca.key'),
    certificateUri: uri('ca.pem'),
    certificateChainUri: uri('chain.pem'),
    ...change,
  });
  const load = (change: object = {}) => loadCustomCa(places(change), (message) => warnings.push(message));

  function open(settings: () => ServerCaSettings): Promise<ServerCa> {
    const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) });
    return ServerCa.open({
      stateDirectory,
      issuer,
      clock,
      settings,
      warn: (message) => warnings.push(message),
    });
  }

  async function issue(ca: ServerCa) {
    const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) });
    const request = { hosts: ['10.0.0.7'], validitySeconds: 86_400, keyType: 'EC_P256' as const };
    const issued = await issueServerCertificate(issuer, ca.signer(), clock, request);
    await ca.recordIssued(issued.caId, issued.notAfter);
    return issued;
  }

  it('signs certificates that come with all a device needs to verify them by the root alone', async () => {
    const ca = await open(() => ({ keyType: 'RSA_2048', custom: places(), overlapDays: 30 }));
    const issued = await issue(ca);
    const root = readFileSync(file('root.pem'), 'utf8');
    expect(issued.intermediatePems).toHaveLength(2);
    expect(new X509Certificate(issued.anchorPem).fingerprint256).toBe(
      new X509Certificate(root).fingerprint256,
    );
    withFile(root, (anchor) =>
      withFile(issued.intermediatePems.join(''), (untrusted) =>
        withFile(issued.certificatePem, (leaf) =>
          openssl([
            'verify',
            '-x509_strict',
            '-purpose',
            'sslserver',
            '-CAfile',
            anchor,
            '-untrusted',
            untrusted,
            leaf,
          ]),
        ),
      ),
    );
    expect(new X509Certificate(issued.certificatePem).issuer).toContain('Plant Gateway CA');
  });

  it('keeps its key where it is: only certificates are copied', async () => {
    const ca = await open(() => ({ keyType: 'RSA_2048', custom: places(), overlapDays: 30 }));
    const files = readdirSync(stateDirectory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(1);
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), 'utf8'), name).not.toContain('PRIVATE');
    expect(ca.state()).toMatchObject({ custom: true, current: { key: 'EC secp384r1' } });
  });

  it('may give the chain with the certificate, in any order, or go without', async () => {
    writeFileSync(
      file('bundle.pem'),
      ['ca', 'root', 'middle'].map((name) => readFileSync(file(`${name}.pem`), 'utf8')).join(''),
    );
    const bundled = await load({ certificateUri: uri('bundle.pem'), certificateChainUri: undefined });
    expect(bundled.chainPems.map((pem) => new X509Certificate(pem).subject)).toEqual([
      'O=Plant\nCN=Plant Middle',
      'O=Plant\nCN=Plant Root',
    ]);
    expect((await load({ certificateChainUri: undefined })).chainPems).toEqual([]);
  });

  it('takes over from the daemon’s after the announcement, and the daemon’s from it', async () => {
    let settings: ServerCaSettings = { keyType: 'EC_P256', custom: undefined, overlapDays: 30 };
    const ca = await open(() => settings);
    await issue(ca);
    const own = ca.signer().id;
    settings = { ...settings, custom: places() };
    await ca.refresh();
    expect(ca.signer().id).toBe(own);
    expect(ca.anchors()).toHaveLength(2);
    await expect(ca.rotate('announce')).rejects.toMatchObject({ reason: 'ALREADY_EXISTS' });
    clock.advance(30 * 86_400_000);
    await ca.refresh();
    expect(ca.signer().custom).toBe(true);
    await expect(ca.rotate('announce')).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringContaining('certificateAuthority.privateKeyUri'),
    });
    await issue(ca);
    settings = { ...settings, custom: undefined, overlapDays: 0 };
    await ca.refresh();
    expect(ca.signer().custom).toBe(false);
    expect(ca.signer().id).not.toBe(own);
  });

  it('that becomes unreadable is told, and goes on with the key it has; after a restart nothing else signs', async () => {
    let custom = places();
    const settings = () => ({ keyType: 'EC_P256' as const, custom, overlapDays: 30 });
    const ca = await open(settings);
    await issue(ca);
    custom = places({ privateKeyUri: uri('gone.key') });
    await ca.refresh();
    expect(ca.state().problem).toContain(file('gone.key'));
    await issue(ca);
    const restarted = await open(settings);
    expect(() => restarted.signer()).toThrow(file('gone.key'));
    expect(restarted.anchors()).toEqual(ca.anchors());
    custom = places();
    await restarted.refresh();
    expect(restarted.signer().id).toBe(ca.signer().id);
  });

  it('whose chain changes is the same CA: its certificates come with the new chain, after a restart too', async () => {
    let custom = places({ certificateChainUri: undefined });
    const options = {
      stateDirectory,
      clock,
      caSettings: () => ({ keyType: 'EC_P256' as const, custom, overlapDays: 30 }),
    };
    const { ca, room } = await openCertificateRooms(options);
    const broker = new FollowingBroker(room);
    const [gatewayCa] = (await broker.told(1)).caPems;
    custom = places();
    room.settingsChanged();
    const update = await broker.told(2);
    expect(update.certificatePem.match(/BEGIN/g)).toHaveLength(3);
    expect(update.caPems[0]).not.toBe(gatewayCa);
    expect(ca.state().next).toBeUndefined();
    await later(clock, 30_000);
    await broker.told(2);
    await room.stop();
    const restarted = await openCertificateRooms(options);
    expect((await new FollowingBroker(restarted.room).told(1)).certificatePem).toBe(update.certificatePem);
    await restarted.room.stop();
  });

  it('that comes back while it is still told of survives a power failure at any operation', async () => {
    const template = join(stateDirectory, 'template');
    const own = { keyType: 'EC_P256' as const, custom: undefined, overlapDays: 0 };
    let settings: ServerCaSettings = { ...own, custom: places() };
    const at = (directory: string, files: FileOperations) => {
      const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }) });
      const warn = () => {};
      return ServerCa.open({
        stateDirectory: directory,
        issuer,
        clock,
        settings: () => settings,
        warn,
        files,
      });
    };
    const first = await at(template, new DurableFiles());
    await issue(first);
    settings = own;
    await first.refresh();
    await issue(first);
    settings = { ...own, custom: places() };
    await atEveryOperation(async (files) => {
      const directory = mkdtempSync(join(stateDirectory, 'copy-'));
      cpSync(template, directory, { recursive: true });
      await at(directory, files);
      const after = await at(directory, new DurableFiles());
      expect(after.state(), files.done.join('\n')).toMatchObject({ problem: undefined, custom: true });
      expect(after.anchors(), files.done.join('\n')).toHaveLength(2);
    });
  });

  it('is warned of once, not at every look', async () => {
    chmodSync(file('ca.key'), 0o644);
    const ca = await open(() => ({ keyType: 'EC_P256', custom: places(), overlapDays: 30 }));
    await ca.refresh();
    await ca.refresh();
    chmodSync(file('ca.key'), 0o600);
    expect(warnings).toHaveLength(1);
  });

  it('warns when others may read its key', async () => {
    chmodSync(file('ca.key'), 0o644);
    await load();
    chmodSync(file('ca.key'), 0o600);
    expect(warnings).toEqual([expect.stringContaining(`chmod o= ${file('ca.key')}`)]);
  });

  it.each<[string, object | (() => object), readonly string[]]>([
    [
      'a pkcs11: key',
      { privateKeyUri: 'pkcs11:object=ca;type=private' },
      ['privateKeyUri', 'pkcs11:', 'not supported', 'file:'],
    ],
    ['a pkcs11: certificate', { certificateUri: 'PKCS11:object=ca' }, ['certificateUri', 'not supported']],
    ['another scheme', { certificateUri: 'https://example.com/ca.pem' }, ['certificateUri', 'file:']],
    ['a file elsewhere', { certificateUri: 'file://other-host/ca.pem' }, ['certificateUri', 'file:///']],
    ['a missing key', () => ({ privateKeyUri: uri('none.key') }), ['privateKeyUri', 'none.key', 'ENOENT']],
    ['an encrypted key', () => ({ privateKeyUri: uri('encrypted.key') }), ['encrypted.key', 'openssl pkey']],
    ['no key', () => ({ privateKeyUri: uri('ca.pem') }), ['privateKeyUri', 'not a readable private key']],
    ['a short key', () => ({ privateKeyUri: uri('weak.key') }), ['weak.key', '2048']],
    ['a key of another kind', () => ({ privateKeyUri: uri('ed.key') }), ['ed.key', 'P-256']],
    ['the key of another', () => ({ privateKeyUri: uri('root.key') }), ['is not the key of', 'ca.pem']],
    [
      'no certificate',
      () => ({ certificateUri: uri('ca.key') }),
      ['certificateUri', 'has no PEM certificate'],
    ],
    [
      'a damaged certificate',
      () => ({ certificateUri: uri('garbage.pem') }),
      ['garbage.pem', 'cannot be read'],
    ],
    [
      'a certificate of no CA',
      () => ({ certificateUri: uri('leaf.pem'), privateKeyUri: uri('leaf.key') }),
      ['CA:true'],
    ],
    [
      'a CA that may not sign',
      () => ({ certificateUri: uri('nosign.pem'), privateKeyUri: uri('nosign.key') }),
      ['keyCertSign'],
    ],
    [
      'a damaged chain',
      () => ({ certificateChainUri: uri('garbage.pem') }),
      ['certificateChainUri', 'garbage.pem'],
    ],
  ])('with %s is an error that says the key, the file and the remedy', async (_what, change, parts) => {
    const error = await load(typeof change === 'function' ? change() : change).then(
      () => undefined,
      (refused: Error) => refused,
    );
    for (const part of parts) expect(error?.message).toContain(part);
    expect(error?.message).toContain('certificateAuthority.');
    expect(error?.message).not.toContain('PRIVATE KEY-');
  });
});
