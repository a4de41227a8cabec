import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AskedEvent, DecidedEvent } from '../../src/identity/observer.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { serialOf } from '../support/crls.ts';
import { BUILD_DATE, IdentityRoom, type IdentityRoomOptions, settled } from '../support/identity-room.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const maker = new CertificateMaker();
const device = maker.make({ subject: 'pump', notBefore: START - MINUTE, notAfter: START + 600 * MINUTE });
const other = maker.make({ subject: 'valve' });
const stranger = maker.make({ subject: 'stranger' });

let clock: ManualClock;
let cloud: ScriptedVerifier;
let room: IdentityRoom;

async function start(options: Partial<IdentityRoomOptions> = {}): Promise<void> {
  room = await IdentityRoom.open({ verifier: cloud, clock, ...options });
}

/** The daemon is killed and started again on its disk. */
async function restart(options: Partial<IdentityRoomOptions> = {}): Promise<void> {
  await start({ persistence: room.persistence, settings: room.settings, ...options });
}

async function passes(milliseconds: number): Promise<void> {
  await settled();
  clock.advance(milliseconds);
  await settled();
}

beforeEach(async () => {
  clock = new ManualClock(START);
  cloud = new ScriptedVerifier({ clock });
  cloud.setCertificate(device.id, 'active');
  cloud.setCertificate(other.id, 'active');
  cloud.attach(device.id, 'pump');
  cloud.attach(other.id, 'valve');
  await start();
});

describe('a device that connects', () => {
  it('is let in as its thing when its certificate is active and attached', async () => {
    expect(await room.authenticate('pump', device.pem)).toEqual({
      kind: 'authenticated',
      thingName: 'pump',
      clientId: 'pump',
      certificateId: device.id,
      certificatePem: device.pem,
      issuer: 'CN=pump',
      serialNumber: serialOf(device),
      notAfter: START + 600 * MINUTE,
      exclusive: false,
    });
  });

  it('is let in with base64 DER as EMQX sends it', async () => {
    const result = await room.authenticate('pump', device.der.toString('base64'));
    expect(result).toMatchObject({ kind: 'authenticated', certificatePem: device.pem });
  });

  it.each([
    ['an empty client id', '', device.pem, 'CLIENT_ID_INVALID', 'CLIENT_ID'],
    ['a client id that is no thing name', 'pump!', device.pem, 'CLIENT_ID_INVALID', 'CLIENT_ID'],
    ['a client id that is too long', 'p'.repeat(129), device.pem, 'CLIENT_ID_TOO_LONG', 'CLIENT_ID'],
    ['no certificate', 'pump', '', 'CERTIFICATE_UNREADABLE', 'CERTIFICATE'],
    ['an unknown certificate', 'pump', stranger.pem, 'CERTIFICATE_UNKNOWN', 'CERTIFICATE'],
    ["another thing's client id", 'valve', device.pem, 'NOT_ATTACHED', 'CLIENT_ID'],
    ['a client id that is no thing', 'nobody', device.pem, 'THING_UNKNOWN', 'CLIENT_ID'],
  ])('is refused with %s', async (_, clientId, pem, reason, category) => {
    expect(await room.authenticate(clientId, pem)).toMatchObject({ kind: 'rejected', reason, category });
  });

  it('costs no question when its client id, its text or its dates are wrong', async () => {
    const expired = maker.make({ notAfter: START - 1 });
    await room.authenticate('!', device.pem);
    await room.authenticate('pump', 'FAKE_PEM');
    await room.authenticate('pump', expired.pem);
    expect(cloud.calls).toEqual([]);
  });

  it('with an inactive certificate costs no question about the attachment', async () => {
    cloud.setCertificate(device.id, 'CERTIFICATE_INACTIVE');
    await room.authenticate('pump', device.pem);
    expect(cloud.calls.map((call) => call.about)).toEqual(['certificate']);
  });

  it("changes nothing for anybody when it uses somebody else's client id", async () => {
    await room.authenticate('pump', device.pem);
    await room.authenticate('valve', other.pem);
    await room.authenticate('valve', device.pem);
    await room.authenticate('pump', other.pem);
    cloud.network = 'down';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.authenticate('valve', other.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.authenticate('valve', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('is not asked about again within the time of revalidation, and is after it', async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 10 };
    await room.authenticate('pump', device.pem);
    await room.authenticate('pump', device.pem);
    await passes(59_999);
    await room.authenticate('pump', device.pem);
    expect(cloud.calls).toHaveLength(2);
    await passes(1);
    await room.authenticate('pump', device.pem);
    expect(cloud.calls).toHaveLength(4);
  });

  it('is asked about once the trust duration is over, however long the time of revalidation', async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 1, revalidateAfterSeconds: 3_600 };
    await room.authenticate('pump', device.pem);
    await passes(MINUTE);
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });
});

