import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DeviceCertificate, parseCertificate } from '../../src/identity/certificate.ts';
import { CrlRevocations, type IssuerCrl, issuerKey } from '../../src/identity/revocations.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { IdentityRoom, settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const acme = maker.ca('Acme device CA');
const newKey = maker.ca('Acme device CA');
const renewed = maker.ca('Acme device CA', { key: acme.keys });
const stranger = maker.ca('stranger');

const pump = maker.make({ subject: 'pump', issuer: acme });
const valve = maker.make({ subject: 'valve', issuer: acme });

let clock: ManualClock;
let expiredCrl: 'refuse' | 'accept';
let revocations: CrlRevocations;

beforeEach(() => {
  clock = new ManualClock();
  expiredCrl = 'refuse';
  revocations = new CrlRevocations({ clock, expiredCrl: () => expiredCrl, clockSkewMs: () => 0 });
});

function parsed({ pem }: Pick<TestCertificate, 'pem'>): DeviceCertificate {
  const result = parseCertificate(pem);
  if (!result.ok) throw new Error(result.message);
  return result.certificate;
}

/** A device CA that is held against a CRL with these certificates; `undefined`: with one that could never be used. */
function held(
  ca: TestCertificate,
  revoked: readonly TestCertificate[] | undefined,
  more: Partial<IssuerCrl> = {},
): IssuerCrl {
  const serials = revoked?.map((each) => parsed(each).serialNumber) ?? [];
  return {
    name: 'acme',
    certificateId: ca.id,
    pem: ca.pem,
    subject: new X509Certificate(ca.pem).subject,
    localKey: false,
    crlFile: '/crls/acme.crl',
    crl:
      revoked === undefined
        ? undefined
        : {
            thisUpdate: clock.now() - DAY,
            nextUpdate: clock.now() + DAY,
            description: 'number 12',
            lists: (serial) => serials.includes(serial),
          },
    ...more,
  };
}

function free(ca: TestCertificate, localKey = false): IssuerCrl {
  return held(ca, undefined, { name: localKey ? 'ours' : 'free', localKey, crlFile: undefined });
}

const reasonFor = (certificate: Pick<TestCertificate, 'pem'>) =>
  revocations.refusal(parsed(certificate))?.reason;

