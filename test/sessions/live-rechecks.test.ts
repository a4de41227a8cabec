import { describe, expect, it } from 'vitest';
import type { RecheckResult } from '../../src/sessions/ports.ts';
import { authenticated, Gate, Room, settled } from './room.ts';

/** Time passes, and every question is answered before more of it does. */
async function pass(room: Room, seconds: number, step = 10): Promise<void> {
  for (let at = 0; at < seconds; at += step) {
    room.clock.advance(step * 1_000);
    await settled();
  }
}

describe('a live session under a verifier that tells of nothing', () => {
  it('is asked about at least once an interval, and not all of them at once', async () => {
    const room = new Room({ liveRechecks: true });
    const asked = new Map<string, number[]>();
    room.recheck = async (_, thing, pem, clientId) => {
      expect([pem, clientId]).toEqual([`PEM of ${thing}`, thing]);
      asked.set(thing, [...(asked.get(thing) ?? []), room.clock.monotonic()]);
      return 'confirmed';
    };
    for (let at = 0; at < 300; at += 1) await room.open(`c${at}`);
    await pass(room, 3 * 3_600);
    const minutes = new Map<number, number>();
    expect(asked.size).toBe(300);
    for (const times of asked.values()) {
      const gaps = times.map((time, at) => time - (times[at - 1] ?? 0));
      expect(Math.max(...gaps, 3 * 3_600_000 - times.at(-1)!)).toBeLessThanOrEqual(3_600_000);
      expect(times.length).toBeLessThanOrEqual(6);
      for (const time of times)
        minutes.set(Math.floor(time / 60_000), (minutes.get(Math.floor(time / 60_000)) ?? 0) + 1);
    }
    // 300 sessions over 0.8 of an hour are 6.25 a minute.
    expect(Math.max(...minutes.values())).toBeLessThanOrEqual(20);
  });

  it('is ended by a rejection, with everything the rejection is about', async () => {
    const cases = [
      { rejected: 'CERTIFICATE_REVOKED', left: ['other certificate'] },
      { rejected: 'NOT_ATTACHED', left: ['thing b', 'other certificate'] },
      { rejected: 'CLIENT_ID_NOT_ALLOWED', left: ['thing a as x', 'thing b', 'other certificate'] },
    ] as const;
    for (const { rejected, left } of cases) {
      const room = new Room({ liveRechecks: true });
      const opened: [string, string][] = [];
      for (const [label, clientId, over] of [
        ['thing a', 'a', {}],
        ['thing a as x', 'x', { thingName: 'a' }],
        ['thing b', 'b', {}],
        ['other certificate', 'a', { certificateId: 'D' }],
      ] as const) {
        room.authenticate = async (id) => authenticated(id, { certificateId: 'C', ...over });
        opened.push([label, (await room.open(clientId)).token]);
      }
      const stream = room.connected(opened.map(([, token]) => token));
      let first = true;
      room.recheck = async () => {
        if (!first) return 'confirmed';
        first = false;
        return { rejected, message: 'said the cloud' };
      };
      await pass(room, 3_600);
      expect(opened.filter(([, token]) => room.knows(token)).map(([label]) => label)).toEqual(left);
      expect(stream.of('ended').map(({ reason }) => reason)).toEqual(['REVOKED']);
    }
  });

  it('stays while the verifier is unavailable, or fails, and is asked about again within minutes', async () => {
    const room = new Room({ liveRechecks: true });
    let result: RecheckResult = 'unavailable';
    let asked = 0;
    room.recheck = async () => {
      asked += 1;
      if (asked % 2 === 0) throw new Error('network');
      return result;
    };
    const { token } = await room.open('a');
    await pass(room, 7_200);
    expect(room.knows(token)).toBe(true);
    expect(asked).toBeGreaterThan(30);
    expect(room.faults.length).toBeGreaterThan(10);
    result = { rejected: 'CERTIFICATE_INACTIVE', message: '' };
    await pass(room, 180);
    expect(room.knows(token)).toBe(false);
  });

  it('is asked about with few questions under way at a time, and goes on when they are answered', async () => {
    const room = new Room({ liveRechecks: true });
    const gates: Gate<RecheckResult>[] = [];
    room.recheck = () => {
      const gate = new Gate<RecheckResult>();
      gates.push(gate);
      return gate.promise;
    };
    for (let at = 0; at < 100; at += 1) await room.open(`c${at}`);
    await pass(room, 3_600);
    expect(gates).toHaveLength(8);
    for (let answered = 0; answered < 100; answered += 1) {
      gates[answered]!.open('confirmed');
      await settled();
    }
    expect(gates.length).toBe(100);
  });

  it('may end while it is asked about', async () => {
    const room = new Room({ liveRechecks: true });
    const gates: Gate<RecheckResult>[] = [];
    room.recheck = () => {
      const gate = new Gate<RecheckResult>();
      gates.push(gate);
      return gate.promise;
    };
    const answers: RecheckResult[] = ['confirmed', 'unavailable', { rejected: 'NOT_ATTACHED', message: '' }];
    for (let at = 0; at < answers.length; at += 1) await room.open(`c${at}`);
    await pass(room, 3_600);
    for (let at = 0; at < answers.length; at += 1) room.service.revoke({ thingName: `c${at}` });
    for (const [at, answer] of answers.entries()) gates[at]!.open(answer);
    await pass(room, 7_200);
    expect(gates).toHaveLength(3);
    expect(room.service.stats().active).toBe(0);
  });

  it('may be one of two that are asked about at once, with different answers', async () => {
    const room = new Room({ liveRechecks: true });
    const gates: Gate<RecheckResult>[] = [];
    room.recheck = () => {
      const gate = new Gate<RecheckResult>();
      gates.push(gate);
      return gate.promise;
    };
    for (let count = 0; count < 2; count += 1) await room.open('a');
    await pass(room, 3_600);
    gates[0]!.open('confirmed');
    await settled();
    gates[1]!.open('unavailable');
    await settled();
    room.service.revoke({ thingName: 'a' });
    await pass(room, 7_200);
    expect(gates).toHaveLength(2);
  });

  it('that was opened again while a question about it was under way ends with a rejection too', async () => {
    const room = new Room({ liveRechecks: true });
    const verdict = new Gate<RecheckResult>();
    room.recheck = () => verdict.promise;
    const first = await room.open('a');
    await pass(room, 3_600);
    room.service.close('mosquitto', first.token);
    const second = await room.open('a');
    verdict.open({ rejected: 'CERTIFICATE_REVOKED', message: '' });
    await settled();
    expect(room.knows(second.token)).toBe(false);
  });

  it('is not asked about when the verifier tells of changes by itself', async () => {
    const room = new Room();
    room.recheck = () => Promise.reject(new Error('asked'));
    const { token } = await room.open('a');
    await pass(room, 10_000);
    expect(room.faults).toEqual([]);
    expect(room.knows(token)).toBe(true);
  });
});
