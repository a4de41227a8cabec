import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeHost } from '../../../src/connectivity/host-name.ts';
import { DaemonError } from '../../../src/errors.ts';
import {
  type Authority,
  CertificateIssuer,
  type DistinguishedName,
  generateKeys,
  type KeyType,
  privateKeyPem,
  publicKeyPem,
} from '../../../src/pki/x509/certificate-issuer.ts';
import { CertificateMaker, VALID_FROM, VALID_TO } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { runs } from '../../support/runs.ts';
import { asText, openssl, verify, withFile } from '../openssl.ts';

const YEAR_SECONDS = 365 * 86_400;
const DAY = 86_400_000;
const SUBJECT: DistinguishedName = [
  ['C', 'DE'],
  ['O', 'Wärme & Söhne'],
  ['CN', 'Test CA'],
];
const KEY_TYPES: readonly KeyType[] = ['EC_P256', 'RSA_2048'];
const keys = { EC_P256: await generateKeys('EC_P256'), RSA_2048: await generateKeys('RSA_2048') };

function issuer(clock: ManualClock, random?: (size: number) => Uint8Array): CertificateIssuer {
  return new CertificateIssuer({ clock, isSuspect: () => ({ suspect: false }), ...(random && { random }) });
}

function authority(
  clock: ManualClock,
  keyType: KeyType = 'EC_P256',
  validitySeconds = 5 * YEAR_SECONDS,
): Promise<Authority> {
  return issuer(clock).createAuthority({ subject: SUBJECT, keyType, validitySeconds });
}

function leaf(
  clock: ManualClock,
  ca: Authority,
  more: {
    keyType?: KeyType;
    usage?: 'client' | 'server';
    validitySeconds?: number;
    hosts?: string[];
    name?: string;
  } = {},
) {
  const { keyType = 'EC_P256', usage = 'client', validitySeconds = 86_400, hosts, name = 'pump:1' } = more;
  return issuer(clock).issue(ca, {
    subject: [['CN', name]],
    publicKey: keys[keyType].publicKey,
    usage,
    validitySeconds,
    ...(hosts && { hosts }),
  });
}

function reasonOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof DaemonError) return error.reason;
    throw error;
  }
  return 'none';
}