describe('the validity of a certificate', () => {
  it.each([
    ['its first millisecond', -MINUTE, 'authenticated'],
    ['the millisecond before', -MINUTE - 1, 'rejected'],
    ['its last millisecond', 600 * MINUTE, 'authenticated'],
    ['the millisecond after', 600 * MINUTE + 1, 'rejected'],
  ])('is decided at %s', async (_, offset, kind) => {
    clock = new ManualClock(START + offset);
    await start();
    expect((await room.authenticate('pump', device.pem)).kind).toBe(kind);
    expect((await room.verify(device.pem)).kind).toBe(kind === 'authenticated' ? 'active' : 'rejected');
  });

  it('is wider at both ends by the clock skew', async () => {
    for (const offset of [-2 * MINUTE, 601 * MINUTE]) {
      clock = new ManualClock(START + offset);
      await start({ settings: { clockSkewSeconds: 60 } });
      const result = await room.authenticate('pump', device.pem);
      expect(result).toMatchObject({ kind: 'authenticated', notAfter: START + 601 * MINUTE });
    }
  });

  it('that is over does not come back when the clock is set back, and the refusal says why', async () => {
    clock.setWall(START + 601 * MINUTE);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_EXPIRED' });
    clock.setWall(START);
    const result = await room.authenticate('pump', device.pem);
    expect(result).toMatchObject({
      reason: 'CERTIFICATE_EXPIRED',
      message: expect.stringContaining('deviceauthctl clock accept'),
    });
    await room.trustedClock.accept();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('that ends while the verifier thinks is over', async () => {
    clock.advance(599.9 * MINUTE);
    cloud.latencyMs = 10_000;
    const result = room.authenticate('pump', device.pem);
    await passes(10_000);
    await passes(10_000);
    expect(await result).toMatchObject({ reason: 'CERTIFICATE_EXPIRED' });
  });

  it('that has not begun is put down to the clock when that cannot be right', async () => {
    clock = new ManualClock(BUILD_DATE - 1);
    await start();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ reason: 'CLOCK_SUSPECT' });
    clock.setWall(BUILD_DATE);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({
      reason: 'CERTIFICATE_NOT_YET_VALID',
    });
  });

  it('goes on while a dead clock battery makes the clock suspect, by the high-water mark', async () => {
    await room.trustedClock.stop();
    clock = new ManualClock(0);
    await restart();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });
});