describe('a certificate', () => {
  it('on the CRL of its issuer is refused, and the CRL is named; others of the issuer are not', () => {
    revocations.replace([held(acme, [pump])]);
    expect(revocations.refusal(parsed(pump))).toEqual({
      kind: 'rejected',
      reason: 'CERTIFICATE_REVOKED',
      message: 'the CRL of device CA acme (/crls/acme.crl, number 12) lists the certificate',
    });
    expect(reasonFor(valve)).toBeUndefined();
  });

  it('of an issuer without a CRL is nothing to it, and costs no signature', () => {
    revocations.replace([held(acme, undefined), free(stranger)]);
    const certificate = parsed(maker.make({ subject: 'x', issuer: stranger }));
    const asked: string[] = [];
    const spied = { ...certificate, isSignedBy: (pem: string) => asked.push(pem) > 0 };
    expect(revocations.refusal(spied)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('that is not listed by a current CRL costs no signature either', () => {
    revocations.replace([held(acme, [pump])]);
    const { id, issuer, serialNumber } = parsed(valve);
    const isSignedBy = (): boolean => expect.fail('a signature was verified');
    expect(revocations.refusal({ id, issuer, serialNumber, isSignedBy })).toBeUndefined();
  });

  it.each([
    ['in other letters', 'ACME Device ca'],
    ['with more spaces', 'Acme   device  CA'],
    ['with spaces around', '  Acme device CA '],
  ])('whose issuer is written %s, which OpenSSL takes for the same, is refused too', (_, issuerName) => {
    const written = maker.make({ subject: 'pump', issuer: acme, issuerName });
    revocations.replace([held(acme, [written])]);
    // What a broker does with its chain: OpenSSL finds the issuer by name.
    expect(new X509Certificate(written.pem).checkIssued(new X509Certificate(acme.pem))).toBe(true);
    expect(reasonFor(written)).toBe('CERTIFICATE_REVOKED');
  });

  it('of a CA that was renewed with its key is refused by the CRL of either', () => {
    const later = maker.make({ subject: 'later', issuer: renewed });
    revocations.replace([held(acme, [later]), free(renewed)]);
    expect(reasonFor(later)).toBe('CERTIFICATE_REVOKED');
    revocations.replace([free(acme), held(renewed, [pump], { name: 'renewed' })]);
    expect(reasonFor(pump)).toBe('CERTIFICATE_REVOKED');
  });

  it('of a CA that has changed its key is refused by the CRL of either', () => {
    revocations.replace([held(acme, []), held(newKey, [pump], { name: 'new' })]);
    expect(reasonFor(pump)).toBe('CERTIFICATE_REVOKED');
    expect(reasonFor(valve)).toBeUndefined();
  });

  it('issued here by a CA of the same name is not theirs to revoke', () => {
    const ours = maker.make({ subject: 'pump', issuer: newKey, serial: parsed(pump).serialNumber });
    revocations.replace([held(acme, [pump]), free(newKey, true)]);
    expect(reasonFor(ours)).toBeUndefined();
    expect(reasonFor(pump)).toBe('CERTIFICATE_REVOKED');
  });

  it('that only says that it is of this issuer is refused when its number is listed', () => {
    const forged = maker.make({
      subject: 'x',
      issuer: stranger,
      issuerName: 'Acme device CA',
      serial: parsed(pump).serialNumber,
    });
    revocations.replace([held(acme, [pump]), free(stranger)]);
    expect(reasonFor(forged)).toBe('CERTIFICATE_REVOKED');
  });
});

describe('without a current CRL', () => {
  const expired = (): IssuerCrl => {
    const ca = held(acme, [pump]);
    return { ...ca, crl: ca.crl === undefined ? undefined : { ...ca.crl, nextUpdate: clock.now() } };
  };

  it('a device is refused by default, with what to do, be it expired, never usable or yet to come', () => {
    revocations.replace([expired()]);
    expect(revocations.refusal(parsed(valve))).toMatchObject({
      reason: 'CRL_NOT_CURRENT',
      message: expect.stringMatching(
        /of device CA acme, \/crls\/acme.crl, expired on 2026-01-01.*put a new one/,
      ),
    });
    revocations.replace([held(acme, undefined)]);
    expect(revocations.refusal(parsed(valve))?.message).toMatch(/could never be used/);
    const ca = held(acme, []);
    const crl = ca.crl === undefined ? undefined : { ...ca.crl, thisUpdate: clock.now() + 1 };
    revocations.replace([{ ...ca, crl }]);
    expect(revocations.refusal(parsed(valve))?.message).toMatch(/yet to come/);
  });

  it('a device is let in where the operator says so, unless the last one lists it', () => {
    expiredCrl = 'accept';
    revocations.replace([expired()]);
    expect([reasonFor(valve), reasonFor(pump)]).toEqual([undefined, 'CERTIFICATE_REVOKED']);
    revocations.replace([held(acme, undefined)]);
    expect(reasonFor(valve)).toBeUndefined();
  });

  it('a live session stays, unless the last one lists it', () => {
    revocations.replace([expired()]);
    expect(revocations.revoked(parsed(valve))).toBeUndefined();
    expect(revocations.revoked(parsed(pump))?.reason).toBe('CERTIFICATE_REVOKED');
  });

  it('of one CA, devices of another of the same name with a current one are let in', () => {
    const theirs = maker.make({ subject: 'x', issuer: newKey });
    revocations.replace([expired(), held(newKey, [], { name: 'new' })]);
    expect(reasonFor(theirs)).toBeUndefined();
    expect(reasonFor(valve)).toBe('CRL_NOT_CURRENT');
  });

  it('devices issued here by a CA of the same name are let in', () => {
    const ours = maker.make({ subject: 'x', issuer: newKey });
    revocations.replace([expired(), free(newKey, true)]);
    expect(reasonFor(ours)).toBeUndefined();
  });

  it('counts to the millisecond of nextUpdate', () => {
    revocations.replace([held(acme, [])]);
    clock.advance(DAY - 1);
    expect(reasonFor(valve)).toBeUndefined();
    clock.advance(1);
    expect(reasonFor(valve)).toBe('CRL_NOT_CURRENT');
  });
});

describe("an issuer's name", () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'B', ' ', '+', ',', '\\', '=', 'ß', 'Σ', '"', '#', '\t', '\n'),
    minLength: 1,
    maxLength: 4,
  });

  it('has one key for every way of writing it that OpenSSL takes for the same', () => {
    let same = 0;
    fc.assert(
      fc.property(value, value, fc.nat(3), (text, other, spaces) => {
        const rewritten = text
          .replace(/[aB]/g, (letter) => (letter === 'a' ? 'A' : 'b'))
          .replace(/ /g, ' '.repeat(spaces + 1));
        for (const [one, two] of [
          [text, rewritten],
          [text, other],
        ] as const) {
          const names = [one, two].map((name) =>
            maker.make({ subject: name, issuer: acme, issuerName: name, isCa: true }),
          );
          const [a, b] = names.map(({ pem }) => new X509Certificate(pem));
          if (a?.checkIssued(b ?? a) !== true) continue;
          same += 1;
          expect(issuerKey(a?.issuer ?? '')).toBe(issuerKey(b?.subject ?? ''));
        }
      }),
      { ...runs(), numRuns: runs().numRuns / 4 },
    );
    expect(same).toBeGreaterThan(100);
  });
});

