import { describe, expect, it } from 'vitest';
import { everyoneMay, groups, Room } from './room.ts';

const tokensOf = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix} ${at}`);

describe('a new update stream', () => {
  it('is told what is true of each token that its broker holds', async () => {
    const room = new Room({ epoch: 'life 1' });
    await room.apply(everyoneMay('x'));
    const a = await room.open('a');
    const stream = room.subscribe();
    stream.subscription.held([a.token, 'unheard of'], true);
    expect(stream.events).toEqual([
      {
        kind: 'snapshot',
        sessions: [
          { token: a.token, grants: a.grants, leaseMs: 300_000, certificateRemainingMs: 2 ** 32 - 1 },
        ],
        unknown: ['unheard of'],
        last: true,
      },
    ]);
    expect(stream.received[0]).toMatchObject({ epoch: 'life 1', sequence: 1 });
  });

  it('gets an empty snapshot when its broker holds nothing', () => {
    const room = new Room();
    const stream = room.subscribe();
    stream.subscription.held([], false);
    expect(stream.events).toEqual([]);
    stream.subscription.held([], true);
    expect(stream.events).toEqual([{ kind: 'snapshot', sessions: [], unknown: [], last: true }]);
  });

  it('gets its snapshot in chunks of at most five hundred, the last one marked', async () => {
    const room = new Room();
    const tokens = [];
    for (let at = 0; at < 700; at += 1) tokens.push((await room.open(`c${at}`)).token);
    const stream = room.subscribe();
    stream.subscription.held([...tokens.slice(0, 600), ...tokensOf(400, 'unknown')], false);
    stream.subscription.held(tokens.slice(600), true);
    const chunks = stream.of('snapshot');
    expect(chunks.map(({ sessions, unknown, last }) => [sessions.length, unknown.length, last])).toEqual([
      [500, 0, false],
      [100, 400, false],
      [100, 0, true],
    ]);
    expect(chunks.flatMap(({ sessions }) => sessions.map(({ token }) => token))).toEqual(tokens);
    expect(stream.received.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('knows nothing of the sessions of another instance or listener', async () => {
    const room = new Room();
    const others = [await room.open('a', 'b2'), await room.open('a', 'b1', 'emqx'), await room.open('a', '')];
    const tokens = others.map(({ token }) => token);
    const stream = room.subscribe('b1', 'mosquitto');
    stream.subscription.held(tokens, true);
    expect(stream.of('snapshot')[0]).toMatchObject({ sessions: [], unknown: tokens });
    expect(room.service.stats().active).toBe(3);
  });

  it('closes the sessions that its broker has forgotten, but not those whose answer may be under way', async () => {
    const room = new Room();
    const [kept, forgotten] = [await room.open('kept'), await room.open('forgotten')];
    const elsewhere = await room.open('elsewhere', 'b2');
    room.clock.advance(30_000);
    const underWay = await room.open('under way');
    room.clock.advance(30_001);
    const stream = room.subscribe();
    stream.subscription.held([kept.token], true);
    const alive = [kept, forgotten, elsewhere, underWay].map(({ token }) => room.knows(token));
    expect(alive).toEqual([true, false, true, true]);
    expect(stream.of('ended')).toEqual([]);
  });

  it('is told again what a session is whose answer may be under way, since the old stream may have lost a change', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const { token, sequence } = await room.open('a');
    await room.apply(everyoneMay('y'));
    const stream = room.subscribe();
    stream.subscription.held([], true);
    expect(stream.events.map(({ kind }) => kind)).toEqual(['snapshot', 'grant-set-added', 'changed']);
    expect(stream.of('changed')[0]?.changes).toMatchObject([{ tokens: [token], variables: [new Map()] }]);
    expect(stream.received.at(-1)?.sequence).toBeGreaterThan(sequence);
  });

  it('is told of a token that ended before its answer can have arrived', async () => {
    const room = new Room();
    const [revoked, held, closed] = [await room.open('a'), await room.open('b'), await room.open('c')];
    room.service.revoke({ thingName: 'a' });
    room.service.revoke({ thingName: 'b' });
    room.service.close('mosquitto', closed.token);
    room.clock.advance(59_000);
    const stream = room.subscribe();
    stream.subscription.held([held.token], true);
    expect(stream.events).toEqual([
      { kind: 'snapshot', sessions: [], unknown: [held.token], last: true },
      { kind: 'ended', tokens: [revoked.token], reason: 'REVOKED', correlationId: '' },
    ]);
    stream.subscription.end();
    room.clock.advance(120_000);
    const later = room.subscribe();
    later.subscription.held([], true);
    expect(later.of('ended')).toEqual([]);
  });

  it('may be asked again, and answers the same way', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const stream = room.connected([token]);
    stream.subscription.held([token], true);
    expect(stream.of('snapshot')).toMatchObject([{ sessions: [{ token }], last: true }]);
  });

  it('needs an instance id', () => {
    const room = new Room();
    expect(() => room.subscribe('')).toThrow('broker_instance_id');
    expect(() => room.subscribe('x'.repeat(129))).toThrow('broker_instance_id');
  });
});

describe('a broker with two streams', () => {
  it('keeps the newer one; the older one hears that it was replaced, and nothing after that', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const older = room.connected([token]);
    const newer = room.connected([token]);
    expect([older.ended, newer.ended]).toEqual(['replaced', undefined]);
    older.subscription.end();
    older.subscription.held([], true);
    room.service.revoke({ thingName: 'a' });
    expect(older.events).toEqual([]);
    expect(newer.of('ended')).toHaveLength(1);
    expect(room.service.brokers()).toMatchObject([{ connected: true }]);
  });

  it('keeps its sessions held when the older one ends late', async () => {
    const room = new Room();
    room.settings.maxActiveAuthTokens = 1;
    const { token } = await room.open('a');
    const older = room.connected([token]);
    room.connected([token]);
    older.subscription.end();
    expect((await room.tryOpen('b', 'b2')).kind).toBe('refused');
    room.clock.advance(1_000_000);
    expect(room.knows(token)).toBe(true);
  });
});

describe('a heartbeat', () => {
  it('comes every five seconds with the outage grace, once the snapshot is complete', () => {
    const room = new Room();
    const stream = room.subscribe();
    stream.subscription.held(['x'], false);
    room.clock.advance(20_000);
    expect(stream.of('heartbeat')).toEqual([]);
    stream.subscription.held([], true);
    room.settings.outageGraceSeconds = 7;
    room.clock.advance(15_000);
    expect(stream.of('heartbeat')).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'heartbeat', leaseMs: 7_000, closedTokens: 0 })),
    );
    stream.subscription.end();
    room.clock.advance(15_000);
    expect(stream.of('heartbeat')).toHaveLength(3);
  });

  it('comes again to a stream that was opened after all others had ended', () => {
    const room = new Room();
    room.connected().subscription.end();
    room.clock.advance(60_000);
    const stream = room.connected();
    room.clock.advance(5_000);
    expect(stream.of('heartbeat')).toHaveLength(1);
  });
});

describe('tokens closed on a stream', () => {
  it('are unknown afterwards, as if each had been closed by a call', async () => {
    const room = new Room();
    const [over, alsoOver, stays] = [await room.open('a'), await room.open('b'), await room.open('c')];
    const stream = room.connected([over, alsoOver, stays].map(({ token }) => token));
    stream.subscription.closed([over.token, 'unheard of', alsoOver.token, over.token]);
    expect([over, alsoOver, stays].map(({ token }) => room.knows(token))).toEqual([false, false, true]);
    expect(room.service.stats()).toMatchObject({ active: 1, held: 1, evicted: 0, displaced: 0 });
    expect([stream.events, room.ends, room.faults]).toEqual([[], [], []]);
  });

  it('are closed for every instance of the listener, and never for another listener', async () => {
    const room = new Room();
    const other = await room.open('a', 'b2', 'mosquitto');
    const foreign = await room.open('a', 'b1', 'emqx');
    room.connected([], 'b1', 'mosquitto').subscription.closed([other.token, foreign.token]);
    expect(room.knows(other.token)).toBe(false);
    expect(room.may(foreign.token, 'anything', 'emqx')).toBe(false);
  });

  it('are counted by the heartbeats of their own stream, unknown ones and repeated ones too', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const [stream, other] = [room.connected([token]), room.connected([], 'b2')];
    const counts = (of: typeof stream): number[] => {
      room.clock.advance(5_000);
      return of.of('heartbeat').map(({ closedTokens }) => closedTokens);
    };
    stream.subscription.closed([token, token, 'unheard of']);
    expect(counts(stream)).toEqual([3]);
    stream.subscription.closed([]);
    stream.subscription.closed(['unheard of']);
    expect(counts(stream)).toEqual([3, 4]);
    expect(counts(other)).toEqual([0, 0, 0]);
    expect(counts(room.connected())).toEqual([0]);
  });

  it('need not be known: what a call opened that was never answered is closed by the call', async () => {
    const room = new Room();
    const open = async (
      clientId: string,
      correlationId: string,
      instanceId = 'b1',
      listener = 'mosquitto',
    ) => {
      const broker = { listener, instanceId };
      const request = { clientId, certificatePem: `PEM of ${clientId}`, broker, correlationId };
      const opened = await room.service.open(request, new AbortController().signal);
      if (opened.kind === 'refused') throw opened.error;
      return opened.session.token;
    };
    await open('a', 'unanswered');
    const others = [
      await open('a', 'answered'),
      await open('b', 'unanswered'),
      await open('a', 'unanswered', 'b2'),
      await open('a', 'unanswered', 'b1', 'emqx'),
    ];
    const stream = room.connected();
    const unanswered = ['a', 'nobody'].map((clientId) => ({ clientId, correlationId: 'unanswered' }));
    stream.subscription.closed(['unheard of'], unanswered);
    const left = room.service.list({ size: 10 }).items.map(({ tokenPrefix }) => tokenPrefix);
    expect(left.sort()).toEqual(others.map((token) => token.slice(0, 8)).sort());
    room.clock.advance(5_000);
    expect(stream.of('heartbeat').map(({ closedTokens }) => closedTokens)).toEqual([3]);
    expect([room.ends, room.faults]).toEqual([[], []]);
  });

  it('are closed no more once it has been replaced', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const older = room.connected([token]);
    room.connected([token]);
    older.subscription.closed([token]);
    expect(room.knows(token)).toBe(true);
  });
});

describe('a stream that fails', () => {
  it('when its sink throws ends, and disturbs no other', async () => {
    const room = new Room();
    const ended: string[] = [];
    const broken = room.service.subscribe(
      { broker: { listener: 'mosquitto', instanceId: 'broken' }, caller: '', epoch: '' },
      () => {
        throw new Error('full');
      },
      (end) => ended.push(end),
    );
    const other = room.connected();
    broken.held([], true);
    expect(ended).toEqual(['failed']);
    await room.open('a', 'broken');
    await room.open('b');
    room.service.revoke({ thingName: 'a' });
    room.service.revoke({ thingName: 'b' });
    expect(other.of('ended')).toHaveLength(1);
    expect(room.faults).toEqual(['an update could not be delivered']);
  });

  it('may end itself from its sink, in the middle of a snapshot', async () => {
    const room = new Room();
    const tokens = tokensOf(2_000, 'unknown');
    let delivered = 0;
    const subscription = room.service.subscribe(
      { broker: { listener: 'mosquitto', instanceId: 'slow' }, caller: '', epoch: '' },
      () => {
        delivered += 1;
        subscription.end();
      },
    );
    subscription.held(tokens, true);
    expect(delivered).toBe(1);
    expect(room.service.brokers()).toMatchObject([{ connected: false }]);
  });
});

describe('a broker whose stream is gone', () => {
  it('keeps its sessions for the outage grace and a minute, then they are closed', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const stream = room.connected([token]);
    room.clock.advance(100_000);
    stream.subscription.end();
    expect(room.service.brokers()).toEqual([
      expect.objectContaining({ connected: false, caller: 'test', sessions: 1 }),
    ]);
    room.clock.advance(359_999);
    expect(room.knows(token)).toBe(true);
    room.clock.advance(1);
    expect(room.knows(token)).toBe(false);
    expect(room.service.brokers()).toEqual([]);
  });

  it('loses nothing when it comes back in time', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    room.connected([token]).subscription.end();
    room.clock.advance(359_000);
    room.connected([token]);
    room.clock.advance(1_000_000);
    expect(room.knows(token)).toBe(true);
  });

  it('has as long for a session that it opened during the outage', async () => {
    const room = new Room();
    const { token: old } = await room.open('old');
    room.connected([old]).subscription.end();
    room.clock.advance(200_000);
    const { token } = await room.open('late');
    room.clock.advance(160_000);
    expect([room.knows(old), room.knows(token)]).toEqual([false, true]);
    room.clock.advance(199_999);
    expect(room.knows(token)).toBe(true);
    room.clock.advance(1);
    expect(room.knows(token)).toBe(false);
  });

  it('is forgotten early when there are very many, but never while it has sessions', async () => {
    const room = new Room();
    const { token } = await room.open('a', 'with sessions');
    room.connected([token], 'with sessions').subscription.end();
    for (let at = 0; at < 3_000; at += 1) room.connected([], `plugin ${at}`).subscription.end();
    const instances = room.service.brokers().map(({ instanceId }) => instanceId);
    expect(instances).toHaveLength(1_000);
    expect(instances).toContain('with sessions');
    expect(instances).toContain('plugin 2999');
    room.clock.advance(360_000);
    expect(room.knows(token)).toBe(false);
    expect(room.service.brokers()).toEqual([]);
  });

  it('that never had one keeps its sessions until they are closed', async () => {
    const room = new Room();
    const sessions = [await room.open('a', 'b1'), await room.open('a', '')];
    room.clock.advance(10_000_000);
    expect(sessions.map(({ token }) => room.knows(token))).toEqual([true, true]);
  });

  it('has no events kept for it', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    room.clock.advance(61_000);
    const stream = room.connected([token]);
    stream.subscription.end();
    room.service.revoke({ thingName: 'a' });
    const back = room.subscribe();
    back.subscription.held([token], true);
    expect(back.events).toEqual([{ kind: 'snapshot', sessions: [], unknown: [token], last: true }]);
  });
});

describe('a grant set', () => {
  it('that a snapshot named is not sent; one that a later change names is sent once, before the change', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const [a, b] = [await room.open('a'), await room.open('b')];
    const stream = room.connected([a.token, b.token]);
    await room.apply(
      groups({ one: { rule: 'thingName: a', topics: ['y'] }, two: { rule: 'thingName: b', topics: ['y'] } }),
    );
    expect(stream.take().map(({ kind }) => kind)).toEqual(['grant-set-added', 'changed']);
    await room.apply(everyoneMay('x'));
    expect(stream.take().map(({ kind }) => kind)).toEqual(['changed']);
    await room.apply(everyoneMay('y'));
    expect(stream.take().map(({ kind }) => kind)).toEqual(['changed']);
  });

  it('is sent whole, under the id that its bytes have', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const stream = room.connected([token]);
    await room.apply(everyoneMay('x'));
    const [added] = stream.of('grant-set-added');
    expect(room.engine.grantSet(added!.id)?.bytes).toEqual(added!.bytes);
    expect(stream.of('changed')[0]?.changes).toMatchObject([{ tokens: [token], grantSetIds: [added!.id] }]);
  });
});
