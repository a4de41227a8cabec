/** Killed at any operation while a certificate or the CA is rotated: the next start has one consistent state. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateUpdate } from '../../../src/pki/certificates-api.ts';
import { DurableFiles, type FileOperations } from '../../../src/pki/durable-files.ts';
import { until } from '../../e2e/support/until.ts';
import {
  type CertificateRooms,
  FollowingBroker,
  openCertificateRooms,
} from '../../support/certificate-rooms.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { atEveryOperation } from '../failing-files.ts';

const DAY = 86_400_000;

describe('a power failure', () => {
  let template: string;
  let stateDirectory: string;
  let clock: ManualClock;
  let warnings: string[];

  beforeEach(() => {
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-power-'));
    template = join(directory, 'template');
    stateDirectory = join(directory, 'state');
    clock = new ManualClock();
    warnings = [];
  });
  afterEach(() => rmSync(join(template, '..'), { recursive: true }));

  function open(files: FileOperations): Promise<CertificateRooms> {
    return openCertificateRooms({ stateDirectory, clock, files, warn: (message) => warnings.push(message) });
  }

  /** What the broker is given, once it is given something. */
  async function given({ room }: CertificateRooms): Promise<CertificateUpdate> {
    const broker = new FollowingBroker(room);
    await until('a certificate', () => broker.updates.length > 0 || undefined);
    broker.end();
    return broker.updates.at(-1) as CertificateUpdate;
  }

  async function prepare(): Promise<CertificateUpdate> {
    const house = await open(new DurableFiles());
    const update = await given(house);
    await house.room.stop();
    cpSync(stateDirectory, template, { recursive: true });
    return update;
  }

  function fromTemplate(): void {
    rmSync(stateDirectory, { recursive: true, force: true });
    cpSync(template, stateDirectory, { recursive: true });
  }

  function expectConsistent({ ca }: CertificateRooms, update: CertificateUpdate, context: string): void {
    expect(ca.state().problem, context).toBeUndefined();
    const leaf = new X509Certificate(update.certificatePem);
    expect(leaf.checkPrivateKey(createPrivateKey(update.privateKeyPem)), context).toBe(true);
    const issuer = new X509Certificate(update.caPems[0] ?? '');
    expect(leaf.verify(issuer.publicKey), context).toBe(true);
    expect(ca.anchors(), context).toContain(update.caPems[0]);
  }

  it('while a server certificate is renewed leaves the old one or the new one', async () => {
    const old = await prepare();
    const outcomes = new Set<boolean>();
    await atEveryOperation(async (files) => {
      fromTemplate();
      clock.setWall(old.notAfter - DAY + 1);
      const before = await open(files).catch(() => undefined);
      await before?.room.rotate(undefined).catch(() => undefined);
      await before?.room.stop();
      const after = await open(new DurableFiles());
      const [{ certificate } = {}] = after.room.list();
      // It was never told to anybody whose end is not on record.
      const update = await given(after);
      expectConsistent(after, update, files.done.join('\n'));
      outcomes.add(certificate?.notAfter === old.notAfter);
      await after.room.stop();
    });
    expect(outcomes).toEqual(new Set([true, false]));
    expect(warnings).toEqual([]);
  });

  it('while the first CA is made leaves none or one that is used', async () => {
    await atEveryOperation(async (files) => {
      rmSync(stateDirectory, { recursive: true, force: true });
      const before = await open(files).catch(() => undefined);
      await before?.room.stop();
      const id = before?.ca.currentId;
      const after = await open(new DurableFiles());
      if (id !== undefined) expect(after.ca.currentId, files.done.join('\n')).toBe(id);
      expectConsistent(after, await given(after), files.done.join('\n'));
      await after.room.stop();
    });
  });

  it.each(['announce', 'now'] as const)(
    'while the CA is rotated (%s) leaves the state before or after',
    async (step) => {
      await prepare();
      const ids = new Set<string | undefined>();
      await atEveryOperation(async (files) => {
        fromTemplate();
        const before = await open(files).catch(() => undefined);
        const old = before?.ca.currentId;
        await before?.ca.rotate(step).catch(() => undefined);
        await before?.room.stop();
        const after = await open(new DurableFiles());
        ids.add(after.ca.state().next?.certificateId === undefined ? after.ca.currentId : 'announced');
        if (old !== undefined) {
          const { current, retired } = after.ca.state();
          expect([current, ...retired].map((each) => each?.certificateId)).toContain(old);
        }
        expectConsistent(after, await given(after), files.done.join('\n'));
        await after.room.stop();
      });
      expect(ids.size).toBeGreaterThan(1);
    },
  );

  it('while an old CA is forgotten leaves it remembered or forgotten', async () => {
    const house = await open(new DurableFiles());
    await given(house);
    await house.ca.rotate('now');
    await given(house);
    await house.room.stop();
    cpSync(stateDirectory, template, { recursive: true });
    clock.advance(8 * DAY);
    const counts = new Set<number>();
    await atEveryOperation(async (files) => {
      fromTemplate();
      const before = await open(files).catch(() => undefined);
      await before?.room.stop();
      counts.add(before?.ca.state().retired.length ?? 1);
      const after = await open(new DurableFiles());
      expect(after.ca.state()).toMatchObject({ problem: undefined, retired: [] });
      await after.room.stop();
    });
    expect(counts).toEqual(new Set([0, 1]));
  });
});
