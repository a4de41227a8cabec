import { describe, expect, it } from 'vitest';
import { authenticated, Room } from './room.ts';

describe('a change of the registry', () => {
  const gone = [
    { change: { kind: 'certificate-status', certificateId: 'C', status: 'REVOKED' }, ends: ['a', 'b'] },
    { change: { kind: 'certificate-status', certificateId: 'C', status: 'INACTIVE' }, ends: ['a', 'b'] },
    {
      change: { kind: 'certificate-status', certificateId: 'C', status: 'PENDING_ACTIVATION' },
      ends: ['a', 'b'],
    },
    { change: { kind: 'certificate-status', certificateId: 'C', status: 'ACTIVE' }, ends: [] },
    { change: { kind: 'certificate-deleted', certificateId: 'C' }, ends: ['a', 'b'] },
    { change: { kind: 'detached', certificateId: 'C', thingName: 'a' }, ends: ['a'] },
    { change: { kind: 'attached', certificateId: 'C', thingName: 'a' }, ends: [] },
    { change: { kind: 'thing-deleted', thingName: 'b' }, ends: ['b', 'b by another'] },
    { change: { kind: 'thing-changed', thingName: 'b' }, ends: [] },
    { change: { kind: 'device-cas' }, ends: [] },
  ] as const;

  for (const { change, ends } of gone) {
    const name = 'status' in change ? `${change.kind} ${change.status}` : change.kind;
    it(`${name} ends ${ends.length === 0 ? 'nothing' : `the sessions of ${ends.join(' and ')}`} in the same tick`, async () => {
      const room = new Room();
      const opened = new Map<string, string>();
      for (const [label, thing, certificateId] of [
        ['a', 'a', 'C'],
        ['b', 'b', 'C'],
        ['b by another', 'b', 'D'],
      ] as const) {
        room.authenticate = async (id) => authenticated(id, { certificateId });
        opened.set((await room.open(thing)).token, label);
      }
      const stream = room.connected([...opened.keys()]);
      room.service.registryChanged(change);
      const told = stream.of('ended').flatMap(({ tokens }) => tokens.map((token) => opened.get(token)));
      expect(told).toEqual(ends);
      expect([...opened].filter(([token]) => !room.knows(token)).map(([, label]) => label)).toEqual(ends);
      expect(room.ends.map(({ cause }) => cause)).toEqual(ends.map(() => 'revoked'));
    });
  }

  it('of attachments ends the session of a client id that rests on an exclusive one', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { thingName: 'thing', certificateId: 'C' });
    const [own, other] = [await room.open('thing'), await room.open('any name')];
    room.service.registryChanged({ kind: 'attached', certificateId: 'C', thingName: 'another' });
    expect([room.knows(own.token), room.knows(other.token)]).toEqual([true, false]);
  });

  it('that makes a thing ends the sessions of others under its name, at every broker', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { thingName: 'thing' });
    const others = [await room.open('new', 'b1'), await room.open('new', 'b2')];
    const unconcerned = await room.open('old');
    room.authenticate = async (id) => authenticated(id);
    const itsOwn = await room.open('new');
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'new' });
    expect(others.map(({ token }) => room.knows(token))).toEqual([false, false]);
    expect([room.knows(itsOwn.token), room.knows(unconcerned.token)]).toEqual([true, true]);
  });
});

describe('the end of a listener', () => {
  it('is the end of its sessions, whatever broker they are of, and of no others', async () => {
    const room = new Room();
    const mine = [await room.open('a', 'b1', 'mine'), await room.open('b', 'b2', 'mine')];
    const other = await room.open('a');
    const stream = room.subscribe('b1', 'mine');
    expect(room.service.endListener('mine', 'it is gone')).toBe(2);
    expect(mine.map(({ token }) => room.may(token, 'topic', 'mine'))).toEqual([undefined, undefined]);
    expect(room.knows(other.token)).toBe(true);
    expect(stream.of('ended').flatMap(({ tokens }) => tokens)).toEqual([mine[0]?.token]);
    expect(room.ends).toMatchObject([
      { cause: 'revoked', why: 'it is gone' },
      { cause: 'revoked', why: 'it is gone' },
    ]);
    expect(room.service.endListener('mine', 'it is gone')).toBe(0);
  });
});