describe('an issued certificate', () => {
  for (const caType of KEY_TYPES) {
    for (const keyType of KEY_TYPES) {
      for (const usage of ['client', 'server'] as const) {
        it(`of ${keyType} for a ${usage}, under a CA of ${caType}, is one openssl accepts strictly`, async () => {
          const clock = new ManualClock();
          const ca = await authority(clock, caType);
          const { pem } = leaf(clock, ca, { keyType, usage, hosts: ['broker.example'] });
          verify(pem, ca.certificatePem, clock.now(), usage === 'client' ? 'sslclient' : 'sslserver');
          const other = usage === 'client' ? 'sslserver' : 'sslclient';
          expect(() => verify(pem, ca.certificatePem, clock.now(), other)).toThrow('purpose');
        });
      }
    }
  }

  it('says what it is, in every extension', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock, 'RSA_2048');
    const text = asText(leaf(clock, ca, { keyType: 'RSA_2048', usage: 'server', hosts: ['a.example'] }).pem);
    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
    expect(text).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\n/);
    expect(text).toMatch(/Subject Alternative Name: \s+DNS:a\.example\n/);
    const own = /Subject Key Identifier: \s+([0-9A-F:]+)/.exec(asText(ca.certificatePem))?.[1];
    expect(own).toHaveLength(59);
    expect(text).toContain(`Authority Key Identifier: \n                ${own}`);

    const client = asText(leaf(clock, await authority(clock), { name: 'pump:1' }).pem);
    expect(client).toContain('Signature Algorithm: ecdsa-with-SHA256');
    expect(client).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(client).toMatch(/Extended Key Usage: \s+TLS Web Client Authentication\n/);
    expect(client).not.toContain('Subject Alternative Name');
    expect(client).toContain('Subject: CN = pump:1');
  });

  it('may have a thing name of 128 characters', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    const { pem } = leaf(clock, ca, { name: 'a'.repeat(128) });
    verify(pem, ca.certificatePem, clock.now(), 'sslclient');
    expect(new X509Certificate(pem).subject).toBe(`CN=${'a'.repeat(128)}`);
  });

  it('is signed with SHA-384 by a CA of a larger curve, and under a CA made elsewhere', () => {
    const clock = new ManualClock();
    const made = new CertificateMaker().ca('elsewhere', { key: 'EC-384' });
    const { pem } = leaf(clock, { certificatePem: made.pem, privateKey: made.keys.privateKey });
    expect(asText(pem)).toContain('ecdsa-with-SHA384');
    expect(new X509Certificate(pem).verify(made.keys.publicKey)).toBe(true);
    expect(new X509Certificate(pem).checkIssued(new X509Certificate(made.pem))).toBe(true);
  });

  it('is not made with a key that cannot sign it', () => {
    const made = new CertificateMaker().ca('elsewhere', { key: 'ED25519' });
    const ca = { certificatePem: made.pem, privateKey: made.keys.privateKey };
    expect(reasonOf(() => leaf(new ManualClock(), ca))).toBe('INVALID_ARGUMENTS');
  });

  it('under the CA of another program names that CA byte for byte', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const subject = '/C=DE/O=Printable Ltd/OU=a+OU=b/CN=Émile\\/CA';
    const certificatePem = withFile(privateKeyPem(privateKey), (key) => {
      const options = ['-utf8', '-multivalue-rdn', '-key', key, '-subj', subject];
      return openssl(['req', '-x509', '-new', ...options, '-addext', 'keyUsage=critical,keyCertSign']);
    });
    const clock = new ManualClock(new X509Certificate(certificatePem).validFromDate.getTime() + 60_000);
    const { pem } = leaf(clock, { certificatePem, privateKey });
    verify(pem, certificatePem, clock.now(), 'sslclient');
  });

  it('has a serial number that is positive, short enough and never the same', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    const serial = (pem: string) => BigInt(`0x${new X509Certificate(pem).serialNumber}`);
    for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
      const { pem } = issuer(clock, (size) => new Uint8Array(size).fill(fill)).issue(ca, {
        subject: [['CN', 'x']],
        publicKey: keys.EC_P256.publicKey,
        usage: 'client',
        validitySeconds: 60,
      });
      verify(pem, ca.certificatePem, clock.now(), 'sslclient');
      expect(serial(pem)).toBeGreaterThan(0n);
      expect(serial(pem)).toBeLessThan(1n << 127n);
      expect(openssl(['x509', '-noout', '-serial'], pem)).not.toContain('-');
    }
    const all = new Set(Array.from({ length: 50 }, () => serial(leaf(clock, ca).pem)));
    expect(all.size).toBe(50);
  });
});

describe('a CA', () => {
  it.each(KEY_TYPES)('of %s is one openssl accepts strictly, and may issue leaves only', async (keyType) => {
    const clock = new ManualClock();
    const { certificatePem } = await authority(clock, keyType);
    const text = asText(certificatePem);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0\n/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    expect(text).toContain(keyType === 'RSA_2048' ? 'Public-Key: (2048 bit)' : 'ASN1 OID: prime256v1');
    verify(certificatePem, certificatePem, clock.now(), 'any');
    const x509 = new X509Certificate(certificatePem);
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.subject).toBe('C=DE\nO=Wärme & Söhne\nCN=Test CA');
  });

  it('is valid from five minutes ago, for the time that was asked', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 0, 0, 0, 999));
    const x509 = new X509Certificate((await authority(clock)).certificatePem);
    expect(x509.validFromDate.toISOString()).toBe('2025-12-31T23:55:00.000Z');
    expect(x509.validToDate.getTime() - x509.validFromDate.getTime()).toBe(5 * YEAR_SECONDS * 1000);
  });

  it('cannot have an authority below it that openssl accepts', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    const maker = new CertificateMaker();
    const issuing = { ...maker.make(), keys: { ...keys.EC_P256, privateKey: ca.privateKey } };
    const below = maker.ca('below', { issuer: issuing, issuerName: 'Test CA' });
    expect(() => verify(below.pem, ca.certificatePem, clock.now(), 'sslclient')).toThrow();
  });

  it.each([0, -1, 1.5, Number.NaN])('is not made for %s seconds', async (validitySeconds) => {
    await expect(authority(new ManualClock(), 'EC_P256', validitySeconds)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENTS',
    });
  });
});