describe('a verifier that cannot be reached', () => {
  beforeEach(async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 10, revalidateAfterSeconds: 0 };
    await room.authenticate('pump', device.pem);
  });

  it('is stood in for by trust until that is over', async () => {
    cloud.network = 'down';
    await passes(10 * MINUTE - 1);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.verify(device.pem)).toMatchObject({ kind: 'active' });
    await passes(1);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
    expect(await room.verify(device.pem)).toMatchObject({ kind: 'unavailable', cause: 'no network' });
  });

  it('is stood in for by trust after a restart', async () => {
    await passes(250);
    cloud.network = 'down';
    await restart();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('is not stood in for by what was confirmed less than 250 ms before a kill', async () => {
    await passes(249);
    cloud.network = 'down';
    await restart();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('is not stood in for by trust in what another verifier said', async () => {
    await passes(250);
    const another = new ScriptedVerifier({ clock, name: 'another' });
    another.network = 'down';
    await restart({ verifier: another });
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it.each(['error', 'throw', 'queue-full'] as const)('is one that answers with "%s", too', async (call) => {
    cloud.call = call;
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.authenticate('valve', other.pem)).toMatchObject({
      kind: 'unavailable',
      queueFull: call === 'queue-full',
      retryAfterMs: call === 'queue-full' ? 1_000 : undefined,
      certificateId: other.id,
    });
  });

  it('is one that does not answer before the deadline', async () => {
    cloud.call = 'hang';
    const trusted = room.authenticate('pump', device.pem);
    const untrusted = room.authenticate('valve', other.pem);
    await passes(29_999);
    expect(await Promise.race([trusted, untrusted, settled()])).toBeUndefined();
    await passes(1);
    expect(await trusted).toMatchObject({ kind: 'authenticated' });
    expect(await untrusted).toMatchObject({ kind: 'unavailable' });
  });

  it('is not believed when it answers after the deadline', async () => {
    const release = cloud.hold();
    const result = room.authenticate('valve', other.pem);
    await passes(30_000);
    expect(await result).toMatchObject({ kind: 'unavailable' });
    release();
    await settled();
    expect(await room.trust.certificate(other.id)).toBeUndefined();
  });

  it('does not help a certificate that was rejected meanwhile', async () => {
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    await room.verify(device.pem);
    cloud.network = 'down';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
    await restart();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('counts as unavailable when the disk of trust cannot be read', async () => {
    await passes(250);
    cloud.network = 'down';
    room.persistence.unreadable = true;
    await restart();
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a rejection', () => {
  beforeEach(async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 10, revalidateAfterSeconds: 0 };
    await room.authenticate('pump', device.pem);
    await passes(250);
  });

  it.each([
    ['NOT_ATTACHED', 1, 0],
    ['CERTIFICATE_REVOKED', 0, 1],
  ] as const)('(%s) is on disk before it is answered', async (reason, certificates, attachments) => {
    if (reason === 'NOT_ATTACHED') cloud.detach(device.id, 'pump');
    else cloud.setCertificate(device.id, reason);
    const release = room.persistence.holdWrites();
    let answered = false;
    const result = room.authenticate('pump', device.pem).finally(() => {
      answered = true;
    });
    await settled();
    expect(answered).toBe(false);
    release();
    expect(await result).toMatchObject({ reason });
    expect(room.persistence.certificates.size).toBe(certificates);
    expect(room.persistence.attachments.size).toBe(attachments);
  });

  it('is answered though the disk refuses it', async () => {
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    room.persistence.failing = true;
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
    cloud.network = 'down';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('from elsewhere is not undone by a confirmation that was on its way', async () => {
    const release = cloud.hold();
    const result = room.authenticate('pump', device.pem);
    await settled();
    await room.trust.withdrawCertificate(device.id);
    release();
    expect(await result).toMatchObject({ kind: 'unavailable' });
    expect(await room.trust.certificate(device.id)).toBeUndefined();
  });
});

describe('a caller that does not wait', () => {
  it('for a token leaves the verification going, and the next attempt is answered at once', async () => {
    cloud.latencyMs = 10_000;
    const impatient = new AbortController();
    const first = room.authenticate('pump', device.pem, impatient.signal);
    await settled();
    impatient.abort();
    expect(await first).toMatchObject({ kind: 'unavailable', certificateId: device.id });
    await passes(10_000);
    await passes(10_000);
    expect(cloud.calls).toHaveLength(2);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(cloud.calls).toHaveLength(2);
  });

  it('for a token is answered at once the next time even where each attempt is asked about', async () => {
    room.settings = { ...room.settings, revalidateAfterSeconds: 0 };
    cloud.latencyMs = 10_000;
    const impatient = new AbortController();
    const first = room.authenticate('pump', device.pem, impatient.signal);
    await settled();
    impatient.abort();
    await first;
    await passes(10_000);
    await passes(10_000);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    const again = room.authenticate('pump', device.pem);
    await settled();
    expect(cloud.calls).toHaveLength(3);
    await passes(10_000);
    await passes(10_000);
    expect(await again).toMatchObject({ kind: 'authenticated' });
  });

  it('gets in on trust the next time when the verifier only hangs', async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 10, revalidateAfterSeconds: 0 };
    await room.authenticate('pump', device.pem);
    cloud.call = 'hang';
    const impatient = new AbortController();
    const first = room.authenticate('pump', device.pem, impatient.signal);
    await passes(5_000);
    impatient.abort();
    expect(await first).toMatchObject({ kind: 'unavailable' });
    await passes(25_000);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('gets in the next time only if nothing was rejected in between', async () => {
    room.settings = { ...room.settings, trustDurationMinutes: 10 };
    cloud.latencyMs = 1_000;
    const impatient = new AbortController();
    const first = room.authenticate('pump', device.pem, impatient.signal);
    await settled();
    impatient.abort();
    await first;
    await passes(1_000);
    await passes(1_000);
    cloud.latencyMs = 0;
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    await room.trust.withdrawCertificate(device.id);
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });

  it('for a verdict ends the question when it was the last one', async () => {
    cloud.call = 'hang';
    const one = new AbortController();
    const two = new AbortController();
    const both = [room.verify(device.pem, one.signal), room.verify(device.pem, two.signal)];
    await settled();
    expect(cloud.calls).toHaveLength(1);
    one.abort();
    await settled();
    expect(cloud.signals[0]?.aborted).toBe(false);
    two.abort();
    await settled();
    expect(cloud.signals[0]?.aborted).toBe(true);
    for (const each of both) expect(await each).toMatchObject({ kind: 'unavailable' });
  });

  it('shares its questions with the others', async () => {
    cloud.latencyMs = 100;
    const results = Promise.all([
      ...Array.from({ length: 20 }, () => room.authenticate('pump', device.pem)),
      room.verify(device.pem),
      room.authenticate('valve', device.pem),
    ]);
    for (let turn = 0; turn < 3; turn += 1) await passes(100);
    const kinds = (await results).map((result) => result.kind);
    expect(kinds.slice(0, 20).every((kind) => kind === 'authenticated')).toBe(true);
    expect(kinds.slice(20)).toEqual(['active', 'rejected']);
    expect(cloud.calls.map((call) => `${call.about} ${call.thingName ?? ''}`.trim()).sort()).toEqual([
      'attachment pump',
      'attachment valve',
      'certificate',
    ]);
  });
});

describe('a local verifier', () => {
  beforeEach(async () => {
    const registry = new ScriptedVerifier({ clock, name: 'registry', local: true });
    registry.setCertificate(device.id, 'active');
    registry.attach(device.id, 'pump');
    cloud = registry;
    await start({ settings: { trustDurationMinutes: 10 } });
  });

  it('is asked each time, and leaves no trust record', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    }
    expect(cloud.calls).toHaveLength(6);
    await passes(MINUTE);
    expect(room.persistence.batches).toEqual([]);
  });

  it('is asked for each caller, so that none is answered with what was true before it came', async () => {
    const release = cloud.hold();
    const before = room.authenticate('pump', device.pem);
    await settled();
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    const after = room.authenticate('pump', device.pem);
    await settled();
    release();
    expect(await before).toMatchObject({ kind: 'authenticated' });
    expect(await after).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });

  it.each(['error', 'throw'] as const)('that ends with "%s" lets nobody in', async (call) => {
    await room.authenticate('pump', device.pem);
    cloud.call = call;
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
    expect(await room.verify(device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('that hangs lets nobody in', async () => {
    cloud.call = 'hang';
    const result = room.authenticate('pump', device.pem);
    await passes(30_000);
    expect(await result).toMatchObject({ kind: 'unavailable' });
  });
});

describe('the client-id rule "any"', () => {
  beforeEach(async () => {
    room.settings = { ...room.settings, clientIdRule: 'any', trustDurationMinutes: 10 };
    cloud.detach(device.id, 'pump');
    cloud.attach(device.id, 'pump', true);
  });

  it('lets a certificate that is attached exclusively use a client id of its own', async () => {
    expect(await room.authenticate('pump 1', device.pem)).toMatchObject({
      kind: 'authenticated',
      thingName: 'pump',
      clientId: 'pump 1',
      exclusive: true,
    });
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ thingName: 'pump' });
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ thingName: 'pump' });
  });

  it('takes it for the thing that was confirmed last', async () => {
    await room.authenticate('dashboard', device.pem);
    cloud.detach(device.id, 'pump');
    cloud.attach(device.id, 'fan', true);
    clock.advance(1_000);
    await room.authenticator.verifyAttachment(
      { thingName: 'fan', certificatePem: device.pem },
      new AbortController().signal,
    );
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ thingName: 'fan' });
  });

  it('tells that it speaks for its former thing no more, so that live sessions end', async () => {
    const told: AskedEvent[] = [];
    await restart({ observer: { asked: (event) => told.push(event) } });
    await room.authenticate('dashboard', device.pem);
    cloud.detach(device.id, 'pump');
    cloud.attach(device.id, 'fan', true);
    clock.advance(60_000);
    await room.authenticate('dashboard', device.pem);
    const [certificateId, ended] = [device.id, { outcome: 'rejected', reason: 'NOT_ATTACHED' }];
    expect(told.filter(({ outcome }) => outcome === 'rejected')).toMatchObject([
      { about: 'attachment', certificateId, thingName: 'pump', known: true, ...ended },
    ]);
  });

  it('does not let it use the name of another registered thing', async () => {
    expect(await room.authenticate('valve', device.pem)).toMatchObject({
      kind: 'rejected',
      reason: 'CLIENT_ID_NOT_ALLOWED',
      category: 'CLIENT_ID',
    });
  });

  it('does not help a certificate that is not attached exclusively', async () => {
    expect(await room.authenticate('dashboard', other.pem)).toMatchObject({
      kind: 'rejected',
      category: 'CLIENT_ID',
    });
    expect(await room.authenticate('my valve', other.pem)).toMatchObject({
      kind: 'rejected',
      category: 'CLIENT_ID',
    });
    expect(await room.authenticate('valve', other.pem)).toMatchObject({
      thingName: 'valve',
      exclusive: false,
    });
  });

  it.each(['', 'a/b', 'a+', '#', 'a\0b', 'x'.repeat(129), '\ud800'])(
    'does not allow the client id %j',
    async (id) => {
      expect(await room.authenticate(id, device.pem)).toMatchObject({
        kind: 'rejected',
        category: 'CLIENT_ID',
      });
      expect(cloud.calls).toEqual([]);
    },
  );

  it('lets nobody in under a name of which it cannot be told whether it is a thing', async () => {
    await room.authenticate('pump', device.pem);
    cloud.network = 'down';
    expect(await room.authenticate('pump', device.pem)).toMatchObject({ kind: 'authenticated' });
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ kind: 'unavailable' });
    expect(await room.authenticate('no thing name', device.pem)).toMatchObject({ kind: 'authenticated' });
  });

  it('works offline, for as long as it is trusted', async () => {
    await room.authenticate('dashboard', device.pem);
    cloud.network = 'down';
    await passes(10 * MINUTE - 1);
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ thingName: 'pump' });
    await passes(1);
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('costs no question in a reconnect storm', async () => {
    await room.authenticate('dashboard', device.pem);
    const asked = cloud.calls.length;
    for (let time = 0; time < 20; time += 1) await room.authenticate('dashboard', device.pem);
    expect(cloud.calls).toHaveLength(asked);
  });

  it('forgets the thing a certificate was attached to when that is another now', async () => {
    await room.authenticate('dashboard', device.pem);
    cloud.detach(device.id, 'pump');
    cloud.attach(device.id, 'mixer', true);
    await passes(MINUTE);
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ thingName: 'mixer' });
    cloud.network = 'down';
    await passes(MINUTE);
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ thingName: 'mixer' });
    expect((await room.trust.attachments(device.id)).map((record) => record.thingName)).toEqual(['mixer']);
  });

  it('ends with the configuration that allows it', async () => {
    await room.authenticate('dashboard', device.pem);
    room.settings = { ...room.settings, clientIdRule: 'exact' };
    expect(await room.authenticate('dashboard', device.pem)).toMatchObject({ kind: 'rejected' });
    expect(await room.authenticator.recheck(device.id, 'pump', device.pem, 'dashboard')).toMatchObject({
      rejected: 'THING_UNKNOWN',
    });
  });
});

