import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../src/identity/authenticator.ts';
import { CertificateParser } from '../../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import { TrustStore } from '../../../src/identity/trust.ts';
import type { TrustBatch } from '../../../src/identity/trust-persistence.ts';
import { TrustedClock } from '../../../src/identity/trusted-clock.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import { patient, USUAL_SETTINGS } from '../../support/identity-room.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../../support/memory-trust-persistence.ts';
import { ScriptedVerifier } from '../../support/scripted-verifier.ts';
import { id } from './registration.ts';

const NOTHING: TrustBatch = {
  certificates: [],
  attachments: [],
  pems: [],
  deletedCertificates: [],
  deletedAttachments: [],
  mark: { highWaterMark: 0, setBack: 0 },
};

describe('trust kept in the registry’s database', () => {
  let directory: string;
  let registry: SqliteRegistry;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'deviceauthd-trust-'));
    await reopen();
  });
  afterEach(async () => {
    await registry.close();
    rmSync(directory, { recursive: true });
  });

  async function reopen(): Promise<void> {
    await registry?.close();
    registry = await openRegistry({ directory, clock: new ManualClock() });
  }

  it('is empty at first', async () => {
    expect(await registry.trust.load(id('aa'))).toEqual({
      certificate: undefined,
      attachments: [],
      hasPem: false,
    });
    expect(await registry.trust.highWaterMark()).toEqual({ highWaterMark: 0, setBack: 0 });
  });

  it('is there after a restart, to the last bit, and about certificates nobody registered', async () => {
    const certificate = { certificateId: id('aa'), confirmedAt: 1.7e12 + 0.1234, verifier: 'aws' };
    const attachment = { ...certificate, thingName: 'pump', exclusive: true };
    const mark = { highWaterMark: 1.7e12 + 0.1, setBack: 12.5 };
    await registry.trust.write({ ...NOTHING, certificates: [certificate], attachments: [attachment], mark });
    await reopen();
    expect(await registry.trust.load(id('aa'))).toEqual({
      certificate,
      attachments: [attachment],
      hasPem: false,
    });
    expect(await registry.trust.load(id('ab'))).toEqual({
      certificate: undefined,
      attachments: [],
      hasPem: false,
    });
    expect(await registry.trust.highWaterMark()).toEqual(mark);
  });

  it('has the mark that was set last, also when it went back', async () => {
    await registry.trust.setHighWaterMark({ highWaterMark: 10, setBack: 0 });
    await registry.trust.setHighWaterMark({ highWaterMark: 4, setBack: 6 });
    await reopen();
    expect(await registry.trust.highWaterMark()).toEqual({ highWaterMark: 4, setBack: 6 });
  });

  it('is written whole or not at all', async () => {
    const good = { certificateId: id('aa'), confirmedAt: 1, verifier: 'aws' };
    const bad = { ...good, certificateId: id('bb'), confirmedAt: Number.NaN };
    const mark = { highWaterMark: 99, setBack: 0 };
    await expect(registry.trust.write({ ...NOTHING, certificates: [good, bad], mark })).rejects.toThrow(
      'registry.db',
    );
    expect((await registry.trust.load(id('aa'))).certificate).toBeUndefined();
    expect(await registry.trust.highWaterMark()).toEqual({ highWaterMark: 0, setBack: 0 });
  });

  it('keeps the attachments of a certificate whose own record is deleted', async () => {
    const certificate = { certificateId: id('aa'), confirmedAt: 1, verifier: 'aws' };
    const attachment = { ...certificate, thingName: 'pump', exclusive: false };
    await registry.trust.write({ ...NOTHING, certificates: [certificate], attachments: [attachment] });
    await registry.trust.write({ ...NOTHING, deletedCertificates: [id('aa')] });
    expect(await registry.trust.load(id('aa'))).toEqual({
      certificate: undefined,
      attachments: [attachment],
      hasPem: false,
    });
  });

  it('keeps a certificate’s PEM beside its record, and deletes both together', async () => {
    const certificate = { certificateId: id('aa'), confirmedAt: 1, verifier: 'aws' };
    const pems = [{ certificateId: id('aa'), pem: 'the certificate' }];
    await registry.trust.write({ ...NOTHING, certificates: [certificate], pems });
    await reopen();
    expect((await registry.trust.load(id('aa'))).hasPem).toBe(true);
    expect(await registry.trust.pem(id('aa'))).toBeDefined();
    expect(await registry.trust.pem(id('ff'))).toBeUndefined();
    expect(await registry.trust.page(undefined, 10)).toEqual(pems);
    await registry.trust.write({ ...NOTHING, deletedCertificates: [id('aa')] });
    expect((await registry.trust.load(id('aa'))).hasPem).toBe(false);
    expect(await registry.trust.counts()).toEqual({ certificates: 0, attachments: 0, pems: 0 });
  });

  it('drops a PEM only if it is still the one that was looked at', async () => {
    await registry.trust.write({ ...NOTHING, pems: [{ certificateId: id('aa'), pem: 'good' }] });
    await registry.trust.dropPem(id('aa'), 'bad');
    expect((await registry.trust.counts()).pems).toBe(1);
    await registry.trust.dropPem(id('aa'), 'good');
    expect((await registry.trust.counts()).pems).toBe(0);
  });

  it('is read page by page, in the order of ids, without reading more than the page', async () => {
    const certificates = ['cc', 'aa'].map((start) => ({
      certificateId: id(start),
      confirmedAt: 1,
      verifier: 'aws',
    }));
    const attachment = { certificateId: id('bb'), exclusive: false, confirmedAt: 1, verifier: 'aws' };
    const attachments = ['pump', 'valve'].map((thingName) => ({ ...attachment, thingName }));
    await registry.trust.write({ ...NOTHING, certificates, attachments });
    const ids = async (after?: string) =>
      (await registry.trust.page(after, 2)).map(({ certificateId }) => certificateId);
    expect(await ids()).toEqual([id('aa'), id('bb')]);
    expect(await ids(id('bb'))).toEqual([id('cc')]);
    expect(await ids(id('cc'))).toEqual([]);
  });

  it('tells how far the refresh had come before the restart, with the mark of that time', async () => {
    expect(await registry.trust.refreshState()).toBeUndefined();
    const mark = { highWaterMark: 7.5, setBack: 1 };
    const states = [
      { beganAt: 5.25, cursor: id('aa'), finishedAt: undefined },
      { beganAt: 5.25, cursor: '', finishedAt: 6.5 },
    ];
    for (const state of states) {
      await registry.trust.setRefreshState(state, mark);
      await reopen();
      expect(await registry.trust.refreshState()).toEqual(state);
      expect(await registry.trust.highWaterMark()).toEqual(mark);
    }
  });

  it('has no row for a certificate that was never trusted, however often it is refused', async () => {
    const clock = new ManualClock();
    const verifier = new ScriptedVerifier({ clock });
    const trusted = await TrustedClock.open({ clock, persistence: registry.trust, buildDate: 0 });
    const trust = new TrustStore({ persistence: registry.trust, clock: trusted, timer: clock });
    const authenticator = new Authenticator({
      parser: new CertificateParser(),
      verifier,
      trust,
      clock: trusted,
      timer: clock,
      settings: () => USUAL_SETTINGS,
    });
    const maker = new CertificateMaker();
    for (let index = 0; index < 50; index += 1) {
      const { pem } = maker.make({ subject: 'pump' });
      const result = await authenticator.authenticate({ clientId: 'pump', certificatePem: pem }, patient());
      expect(result.kind).toBe('rejected');
    }
    await trust.stop();
    await trusted.stop();
    expect(await registry.trust.counts()).toEqual({ certificates: 0, attachments: 0, pems: 0 });
  });

  it('holds after any batches what memory would hold', async () => {
    const certificateId = fc.constantFrom(id('aa'), id('bb'), id('cc'));
    const thingName = fc.constantFrom('pump', 'valve', "'; --");
    const confirmedAt = fc.double({ min: 0, max: 2 ** 52, noNaN: true });
    const verifier = fc.constantFrom('aws', 'registry');
    const key = (each: { certificateId: string; thingName: string }) =>
      `${each.certificateId} ${each.thingName}`;
    const batch: fc.Arbitrary<TrustBatch> = fc.record({
      certificates: fc.uniqueArray(fc.record({ certificateId, confirmedAt, verifier }), {
        selector: (each) => each.certificateId,
      }),
      attachments: fc.uniqueArray(
        fc.record({ certificateId, thingName, exclusive: fc.boolean(), confirmedAt, verifier }),
        { selector: key },
      ),
      pems: fc.uniqueArray(fc.record({ certificateId, pem: fc.constantFrom('one', 'other') }), {
        selector: (each) => each.certificateId,
      }),
      deletedCertificates: fc.uniqueArray(certificateId),
      deletedAttachments: fc.uniqueArray(fc.record({ certificateId, thingName }), { selector: key }),
      mark: fc.record({ highWaterMark: confirmedAt, setBack: confirmedAt }),
    });
    const memory = new MemoryTrustPersistence();
    const sorted = async (from: MemoryTrustPersistence | SqliteRegistry['trust'], of: string) => {
      const { certificate, attachments, hasPem } = await from.load(of);
      const ordered = [...attachments].sort((a, b) => (a.thingName < b.thingName ? -1 : 1));
      return { certificate, attachments: ordered, hasPem };
    };
    await fc.assert(
      fc.asyncProperty(batch, async (each) => {
        await Promise.all([memory.write(each), registry.trust.write(each)]);
        for (const of of [id('aa'), id('bb'), id('cc')]) {
          expect(await sorted(registry.trust, of)).toEqual(await sorted(memory, of));
        }
        for (const after of [undefined, id('aa')]) {
          expect(await registry.trust.page(after, 2)).toEqual(await memory.page(after, 2));
        }
        expect(await registry.trust.counts()).toEqual(await memory.counts());
        expect(await registry.trust.highWaterMark()).toEqual(memory.mark);
      }),
      { numRuns: 1_000 },
    );
  });
});