describe('a device whose issuer has a CRL', () => {
  let cloud: ScriptedVerifier;
  let room: IdentityRoom;

  beforeEach(async () => {
    cloud = new ScriptedVerifier({ clock });
    cloud.setCertificate(pump.id, 'active');
    cloud.attach(pump.id, 'pump');
    room = await IdentityRoom.open({ verifier: cloud, clock, revocations });
    revocations.replace([held(acme, [])]);
  });

  it('is let in and then refused once it is listed, though trusted, whatever the verifier says', async () => {
    expect(await room.authenticate('pump', pump.pem)).toMatchObject({ kind: 'authenticated' });
    revocations.replace([held(acme, [pump])]);
    const rejected = {
      kind: 'rejected',
      reason: 'CERTIFICATE_REVOKED',
      category: 'CERTIFICATE',
      certificateId: pump.id,
    };
    expect(await room.authenticate('pump', pump.pem)).toMatchObject(rejected);
    expect(await room.verify(pump.pem)).toMatchObject(rejected);
    expect(await room.authenticator.recheck(pump.id, 'pump', pump.pem)).toMatchObject({
      rejected: 'CERTIFICATE_REVOKED',
    });
  });

  it('is refused when it is listed while the verifier takes its time', async () => {
    const release = cloud.hold();
    const answers = [room.authenticate('pump', pump.pem), room.verify(pump.pem)];
    await settled();
    revocations.replace([held(acme, [pump])]);
    release();
    for (const answer of await Promise.all(answers))
      expect(answer).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });

  it('is refused when the CRL has expired, but not rechecked out of its session', async () => {
    clock.advance(DAY);
    expect(await room.authenticate('pump', pump.pem)).toMatchObject({ reason: 'CRL_NOT_CURRENT' });
    expect(await room.verify(pump.pem)).toMatchObject({ reason: 'CRL_NOT_CURRENT' });
    expect(await room.authenticator.recheck(pump.id, 'pump', pump.pem)).toBe('confirmed');
  });
});
