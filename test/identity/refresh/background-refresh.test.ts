import { beforeEach, describe, expect, it } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { certificatesInOrder, DAY, drained, HOUR, RefreshRoom } from '../../support/refresh-room.ts';

const MINUTE = 60_000;
/** From when the tests begin. */
const UNTIL_DUE = DAY - MINUTE;
const [aa, bb, cc] = certificatesInOrder(3) as [TestCertificate, TestCertificate, TestCertificate];
const NAMES = { aa, bb, cc };

let room: RefreshRoom;

/** Three devices that have connected, and the run after the start behind them. */
async function open(options: Parameters<typeof RefreshRoom.open>[0] = {}): Promise<void> {
  room = await RefreshRoom.open(options);
  await room.connected(aa, 'pump');
  await room.connected(bb, 'valve', 'fan');
  await room.connected(cc, 'lamp');
  await room.passes(2 * MINUTE);
  room.asked(NAMES);
}

const EVERYTHING = [
  'certificate aa',
  'attachment aa pump',
  'certificate bb',
  'attachment bb valve',
  'attachment bb fan',
  'certificate cc',
  'attachment cc lamp',
];

beforeEach(() => open());

describe('the background refresh', () => {
  it('asks about every known device once in a window, each certificate and then its things', async () => {
    await room.passes(23 * HOUR);
    expect(room.asked(NAMES)).toEqual([]);
    await room.passes(HOUR);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    await room.passes(23 * HOUR);
    expect(room.asked(NAMES)).toEqual([]);
    await room.passes(HOUR);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('lets every device come back offline for the whole trust duration after it', async () => {
    await room.passes(6 * DAY);
    room.network.set('down');
    await room.passes(6 * DAY);
    for (const [thing, { pem }] of [
      ['pump', aa],
      ['fan', bb],
    ] as const) {
      expect((await room.identity.authenticate(thing, pem)).kind).toBe('authenticated');
    }
  });

  it('does not ask about what was confirmed a moment ago', async () => {
    room.identity.settings = { ...room.identity.settings, revalidateAfterSeconds: 300 };
    await room.passes(23 * HOUR + 58 * MINUTE);
    await room.connected(aa, 'pump');
    room.asked(NAMES);
    await room.passes(2 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING.slice(2));
  });

  it('never asks when its interval is 0', async () => {
    room.settings = { ...room.settings, intervalHours: 0 };
    await room.passes(10 * DAY, HOUR);
    expect(room.asked(NAMES)).toEqual([]);
    expect(room.refresh.status()).toMatchObject({ state: 'off', nextAt: undefined });
  });

  it('follows an interval that is changed while it waits', async () => {
    room.settings = { ...room.settings, intervalHours: 2 };
    await room.passes(2 * HOUR + 20 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('stops at the next certificate when the interval becomes 0', async () => {
    room.settings = { ...room.settings, questionsPerSecond: 1 / 600 };
    await room.passes(DAY);
    expect(room.asked(NAMES)).not.toHaveLength(0);
    room.settings = { ...room.settings, intervalHours: 0 };
    await room.passes(HOUR);
    room.asked(NAMES);
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual([]);
  });
});

describe('an operator who has changed something in the cloud', () => {
  it('has everything asked about, also what was confirmed a moment ago', async () => {
    room.identity.settings = { ...room.identity.settings, revalidateAfterSeconds: 7 * 86_400 };
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual([]);
    room.verifier.setCertificate(bb.id, 'CERTIFICATE_REVOKED');
    room.refresh.trigger();
    await room.passes(MINUTE);
    expect(room.asked(NAMES)).toEqual([...EVERYTHING.slice(0, 3), ...EVERYTHING.slice(5)]);
    expect(room.persistence.pems.has(bb.id)).toBe(false);
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual([]);
  });
});

describe('what a refresh learns', () => {
  it('of a revoked certificate is on disk before the next question, and its things are not asked about', async () => {
    room.verifier.setCertificate(bb.id, 'CERTIFICATE_REVOKED');
    room.settings = { ...room.settings, questionsPerSecond: 1 / 60 };
    const left: number[] = [];
    room.refresh.trigger();
    for (let minute = 0; minute < 10; minute += 1) {
      await room.passes(MINUTE);
      if (room.verifier.calls.at(-1)?.certificateId === bb.id) left.push(room.persistence.certificates.size);
    }
    expect(left).toEqual([2]);
    expect(room.persistence.pems.has(bb.id)).toBe(false);
    expect(room.asked(NAMES)).toEqual([...EVERYTHING.slice(0, 3), ...EVERYTHING.slice(5)]);
    room.network.set('down');
    expect((await room.identity.authenticate('valve', bb.pem)).kind).toBe('unavailable');
  });

  it('of one thing leaves the certificate and its other thing', async () => {
    room.verifier.detach(bb.id, 'fan');
    await room.passes(DAY);
    room.network.set('down');
    expect((await room.identity.authenticate('fan', bb.pem)).kind).toBe('unavailable');
    expect((await room.identity.authenticate('valve', bb.pem)).kind).toBe('authenticated');
  });

  it('about a thing it cannot be told leaves that record as it is, and the others are asked about', async () => {
    const verify = room.verifier.verifyAttachment.bind(room.verifier);
    room.verifier.verifyAttachment = async (certificateId, thingName, asking) => {
      const verdict = await verify(certificateId, thingName, asking);
      return thingName === 'pump' ? { kind: 'unavailable', cause: 'internal server error' } : verdict;
    };
    const before = room.persistence.attachments.get(`${aa.id} pump`);
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    expect(room.persistence.attachments.get(`${aa.id} pump`)).toEqual(before);
    expect(room.refresh.status()).toMatchObject({ state: 'done', failures: 0, lastError: '' });
    expect(room.refresh.status().detail).toContain('1 questions without an answer');
  });

  it('is not less because the cloud asks to wait meanwhile: nobody is left out for that', async () => {
    const verify = room.verifier.verifyCertificate.bind(room.verifier);
    let asked = 0;
    room.verifier.verifyCertificate = async (certificate, asking) => {
      asked += 1;
      const verdict = await verify(certificate, asking);
      return asked <= 8 ? { kind: 'unavailable', cause: 'throttled', retryAfterMs: 30_000 } : verdict;
    };
    room.refresh.trigger();
    await room.passes(5_000, 1_000);
    expect(asked).toBe(1);
    await room.passes(HOUR);
    expect(room.refresh.status()).toMatchObject({ state: 'done', failures: 0 });
    expect(room.refresh.status().detail).toContain('7 answers that confirm, 0 that reject');
    expect(room.refresh.status().detail).not.toContain('without an answer');
  });

  it('is shared with a device that connects meanwhile', async () => {
    const tell = room.verifier.hold();
    room.refresh.trigger();
    await drained();
    const connecting = room.identity.verify(aa.pem);
    await drained();
    expect(room.asked(NAMES)).toEqual(['certificate aa']);
    tell();
    expect((await connecting).kind).toBe('active');
  });
});

describe('a network that comes and goes', () => {
  it('starts no second run in a window', async () => {
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    for (let flap = 0; flap < 50; flap += 1) {
      room.network.set('down');
      await room.passes(10 * MINUTE);
      room.network.set('up');
      await room.passes(10 * MINUTE);
    }
    expect(room.asked(NAMES)).toEqual([]);
  });

  it('starts the run that is late as soon as it is there', async () => {
    room.network.set('down');
    await room.passes(5 * DAY);
    room.asked(NAMES);
    room.network.set('up');
    await drained();
    expect(room.asked(NAMES).toSorted()).toEqual(EVERYTHING.toSorted());
  });

  it('is not asked meanwhile but by one question now and then, to find out', async () => {
    room.network.set('down');
    await room.passes(30 * HOUR);
    room.asked(NAMES);
    await room.passes(4 * HOUR);
    expect(room.asked(NAMES)).toHaveLength(8);
  });

  it('begins the window with the first answer, not with the first try', async () => {
    room.network.set('down');
    await room.passes(30 * HOUR);
    room.network.set('up');
    await room.passes(MINUTE);
    room.asked(NAMES);
    await room.passes(23 * HOUR);
    expect(room.asked(NAMES)).toEqual([]);
    await room.passes(HOUR + MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('in the middle of a run has nobody left out', async () => {
    room.settings = { ...room.settings, questionsPerSecond: 1 / 60 };
    await room.passes(UNTIL_DUE + 2 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING.slice(0, 3));
    room.network.set('down');
    await room.passes(40 * HOUR, 10 * MINUTE);
    room.asked(NAMES);
    room.network.set('up');
    await room.passes(10 * MINUTE);
    expect(room.asked(NAMES)).toEqual(expect.arrayContaining(EVERYTHING.slice(3)));
  });

  it('that nobody knows to be down is left alone after five questions in a row', async () => {
    room.network.isKnown = false;
    room.network.set('down');
    await room.passes(UNTIL_DUE);
    expect(room.asked(NAMES)).toHaveLength(5);
    expect(room.refresh.status()).toMatchObject({ state: 'waiting' });
    expect(room.refresh.status().detail).toContain('the verifier is out of reach');
  });

  it('has no device hold up the others that never gets an answer, and takes the network with it', async () => {
    const verify = room.verifier.verifyCertificate.bind(room.verifier);
    room.verifier.verifyCertificate = (certificate, asking) => {
      room.network.set(certificate.id === bb.id ? 'down' : 'up');
      return verify(certificate, asking);
    };
    await room.passes(UNTIL_DUE + 4 * HOUR);
    const asked = room.asked(NAMES);
    expect(asked).toContain('certificate cc');
    expect(asked.filter((call) => call === 'certificate bb').length).toBeLessThan(12);
    expect(room.refresh.status().state).toBe('done');
  });

  it('says so when no question of a run was answered', async () => {
    room.verifier.call = 'error';
    await room.passes(26 * HOUR);
    expect(room.refresh.status()).toMatchObject({
      state: 'done',
      failures: 1,
      lastError: 'no question was answered: internal server error',
    });
    room.verifier.call = 'ok';
    await room.passes(DAY);
    expect(room.refresh.status()).toMatchObject({ failures: 0, lastError: '' });
  });
});

describe('devices that connect', () => {
  it('come first: next to nothing is asked while their questions wait', async () => {
    room.network.isBusy = true;
    room.refresh.trigger();
    await room.passes(25_000, 1_000);
    expect(room.asked(NAMES)).toEqual(EVERYTHING.slice(0, 2));
    room.network.isBusy = false;
    await room.passes(MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING.slice(2));
  });

  it('without end do not keep the others from being verified', async () => {
    room.network.isBusy = true;
    await room.passes(DAY + 20 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('share the verifier with no more questions in a second than allowed', async () => {
    room.settings = { ...room.settings, questionsPerSecond: 2 };
    room.refresh.trigger();
    const times: number[] = [];
    for (let step = 0; step < 100; step += 1) {
      await drained();
      if (room.asked(NAMES).length > 0) times.push(step * 100);
      await room.passes(100);
    }
    expect(times).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500, 3_000]);
  });

  it('that fill the queue delay it, and cost it no answer', async () => {
    room.verifier.call = 'queue-full';
    room.refresh.trigger();
    await room.passes(10_000, 1_000);
    room.asked(NAMES);
    room.verifier.call = 'ok';
    await room.passes(10_000, 1_000);
    expect(room.asked(NAMES).toSorted()).toEqual(EVERYTHING.toSorted());
  });

  it('are let in after a restart before it asks for anything', async () => {
    await room.stop();
    room.clock.advance(2 * DAY);
    await room.start();
    await room.passes(59_000);
    expect(room.asked(NAMES)).toEqual([]);
    await room.passes(2_000);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });
});

describe('an operator’s refresh', () => {
  it('is made at once, whatever the interval, and counts as the window’s', async () => {
    await room.passes(20 * HOUR);
    expect(room.refresh.trigger()).toBe('started');
    await drained();
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    await room.passes(23 * HOUR);
    expect(room.asked(NAMES)).toEqual([]);
    room.settings = { ...room.settings, intervalHours: 0 };
    expect(room.refresh.trigger()).toBe('started');
    await drained();
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    expect(room.refresh.status().state).toBe('off');
  });

  it('is the one under way, where there is one', async () => {
    room.settings = { ...room.settings, questionsPerSecond: 1 / 60 };
    await room.passes(DAY);
    expect(room.refresh.trigger()).toBe('joined');
    expect(room.refresh.trigger()).toBe('joined');
    await room.passes(HOUR);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it.each([
    ['before the next window', HOUR],
    ['while a run waits for it', 2 * DAY],
  ])('tries a verifier at once that is thought to be out of reach, %s', async (_, passed) => {
    room.network.set('down');
    await room.passes(passed);
    room.asked(NAMES);
    room.refresh.trigger();
    await drained();
    expect(room.asked(NAMES)).toHaveLength(1);
  });
});

describe('a restart in the middle of a run', () => {
  const many = certificatesInOrder(60);

  it('goes on where it was, and begins no new window', async () => {
    room = await RefreshRoom.open({ refresh: { questionsPerSecond: 1 / 60 }, pageSize: 25 });
    for (const [index, each] of many.entries()) await room.connected(each, `thing${index}`);
    await room.passes(2 * MINUTE);
    room.asked({});
    await room.passes(DAY + HOUR);
    expect(room.asked({})).not.toHaveLength(0);
    expect(room.persistence.refresh).toMatchObject({ cursor: many[24]?.id, finishedAt: undefined });
    const beganAt = room.persistence.refresh?.beganAt;
    await room.kill();
    await room.passes(90 * MINUTE);
    const certificates = room.asked({}).filter((call) => call.startsWith('certificate'));
    expect(certificates[0]).toBe(`certificate ${many[25]?.id}`);
    expect(new Set(certificates).size).toBe(35);
    expect(room.persistence.refresh).toMatchObject({ beganAt, cursor: '' });
    expect(room.persistence.refresh?.finishedAt).toBeDefined();
  });
});

describe('a clock that is set', () => {
  it('forward and back starts no runs, but for one late one after a start', async () => {
    for (let jump = 0; jump < 20; jump += 1) {
      room.clock.setWall(room.clock.now() + 3 * DAY);
      await room.passes(20 * MINUTE);
      room.clock.setWall(room.clock.now() - 5 * DAY);
      await room.passes(20 * MINUTE);
    }
    expect(room.asked(NAMES)).toEqual([]);
  });

  it('back does not stop them for longer than an interval', async () => {
    room.clock.setWall(0);
    await room.passes(DAY);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    await room.kill();
    room.clock.setWall(0);
    await room.identity.trustedClock.accept().catch(() => {});
    await room.passes(DAY + MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('right after a start, on a host that has no clock of its own, makes the late run', async () => {
    await room.kill();
    await room.passes(10 * MINUTE);
    expect(room.asked(NAMES)).toEqual([]);
    room.clock.setWall(room.clock.now() + 3 * DAY);
    await room.passes(15 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('so that a state from the future is on disk: that is dropped', async () => {
    await room.stop();
    const beganAt = room.clock.now() + 30 * DAY;
    room.persistence.refresh = { beganAt, cursor: cc.id, finishedAt: undefined };
    await room.start();
    await room.passes(2 * MINUTE);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
    expect(room.logged.map(({ message }) => message)).toContain(
      'the state of the refresh is from the future and is dropped',
    );
  });
});

describe('a disk that fails', () => {
  it('interrupts the run, which goes on once it works again', async () => {
    await room.passes(23 * HOUR + 50 * MINUTE);
    room.persistence.failing = true;
    await room.passes(HOUR);
    expect(room.refresh.status()).toMatchObject({ lastError: 'database or disk is full', state: 'waiting' });
    expect(room.refresh.status().failures).toBeGreaterThan(1);
    room.persistence.failing = false;
    room.asked(NAMES);
    await room.passes(2 * HOUR);
    expect(room.refresh.status()).toMatchObject({ lastError: '', failures: 0, state: 'done' });
    await room.passes(20 * HOUR);
    room.asked(NAMES);
    await room.passes(4 * HOUR);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });

  it('that cannot be read is asked again, ever more rarely', async () => {
    await room.passes(23 * HOUR);
    room.persistence.unreadable = true;
    await room.passes(DAY);
    expect(room.refresh.status().failures).toBeLessThan(32);
    room.persistence.unreadable = false;
    await room.passes(HOUR);
    expect(room.asked(NAMES)).toEqual(EVERYTHING);
  });
});

describe('the status of the refresh', () => {
  it('says when it ran, what came of it and when it runs next', async () => {
    await room.passes(DAY);
    const { startedAt = 0, nextAt = 0, succeededAt = 0, ...rest } = room.refresh.status();
    expect(rest).toEqual({
      name: 'refresh',
      state: 'done',
      detail: '3 certificates looked at; 7 answers that confirm, 0 that reject',
      failures: 0,
      lastError: '',
    });
    expect(room.clock.now() - startedAt).toBeLessThan(5 * MINUTE);
    expect(succeededAt).toBe(startedAt);
    expect(nextAt - startedAt).toBe(DAY);
  });

  it('knows after a restart when it ran', async () => {
    const { startedAt, succeededAt, nextAt } = room.refresh.status();
    await room.kill();
    await room.passes(2 * MINUTE);
    expect(room.refresh.status()).toMatchObject({ startedAt, succeededAt, nextAt, state: 'done' });
  });

  it('says how far a run has come', async () => {
    room.settings = { ...room.settings, questionsPerSecond: 1 / 60 };
    await room.passes(UNTIL_DUE + 2 * MINUTE);
    expect(room.refresh.status()).toMatchObject({ state: 'running', nextAt: undefined });
    expect(room.refresh.status().detail).toBe(
      '1 of about 3 certificates looked at; 3 answers that confirm, 0 that reject',
    );
  });
});
