import { randomBytes, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SerialIndex } from '../../../src/pki/revocation/serial-index.ts';
import { fromCrlFile, toCrlPem } from '../../../src/pki/x509/crl-encoding.ts';
import { type Crl, isSignedBy, listSerials, readCrl } from '../../../src/pki/x509/crl-reader.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { type CrlOptions, crlPem, extension, makeCrl, reason, tlv } from '../../support/crls.ts';
import { runs } from '../../support/runs.ts';
import { openssl } from '../openssl.ts';

const maker = new CertificateMaker();
const ca = maker.ca('external CA');
const rsa = maker.ca('RSA CA', { key: 'RSA' });

function read(options: Partial<CrlOptions> = {}): Crl {
  const result = readCrl(makeCrl({ issuer: ca, ...options }));
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}

async function serials(options: Partial<CrlOptions>): Promise<SerialIndex> {
  const listed = await listSerials(read(options));
  if (!listed.ok) throw new Error(listed.problem);
  return listed.value;
}

async function problem(options: Partial<CrlOptions>): Promise<string> {
  const result = readCrl(makeCrl({ issuer: ca, ...options }));
  if (!result.ok) return result.problem;
  const listed = await listSerials(result.value);
  return listed.ok ? 'none' : listed.problem;
}

describe('a CRL that is read', () => {
  it('has its times, its number and its entries', async () => {
    const crl = read({ thisUpdate: Date.UTC(2049, 11, 31), nextUpdate: Date.UTC(2050, 0, 7), number: 300 });
    expect(crl).toMatchObject({
      thisUpdate: Date.UTC(2049, 11, 31),
      nextUpdate: Date.UTC(2050, 0, 7),
      number: 300n,
    });
    const listed = await serials({
      revoked: ['0A', 'FF01', '00', '7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'],
    });
    expect(listed.size).toBe(4);
    const found = ['0A', 'a', 'FF01', '00', '7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'].map((each) =>
      listed.has(each),
    );
    expect(found).toEqual([true, true, true, true, true]);
    const missing = ['0B', '-0A', '01FF01', '7FFF', '', 'x'].map((each) => listed.has(each));
    expect(missing).toEqual([false, false, false, false, false, false]);
  });

  it('lists what is held, and what it says it releases, as well as what is revoked', async () => {
    const revoked = [1, 6, 8].map((code) => ({ serial: `0${code}`, extensions: [reason(code)] }));
    const listed = await serials({ revoked });
    expect(['01', '06', '08'].map((each) => listed.has(each))).toEqual([true, true, true]);
  });

  it('is known by the signature of its CA alone', async () => {
    const impostor = maker.ca('external CA');
    expect(await isSignedBy(read(), ca.keys.publicKey)).toBe(true);
    expect(await isSignedBy(read({ issuer: rsa }), rsa.keys.publicKey)).toBe(true);
    expect(await isSignedBy(read({ signer: impostor }), ca.keys.publicKey)).toBe(false);
    expect(await isSignedBy(read(), rsa.keys.publicKey)).toBe(false);
  });

  it.each<[string, Partial<CrlOptions>, RegExp]>([
    ['without nextUpdate', { nextUpdate: null }, /no nextUpdate/],
    ['that ends before it begins', { nextUpdate: 0 }, /not after/],
    ['of version 1 with extensions', { version: null }, /version/],
    ['of version 3', { version: 2 }, /version/],
    ['that is a delta', { extensions: [extension('551d1b', tlv(2, Buffer.of(1)), true)] }, /delta/],
    [
      'that covers a part only',
      { extensions: [extension('551d1c', tlv(0x30), true)] },
      /issuingDistributionPoint/,
    ],
    [
      'that covers a part only, said by the way',
      { extensions: [extension('551d1c', tlv(0x30))] },
      /issuingDistributionPoint/,
    ],
    [
      'with a critical extension nobody knows',
      { extensions: [extension('2a0304', tlv(5), true)] },
      /1\.2\.3\.4/,
    ],
    [
      'with an extension twice',
      { extensions: [extension('551d14', tlv(2, Buffer.of(1)))] },
      /not well formed/,
    ],
    [
      'with a negative number',
      { number: null, extensions: [extension('551d14', tlv(2, Buffer.of(0x80)))] },
      /cRLNumber/,
    ],
    ['signed with SHA-1', { algorithm: '2a8648ce3d0401' }, /not accepted/],
    [
      'with entries of other issuers',
      { revoked: ['01', { serial: '02', extensions: [extension('551d1d', tlv(0x30), true)] }] },
      /entry 2: .*indirect/,
    ],
    [
      'with a critical extension of an entry nobody knows',
      { revoked: [{ serial: '02', extensions: [extension('2a0304', tlv(5), true)] }] },
      /1\.2\.3\.4/,
    ],
  ])('is not used %s', async (_, options, why) => {
    expect(await problem(options)).toMatch(why);
  });

  it('is used with an extension nobody knows that is not critical', async () => {
    const extensions = [extension('2a0304', tlv(5))];
    expect(await problem({ extensions, revoked: [{ serial: '02', extensions }] })).toBe('none');
  });

  it('of version 1 is used', async () => {
    expect(await problem({ version: null, number: null, revoked: ['01'] })).toBe('none');
  });

  it('from openssl, DER or PEM with its text before, is the same', async () => {
    const der = makeCrl({ issuer: ca, revoked: ['0A', '0B'] });
    const text = openssl(['crl', '-text'], crlPem(der));
    expect(await fromCrlFile(Buffer.from(text))).toEqual(der);
    expect(await fromCrlFile(Buffer.from(crlPem(der).replaceAll('\n', '\r\n')))).toEqual(der);
    expect(await fromCrlFile(der)).toEqual(der);
    expect(await toCrlPem(der)).toBe(crlPem(der));
  });

  it.each([
    ['empty', '', /empty/],
    ['some text', 'hello', /neither DER nor PEM/],
    ['cut short', crlPem(makeCrl({ issuer: ca })).slice(0, -30), /cut short/],
    ['two of them', crlPem(makeCrl({ issuer: ca })).repeat(2), /several/],
    ['damaged', crlPem(makeCrl({ issuer: ca })).replace('MI', 'M!'), /damaged/],
  ])('from a file that is %s is none', async (_, text, why) => {
    expect(await fromCrlFile(Buffer.from(text))).toMatch(why);
  });

  it('with many serial numbers and a long PEM survives the way there and back', async () => {
    const revoked = Array.from({ length: 30_000 }, () => `00${randomBytes(15).toString('hex')}`);
    const der = makeCrl({ issuer: ca, revoked });
    const back = await fromCrlFile(Buffer.from(await toCrlPem(der)));
    expect(back).toEqual(der);
    const listed = await serials({ revoked });
    expect(revoked.every((each) => listed.has(each.toUpperCase()))).toBe(true);
    expect(listed.has(randomBytes(16).toString('hex'))).toBe(false);
  });
});