describe('validity', () => {
  it('starts five minutes ago and ends as asked from now, in whole seconds', async () => {
    const clock = new ManualClock(Date.UTC(2026, 5, 1));
    const ca = await authority(clock);
    clock.setWall(Date.UTC(2027, 0, 1, 12, 0, 0, 999));
    const issued = leaf(clock, ca, { validitySeconds: 60 });
    expect(new Date(issued.notBefore).toISOString()).toBe('2027-01-01T11:55:00.000Z');
    expect(new Date(issued.notAfter).toISOString()).toBe('2027-01-01T12:01:00.000Z');
    const x509 = new X509Certificate(issued.pem);
    expect(x509.validFromDate.getTime()).toBe(issued.notBefore);
    expect(x509.validToDate.getTime()).toBe(issued.notAfter);
  });

  it('never goes beyond the CA’s, at either end', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock, 'EC_P256', 86_400);
    const { validFromDate, validToDate } = new X509Certificate(ca.certificatePem);
    clock.setWall(validFromDate.getTime());
    const early = leaf(clock, ca, { validitySeconds: 10 * YEAR_SECONDS });
    expect(early.notBefore).toBe(validFromDate.getTime());
    expect(early.notAfter).toBe(validToDate.getTime());
  });

  it('crosses every boundary of the calendar and of ASN.1’s two kinds of time', async () => {
    for (const [now, until, kind] of [
      [Date.UTC(2028, 1, 28, 12), '2028-02-29T12:00:00.000Z', 'UTCTIME'],
      [Date.UTC(2100, 1, 28, 12), '2100-03-01T12:00:00.000Z', 'GENERALIZEDTIME'],
      [Date.UTC(2038, 0, 18, 3, 14, 8), '2038-01-19T03:14:08.000Z', 'UTCTIME'],
      [Date.UTC(2049, 11, 30, 23, 59, 59), '2049-12-31T23:59:59.000Z', 'UTCTIME'],
      [Date.UTC(2049, 11, 31), '2050-01-01T00:00:00.000Z', 'GENERALIZEDTIME'],
    ] as const) {
      const clock = new ManualClock(now);
      const ca = await authority(clock);
      const issued = leaf(clock, ca, { validitySeconds: DAY / 1000 });
      expect(new Date(issued.notAfter).toISOString()).toBe(until);
      const x509 = new X509Certificate(issued.pem);
      expect(x509.validToDate.toISOString()).toBe(until);
      expect(x509.validFromDate.getTime()).toBe(now - 300_000);
      const times = openssl(['asn1parse'], issued.pem).match(/UTCTIME|GENERALIZEDTIME/g);
      expect(times).toEqual([now - 300_000 < Date.UTC(2050, 0, 1) ? 'UTCTIME' : 'GENERALIZEDTIME', kind]);
      verify(issued.pem, ca.certificatePem, now, 'sslclient');
      verify(issued.pem, ca.certificatePem, issued.notAfter - 1000, 'sslclient');
      expect(() => verify(issued.pem, ca.certificatePem, issued.notAfter + 1000, 'sslclient')).toThrow(
        'expired',
      );
    }
  });

  it('ends with the last second that can be said', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock, 'EC_P256', 9_000 * YEAR_SECONDS);
    expect(new X509Certificate(ca.certificatePem).validToDate.toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });

  it('of random length at random times is what openssl reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2120, 0, 1) }),
        fc.integer({ min: 1, max: 100 * YEAR_SECONDS }),
        async (now, validitySeconds) => {
          const clock = new ManualClock(now);
          const ca = await authority(clock, 'EC_P256', validitySeconds);
          const x509 = new X509Certificate(ca.certificatePem);
          expect(x509.validToDate.getTime() - x509.validFromDate.getTime()).toBe(validitySeconds * 1000);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('nothing is issued', () => {
  it('while the clock is suspect', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    const isSuspect = () => ({ suspect: true, reason: 'it is before the build date' });
    const suspicious = new CertificateIssuer({ clock, isSuspect });
    await expect(
      suspicious.createAuthority({ subject: SUBJECT, keyType: 'EC_P256', validitySeconds: 60 }),
    ).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT', message: expect.stringContaining('build date') });
    const request = {
      subject: SUBJECT,
      publicKey: keys.EC_P256.publicKey,
      usage: 'client',
      validitySeconds: 60,
    } as const;
    expect(reasonOf(() => suspicious.issue(ca, request))).toBe('CLOCK_SUSPECT');
  });

  it('before the CA is valid, nor after it expired', () => {
    const made = new CertificateMaker().ca('CA');
    const ca = { certificatePem: made.pem, privateKey: made.keys.privateKey };
    expect(reasonOf(() => leaf(new ManualClock(VALID_FROM - 1), ca))).toBe('CLOCK_SUSPECT');
    expect(reasonOf(() => leaf(new ManualClock(VALID_FROM), ca))).toBe('none');
    expect(reasonOf(() => leaf(new ManualClock(VALID_TO - 1), ca))).toBe('none');
    expect(reasonOf(() => leaf(new ManualClock(VALID_TO), ca))).toBe('INVALID_ARGUMENTS');
  });
});

describe('hosts of a server certificate', () => {
  it('are DNS names and addresses, each once', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    const hosts = [
      'Broker.Example.',
      'broker.example',
      '192.168.0.10',
      '::1',
      '2001:DB8::1',
      '::ffff:10.0.0.1',
      '*.b.example',
      'münchen.example',
      '::',
    ];
    const { pem } = leaf(clock, ca, { usage: 'server', hosts });
    expect(asText(pem)).toContain(
      'DNS:broker.example, IP Address:192.168.0.10, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:1, ' +
        'IP Address:0:0:0:0:0:FFFF:A00:1, DNS:*.b.example, DNS:xn--mnchen-3ya.example, IP Address:0:0:0:0:0:0:0:0',
    );
    const x509 = new X509Certificate(pem);
    expect(x509.checkHost('broker.example')).toBe('broker.example');
    expect(x509.checkIP('2001:db8::1')).toBe('2001:db8::1');
    verify(pem, ca.certificatePem, clock.now(), 'sslserver');
  });

  it.each([
    'broker:8883',
    '10.0.0.1:8883',
    '[::1]',
    'fe80::1%eth0',
    '10.0.0',
    '10.0.0.256',
    '',
    '.',
    'a..b',
    'a b',
    '-a',
    'a/b',
    'a\nb',
    'a'.repeat(64),
    `${'a.'.repeat(127)}aa`,
    '*.',
    'a.*.b',
    '☃\0',
  ])('that are neither are refused: %j', (host) => {
    expect(reasonOf(() => normalizeHost(host))).toBe('INVALID_ARGUMENTS');
  });

  it('of any text are refused or come back from openssl as they are', async () => {
    const clock = new ManualClock();
    const ca = await authority(clock);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV6(),
          fc.ipV4(),
          fc.domain(),
          fc.string({ unit: 'binary', maxLength: 12 }),
          fc.string({ unit: fc.constantFrom('a', '.', ':', '1', '-', '*', '%', '['), maxLength: 8 }),
        ),
        (text) => {
          let host: string;
          try {
            host = normalizeHost(text);
          } catch (error) {
            expect((error as DaemonError).reason).toBe('INVALID_ARGUMENTS');
            return;
          }
          expect(normalizeHost(host)).toBe(host);
          const x509 = new X509Certificate(leaf(clock, ca, { usage: 'server', hosts: [text] }).pem);
          const kind = host.includes(':') || /^[\d.]+$/.test(host) ? 'IP Address' : 'DNS';
          if (kind === 'DNS') expect(x509.subjectAltName).toBe(`DNS:${host}`);
          else expect(x509.checkIP(host)).toBe(host);
        },
      ),
      { numRuns: runs().numRuns / 5 },
    );
  });
});

describe('keys as PEM', () => {
  it.each(KEY_TYPES)('of %s are PKCS#8 and SPKI that openssl reads', async (keyType) => {
    const { publicKey, privateKey } = await generateKeys(keyType);
    const pem = privateKeyPem(privateKey);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(openssl(['pkey', '-pubout'], pem)).toBe(publicKeyPem(publicKey));
    expect(publicKeyPem(privateKey)).toBe(publicKeyPem(publicKey));
    expect(createPublicKey(pem).equals(publicKey)).toBe(true);
    openssl(['pkey', '-check', '-noout'], pem);
  });
});
