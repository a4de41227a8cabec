import { beforeEach, describe, expect, it } from 'vitest';
import { TrustStore } from '../../src/identity/trust.ts';
import { TrustedClock } from '../../src/identity/trusted-clock.ts';
import { settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../support/memory-trust-persistence.ts';

const MINUTE = 60_000;
const CERT = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);

let clock: ManualClock;
let persistence: MemoryTrustPersistence;
let trustedClock: TrustedClock;
let trust: TrustStore;

/** A daemon that starts on what is on disk; what the one before had not written is lost. */
async function start(options: { capacity?: number; maxPending?: number } = {}): Promise<void> {
  trustedClock = await TrustedClock.open({ clock, persistence, buildDate: 0 });
  trust = new TrustStore({ persistence, clock: trustedClock, timer: clock, ...options });
}

async function passes(milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await settled();
}

beforeEach(async () => {
  clock = new ManualClock();
  persistence = new MemoryTrustPersistence();
  await start();
});

describe('a trust record', () => {
  it('stands for the trust duration and not a millisecond longer', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    const record = await trust.certificate(CERT);
    clock.advance(MINUTE - 1);
    expect(trust.trusted(record, 1)).toBe(true);
    clock.advance(1);
    expect(trust.trusted(record, 1)).toBe(false);
  });

  it('is fresh for the time after which it is asked again, and never when that is 0', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    const record = await trust.certificate(CERT);
    expect(trust.fresh(record, 0)).toBe(false);
    clock.advance(59_999);
    expect(trust.fresh(record, 60)).toBe(true);
    clock.advance(1);
    expect(trust.fresh(record, 60)).toBe(false);
  });

  it('that was never made neither stands nor is fresh', async () => {
    expect(await trust.certificate(CERT)).toBeUndefined();
    expect(trust.trusted(undefined, 1)).toBe(false);
    expect(trust.fresh(undefined, 60)).toBe(false);
  });

  it('follows a changed trust duration though it was made before', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    const record = await trust.certificate(CERT);
    clock.advance(5 * MINUTE);
    expect(trust.trusted(record, 1)).toBe(false);
    expect(trust.trusted(record, 10)).toBe(true);
  });

  it('gains nothing from a clock that is set back', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    clock.advance(MINUTE / 2);
    clock.setWall(0);
    const record = await trust.certificate(CERT);
    clock.advance(MINUTE / 2 - 1);
    expect(trust.trusted(record, 1)).toBe(true);
    clock.advance(1);
    expect(trust.trusted(record, 1)).toBe(false);
  });

  it('made while the clock was years ahead gains nothing when that is put right', async () => {
    clock.setWall(Date.UTC(2040, 0, 1));
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await trust.flush();
    clock.setWall(Date.UTC(2026, 0, 1));
    await trustedClock.accept();
    clock.advance(MINUTE);
    expect(trust.trusted(await trust.certificate(CERT), 1)).toBe(false);
    await start();
    expect(trust.trusted(await trust.certificate(CERT), 1)).toBe(false);
  });

  it('on disk from the future is not believed, and is gone for good', async () => {
    const later = clock.now() + 10 * MINUTE;
    persistence.certificates.set(CERT, { certificateId: CERT, confirmedAt: later, verifier: 'aws' });
    expect(await trust.certificate(CERT)).toBeUndefined();
    await passes(250);
    expect(persistence.certificates.size).toBe(0);
  });

  it('says who confirmed it', async () => {
    trust.confirmAttachment(CERT, 'pump', true, 'aws', trust.ticket());
    const expected = { certificateId: CERT, thingName: 'pump', exclusive: true, verifier: 'aws' };
    expect(await trust.attachment(CERT, 'pump')).toMatchObject(expected);
    expect(await trust.attachments(CERT)).toHaveLength(1);
    expect(await trust.certificate(CERT)).toBeUndefined();
    expect(await trust.attachment(OTHER, 'pump')).toBeUndefined();
  });
});

