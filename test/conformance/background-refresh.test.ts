/**
 * Every `backgroundRefresh` entry of the reference, through the real refresh, authenticator and trust store on a scripted
 * cloud. Entries marked `divergence` are held to what we do instead, and to what the entry says where that is configured.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Associations } from '../../src/identity/refresh/ports.ts';
import type { TestCertificate } from '../support/certificates.ts';
import { certificatesInOrder, DAY, drained, HOUR, RefreshRoom } from '../support/refresh-room.ts';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly expect: string;
  readonly divergence?: boolean;
}

const { backgroundRefresh: entries } = JSON.parse(
  readFileSync(new URL('cda.json', import.meta.url), 'utf8'),
) as { readonly backgroundRefresh: readonly Entry[] };

const [one, other] = certificatesInOrder(2) as [TestCertificate, TestCertificate];

function listing(...things: readonly string[]): Associations {
  return { list: async () => ({ kind: 'answered', value: new Set(things) }) };
}

/** A room whose refresh after the start is behind it. */
async function open(forgetUnassociated: boolean, associations: Associations): Promise<RefreshRoom> {
  const room = await RefreshRoom.open({ associations, refresh: { forgetUnassociated } });
  await room.passes(2 * 60_000);
  return room;
}

async function refresh(room: RefreshRoom): Promise<void> {
  room.refresh.trigger();
  await drained();
}

async function isLetInOffline(room: RefreshRoom, thing: string, { pem }: TestCertificate): Promise<boolean> {
  room.network.set('down');
  const result = await room.identity.authenticate(thing, pem);
  room.network.set('up');
  return result.kind === 'authenticated';
}

function runsIn(room: RefreshRoom): number {
  return room.asked({ one }).filter((call) => call === 'certificate one').length;
}

const CASES: Readonly<Record<string, () => Promise<void>>> = {
  'BR-001': async () => {
    const kept = await open(false, listing('b'));
    await kept.connected(one, 'a');
    await refresh(kept);
    expect(kept.persistence.certificates.has(one.id)).toBe(true);
    expect(kept.persistence.pems.has(one.id)).toBe(true);

    const removed = await open(true, listing('b'));
    await removed.connected(one, 'a');
    await removed.connected(other, 'b');
    await refresh(removed);
    expect([...removed.persistence.certificates.keys()]).toEqual([other.id]);
    expect([...removed.persistence.pems.keys()]).toEqual([other.id]);
  },

  'BR-002': async () => {
    const room = await open(true, listing('a'));
    await room.connected(one, 'a', 'b');
    await refresh(room);
    expect(room.persistence.certificates.has(one.id)).toBe(true);
    expect(await isLetInOffline(room, 'a', one)).toBe(true);
    expect(await isLetInOffline(room, 'b', one)).toBe(false);
  },

  'BR-004': async () => {
    const room = await open(false, listing());
    await room.connected(one, 'a');
    await room.passes(DAY);
    expect(runsIn(room)).toBeGreaterThan(0);
    for (let hour = 0; hour < 22; hour += 1) {
      room.network.set('down');
      await room.passes(HOUR / 2);
      room.network.set('up');
      await room.passes(HOUR / 2);
    }
    expect(runsIn(room)).toBe(0);
    await room.passes(2 * HOUR);
    expect(runsIn(room)).toBe(1);
  },

  'BR-006': async () => {
    const room = await open(false, listing());
    await room.connected(one, 'a');
    await room.passes(2 * 60_000);
    room.asked({ one });
    const tell = room.verifier.hold();
    expect([room.refresh.trigger(), room.refresh.trigger()]).toEqual(['started', 'joined']);
    await drained();
    room.network.set('down');
    room.network.set('up');
    expect(room.refresh.trigger()).toBe('joined');
    tell();
    await drained();
    await room.passes(HOUR);
    expect(runsIn(room)).toBe(1);
  },

  'BR-007': async () => {
    const room = await open(false, listing());
    await room.connected(one, 'a');
    await room.connected(other, 'b');
    const verify = room.verifier.verifyAttachment.bind(room.verifier);
    room.verifier.verifyAttachment = async (certificateId, thingName, asking) =>
      thingName === 'a'
        ? { kind: 'unavailable', cause: 'internal server error' }
        : await verify(certificateId, thingName, asking);
    await room.passes(HOUR);
    room.verifier.detach(other.id, 'b');
    await refresh(room);
    expect(await isLetInOffline(room, 'a', one)).toBe(true);
    expect(await isLetInOffline(room, 'b', other)).toBe(false);
    expect(room.refresh.status().state).toBe('done');
  },

  'BR-008': async () => {
    const kept = await open(false, listing('b'));
    await kept.connected(one, 'a');
    await refresh(kept);
    expect(await isLetInOffline(kept, 'a', one)).toBe(true);

    const deleted = await open(true, listing('b'));
    await deleted.connected(one, 'a');
    await refresh(deleted);
    expect(await isLetInOffline(deleted, 'a', one)).toBe(false);
  },
};

describe('background refresh', () => {
  it('every entry has its test', () => {
    expect(Object.keys(CASES).toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
  });

  for (const { id, name, expect: expected, divergence = false } of entries) {
    it(`${id} ${name}: ${expected}${divergence ? ' (if configured; kept by default)' : ''}`, async () => {
      await CASES[id]?.();
    });
  }
});
