import { beforeEach, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { IdentityRoom, settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

const maker = new CertificateMaker();
const device = maker.make({ subject: 'pump' });
const other = maker.make({ subject: 'valve' });
const stranger = maker.make({ subject: 'stranger' });

let clock: ManualClock;
let cloud: ScriptedVerifier;
let room: IdentityRoom;

beforeEach(async () => {
  clock = new ManualClock();
  cloud = new ScriptedVerifier({ clock });
  cloud.setCertificate(device.id, 'active');
  cloud.setCertificate(other.id, 'active');
  cloud.attach(device.id, 'pump');
  cloud.attach(other.id, 'valve');
  const settings = { negativeCacheSeconds: 30, revalidateAfterSeconds: 60, trustDurationMinutes: 60 };
  room = await IdentityRoom.open({ verifier: cloud, clock, settings });
});

const asked = () => cloud.calls.map(({ about, thingName = '' }) => `${about} ${thingName}`.trim());

describe('A device that is refused in a loop', () => {
  it('costs one question as long as the refusal is remembered, with the same reason each time', async () => {
    const first = await room.authenticate('stranger', stranger.pem);
    clock.advance(29_999);
    expect(await room.authenticate('stranger', stranger.pem)).toEqual(first);
    expect(await room.verify(stranger.pem)).toMatchObject({ reason: 'CERTIFICATE_UNKNOWN' });
    expect(asked()).toEqual(['certificate']);
    clock.advance(1);
    await room.authenticate('stranger', stranger.pem);
    expect(asked()).toEqual(['certificate', 'certificate']);
  });

  it('with a client id that is not its own costs one question about that', async () => {
    for (let times = 0; times < 5; times += 1)
      expect(await room.authenticate('valve', device.pem)).toMatchObject({ reason: 'NOT_ATTACHED' });
    expect(asked()).toEqual(['certificate', 'attachment valve']);
  });

  it('keeps neither itself under its own name nor the one whose name it used from getting in', async () => {
    await room.authenticate('valve', device.pem);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.authenticate('valve', other.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('hears of it when it is on disk, also when it asks while that is being written', async () => {
    await room.authenticate('pump', device.pem);
    await room.trust.flush();
    clock.advance(60_000);
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    const write = room.persistence.holdWrites();
    const heard: string[] = [];
    const ask = async (clientId: string): Promise<void> => {
      const { kind } = await room.authenticate(clientId, device.pem);
      heard.push(`${kind}, ${room.persistence.certificates.has(device.id) ? 'not ' : ''}on disk`);
    };
    const first = ask('pump');
    await settled();
    const second = ask('valve');
    await settled();
    expect(heard).toEqual([]);
    write();
    await Promise.all([first, second]);
    expect(heard).toEqual(['rejected, on disk', 'rejected, on disk']);
  });

  it('is asked about again as soon as the operator wants it', async () => {
    await room.authenticate('stranger', stranger.pem);
    cloud.setCertificate(stranger.id, 'active');
    cloud.attach(stranger.id, 'stranger');
    expect(await room.authenticate('stranger', stranger.pem)).toMatchObject({ kind: 'rejected' });
    room.authenticator.forgetRefusals();
    expect(await room.authenticate('stranger', stranger.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('is asked about each time where nothing is to be remembered', async () => {
    room.settings = { ...room.settings, negativeCacheSeconds: 0 };
    await room.authenticate('stranger', stranger.pem);
    await room.authenticate('stranger', stranger.pem);
    expect(asked()).toEqual(['certificate', 'certificate']);
  });

  it('is not refused for an outage: only what was rejected is remembered', async () => {
    cloud.network = 'down';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
    cloud.network = 'up';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('stays refused while the cloud is out of reach, for as long as that is remembered', async () => {
    await room.authenticate('stranger', stranger.pem);
    cloud.network = 'down';
    expect(await room.authenticate('stranger', stranger.pem)).toMatchObject({ kind: 'rejected' });
    clock.advance(30_000);
    expect(await room.authenticate('stranger', stranger.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('takes no more memory than ten thousand of its kind', async () => {
    const { RecentRefusals } = await import('../../src/identity/recent-refusals.ts');
    const refusals = new RecentRefusals(clock, () => 30);
    const verdict = { kind: 'rejected', reason: 'NOT_ATTACHED', message: 'no' } as const;
    const question = (index: number) => ({
      about: 'attachment',
      certificateId: device.id,
      thingName: `t${index}`,
    });
    for (let index = 0; index < 20_000; index += 1) refusals.note(question(index), verdict);
    expect(refusals.get(question(9_999))).toBeUndefined();
    expect(refusals.get(question(10_000))).toEqual(verdict);
  });
});

describe('A local verifier', () => {
  it('is asked each time, so that what the operator just changed counts', async () => {
    cloud = new ScriptedVerifier({ clock, local: true });
    room = await IdentityRoom.open({ verifier: cloud, clock, settings: { negativeCacheSeconds: 30 } });
    await room.authenticate('pump', device.pem);
    cloud.setCertificate(device.id, 'active');
    cloud.attach(device.id, 'pump');
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });
});

describe('A verifier is told', () => {
  it('on whose behalf it is asked, since when, and until when', async () => {
    clock.advance(1_000);
    const release = cloud.hold();
    const waiting = room.authenticate('pump', device.pem);
    await settled();
    clock.advance(5_000);
    release();
    await waiting;
    expect(cloud.askings).toMatchObject([
      { since: 1_000, deadline: 31_000, onBehalfOf: device.id },
      { since: 1_000, deadline: 36_000, onBehalfOf: device.id },
    ]);
  });

  it('whether trust stands in for its answer', async () => {
    room.settings = { ...room.settings, revalidateAfterSeconds: 0 };
    await room.authenticate('pump', device.pem);
    await room.authenticate('pump', device.pem);
    await room.authenticator.recheck(device.id, 'pump', device.pem);
    clock.advance(3_600_000);
    await room.authenticate('pump', device.pem);
    expect(cloud.askings.map(({ standIn }) => standIn)).toEqual([
      ...[false, false],
      ...[true, true],
      // Nobody waits to be let in.
      ...[false, false],
      ...[false, false],
    ]);
  });

  it('nothing by those who join somebody else’s question, and that is counted', async () => {
    const release = cloud.hold();
    const all = [
      room.authenticate('pump', device.pem),
      room.authenticate('pump', device.pem),
      room.verify(device.pem),
      room.authenticate('valve', device.pem),
    ];
    await settled();
    expect(asked()).toEqual(['certificate']);
    expect(room.authenticator.joined).toBe(3);
    release();
    await Promise.all(all);
    expect(asked().toSorted()).toEqual(['attachment pump', 'attachment valve', 'certificate']);
  });
});