describe('a confirmation', () => {
  it('is on disk after 250 ms, together with others of that time', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await passes(100);
    trust.confirmAttachment(CERT, 'pump', false, 'aws', trust.ticket());
    await passes(149);
    expect(persistence.batches).toHaveLength(0);
    await passes(1);
    expect(persistence.batches).toHaveLength(1);
    expect(persistence.certificates.size).toBe(1);
    expect(persistence.attachments.size).toBe(1);
  });

  it('is seen at once, written or not', async () => {
    const release = persistence.holdWrites();
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    expect(await trust.certificate(CERT)).toBeDefined();
    await passes(250);
    expect(await trust.certificate(CERT)).toBeDefined();
    release();
    await settled();
    expect(await trust.certificate(CERT)).toBeDefined();
  });

  it('of the last 250 ms is lost to a kill, and nothing else is', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await passes(250);
    trust.confirmCertificate(OTHER, 'aws', trust.ticket());
    await passes(249);
    await start();
    expect(await trust.certificate(CERT)).toBeDefined();
    expect(await trust.certificate(OTHER)).toBeUndefined();
  });

  it('is never on disk with a time later than that of the clock on disk', async () => {
    clock.advance(50_000);
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await passes(250);
    clock.setWall(0);
    await start();
    const record = await trust.certificate(CERT);
    expect(record).toBeDefined();
    clock.advance(MINUTE);
    expect(trust.trusted(record, 1)).toBe(false);
  });

  it('is written when the store stops', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await trust.stop();
    expect(persistence.certificates.size).toBe(1);
  });

  it('that was asked for before a withdrawal does not undo it', async () => {
    const ticket = trust.ticket();
    await trust.withdrawCertificate(CERT);
    expect(trust.confirmCertificate(CERT, 'aws', ticket)).toBe(false);
    expect(await trust.certificate(CERT)).toBeUndefined();
    expect(trust.confirmCertificate(CERT, 'aws', trust.ticket())).toBe(true);
  });

  it('that was asked for before a withdrawal does not undo it though thousands were withdrawn since', async () => {
    await start({ capacity: 10 });
    const ticket = trust.ticket();
    await trust.withdrawCertificate(CERT);
    for (let index = 0; index < 50; index += 1) await trust.withdrawCertificate(`${index}`);
    expect(trust.confirmCertificate(CERT, 'aws', ticket)).toBe(false);
  });
});

describe('a withdrawal', () => {
  beforeEach(async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    trust.confirmAttachment(CERT, 'pump', false, 'aws', trust.ticket());
    await passes(250);
  });

  it('is on disk when it is answered', async () => {
    expect(await trust.withdrawCertificate(CERT)).toBe(true);
    expect(persistence.certificates.size).toBe(0);
    await start();
    expect(await trust.certificate(CERT)).toBeUndefined();
  });

  it('of a certificate leaves its attachments, and of an attachment the certificate', async () => {
    await trust.withdrawCertificate(CERT);
    expect(await trust.attachment(CERT, 'pump')).toBeDefined();
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await trust.withdrawAttachment(CERT, 'pump');
    expect(await trust.certificate(CERT)).toBeDefined();
    expect(persistence.attachments.size).toBe(0);
  });

  it('is seen at once, before it is on disk', async () => {
    const release = persistence.holdWrites();
    const withdrawn = trust.withdrawCertificate(CERT);
    expect(await trust.certificate(CERT)).toBeUndefined();
    release();
    expect(await withdrawn).toBe(true);
  });

  it('of what is only now being written is the last word on disk', async () => {
    trust.confirmCertificate(OTHER, 'aws', trust.ticket());
    const release = persistence.holdWrites();
    await passes(250);
    const withdrawn = trust.withdrawCertificate(OTHER);
    await settled();
    release();
    expect(await withdrawn).toBe(true);
    expect(persistence.certificates.has(OTHER)).toBe(false);
  });

  it('of what is only now being written is the last word though that write fails', async () => {
    trust.confirmCertificate(OTHER, 'aws', trust.ticket());
    const release = persistence.holdWrites();
    await passes(250);
    persistence.failing = true;
    const withdrawn = trust.withdrawCertificate(OTHER);
    await settled();
    release();
    expect(await withdrawn).toBe(false);
    persistence.failing = false;
    await passes(MINUTE);
    expect(persistence.certificates.has(OTHER)).toBe(false);
    expect(persistence.certificates.has(CERT)).toBe(true);
  });

  it('is not undone by a read that began before it', async () => {
    await start();
    let answer: () => void = () => {};
    const load = persistence.load.bind(persistence);
    persistence.load = async (id) => {
      const found = await load(id);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return found;
    };
    const read = trust.certificate(CERT);
    await settled();
    const withdrawn = trust.withdrawCertificate(CERT);
    answer();
    expect(await read).toBeUndefined();
    expect(await withdrawn).toBe(true);
    expect(persistence.certificates.size).toBe(0);
  });

  it('of what was never confirmed writes nothing', async () => {
    const before = persistence.batches.length;
    for (let index = 0; index < 20; index += 1) await trust.withdrawCertificate(`unknown ${index}`);
    await passes(MINUTE);
    expect(persistence.batches).toHaveLength(before);
  });

  it('that the disk refuses counts all the same, says so, and is tried again', async () => {
    persistence.failing = true;
    expect(await trust.withdrawCertificate(CERT)).toBe(false);
    expect(await trust.certificate(CERT)).toBeUndefined();
    await passes(5 * MINUTE);
    expect(persistence.certificates.size).toBe(1);
    persistence.failing = false;
    await passes(MINUTE);
    expect(persistence.certificates.size).toBe(0);
    expect(await trust.certificate(CERT)).toBeUndefined();
  });

  it('of a confirmation whose write failed is written, for the write may have happened', async () => {
    await trust.certificate(OTHER);
    persistence.failing = true;
    trust.confirmCertificate(OTHER, 'aws', trust.ticket());
    await passes(250);
    persistence.certificates.set(OTHER, { certificateId: OTHER, confirmedAt: clock.now(), verifier: 'aws' });
    persistence.failing = false;
    expect(await trust.withdrawCertificate(OTHER)).toBe(true);
    expect(persistence.certificates.has(OTHER)).toBe(false);
  });
});

