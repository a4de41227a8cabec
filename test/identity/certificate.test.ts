import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CertificateParser,
  type DeviceCertificate,
  MAX_CERTIFICATE_TEXT,
  parseCertificate,
} from '../../src/identity/certificate.ts';
import { CertificateMaker, toPem, twinOf } from '../support/certificates.ts';
import { runs } from '../support/runs.ts';

const maker = new CertificateMaker();
const ca = maker.ca('Device CA');
const device = maker.make({ subject: 'pump-1', issuer: ca });
const victim = maker.make({ subject: 'victim' });
const base64 = device.der.toString('base64');

function parsed(text: string): DeviceCertificate {
  const result = parseCertificate(text);
  if (!result.ok) throw new Error(result.message);
  return result.certificate;
}

/** The same bytes with one run of them replaced by another of the same length; the signature breaks. */
function replaced(der: Buffer, from: string, to: string): Buffer {
  const text = der.toString('latin1');
  expect(text).toContain(from);
  expect(to).toHaveLength(from.length);
  return Buffer.from(text.replace(from, to), 'latin1');
}

describe('a device certificate', () => {
  it('is known by the SHA-256 of its DER, in lower-case hex', () => {
    const expected = createHash('sha256').update(device.der).digest('hex');
    expect(parsed(device.pem).id).toBe(expected);
  });

  it('tells who it is, who issued it, and how long it is valid', () => {
    const certificate = parsed(device.pem);
    expect(certificate.subject).toBe('CN=pump-1');
    expect(certificate.issuer).toBe('CN=Device CA');
    expect(certificate.commonName).toBe('pump-1');
    expect(certificate.serialNumber).toMatch(/^[0-9A-F]+$/);
    expect(new Date(certificate.notBefore).toISOString()).toBe('2025-01-01T00:00:00.000Z');
    expect(new Date(certificate.notAfter).toISOString()).toBe('2034-12-30T00:00:00.000Z');
  });

  it.each([
    ['RSA', 'RSA 2048'],
    ['EC', 'EC prime256v1'],
    ['EC-384', 'EC secp384r1'],
    ['ED25519', 'Ed25519'],
  ] as const)('may have a key of kind %s, described as "%s"', (key, description) => {
    expect(parsed(maker.make({ key }).pem).key).toBe(description);
  });

  it('may be valid up to the last second of the year 9999', () => {
    const eternal = maker.make({ notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) });
    expect(parsed(eternal.pem).notAfter).toBe(Date.UTC(9999, 11, 31, 23, 59, 59));
  });

  it('is described, and ends nobody, when its key is on a curve that does not exist', () => {
    const curve = '\x2a\x86\x48\xce\x3d\x03\x01\x07';
    const unusable = parsed(toPem(replaced(device.der, curve, `${curve.slice(0, -1)}\x7f`)));
    expect(unusable.key).toBe('unknown');
    expect(unusable.commonName).toBe('pump-1');
    expect(unusable.isIssuedBy(ca.pem)).toBe(false);
  });

  it('may have no subject at all', () => {
    const certificate = parsed(maker.make({ subject: [] }).pem);
    expect(certificate.subject).toBe('');
    expect(certificate.commonName).toBeUndefined();
  });

  it.each([
    [
      'the last of several',
      [
        { type: 'CN', value: 'first' },
        { type: 'CN', value: 'last' },
      ],
      'last',
    ],
    [
      'one of several attributes in one step',
      [
        { type: 'OU', value: 'o' },
        { type: 'CN', value: 'x', joined: true },
      ],
      'x',
    ],
    ['unescaped', [{ type: 'CN', value: 'é \\ " + , ; = # 日本' }], 'é \\ " + , ; = # 日本'],
    [
      'not what another attribute pretends on a line of its own',
      [
        { type: 'CN', value: 'real' },
        { type: 'O', value: 'x\nCN=fake' },
      ],
      'real',
    ],
    [
      'not what another attribute pretends beside itself',
      [
        { type: 'CN', value: 'real' },
        { type: 'O', value: 'x + CN=fake' },
      ],
      'real',
    ],
    ['kept with its line feed', [{ type: 'CN', value: 'a\nCN=b' }], 'a\nCN=b'],
    ['kept with its NUL', [{ type: 'CN', value: 'admin\0.example' }], 'admin\0.example'],
    ['nothing when there is none', [{ type: 'O', value: 'CN=x' }], undefined],
  ] as const)('has a common name: %s', (_, subject, expected) => {
    expect(parsed(maker.make({ subject }).pem).commonName).toBe(expected);
  });
});

