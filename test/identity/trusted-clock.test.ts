import { describe, expect, it } from 'vitest';
import { TrustedClock } from '../../src/identity/trusted-clock.ts';
import { settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryTrustPersistence } from '../support/memory-trust-persistence.ts';

const BUILT = Date.UTC(2025, 5, 1);
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

async function open(clock: ManualClock, persistence = new MemoryTrustPersistence()) {
  return { clock, persistence, trusted: await TrustedClock.open({ clock, persistence, buildDate: BUILT }) };
}

describe('the trusted clock', () => {
  it('tells the time of the wall clock as long as that goes forward', async () => {
    const { clock, trusted } = await open(new ManualClock(START));
    clock.advance(HOUR);
    expect(trusted.now()).toBe(START + HOUR);
    clock.setWall(START + 2 * HOUR);
    expect(trusted.now()).toBe(START + 2 * HOUR);
  });

  it('goes on from where it was when the wall clock is set back', async () => {
    const { clock, trusted } = await open(new ManualClock(START));
    clock.advance(HOUR);
    clock.setWall(0);
    expect(trusted.now()).toBe(START + HOUR);
    clock.advance(HOUR);
    expect(trusted.now()).toBe(START + 2 * HOUR);
    expect(trusted.lag()).toBe(START + 2 * HOUR - HOUR);
  });

  it('follows the wall clock again once that has caught up', async () => {
    const { clock, trusted } = await open(new ManualClock(START));
    clock.setWall(START - HOUR);
    clock.advance(HOUR / 2);
    clock.setWall(START + WEEK);
    expect(trusted.now()).toBe(START + WEEK);
    expect(trusted.lag()).toBe(0);
  });

  it('loses no time to fractions, however often it is asked', async () => {
    const clock = new ManualClock(START);
    const { trusted } = await open(clock);
    clock.setWall(0);
    for (let tick = 0; tick < 1_000; tick += 1) {
      clock.advance(0.25);
      expect(Number.isInteger(trusted.now())).toBe(true);
    }
    expect(trusted.now()).toBe(START + 250);
  });

  it('started after a week with a clock of 1970, stands where it was stopped', async () => {
    const first = await open(new ManualClock(START));
    first.clock.advance(HOUR);
    await first.trusted.stop();
    const second = await open(new ManualClock(0), first.persistence);
    expect(second.trusted.now()).toBe(START + HOUR);
    second.clock.advance(HOUR);
    expect(second.trusted.now()).toBe(START + 2 * HOUR);
  });

  it('started after a week with a right clock, is right', async () => {
    const first = await open(new ManualClock(START));
    await first.trusted.stop();
    const second = await open(new ManualClock(START + WEEK), first.persistence);
    expect(second.trusted.now()).toBe(START + WEEK);
  });

  it('loses at most a minute to a kill', async () => {
    const { clock, persistence } = await open(new ManualClock(START));
    for (let second = 0; second < 3_599; second += 1) clock.advance(1_000);
    await settled();
    const reopened = await open(new ManualClock(0), persistence);
    expect(START + 3_599_000 - reopened.trusted.now()).toBeLessThanOrEqual(60_000);
    expect(persistence.marksWritten).toBeLessThanOrEqual(60);
  });

  it('goes on when its mark cannot be written, and writes it later', async () => {
    const { clock, persistence, trusted } = await open(new ManualClock(START));
    persistence.failing = true;
    clock.advance(60_000);
    await settled();
    expect(persistence.mark.highWaterMark).toBe(0);
    persistence.failing = false;
    clock.advance(60_000);
    await settled();
    expect(persistence.mark.highWaterMark).toBe(START + 120_000);
    expect(trusted.now()).toBe(START + 120_000);
  });

  it('writes nothing more once it is stopped', async () => {
    const { clock, persistence, trusted } = await open(new ManualClock(START));
    await trusted.stop();
    const written = persistence.marksWritten;
    clock.advance(HOUR);
    await settled();
    expect(persistence.marksWritten).toBe(written);
  });

  it('does not start when its mark cannot be read', async () => {
    const persistence = new MemoryTrustPersistence();
    persistence.highWaterMark = () => Promise.reject(new Error('disk I/O error'));
    await expect(open(new ManualClock(START), persistence)).rejects.toThrow('disk I/O error');
  });
});

describe('a suspect clock', () => {
  it('is one that stands before the build date, and says so', async () => {
    const { clock, trusted } = await open(new ManualClock(BUILT));
    expect(trusted.isSuspect()).toEqual({ suspect: false });
    clock.setWall(BUILT - 1);
    expect(trusted.isSuspect()).toMatchObject({ suspect: true, reason: expect.stringContaining('built') });
    expect(trusted.status()).toMatchObject({ now: BUILT - 1, highWaterMark: BUILT, suspect: true });
  });

  it('is one that stands before the notBefore of the CA', async () => {
    const { clock, trusted } = await open(new ManualClock(START));
    trusted.setCaNotBefore(START + HOUR);
    expect(trusted.isSuspect()).toMatchObject({
      suspect: true,
      reason: expect.stringContaining('authority'),
    });
    clock.advance(HOUR);
    expect(trusted.isSuspect().suspect).toBe(false);
    clock.setWall(START);
    trusted.setCaNotBefore(undefined);
    expect(trusted.isSuspect().suspect).toBe(false);
  });

  it('stays suspect though the high-water mark knows better', async () => {
    const first = await open(new ManualClock(START));
    await first.trusted.stop();
    const { trusted } = await open(new ManualClock(0), first.persistence);
    expect(trusted.now()).toBe(START);
    expect(trusted.isSuspect().suspect).toBe(true);
  });
});

describe('accepting the clock', () => {
  it('resets the mark to the wall clock, and that survives a restart', async () => {
    const { clock, persistence, trusted } = await open(new ManualClock(START));
    clock.setWall(Date.UTC(2099, 0, 1));
    expect(trusted.now()).toBe(Date.UTC(2099, 0, 1));
    clock.setWall(START);
    await trusted.accept();
    expect(trusted.now()).toBe(START);
    const reopened = await open(new ManualClock(START), persistence);
    expect(reopened.trusted.now()).toBe(START);
  });

  it('never sets back the timeline of trust, nor does a restart after it', async () => {
    const { clock, persistence, trusted } = await open(new ManualClock(START));
    clock.setWall(Date.UTC(2099, 0, 1));
    const before = trusted.trustNow();
    clock.setWall(START);
    await trusted.accept();
    expect(trusted.trustNow()).toBe(before);
    clock.advance(HOUR);
    expect(trusted.trustNow()).toBe(before + HOUR);
    await trusted.stop();
    const reopened = await open(new ManualClock(START), persistence);
    expect(reopened.trusted.trustNow()).toBe(before + HOUR);
  });

  it('changes nothing while the wall clock stands before the build date', async () => {
    const { clock, trusted } = await open(new ManualClock(START));
    clock.setWall(BUILT - 1);
    await expect(trusted.accept()).rejects.toMatchObject({ reason: 'CLOCK_SUSPECT' });
    expect(trusted.now()).toBe(START);
  });

  it('is an error when it could not be written down', async () => {
    const { clock, persistence, trusted } = await open(new ManualClock(START));
    clock.setWall(START - HOUR);
    persistence.failing = true;
    await expect(trusted.accept()).rejects.toThrow('disk is full');
  });
});