describe('the certificate itself', () => {
  const confirm = (id = CERT): boolean => trust.confirmCertificate(id, 'aws', trust.ticket(), `PEM of ${id}`);

  it('is written with its first confirmation, in one batch, and not again', async () => {
    await trust.certificate(CERT);
    confirm();
    await passes(250);
    confirm();
    await passes(250);
    await start();
    await trust.certificate(CERT);
    confirm();
    await passes(250);
    expect(persistence.batches.map(({ certificates, pems }) => [certificates.length, pems.length])).toEqual([
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(persistence.pems.get(CERT)).toBe(`PEM of ${CERT}`);
  });

  it('is written with a later one when the first write failed', async () => {
    persistence.failing = true;
    confirm();
    await passes(250);
    confirm();
    persistence.failing = false;
    await passes(MINUTE);
    expect(persistence.pems.has(CERT)).toBe(true);
  });

  it('is gone with its record, and back with the next confirmation', async () => {
    confirm();
    await passes(250);
    await trust.withdrawCertificate(CERT);
    expect(persistence.pems.size).toBe(0);
    confirm();
    await passes(250);
    expect(persistence.pems.size).toBe(1);
  });

  it('is back though it was confirmed while its deletion was being written', async () => {
    confirm();
    await passes(250);
    const release = persistence.holdWrites();
    const withdrawn = trust.withdrawCertificate(CERT);
    await settled();
    confirm();
    release();
    await withdrawn;
    await passes(250);
    expect(persistence.certificates.size).toBe(1);
    expect(persistence.pems.size).toBe(1);
  });

  it('is written for those that had a record before certificates were kept', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await passes(250);
    await start();
    await trust.certificate(CERT);
    confirm();
    await passes(250);
    expect(persistence.pems.size).toBe(1);
  });

  it('that was damaged is dropped, and the record stays until the next confirmation brings it again', async () => {
    confirm();
    await passes(250);
    persistence.pems.set(CERT, 'damaged');
    await trust.dropPem(CERT, 'damaged');
    expect(persistence.pems.size).toBe(0);
    expect(await trust.certificate(CERT)).toBeDefined();
    confirm();
    await passes(250);
    expect(persistence.pems.get(CERT)).toBe(`PEM of ${CERT}`);
  });

  it('is forgotten with all its records in one write', async () => {
    confirm();
    trust.confirmAttachment(CERT, 'pump', false, 'aws', trust.ticket());
    trust.confirmAttachment(CERT, 'valve', false, 'aws', trust.ticket());
    await passes(250);
    const before = persistence.batches.length;
    expect(await trust.forget(CERT)).toBe(true);
    expect(await persistence.counts()).toEqual({ certificates: 0, attachments: 0, pems: 0 });
    expect(persistence.batches).toHaveLength(before + 1);
    expect(await trust.attachments(CERT)).toEqual([]);
  });
});

describe('a disk that fails', () => {
  it('costs nothing that is still in memory, and gets everything once it works again', async () => {
    persistence.failing = true;
    for (let index = 0; index < 100; index += 1) trust.confirmCertificate(`${index}`, 'aws', trust.ticket());
    await passes(250);
    await passes(MINUTE);
    expect(await trust.certificate('7')).toBeDefined();
    persistence.failing = false;
    await passes(MINUTE);
    expect(persistence.certificates.size).toBe(100);
  });

  it('keeps no more unwritten confirmations than the bound, and every withdrawal', async () => {
    await start({ capacity: 5, maxPending: 10 });
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await trust.flush();
    persistence.failing = true;
    await trust.withdrawCertificate(CERT);
    for (let index = 0; index < 100; index += 1) trust.confirmCertificate(`${index}`, 'aws', trust.ticket());
    persistence.failing = false;
    await trust.flush();
    expect(persistence.certificates.has(CERT)).toBe(false);
    expect(persistence.certificates.has('99')).toBe(true);
    expect(persistence.certificates.size).toBeLessThanOrEqual(10);
  });

  it('that can be neither read nor written holds up no more withdrawals than the bound, and none is undone', async () => {
    await start({ maxPending: 10 });
    for (const id of [CERT, OTHER]) trust.confirmCertificate(id, 'aws', trust.ticket());
    await passes(250);
    await start({ maxPending: 10 });
    persistence.unreadable = true;
    persistence.failing = true;
    await trust.withdrawCertificate(CERT);
    for (let index = 0; index < 1_000; index += 1) await trust.withdrawCertificate(`unknown ${index}`);
    expect(trust.unwritten).toBeLessThanOrEqual(10);
    persistence.unreadable = false;
    persistence.failing = false;
    expect(await trust.certificate(CERT)).toBeUndefined();
    expect(await trust.certificate(OTHER)).toBeUndefined();
    await passes(MINUTE);
    expect(persistence.certificates.size).toBe(0);
    trust.confirmCertificate(OTHER, 'aws', trust.ticket());
    expect(await trust.certificate(OTHER)).toBeDefined();
  });

  it('that cannot be read gives no trust, and is asked again', async () => {
    trust.confirmCertificate(CERT, 'aws', trust.ticket());
    await passes(250);
    await start();
    persistence.unreadable = true;
    expect(await trust.certificate(CERT)).toBeUndefined();
    persistence.unreadable = false;
    expect(await trust.certificate(CERT)).toBeDefined();
  });
});

describe('the memory of trust', () => {
  it('is read from disk once', async () => {
    await trust.certificate(CERT);
    await trust.attachment(CERT, 'pump');
    await Promise.all([trust.certificate(OTHER), trust.certificate(OTHER)]);
    expect(persistence.loads).toBe(2);
  });

  it('forgets the least recently used past its capacity, and reads it again', async () => {
    await start({ capacity: 3 });
    for (const id of ['1', '2', '3', '4']) {
      trust.confirmCertificate(id, 'aws', trust.ticket());
      await trust.certificate(id);
      await passes(250);
    }
    const loads = persistence.loads;
    expect(await trust.certificate('4')).toBeDefined();
    expect(persistence.loads).toBe(loads);
    expect(await trust.certificate('1')).toBeDefined();
    expect(persistence.loads).toBe(loads + 1);
  });

  it('holds no more than 10,000 certificates of 100,000 that came', async () => {
    const id = (index: number): string => String(index).padStart(64, '0');
    for (let index = 0; index < 100_000; index += 1) {
      await trust.certificate(id(index));
      trust.confirmCertificate(id(index), 'aws', trust.ticket(), 'PEM');
      if (index % 500 === 499) await trust.flush();
    }
    expect(await persistence.counts()).toEqual({
      certificates: 100_000,
      attachments: 0,
      pems: 100_000,
    });
    const before = persistence.loads;
    for (let index = 99_999; index >= 0; index -= 1) await trust.certificate(id(index));
    expect(persistence.loads - before).toBeGreaterThanOrEqual(90_000);
  });
});