describe('the text a certificate comes in', () => {
  it.each([
    ['PEM', device.pem],
    ['PEM with Windows line ends', device.pem.replaceAll('\n', '\r\n')],
    ['PEM whose base64 is one line', `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`],
    ['PEM that was indented', device.pem.replaceAll('\n', '\n    ')],
    ['PEM under its older name', device.pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['PEM after other text', `Bag Attributes\n  friendlyName: pump\0\n${device.pem}`],
    ['a bundle whose first it is', device.pem + ca.pem],
    ['a key and then the certificate', device.keyPem + device.pem],
    ['PEM with bytes after the DER', toPem(Buffer.concat([device.der, Buffer.from('garbage')]))],
    ['base64 DER without a header', base64],
    ['base64 DER in lines', base64.replace(/.{76}/g, '$&\r\n')],
    ['base64 DER without its padding', base64.replace(/=+$/, '')],
    ['base64 DER with bytes after it', Buffer.concat([device.der, Buffer.alloc(9)]).toString('base64')],
  ])('may be %s: it is one and the same certificate', (_, text) => {
    const certificate = parsed(text);
    expect(certificate.id).toBe(device.id);
    expect(certificate.pem).toBe(device.pem);
  });

  it.each([
    ['empty', ''],
    ['no certificate', 'FAKE_PEM'],
    ['a header and nothing else', '-----BEGIN CERTIFICATE-----'],
    ['an empty body', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['cut off', device.pem.slice(0, 300)],
    ['a private key', device.keyPem],
    ['a broken certificate before a good one', `${toPem(Buffer.from('AAAA'))}${device.pem}`],
    ['base64 of PEM', Buffer.from(device.pem).toString('base64')],
    ['base64 with letters that are none', base64.replace('M', 'é')],
    ['encrypted', device.pem.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n')],
    ['a lone surrogate', '\ud800'],
  ])('is unreadable when it is %s', (_, text) => {
    expect(parseCertificate(text)).toMatchObject({ ok: false, reason: 'CERTIFICATE_UNREADABLE' });
  });

  it('is read up to 64 KiB and not beyond', () => {
    const room = MAX_CERTIFICATE_TEXT - device.pem.length;
    expect(parseCertificate(`${' '.repeat(room)}${device.pem}`).ok).toBe(true);
    expect(parseCertificate(`${' '.repeat(room + 1)}${device.pem}`).ok).toBe(false);
    expect(parseCertificate(`${'é'.repeat(room / 2 + 1)}${device.pem}`).ok).toBe(false);
  });

  it('is never taken for the certificate that it carries inside', () => {
    const smuggled = `\n${victim.pem}`;
    const attacker = maker.make({
      subject: [
        { type: 'CN', value: 'x' },
        { type: 'O', value: smuggled },
      ],
    });
    const texts = [
      attacker.pem,
      attacker.der.toString('base64'),
      Buffer.concat([device.der, Buffer.from(smuggled)]).toString('base64'),
    ];
    for (const text of texts) {
      const result = parseCertificate(text);
      expect(result.ok ? result.certificate.id : undefined).not.toBe(victim.id);
    }
  });

  it.each([
    ['letters', 'abcdefghijklZ'],
    ['a month that is none', '341330000000Z'],
    ['a day that is none', '340230000000Z'],
    ['a time with an offset', '34123000+0100'],
    // Node makes a date of what happened to be on the stack.
    ['bytes of zero', '\0'.repeat(13)],
  ])('is unreadable when its validity is %s', (_, time) => {
    const der = replaced(device.der, '341230000000Z', time);
    expect(parseCertificate(toPem(der))).toMatchObject({ ok: false });
  });
});

describe('the issuer of a certificate', () => {
  it('is the one whose key signed it', () => {
    expect(parsed(device.pem).isIssuedBy(ca.pem)).toBe(true);
  });

  it('is not another with the same name', () => {
    expect(parsed(device.pem).isIssuedBy(maker.ca('Device CA').pem)).toBe(false);
  });

  it('is not another with the same key', () => {
    const renamed = maker.make({ subject: 'Other CA', key: ca.keys, isCa: true });
    expect(parsed(device.pem).isIssuedBy(renamed.pem)).toBe(false);
  });

  it('is nobody when the certificate was changed after it was signed', () => {
    const changed = toPem(replaced(device.der, 'pump-1', 'pump-2'));
    expect(parsed(changed).commonName).toBe('pump-2');
    expect(parsed(changed).isIssuedBy(ca.pem)).toBe(false);
  });

  it('also signed its twin, which anyone can make and which is another certificate', () => {
    // So whoever admits certificates by issuer has to tell them apart by issuer and serial number.
    const twin = parsed(twinOf(device).pem);
    expect(twin.isIssuedBy(ca.pem)).toBe(true);
    expect(twin.id).not.toBe(device.id);
    expect(twin.serialNumber).toBe(parsed(device.pem).serialNumber);
  });

  it.each(['', 'no PEM', device.keyPem])('is nobody when what is given as issuer cannot be read', (text) => {
    expect(parsed(device.pem).isIssuedBy(text)).toBe(false);
  });

  it('may have an RSA or an Ed25519 key', () => {
    for (const key of ['RSA', 'ED25519'] as const) {
      const issuer = maker.ca(key, { key });
      expect(parsed(maker.make({ issuer }).pem).isIssuedBy(issuer.pem)).toBe(true);
    }
  });
});

describe('the certificate parser', () => {
  it('gives the same certificate for the same text', () => {
    const parser = new CertificateParser({ capacity: 10 });
    const first = parser.parse(device.pem);
    expect(parser.parse(device.pem)).toBe(first);
    expect(first).toMatchObject({ ok: true, certificate: { id: device.id } });
  });

  it('remembers no more than its capacity, whatever is sent', () => {
    const parser = new CertificateParser({ capacity: 3 });
    for (let index = 0; index < 50; index += 1) parser.parse(`nonsense ${index}`);
    expect(parser.size).toBe(3);
  });

  it('remembers fewer when they are large', () => {
    const parser = new CertificateParser({ capacity: 50 });
    for (let index = 0; index < 10; index += 1) {
      const large = maker.make({ subject: [{ type: 'O', value: 'x'.repeat(20_000) }] });
      expect(parser.parse(large.pem).ok).toBe(true);
    }
    expect(parser.size).toBe(2);
  });

  it('keeps nothing of what it could not read', () => {
    const result = new CertificateParser().parse('secret-looking text');
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('whatever is sent as a certificate', () => {
  /** Either refused, or a certificate that says the same again when it is parsed from its own PEM. */
  function holds(text: string): void {
    const result = parseCertificate(text);
    if (!result.ok) {
      expect(result.reason).toBe('CERTIFICATE_UNREADABLE');
      return;
    }
    const { certificate } = result;
    expect(Number.isSafeInteger(certificate.notBefore)).toBe(true);
    expect(Number.isSafeInteger(certificate.notAfter)).toBe(true);
    expect(parsed(certificate.pem).id).toBe(certificate.id);
    expect(certificate.id).not.toBe(victim.id);
    certificate.isIssuedBy(ca.pem);
  }

  it('text is parsed or refused', () => {
    const fragments = fc.constantFrom(
      '-----BEGIN CERTIFICATE-----',
      '-----END CERTIFICATE-----',
      '\n',
      device.pem.slice(27, 300),
      base64.slice(0, 40),
    );
    const texts = fc
      .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(fc.property(texts, holds), runs());
  });

  it('base64 of any bytes is parsed or refused', () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((each) => Buffer.from([0x30, 0x82, ...each]));
    fc.assert(
      fc.property(bytes, (each) => holds(each.toString('base64'))),
      runs(),
    );
  });

  it('a certificate with flipped, cut or inserted bytes is parsed or refused, and is no longer the same', () => {
    const position = fc.nat(device.der.length - 1);
    const change = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), position, value: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('cut' as const), position, value: fc.nat(20) }),
      fc.record({ kind: fc.constant('insert' as const), position, value: fc.nat(255) }),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let der = Buffer.from(device.der);
        for (const { kind, position, value } of changes) {
          if (kind === 'flip') der[position] = (der[position] ?? 0) ^ value;
          else if (kind === 'cut')
            der = Buffer.concat([der.subarray(0, position), der.subarray(position + value)]);
          else der = Buffer.concat([der.subarray(0, position), Buffer.of(value), der.subarray(position)]);
        }
        holds(toPem(der));
        const result = parseCertificate(der.toString('base64'));
        const same = der.subarray(0, device.der.length).equals(device.der);
        if (result.ok && !same) expect(result.certificate.id).not.toBe(device.id);
      }),
      runs(),
    );
  });
});
