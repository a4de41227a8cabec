import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePkcs12 } from '../../../src/pki/x509/pkcs12.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { openssl } from '../openssl.ts';

const PASSWORD = 'correct horse "battery" staple';
const maker = new CertificateMaker();
const root = maker.ca('root');
const intermediate = maker.ca('intermediate', { issuer: root });
const chain = [intermediate.pem, root.pem];

const keytool = spawnSync('keytool', ['-help']).error === undefined;

describe.each(['EC', 'EC-384', 'RSA'] as const)('a PKCS#12 of an %s key', (kind) => {
  const leaf = maker.make({ subject: 'localhost', issuer: intermediate, key: kind });
  let directory: string;
  let file: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-pkcs12-'));
    file = join(directory, 'server.p12');
    const bytes = await encodePkcs12({
      certificatePem: [leaf.pem, ...chain].join(''),
      privateKey: leaf.keys.privateKey,
      password: PASSWORD,
      alias: 'Broker 1',
    });
    writeFileSync(file, bytes);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const read = (...args: string[]): string =>
    openssl(['pkcs12', '-in', file, '-passin', `pass:${PASSWORD}`, ...args]);

  it('gives openssl the key and the whole chain, the leaf named and tied to its key', () => {
    expect(read('-nocerts', '-nodes')).toContain(leaf.keyPem.trim());
    const certificates = read('-nokeys').match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    expect(certificates.map((pem) => new X509Certificate(pem).subject)).toEqual([
      'CN=localhost',
      'CN=intermediate',
      'CN=root',
    ]);
    const clientOnly = read('-nokeys', '-clcerts');
    expect(clientOnly.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(clientOnly).toContain('localKeyID');
    expect(clientOnly).toContain('friendlyName: Broker 1');
  });

  it('says to openssl that it is encrypted and authenticated as it should be', () => {
    const { stderr } = spawnSync(
      'openssl',
      ['pkcs12', '-in', file, '-passin', `pass:${PASSWORD}`, '-info', '-noout'],
      { encoding: 'utf8' },
    );
    expect(stderr).toContain('MAC: sha256, Iteration 10000');
    const encrypted = stderr.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256/g);
    expect(encrypted).toHaveLength(2);
  });

  it('opens with no other password', () => {
    expect(() => openssl(['pkcs12', '-in', file, '-passin', 'pass:wrong', '-noout'])).toThrow(
      /invalid password/,
    );
  });

  it.skipIf(!keytool)("is a key with its chain to Java's keytool (skipped where there is no Java)", () => {
    const { stdout, status } = spawnSync(
      'keytool',
      ['-J-Duser.language=en', '-list', '-v', '-keystore', file, '-storepass', PASSWORD],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toContain('Alias name: broker 1');
    expect(stdout).toContain('Entry type: PrivateKeyEntry');
    expect(stdout).toContain('Certificate chain length: 3');
  });
});

describe('a PKCS#12', () => {
  const leaf = maker.make({ subject: 'localhost', issuer: root });
  const request = {
    certificatePem: leaf.pem,
    privateKey: leaf.keys.privateKey,
    password: PASSWORD,
    alias: 'a',
  };

  it.each(['', 'pässword', 'line\nfeed', 'x'.repeat(1_025)])(
    'is not made with the password %j',
    async (password) => {
      await expect(encodePkcs12({ ...request, password })).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENTS',
      });
    },
  );

  it('is not made of a key and the certificate of another, nor without a certificate', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    await expect(encodePkcs12({ ...request, privateKey })).rejects.toThrow(
      'not that of the first certificate',
    );
    await expect(encodePkcs12({ ...request, certificatePem: '' })).rejects.toThrow('not that of the first');
  });

  it('is another each time, though everything in it is the same', async () => {
    const [one, two] = [await encodePkcs12(request), await encodePkcs12(request)];
    expect(one.equals(two)).toBe(false);
  });
});