describe('a serial number', () => {
  it('is found as OpenSSL prints that of a certificate, whatever it is, negative ones too', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 21 }), (bytes) => {
        const { pem } = maker.make({ issuer: ca, serial: Buffer.from(bytes).toString('hex') });
        let printed: string;
        try {
          printed = new X509Certificate(pem).serialNumber;
        } catch {
          return;
        }
        read += 1;
        const index = new SerialIndex(Buffer.from([2, bytes.length, ...bytes]), 1);
        index.add(2);
        expect(index.has(printed)).toBe(true);
        expect(index.has(printed.startsWith('-') ? printed.slice(1) : `-${printed}`)).toBe(
          /^-?0+$/.test(printed),
        );
      }),
      { ...runs(), numRuns: runs().numRuns / 10 },
    );
    expect(read).toBeGreaterThan(runs().numRuns / 20);
  });
});

describe('whatever is in the place of a CRL', () => {
  /** Ends, and is refused or read; never throws. */
  async function survives(bytes: Buffer): Promise<void> {
    const der = await fromCrlFile(bytes);
    const result = typeof der === 'string' ? undefined : readCrl(der);
    if (result?.ok !== true) return;
    await isSignedBy(result.value, ca.keys.publicKey);
    const listed = await listSerials(result.value);
    if (listed.ok) listed.value.has('0A');
  }

  it('random bytes are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(Buffer.from(bytes))),
      runs(),
    );
  });

  it('a CRL with bytes changed, taken away or put in is refused, or still signed by nobody', async () => {
    const good = makeCrl({ issuer: ca, revoked: ['0A', { serial: '0B', extensions: [reason(1)] }] });
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      take: fc.nat(4),
      put: fc.uint8Array({ maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        let bytes = good;
        for (const { at, take, put } of edits)
          bytes = Buffer.concat([
            bytes.subarray(0, at),
            put,
            bytes.subarray(Math.min(at + take, bytes.length)),
          ]);
        await survives(bytes);
        const result = readCrl(bytes);
        if (result.ok && (await isSignedBy(result.value, ca.keys.publicKey))) {
          // What was signed is as it was; only what is beside it may differ.
          expect(result.value.parts.signed).toEqual(signedPart(good));
        }
      }),
      { ...runs(), numRuns: runs().numRuns / 5 },
    );
  });

  it('nested and long lengths end', async () => {
    const deep = Array.from({ length: 5_000 }).reduce<Buffer>((inner) => tlv(0x30, inner), Buffer.alloc(0));
    await survives(deep);
    await survives(Buffer.from('3084ffffffff', 'hex'));
    await survives(Buffer.from('30880000000000000001', 'hex'));
    await survives(Buffer.from('3080', 'hex'));
    // Entries that are shorter than any can be: the index is made for no more than fit.
    const entries = tlv(
      0x30,
      ...Array.from({ length: 2_000 }, (_, n) => tlv(0x30, tlv(2, Buffer.of(n >> 8, n & 255)), tlv(0x17))),
    );
    const parts = read({ revoked: ['01'] });
    const whole = {
      ...parts,
      der: entries,
      parts: { ...parts.parts, entries: { tag: 0x30, start: 0, content: 4, end: entries.length } },
    };
    expect(await listSerials(whole)).toMatchObject({ ok: false });
  });
});

function signedPart(der: Buffer): Buffer {
  const result = readCrl(der);
  if (!result.ok) throw new Error(result.problem);
  return result.value.parts.signed;
}
