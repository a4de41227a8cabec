import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CertificateIssuer,
  generateKeys,
  type KeyType,
  privateKeyPem,
} from '../../src/pki/certificate-issuer.ts';
import { ServerCa } from '../../src/pki/server-ca.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { asText, verify } from './openssl.ts';

describe('the server CA', () => {
  let stateDirectory: string;
  let clock: ManualClock;
  let suspect: boolean;
  let warnings: string[];

  beforeEach(() => {
    stateDirectory = mkdtempSync(join(tmpdir(), 'deviceauthd-server-ca-'));
    clock = new ManualClock();
    suspect = false;
    warnings = [];
  });
  afterEach(() => rmSync(stateDirectory, { recursive: true }));

  function open(keyType: KeyType = 'EC_P256'): Promise<ServerCa> {
    const issuer = new CertificateIssuer({ clock, isSuspect: () => ({ suspect }) });
    return ServerCa.open({ stateDirectory, issuer, keyType, warn: (message) => warnings.push(message) });
  }

  function path(...parts: string[]): string {
    return join(stateDirectory, 'ca', ...parts);
  }

  it('is, by default type, what the reference has (CE-001)', async () => {
    const x509 = new X509Certificate((await open('RSA_2048')).certificatePem);
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
    clock.advance(86_400_000);
    expect((await open()).certificatePem).toBe(first.certificatePem);
    expect(warnings).toEqual([]);
  });

  it('is another when another type is configured, and the old one is kept aside (CE-005)', async () => {
    const first = await open('EC_P256');
    const second = await open('RSA_2048');
    expect(new X509Certificate(second.certificatePem).publicKey.asymmetricKeyType).toBe('rsa');
    expect(warnings).toHaveLength(1);
    const [aside] = readdirSync(path('removed'));
    expect(warnings[0]).toContain(aside);
    expect(readFileSync(path('removed', aside!, 'ca.pem'), 'utf8')).toBe(first.certificatePem);
    expect((await open('RSA_2048')).certificatePem).toBe(second.certificatePem);
    expect(readdirSync(path()).sort()).toEqual(['removed', 'server']);
  });

  it('has its key in a file of 0600 in a directory of 0700, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await open();
    } finally {
      process.umask(before);
    }
    expect(statSync(path('server', 'ca.key')).mode & 0o777).toBe(0o600);
    expect(statSync(path('server')).mode & 0o777).toBe(0o700);
    expect(statSync(path()).mode & 0o777).toBe(0o700);
    const key = readFileSync(path('server', 'ca.key'), 'utf8');
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(createPrivateKey(key).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(readdirSync(path('server')).sort()).toEqual(['ca.key', 'ca.pem']);
  });

  it('warns when others may read its key', async () => {
    await open();
    chmodSync(path('server', 'ca.key'), 0o640);
    await open();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(path('server', 'ca.key'));
    expect(warnings[0]).toContain('0640');
  });

  describe('is never replaced by a new one (CE-004)', () => {
    async function expectRefused(...parts: string[]): Promise<void> {
      const before = readdirSync(path('server')).map((name) => readFileSync(path('server', name), 'utf8'));
      const refused = await open().then(
        () => undefined,
        (error: Error) => error,
      );
      for (const part of [...parts, 'backup']) expect(refused?.message).toContain(part);
      expect(refused?.message).not.toContain('PRIVATE KEY');
      expect(readdirSync(path('server')).map((name) => readFileSync(path('server', name), 'utf8'))).toEqual(
        before,
      );
    }

    beforeEach(async () => {
      await open();
    });

    it('when its key is another’s', async () => {
      writeFileSync(path('server', 'ca.key'), privateKeyPem((await generateKeys('EC_P256')).privateKey));
      await expectRefused(path('server', 'ca.key'), path('server', 'ca.pem'), 'is not the key of');
    });

    it('when its key is unreadable', async () => {
      writeFileSync(path('server', 'ca.key'), readFileSync(path('server', 'ca.key')).subarray(0, 80));
      await expectRefused(path('server', 'ca.key'), 'not a readable private key');
    });

    it('when its key is missing', async () => {
      rmSync(path('server', 'ca.key'));
      await expectRefused(path('server', 'ca.key'), 'ENOENT');
    });

    it('when its certificate is missing, unreadable or no CA’s', async () => {
      const certificate = path('server', 'ca.pem');
      const ca = await open();
      const leaf = await ca.issueServerCertificate({ hosts: [], validitySeconds: 60, keyType: 'EC_P256' });
      writeFileSync(certificate, leaf.certificatePem);
      await expectRefused(certificate, 'not a CA certificate');
      writeFileSync(certificate, '');
      await expectRefused(certificate, 'not a usable CA certificate');
      rmSync(certificate);
      await expectRefused(certificate, 'ENOENT');
    });
  });

  it('is made again from nothing when a daemon was killed while it made one', async () => {
    const first = await open();
    const half = path('.creating-server');
    rmSync(path('server'), { recursive: true });
    await open();
    rmSync(half, { recursive: true, force: true });
    writeFileSync(half, 'something');
    rmSync(path('server'), { recursive: true });
    const again = await open();
    expect(again.certificatePem).not.toBe(first.certificatePem);
    expect(readdirSync(path())).toEqual(['server']);
  });

  it('is not made while the clock is suspect, and issues nothing then', async () => {
    suspect = true;
    await expect(open()).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
    expect(readdirSync(stateDirectory)).toEqual([]);
    suspect = false;
    const ca = await open();
    suspect = true;
    const request = { hosts: [], validitySeconds: 60, keyType: 'EC_P256' } as const;
    await expect(ca.issueServerCertificate(request)).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
  });

  it.each(['EC_P256', 'RSA_2048'] as const)(
    'issues server certificates of %s, each with a key of its own',
    async (keyType) => {
      const ca = await open();
      const hosts = ['broker.example', '10.0.0.7', 'localhost'];
      const request = {
        hosts,
        validitySeconds: 604_800,
        keyType,
        commonName: 'aws.greengrass.clientdevices.mqtt.EMQX',
      };
      const [one, two] = await Promise.all([
        ca.issueServerCertificate(request),
        ca.issueServerCertificate(request),
      ]);
      expect(one.publicKeyPem).not.toBe(two.publicKeyPem);
      expect(one.caPem).toBe(ca.certificatePem);
      expect(one.notAfter).toBe(clock.now() + 604_800_000);
      verify(one.certificatePem, ca.certificatePem, clock.now(), 'sslserver');
      const x509 = new X509Certificate(one.certificatePem);
      expect(x509.checkPrivateKey(createPrivateKey(one.privateKeyPem))).toBe(true);
      expect(x509.publicKey.export({ type: 'spki', format: 'pem' })).toBe(one.publicKeyPem);
      expect(x509.subject).toContain('CN=aws.greengrass.clientdevices.mqtt.EMQX');
      expect(x509.subjectAltName).toBe('DNS:broker.example, IP Address:10.0.0.7, DNS:localhost');
    },
  );

  it('issues what a TLS client that trusts it accepts', async () => {
    clock.setWall(Date.now());
    const ca = await open();
    const issued = await ca.issueServerCertificate({
      hosts: ['127.0.0.1'],
      validitySeconds: 600,
      keyType: 'EC_P256',
    });
    const server = createServer({ cert: issued.certificatePem, key: issued.privateKeyPem });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: ca.certificatePem });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    server.close();
  });

  it('refuses hosts that are none', async () => {
    const ca = await open();
    const request = { hosts: ['broker:8883'], validitySeconds: 60, keyType: 'EC_P256' } as const;
    await expect(ca.issueServerCertificate(request)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: expect.stringContaining('broker:8883'),
    });
  });

  it('can be restored from a copy of its two files', async () => {
    const first = await open();
    const copy = mkdtempSync(join(tmpdir(), 'deviceauthd-copy-'));
    for (const name of ['ca.pem', 'ca.key']) copyFileSync(path('server', name), join(copy, name));
    rmSync(path('server', 'ca.key'));
    await expect(open()).rejects.toThrow('restore');
    copyFileSync(join(copy, 'ca.key'), path('server', 'ca.key'));
    expect((await open()).certificatePem).toBe(first.certificatePem);
    rmSync(copy, { recursive: true });
  });
});