describe('a certificate and a thing that are asked about without a session', () => {
  /** The certificate is confirmed; about the attachment the verifier thinks until it answers. */
  async function attachmentAsked() {
    const confirm = cloud.hold();
    const waiting = room.verifyAttachment('pump', device.pem);
    await settled();
    const answer = cloud.hold();
    confirm();
    await settled();
    expect(cloud.calls.map(({ about }) => about)).toEqual(['certificate', 'attachment']);
    return { waiting, answer };
  }

  it('are confirmed when the certificate is active and attached to the thing', async () => {
    expect(await room.verifyAttachment('pump', device.pem)).toEqual({
      kind: 'active',
      certificateId: device.id,
    });
  });

  it.each(['exact', 'any'] as const)(
    'are told the same whatever the client-id rule (%s)',
    async (clientIdRule) => {
      room.settings = { ...room.settings, clientIdRule };
      cloud.attach(device.id, 'pump', true);
      cloud.addThing('tank');
      expect((await room.verifyAttachment('pump', device.pem)).kind).toBe('active');
      expect(await room.verifyAttachment('tank', device.pem)).toMatchObject({ reason: 'NOT_ATTACHED' });
    },
  );

  it.each([
    ['no certificate', 'pump', '', 'CERTIFICATE_UNREADABLE', []],
    ['an unknown certificate', 'pump', stranger.pem, 'CERTIFICATE_UNKNOWN', ['certificate']],
    ["another thing's certificate", 'valve', device.pem, 'NOT_ATTACHED', ['certificate', 'attachment']],
    ['a thing that is not there', 'nobody', device.pem, 'THING_UNKNOWN', ['certificate', 'attachment']],
    ['no thing name', 'pump/..', device.pem, 'THING_UNKNOWN', ['certificate']],
    ['an empty name', '', device.pem, 'THING_UNKNOWN', ['certificate']],
  ])('are refused with %s', async (_, thingName, pem, reason, asked) => {
    expect(await room.verifyAttachment(thingName, pem)).toMatchObject({ kind: 'rejected', reason });
    expect(cloud.calls.map(({ about }) => about)).toEqual(asked);
  });

  it('are refused outside the validity of the certificate, also when it ends while the verifier thinks', async () => {
    clock.advance(600 * MINUTE - 1);
    const { waiting, answer } = await attachmentAsked();
    clock.advance(2);
    answer();
    expect(await waiting).toMatchObject({ kind: 'rejected', reason: 'CERTIFICATE_EXPIRED' });
    expect(await room.verifyAttachment('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_EXPIRED' });
  });

  it('are refused when the CRL of the issuer says so, also when it comes while the verifier thinks', async () => {
    let listed = false;
    const refusal = () =>
      listed ? ({ kind: 'rejected', reason: 'CERTIFICATE_REVOKED', message: 'listed' } as const) : undefined;
    await start({ revocations: { refusal, revoked: refusal } });
    const { waiting, answer } = await attachmentAsked();
    listed = true;
    answer();
    expect(await waiting).toMatchObject({ kind: 'rejected', reason: 'CERTIFICATE_REVOKED' });
    expect(await room.verifyAttachment('pump', device.pem)).toMatchObject({ reason: 'CERTIFICATE_REVOKED' });
  });

  it('are confirmed from trust while the verifier cannot be reached, and else cannot be told', async () => {
    await room.verifyAttachment('pump', device.pem);
    cloud.network = 'down';
    expect(await room.verifyAttachment('pump', device.pem)).toMatchObject({ kind: 'active' });
    expect(await room.verifyAttachment('valve', other.pem)).toMatchObject({ kind: 'unavailable' });
  });

  it('are not confirmed by a defect', async () => {
    cloud.call = 'throw';
    expect(await room.verifyAttachment('pump', device.pem)).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a live session that is rechecked', () => {
  const recheck = () => room.authenticator.recheck(device.id, 'pump', device.pem);

  beforeEach(() => {
    room.settings = { ...room.settings, trustDurationMinutes: 10 };
  });

  it('is confirmed while certificate and attachment are', async () => {
    expect(await recheck()).toBe('confirmed');
  });

  it('is left as it is when no verdict can be had, whether or not trust stands', async () => {
    cloud.call = 'throw';
    expect(await recheck()).toBe('unavailable');
    cloud.call = 'ok';
    await room.authenticate('pump', device.pem);
    await passes(MINUTE);
    cloud.network = 'down';
    expect(await recheck()).toBe('unavailable');
    // It is not the attachment alone that could not be confirmed.
    room.trust.confirmAttachment(device.id, 'pump', false, cloud.name, room.trust.ticket());
    expect(await recheck()).toBe('unavailable');
  });

  it('ends when the certificate or the attachment is rejected', async () => {
    cloud.setCertificate(device.id, 'CERTIFICATE_REVOKED');
    expect(await recheck()).toMatchObject({ rejected: 'CERTIFICATE_REVOKED' });
    cloud.setCertificate(device.id, 'active');
    cloud.detach(device.id, 'pump');
    expect(await recheck()).toMatchObject({ rejected: 'NOT_ATTACHED' });
  });

  it('ends when its certificate has expired, whatever the verifier says', async () => {
    clock.advance(601 * MINUTE);
    expect(await recheck()).toMatchObject({ rejected: 'CERTIFICATE_EXPIRED' });
    expect(cloud.calls).toEqual([]);
  });

  it('ends when its own client id has become the name of another thing', async () => {
    room.settings = { ...room.settings, clientIdRule: 'any', revalidateAfterSeconds: 0 };
    cloud.attach(device.id, 'pump', true);
    const ask = () => room.authenticator.recheck(device.id, 'pump', device.pem, 'dashboard');
    expect(await ask()).toBe('confirmed');
    cloud.addThing('dashboard');
    expect(await ask()).toMatchObject({ rejected: 'CLIENT_ID_NOT_ALLOWED' });
  });

  it('ends when its certificate belongs to another thing now', async () => {
    room.settings = { ...room.settings, clientIdRule: 'any', revalidateAfterSeconds: 0 };
    cloud.detach(device.id, 'pump');
    cloud.attach(device.id, 'mixer', true);
    expect(await room.authenticator.recheck(device.id, 'pump', device.pem, 'dashboard')).toMatchObject({
      rejected: 'NOT_ATTACHED',
    });
  });
});

describe('what is reported', () => {
  it('tells each question and each decision, with reason and time, and no certificate', async () => {
    const asked: AskedEvent[] = [];
    const decided: DecidedEvent[] = [];
    const failures: unknown[] = [];
    await start({
      observer: {
        asked: (event) => asked.push(event),
        decided: (event) => decided.push(event),
        failed: (error) => failures.push(error),
      },
    });
    cloud.latencyMs = 20;
    const result = room.authenticate('valve', device.pem);
    await passes(20);
    await passes(20);
    await result;
    cloud.call = 'throw';
    await room.verify(stranger.pem);
    expect(asked).toMatchObject([
      { about: 'certificate', certificateId: device.id, outcome: 'active', ms: 20 },
      { about: 'attachment', thingName: 'valve', outcome: 'rejected', reason: 'NOT_ATTACHED', ms: 20 },
      { about: 'certificate', certificateId: stranger.id, outcome: 'unavailable' },
    ]);
    expect(decided).toMatchObject([
      {
        operation: 'authenticate',
        outcome: 'rejected',
        reason: 'NOT_ATTACHED',
        certificateId: device.id,
        ms: 40,
      },
      { operation: 'verify', outcome: 'unavailable', certificateId: stranger.id },
    ]);
    expect(failures).toHaveLength(1);
    expect(JSON.stringify([asked, decided])).not.toContain('BEGIN');
  });
});

describe('the authenticator that stops', () => {
  it('answers everybody who waits', async () => {
    cloud.call = 'hang';
    const waiting = [room.authenticate('pump', device.pem), room.verify(other.pem)];
    await settled();
    await room.stop();
    for (const each of waiting) expect(await each).toMatchObject({ kind: 'unavailable' });
  });
});

describe('whatever a device sends', () => {
  it('gets an answer, and lets in nobody but the one certificate under its one name', async () => {
    const texts = fc.oneof(
      fc.constantFrom(device.pem, other.pem, stranger.pem, device.der.toString('base64'), ''),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.nat(device.pem.length).map((at) => device.pem.slice(0, at) + device.pem.slice(at + 1)),
    );
    const names = fc.oneof(
      fc.constantFrom('pump', 'valve', 'Pump', 'pump ', 'pump\0', '', '../pump', '__proto__', 'constructor'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const owners: Readonly<Record<string, string>> = { [device.id]: 'pump', [other.id]: 'valve' };
    await fc.assert(
      fc.asyncProperty(
        names,
        texts,
        fc.constantFrom('exact' as const, 'any' as const),
        async (name, text, rule) => {
          room.settings = { ...room.settings, clientIdRule: rule };
          const result = await room.authenticate(name, text);
          if (result.kind !== 'authenticated') {
            expect(result.kind).toBe('rejected');
            return;
          }
          expect(owners[result.certificateId]).toBe(result.thingName);
          expect(result.clientId).toBe(result.thingName);
        },
      ),
      runs(),
    );
  });
});