describe("an operator's kick", () => {
  it('ends what matches every part given, and says how many', async () => {
    const room = new Room();
    const [a, b] = [await room.open('a'), await room.open('b')];
    const stream = room.connected([a.token, b.token]);
    expect(room.service.revoke({ thingName: 'a', certificateId: 'certificate of b' })).toBe(0);
    expect(room.service.revoke({ thingName: 'a', tokenPrefix: a.token.slice(0, 8) }, 'call 7')).toBe(1);
    expect(stream.of('ended')).toEqual([
      { kind: 'ended', tokens: [a.token], reason: 'REVOKED', correlationId: 'call 7' },
    ]);
    expect(room.service.revoke({ tokenPrefix: b.token.slice(0, 8) })).toBe(1);
    expect(room.service.revoke({ thingName: 'a' })).toBe(0);
  });

  it('must name something, and enough of a token', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    expect(() => room.service.revoke({})).toThrow('name a token prefix');
    expect(() => room.service.revoke({ thingName: '', certificateId: '' })).toThrow('name a token prefix');
    expect(() => room.service.revoke({ tokenPrefix: token.slice(0, 7) })).toThrow('8 characters');
    expect(room.knows(token)).toBe(true);
  });

  it('of very many is told in batches of at most five hundred', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { certificateId: 'C' });
    const tokens = [];
    for (let at = 0; at < 1_200; at += 1) tokens.push((await room.open(`c${at}`)).token);
    const stream = room.connected(tokens);
    expect(room.service.revoke({ certificateId: 'C' })).toBe(1_200);
    expect(stream.of('ended').map((event) => event.tokens.length)).toEqual([500, 500, 200]);
  });
});

describe('a certificate that expires', () => {
  it('ends its sessions within a second, and no other', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { notAfter: room.clock.now() + Number(id) });
    const lives = [90_000, 20_000, 5_000_000, 20_000];
    const tokens: string[] = [];
    for (const life of lives) tokens.push((await room.open(String(life))).token);
    const stream = room.connected(tokens);
    room.clock.advance(20_000);
    expect(stream.of('ended')).toEqual([]);
    room.clock.advance(999);
    expect(
      stream
        .of('ended')
        .flatMap((event) => [...event.tokens])
        .sort(),
    ).toEqual([tokens[1], tokens[3]].sort());
    room.clock.advance(70_000);
    expect(tokens.map((token) => room.knows(token))).toEqual([false, false, true, false]);
    expect(room.ends.map(({ why }) => why)).toEqual(
      Array.from({ length: 3 }, () => 'certificate: it expired'),
    );
  });

  it('is noticed within half a minute when the clock jumps', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    room.clock.advance(31_000);
    room.lead = 10 * 365 * 86_400_000;
    room.clock.advance(30_000);
    expect(room.knows(token)).toBe(false);
  });

  it('comes as late as it does when the clock was set back meanwhile', async () => {
    const room = new Room();
    room.authenticate = async (id) => authenticated(id, { notAfter: room.clock.now() + 10_000 });
    const { token } = await room.open('a');
    room.lead = -100_000;
    room.clock.advance(60_000);
    expect(room.knows(token)).toBe(true);
    room.clock.advance(50_002);
    expect(room.knows(token)).toBe(false);
  });
});

describe('the list of sessions', () => {
  it('comes in pages, in the order of issue, and never with a whole token', async () => {
    const room = new Room();
    room.connected([], 'b2');
    const tokens: string[] = [];
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      tokens.push((await room.open(id, id < 'c' ? 'b1' : 'b2')).token);
    room.clock.advance(5_000);
    room.may(tokens[0]!, 'x');
    const first = room.service.list({ size: 2 });
    expect(first.total).toBe(5);
    expect(first.items).toMatchObject([
      {
        tokenPrefix: tokens[0]!.slice(0, 8),
        thingName: 'a',
        clientId: 'a',
        certificateId: 'certificate of a',
        listener: 'mosquitto',
        brokerInstanceId: 'b1',
        lastUsedAt: room.clock.now(),
        issuedAt: room.clock.now() - 5_000,
        held: false,
        correlationId: 'call a',
      },
      { thingName: 'b', lastUsedAt: room.clock.now() - 5_000 },
    ]);
    room.service.close('mosquitto', tokens[1]!);
    const second = room.service.list({ size: 2, after: first.next });
    expect(second.items).toMatchObject([{ thingName: 'c', held: true }, { thingName: 'd' }]);
    const third = room.service.list({ size: 2, after: second.next });
    expect(third).toMatchObject({ items: [{ thingName: 'e' }], next: undefined });
    for (const token of tokens) expect(JSON.stringify([first, second, third])).not.toContain(token);
  });

  it('may be of one thing', async () => {
    const room = new Room();
    for (const id of ['a', 'b', 'a']) await room.open(id);
    expect(room.service.list({ thingName: 'a', size: 1 })).toMatchObject({ total: 2, next: '1' });
    expect(room.service.list({ thingName: 'a', size: 1, after: '1' })).toMatchObject({
      total: 2,
      next: undefined,
    });
    expect(room.service.list({ thingName: 'z', size: 1 })).toEqual({ items: [], total: 0, next: undefined });
  });

  it('refuses a page token that no page gave', () => {
    const room = new Room();
    for (const after of ['x', '-1', '1.5', '1e400']) {
      expect(() => room.service.list({ size: 1, after })).toThrow('page_token');
    }
  });
});
