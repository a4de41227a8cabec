import { beforeEach, describe, expect, it } from 'vitest';
import type { AssociatedThings, Associations } from '../../../src/identity/refresh/ports.ts';
import { CertificateMaker, type TestCertificate, VALID_FROM } from '../../support/certificates.ts';
import { certificatesInOrder, DAY, drained, HOUR, RefreshRoom } from '../../support/refresh-room.ts';

const [aa, bb, cc] = certificatesInOrder(3) as [TestCertificate, TestCertificate, TestCertificate];
const NAMES = { aa, bb, cc };

let room: RefreshRoom;

async function open(options: Parameters<typeof RefreshRoom.open>[0] = {}): Promise<void> {
  room = await RefreshRoom.open(options);
  await room.passes(2 * 60_000);
  await room.connected(aa, 'pump');
  await room.connected(bb, 'valve', 'fan');
  await room.connected(cc);
  await room.identity.verify(cc.pem);
  await room.identity.trust.flush();
  room.asked(NAMES);
}

async function refreshed(): Promise<readonly string[]> {
  room.refresh.trigger();
  await drained();
  await room.passes(60_000);
  return room.asked(NAMES);
}

function known(): { readonly certificates: readonly string[]; readonly attachments: readonly string[] } {
  const { certificates, attachments } = room.persistence;
  const nameOf = (id: string): string =>
    id === aa.id ? 'aa' : id === bb.id ? 'bb' : id === cc.id ? 'cc' : id;
  return {
    certificates: [...certificates.keys()].map(nameOf).sort(),
    attachments: [...attachments.values()]
      .map(({ certificateId, thingName }) => `${nameOf(certificateId)} ${thingName}`)
      .sort(),
  };
}

describe('a certificate that has expired', () => {
  const device = new CertificateMaker().make({
    subject: 'x',
    notBefore: VALID_FROM,
    notAfter: Date.UTC(2026, 0, 3),
  });

  it('is forgotten with everything of it, without a question, once the clock skew has passed too', async () => {
    await open({ refresh: { clockSkewSeconds: 3600 } });
    await room.connected(device, 'old');
    room.asked(NAMES);
    await room.passes(2 * DAY + 30 * 60_000);
    expect(room.persistence.pems.has(device.id)).toBe(true);
    room.asked(NAMES);
    await room.passes(HOUR);
    expect((await refreshed()).join()).not.toContain(device.id);
    expect(room.persistence.pems.has(device.id)).toBe(false);
    expect(room.persistence.attachments.has(`${device.id} old`)).toBe(false);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    expect(room.refresh.status().detail).toContain('1 records forgotten');
  });

  it('is forgotten once a day though nothing is asked', async () => {
    await open({ refresh: { intervalHours: 0 } });
    await room.connected(device, 'old');
    room.asked(NAMES);
    await room.passes(3 * DAY + HOUR);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    expect(room.asked(NAMES)).toEqual([]);
    expect(room.persistence.refresh).toBeUndefined();
  });
});

describe('a record that cannot be confirmed', () => {
  it('is kept for 90 days and then forgotten', async () => {
    await open();
    const verify = room.verifier.verifyCertificate.bind(room.verifier);
    room.verifier.verifyCertificate = async (certificate, asking) =>
      certificate.id === cc.id ? { kind: 'unavailable', cause: 'no' } : await verify(certificate, asking);
    await room.passes(90 * DAY, HOUR);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    await room.passes(25 * HOUR, HOUR);
    expect(known().certificates).toEqual(['aa', 'bb']);
    expect(known().attachments).toEqual(['aa pump', 'bb fan', 'bb valve']);
  });

  it('is kept for as long as it stands for the device, where that is longer', async () => {
    await open({ refresh: { intervalHours: 0, trustDurationMinutes: 200 * 24 * 60 } });
    await room.passes(199 * DAY, 6 * HOUR);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    room.network.set('down');
    expect((await room.identity.authenticate('pump', aa.pem)).kind).toBe('authenticated');
    await room.passes(2 * DAY, HOUR);
    expect(known()).toEqual({ certificates: [], attachments: [] });
    expect(room.persistence.pems.size).toBe(0);
  });

  it('because its certificate was withdrawn is no known device: it is not asked about', async () => {
    await open();
    room.verifier.setCertificate(bb.id, 'CERTIFICATE_INACTIVE');
    await room.passes(2 * 60_000);
    await refreshed();
    await room.passes(2 * 60_000);
    expect(await refreshed()).toEqual(['certificate aa', 'attachment aa pump', 'certificate cc']);
    await room.passes(92 * DAY, HOUR);
    expect(known()).toEqual({ certificates: ['aa', 'cc'], attachments: ['aa pump'] });
  });
});

