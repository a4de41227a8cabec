import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegistry, type SqliteRegistry } from '../../../src/identity/registry/sqlite-registry.ts';
import type { TrustBatch } from '../../../src/identity/trust-persistence.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../../support/memory-trust-persistence.ts';
import { id } from './registration.ts';

const NOTHING: TrustBatch = {
  certificates: [],
  attachments: [],
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
    expect(await registry.trust.load(id('aa'))).toEqual({ certificate: undefined, attachments: [] });
    expect(await registry.trust.highWaterMark()).toEqual({ highWaterMark: 0, setBack: 0 });
  });

  it('is there after a restart, to the last bit, and about certificates nobody registered', async () => {
    const certificate = { certificateId: id('aa'), confirmedAt: 1.7e12 + 0.1234, verifier: 'aws' };
    const attachment = { ...certificate, thingName: 'pump', exclusive: true };
    const mark = { highWaterMark: 1.7e12 + 0.1, setBack: 12.5 };
    await registry.trust.write({ ...NOTHING, certificates: [certificate], attachments: [attachment], mark });
    await reopen();
    expect(await registry.trust.load(id('aa'))).toEqual({ certificate, attachments: [attachment] });
    expect(await registry.trust.load(id('ab'))).toEqual({ certificate: undefined, attachments: [] });
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
    });
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
      deletedCertificates: fc.uniqueArray(certificateId),
      deletedAttachments: fc.uniqueArray(fc.record({ certificateId, thingName }), { selector: key }),
      mark: fc.record({ highWaterMark: confirmedAt, setBack: confirmedAt }),
    });
    const memory = new MemoryTrustPersistence();
    const sorted = async (from: MemoryTrustPersistence | SqliteRegistry['trust'], of: string) => {
      const { certificate, attachments } = await from.load(of);
      const ordered = [...attachments].sort((a, b) => (a.thingName < b.thingName ? -1 : 1));
      return { certificate, attachments: ordered };
    };
    await fc.assert(
      fc.asyncProperty(batch, async (each) => {
        await Promise.all([memory.write(each), registry.trust.write(each)]);
        for (const of of [id('aa'), id('bb'), id('cc')]) {
          expect(await sorted(registry.trust, of)).toEqual(await sorted(memory, of));
        }
        expect(await registry.trust.highWaterMark()).toEqual(memory.mark);
      }),
      { numRuns: 1_000 },
    );
  });
});
