import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceCertificate, parseCertificate } from '../../../src/identity/certificate.ts';
import { RegistryVerifier } from '../../../src/identity/registry/registry-verifier.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import type { CertificateStatus } from '../../../src/identity/registry/store.ts';
import {
  CertificateMaker,
  type TestCertificate,
  twinOf,
  VALID_FROM,
  VALID_TO,
} from '../../support/certificates.ts';
import { asking } from '../../support/identity-room.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const patience = asking();

describe('the embedded registry as verifier', () => {
  const maker = new CertificateMaker();
  let directory: string;
  let clock: ManualClock;
  let registry: SqliteRegistry;
  let verifier: RegistryVerifier;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-verifier-'));
    clock = new ManualClock();
    registry = await openRegistry({ directory, clock });
    verifier = new RegistryVerifier({ registry, clock });
  });
  afterEach(async () => {
    verifier.close();
    await registry.close();
    rmSync(directory, { recursive: true });
  });

  function parsed(certificate: TestCertificate): DeviceCertificate {
    const result = parseCertificate(certificate.pem);
    if (!result.ok) throw new Error(result.message);
    return result.certificate;
  }

  async function registered(
    thingName: string,
    more: { status?: CertificateStatus; exclusive?: boolean; issuer?: TestCertificate } = {},
  ): Promise<DeviceCertificate> {
    const { status = 'ACTIVE', exclusive = false, issuer } = more;
    const certificate = parsed(maker.make({ subject: thingName, ...(issuer && { issuer }) }));
    const attach = { thingName, exclusive };
    await registry.register({ certificate, status, attach, createThing: { name: thingName } });
    return certificate;
  }

  async function trust(
    ca: TestCertificate,
    more: { name?: string; provisioning?: boolean } = {},
  ): Promise<void> {
    const { name = 'fleet', provisioning = true } = more;
    await registry.addDeviceCa({ name, certificateId: ca.id, pem: ca.pem, keyFile: undefined, provisioning });
  }

  /** What the authenticator asks for a connecting device whose client id is the thing name. */
  async function connect(certificate: DeviceCertificate, thingName: string): Promise<string> {
    const first = await verifier.verifyCertificate(certificate, patience);
    if (first.kind !== 'active') return first.kind === 'rejected' ? first.reason : first.cause;
    const second = await verifier.verifyAttachment(certificate.id, thingName, patience);
    return second.kind === 'rejected' ? second.reason : second.kind;
  }

  async function expectNothingWritten(): Promise<void> {
    expect(await registry.counts()).toMatchObject({ things: 0, certificates: 0 });
  }

  describe('for a registered certificate', () => {
    it('confirms it and its attachment, and says whether that is exclusive', async () => {
      const certificate = await registered('pump', { exclusive: true });
      expect(await verifier.verifyCertificate(certificate, patience)).toEqual({ kind: 'active' });
      expect(await verifier.verifyAttachment(certificate.id, 'pump', patience)).toEqual({
        kind: 'active',
        exclusive: true,
      });
      const other = await registered('valve');
      expect(await verifier.verifyAttachment(other.id, 'valve', patience)).toEqual({
        kind: 'active',
        exclusive: false,
      });
    });

    it.each([
      ['INACTIVE', 'CERTIFICATE_INACTIVE'],
      ['PENDING_ACTIVATION', 'CERTIFICATE_PENDING_ACTIVATION'],
      ['REVOKED', 'CERTIFICATE_REVOKED'],
    ] as const)('refuses it while it is %s, also when its CA provisions', async (status, reason) => {
      const issuer = maker.ca('fleet CA');
      await trust(issuer);
      const certificate = await registered('pump', { status, issuer });
      expect(await connect(certificate, 'pump')).toBe(reason);
    });

    it('follows every change at once', async () => {
      const certificate = await registered('pump');
      expect(await connect(certificate, 'pump')).toBe('active');
      await registry.setStatus(certificate.id, 'INACTIVE');
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_INACTIVE');
      await registry.setStatus(certificate.id, 'ACTIVE');
      await registry.detach(certificate.id, 'pump');
      expect(await connect(certificate, 'pump')).toBe('NOT_ATTACHED');
      await registry.deleteThing('pump');
      expect(await connect(certificate, 'pump')).toBe('THING_UNKNOWN');
      await registry.setStatus(certificate.id, 'REVOKED');
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_REVOKED');
      await registry.deleteCertificate(certificate.id);
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_REVOKED');
    });

    it('refuses another thing’s name', async () => {
      const certificate = await registered('pump');
      await registered('valve');
      expect(await connect(certificate, 'valve')).toBe('NOT_ATTACHED');
      expect(await connect(certificate, 'nobody')).toBe('THING_UNKNOWN');
    });

    it('does not take one with the same name, key and issuer for it', async () => {
      const issuer = maker.ca('fleet CA');
      const key = maker.keys('EC');
      const certificate = parsed(maker.make({ subject: 'pump', issuer, key, serial: '01' }));
      await registry.register({ certificate, status: 'ACTIVE' });
      const twin = parsed(maker.make({ subject: 'pump', issuer, key, serial: '02' }));
      expect(await connect(twin, 'pump')).toBe('CERTIFICATE_UNKNOWN');
    });

    it('names the one thing it is exclusively attached to', async () => {
      const exclusive = await registered('pump', { exclusive: true });
      expect(await verifier.exclusiveThingOf(exclusive.id, patience)).toEqual({
        kind: 'thing',
        thingName: 'pump',
      });
      const shared = await registered('valve');
      expect(await verifier.exclusiveThingOf(shared.id, patience)).toMatchObject({
        reason: 'CLIENT_ID_NOT_ALLOWED',
      });
      expect(await verifier.exclusiveThingOf('f'.repeat(64), patience)).toMatchObject({
        reason: 'NOT_ATTACHED',
      });
      expect(await verifier.isThing('valve', patience)).toBe(true);
      expect(await verifier.isThing('Valve', patience)).toBe(false);
    });
  });

  describe('for a certificate that is not registered', () => {
    it('says that it is unknown, or that its issuer is', async () => {
      const certificate = parsed(maker.make({ subject: 'pump', issuer: maker.ca('stranger') }));
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_UNKNOWN');
      await trust(maker.ca('fleet CA'));
      expect(await connect(certificate, 'pump')).toBe('ISSUER_UNKNOWN');
      await expectNothingWritten();
    });

    it('registers it, with the thing of its common name, when a device CA that provisions issued it', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      expect(await connect(certificate, 'pump')).toBe('active');
      expect(await registry.certificate(certificate.id)).toMatchObject({
        status: 'ACTIVE',
        pem: certificate.pem,
      });
      expect(await registry.attachmentsOfCertificate(certificate.id)).toEqual([
        { certificateId: certificate.id, thingName: 'pump', exclusive: false },
      ]);
      expect(await connect(certificate, 'pump')).toBe('active');
      expect(await registry.counts()).toEqual({ things: 1, certificates: 1, deviceCas: 1 });
    });

    it('registers it once, however many connections arrive together', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      const told: string[] = [];
      registry.onChange((change) => told.push(change.kind));
      verifier.close();
      const provisioned: string[] = [];
      verifier = new RegistryVerifier({
        registry,
        clock,
        onProvisioned: ({ thingName }) => provisioned.push(thingName),
      });
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => connect(certificate, 'pump')));
      expect(new Set(outcomes)).toEqual(new Set(['active']));
      expect(told).toEqual(['certificate-status', 'thing-changed', 'attached']);
      expect(provisioned).toEqual(['pump']);
    });

    it('adds it to a thing that is there, which stays as it is', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      await registered('pump', { exclusive: true });
      await registry.updateThing('pump', { type: 'known' });
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      expect(await connect(certificate, 'pump')).toBe('active');
      expect(await registry.attachmentsOfThing('pump')).toHaveLength(2);
      expect((await registry.thing('pump'))?.type).toBe('known');
    });

    it('writes nothing for a certificate that is only looked at, or that asks for another name', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      expect(await verifier.verifyCertificate(certificate, patience)).toEqual({ kind: 'active' });
      await expectNothingWritten();
      expect(await connect(certificate, 'valve')).toBe('THING_UNKNOWN');
      expect(await verifier.isThing('pump', patience)).toBe(false);
      await expectNothingWritten();
    });

    it('confirms no attachment of a certificate that was never looked at', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      expect(await verifier.verifyAttachment(certificate.id, 'pump', patience)).toMatchObject({
        reason: 'THING_UNKNOWN',
      });
      await expectNothingWritten();
    });

    it('takes the word of a CA’s key, not of its name', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const impostor = maker.ca('fleet CA');
      expect(await connect(parsed(maker.make({ subject: 'pump', issuer: impostor })), 'pump')).toBe(
        'ISSUER_UNKNOWN',
      );
      const otherName = { issuer: ca, issuerName: 'another CA' };
      expect(await connect(parsed(maker.make({ subject: 'pump', ...otherName })), 'pump')).toBe(
        'ISSUER_UNKNOWN',
      );
      await expectNothingWritten();
    });

    it('takes no word of a CA that does not provision, any more or at all', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca, { provisioning: false });
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      const verdict = await verifier.verifyCertificate(certificate, patience);
      expect(verdict).toMatchObject({
        reason: 'CERTIFICATE_UNKNOWN',
        message: expect.stringContaining('fleet'),
      });
      await registry.removeDeviceCa('fleet');
      await trust(ca);
      expect(await verifier.verifyCertificate(certificate, patience)).toEqual({ kind: 'active' });
      await registry.removeDeviceCa('fleet');
      expect(await verifier.verifyAttachment(certificate.id, 'pump', patience)).toMatchObject({
        kind: 'rejected',
      });
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_UNKNOWN');
      await expectNothingWritten();
    });

    it('takes no word of a CA outside its validity, by the given clock', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      for (const [at, expected] of [
        [VALID_FROM - 1, 'CERTIFICATE_UNKNOWN'],
        [VALID_TO + 1000, 'CERTIFICATE_UNKNOWN'],
        [VALID_TO, 'active'],
      ] as const) {
        clock.setWall(at);
        expect(await connect(certificate, 'pump')).toBe(expected);
      }
    });

    it('goes by the valid one when a CA was renewed with its key', async () => {
      const key = maker.keys('EC-384');
      const old = maker.ca('fleet CA', { key, notAfter: clock.now() - 1000 });
      const renewed = maker.ca('fleet CA', { key });
      await trust(old, { name: 'a-old' });
      await trust(renewed, { name: 'b-new' });
      expect(await connect(parsed(maker.make({ subject: 'pump', issuer: renewed })), 'pump')).toBe('active');
    });

    it.each([
      ['is no name of a thing', 'a/b'],
      ['is too long', 'a'.repeat(129)],
      ['ends with a line feed', 'pump\n'],
    ])('refuses a common name that %s', async (_what, subject) => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      expect(await connect(parsed(maker.make({ subject, issuer: ca })), subject)).toBe('CERTIFICATE_UNKNOWN');
      const nameless = parsed(maker.make({ subject: [{ type: 'O', value: 'pump' }], issuer: ca }));
      expect(await connect(nameless, 'pump')).toBe('CERTIFICATE_UNKNOWN');
      await expectNothingWritten();
    });

    it('refuses a CA below a device CA as a device, and what that CA issues', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const below = maker.ca('below', { issuer: ca });
      expect(await connect(parsed(below), 'below')).toBe('CERTIFICATE_UNKNOWN');
      expect(await connect(parsed(maker.make({ subject: 'pump', issuer: below })), 'pump')).toBe(
        'ISSUER_UNKNOWN',
      );
      // The device CA's own certificate is one it issued.
      expect(await connect(parsed(ca), 'fleet CA')).toBe('CERTIFICATE_UNKNOWN');
    });

    it('takes no word of a device CA whose certificate is not a CA’s, or cannot be read', async () => {
      const leaf = maker.make({ subject: 'leaf', key: maker.keys('RSA') });
      await trust(leaf);
      await registry.addDeviceCa({
        name: 'unreadable',
        certificateId: '0'.repeat(64),
        pem: 'PEM',
        keyFile: undefined,
        provisioning: true,
      });
      expect(await connect(parsed(maker.make({ subject: 'pump', issuer: leaf })), 'pump')).toBe(
        'CERTIFICATE_UNKNOWN',
      );
    });

    it('does not bring back what an operator took away', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      await connect(certificate, 'pump');
      await registry.detach(certificate.id, 'pump');
      expect(await connect(certificate, 'pump')).toBe('NOT_ATTACHED');
      await registry.deleteCertificate(certificate.id);
      expect(await connect(certificate, 'pump')).toBe('CERTIFICATE_DELETED');
      expect((await registry.counts()).certificates).toBe(0);
    });

    it.each([
      ['revoked', (id: string) => registry.setStatus(id, 'REVOKED')],
      ['deactivated', (id: string) => registry.setStatus(id, 'INACTIVE')],
      ['deleted', (id: string) => registry.deleteCertificate(id)],
      ['detached', (id: string) => registry.detach(id, 'pump')],
    ] as const)(
      'does not let a %s device in with its certificate’s signature rewritten',
      async (_, takeAway) => {
        const ca = maker.ca('fleet CA', { key: maker.keys('EC') });
        await trust(ca);
        const made = maker.make({ subject: 'pump', issuer: ca });
        expect(await connect(parsed(made), 'pump')).toBe('active');
        await takeAway(made.id);
        const result = parseCertificate(twinOf(made).pem);
        if (!result.ok) throw new Error(result.message);
        expect(result.certificate.id).not.toBe(made.id);
        expect(result.certificate.isIssuedBy(ca.pem)).toBe(true);
        expect(await connect(result.certificate, 'pump')).toBe('CERTIFICATE_UNKNOWN');
      },
    );

    it('registers one of two such certificates when they arrive together', async () => {
      const ca = maker.ca('fleet CA', { key: maker.keys('EC') });
      await trust(ca);
      const made = maker.make({ subject: 'pump', issuer: ca });
      const twin = parseCertificate(twinOf(made).pem);
      if (!twin.ok) throw new Error(twin.message);
      const both = [parsed(made), twin.certificate];
      await Promise.all(both.map((each) => verifier.verifyCertificate(each, patience)));
      await Promise.all(both.map((each) => verifier.verifyAttachment(each.id, 'pump', patience)));
      expect((await registry.counts()).certificates).toBe(1);
    });

    it('does not provision when an operator deletes it between the two questions', async () => {
      const ca = maker.ca('fleet CA');
      await trust(ca);
      const certificate = parsed(maker.make({ subject: 'pump', issuer: ca }));
      await verifier.verifyCertificate(certificate, patience);
      await registry.register({ certificate, status: 'ACTIVE' });
      await registry.deleteCertificate(certificate.id);
      expect(await verifier.verifyAttachment(certificate.id, 'pump', patience)).toMatchObject({
        reason: 'THING_UNKNOWN',
      });
      await expectNothingWritten();
    });
  });

  it('gives no verdict when the registry fails, and never throws', async () => {
    const certificate = await registered('pump');
    await registry.close();
    expect(await verifier.verifyCertificate(certificate, patience)).toMatchObject({ kind: 'unavailable' });
    expect(await verifier.verifyAttachment(certificate.id, 'pump', patience)).toMatchObject({
      kind: 'unavailable',
    });
    expect(await verifier.exclusiveThingOf(certificate.id, patience)).toMatchObject({ kind: 'unavailable' });
    expect(await verifier.isThing('pump', patience)).toBeUndefined();
  });

  it('gives no verdict to a call that was cancelled', async () => {
    const certificate = await registered('pump');
    const aborted = AbortSignal.abort();
    expect(await verifier.verifyCertificate(certificate, asking(aborted))).toMatchObject({
      kind: 'unavailable',
    });
  });
});