describe('a PEM that was damaged on disk', () => {
  beforeEach(() => open());

  it('is dropped by the refresh, with a line that does not have it, and its things are asked about', async () => {
    room.persistence.pems.set(bb.id, aa.pem);
    room.persistence.pems.set(cc.id, 'damaged');
    room.clock.advance(2 * 60_000);
    expect(await refreshed()).toEqual([
      'certificate aa',
      'attachment aa pump',
      'attachment bb valve',
      'attachment bb fan',
    ]);
    expect([...room.persistence.pems.keys()]).toEqual([aa.id]);
    expect(room.logged.map(({ fields }) => fields)).toEqual([
      { certificateId: bb.id },
      { certificateId: cc.id },
    ]);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
  });

  it('costs its device nothing, online or offline, and is there again once the device was confirmed', async () => {
    room.persistence.pems.set(bb.id, 'damaged');
    await refreshed();
    room.network.set('down');
    expect((await room.identity.authenticate('fan', bb.pem)).kind).toBe('authenticated');
    room.network.set('up');
    room.clock.advance(2 * 60_000);
    await room.connected(bb, 'fan');
    expect(room.persistence.pems.has(bb.id)).toBe(true);
  });
});

describe('what is not associated with this core', () => {
  let answer: AssociatedThings | (() => never);
  let listed: AbortSignal[];
  const associations: Associations = {
    list: async (signal) => {
      listed.push(signal);
      return typeof answer === 'function' ? answer() : answer;
    },
  };

  beforeEach(() => {
    listed = [];
    answer = { kind: 'answered', value: new Set(['valve']) };
  });

  it('is kept, and nobody is asked for associations, unless the operator wants it forgotten', async () => {
    await open({ associations });
    await refreshed();
    expect(listed).toHaveLength(0);
    expect(known()).toEqual({
      certificates: ['aa', 'bb', 'cc'],
      attachments: ['aa pump', 'bb fan', 'bb valve'],
    });
  });

  it('is forgotten: other things, and certificates that are attached to none', async () => {
    await open({ associations, refresh: { forgetUnassociated: true } });
    room.clock.advance(2 * 60_000);
    expect(await refreshed()).toEqual(['certificate bb', 'attachment bb valve']);
    expect(known()).toEqual({ certificates: ['bb'], attachments: ['bb valve'] });
    expect([...room.persistence.pems.keys()]).toEqual([bb.id]);
    room.network.set('down');
    expect((await room.identity.authenticate('pump', aa.pem)).kind).toBe('unavailable');
  });

  it.each([
    ['when they cannot be listed', { kind: 'trouble', message: 'no permission' } as const, 'no permission'],
    [
      'when listing them has a defect',
      () => {
        throw new Error('defect');
      },
      'the daemon failed; see its log',
    ],
  ])('is kept %s, the refresh goes on, and the status says so', async (_, given, message) => {
    answer = given;
    await open({ associations, refresh: { forgetUnassociated: true } });
    await room.passes(2 * 60_000);
    room.asked(NAMES);
    expect(await refreshed()).toHaveLength(6);
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    expect(room.refresh.status().detail).toContain(
      `nothing is forgotten for want of an association: ${message}`,
    );
  });

  it('is kept where there is nobody to list it', async () => {
    await open({ refresh: { forgetUnassociated: true } });
    await refreshed();
    expect(known().certificates).toEqual(['aa', 'bb', 'cc']);
    expect(room.refresh.status().detail).toContain('nothing is forgotten for want of an association');
  });

  it('is listed again once the network is there', async () => {
    await open({ associations, refresh: { forgetUnassociated: true } });
    await room.passes(2 * 60_000);
    room.network.set('down');
    room.asked(NAMES);
    listed = [];
    answer = { kind: 'trouble', message: 'unreachable' };
    room.refresh.trigger();
    await drained();
    expect(listed).toHaveLength(1);
    expect(room.asked(NAMES)).toEqual([]);
    answer = { kind: 'answered', value: new Set(['valve']) };
    room.network.set('up');
    await drained();
    expect(listed).toHaveLength(2);
    expect(known().certificates).toEqual(['bb']);
  });

  it('is listed again where the refresh takes long: what was associated meanwhile is kept', async () => {
    await open({ associations, refresh: { forgetUnassociated: true, questionsPerSecond: 1 / 7_200 } });
    answer = { kind: 'answered', value: new Set(['pump', 'valve']) };
    await room.passes(2 * 60_000);
    room.refresh.trigger();
    await room.passes(HOUR);
    answer = { kind: 'answered', value: new Set(['pump', 'valve', 'fan']) };
    await room.passes(20 * HOUR);
    expect(known().attachments).toEqual(['aa pump', 'bb fan', 'bb valve']);
    expect(known().certificates).toEqual(['aa', 'bb']);
  });

  it('is not waited for longer than five minutes', async () => {
    await open({
      refresh: { forgetUnassociated: true },
      associations: {
        list: (signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve({ kind: 'trouble', message: 'it took too long' }));
          }),
      },
    });
    await room.passes(6 * 60_000);
    await room.passes(2 * 60_000);
    room.asked(NAMES);
    room.refresh.trigger();
    await room.passes(4 * 60_000);
    expect(room.asked(NAMES)).toEqual([]);
    await room.passes(2 * 60_000);
    expect(room.asked(NAMES)).toHaveLength(6);
  });
});
