import { describe, expect, it } from 'vitest';
import { broker, causes, TableFixture } from './table-fixture.ts';

describe('a full token cache without update streams', () => {
  it('lets the least recently used session go', () => {
    const fixture = new TableFixture();
    const [first] = ['a', 'b', 'c'].map((id) => fixture.session(id));
    fixture.table.find('mosquitto', first!.token);
    expect(causes(fixture.admit('d'))).toEqual(['evicted b']);
    expect(fixture.alive()).toEqual(['a', 'c', 'd']);
  });

  it('counts a report of use as use, but only by the broker whose session it is', () => {
    const fixture = new TableFixture();
    const [first, second] = ['a', 'b', 'c'].map((id) => fixture.session(id));
    fixture.table.use(broker('b1'), first!.token);
    fixture.table.use(broker('b2'), second!.token);
    expect(causes(fixture.admit('d'))).toEqual(['evicted b']);
  });

  it('uses a greater capacity at once and enforces a smaller one at once', () => {
    const fixture = new TableFixture();
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    fixture.settings.maxActiveAuthTokens = 4;
    expect(causes(fixture.admit('d'))).toEqual([]);
    fixture.settings.maxActiveAuthTokens = 2;
    expect(fixture.table.shrink().map(({ session }) => session.clientId)).toEqual(['a', 'b']);
    expect(fixture.alive()).toEqual(['c', 'd']);
  });

  it('notices a smaller capacity with the next session when nobody said so', () => {
    const fixture = new TableFixture();
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    fixture.settings.maxActiveAuthTokens = 1;
    expect(causes(fixture.admit('d'))).toEqual(['evicted a', 'evicted b', 'evicted c']);
  });
});

describe('a thing with client ids of its own choice, when there is no more room', () => {
  it.each([true, false])('makes its own room, whoever else is idle (held: %s)', (held) => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 6;
    if (held) fixture.table.hold(broker('b1'));
    for (const id of ['quiet-1', 'quiet-2']) fixture.session(id);
    fixture.clock.advance(3_600_000);
    const admit = (id: string) => fixture.admit(id, broker('b1'), 'its certificate', 'gateway');
    for (const id of ['g1', 'g2', 'g3', 'g4']) admit(id);
    for (let round = 5; round < 50; round += 1) {
      const [gone] = causes(admit(`g${round}`));
      expect(gone).toMatch(new RegExp(`^${held ? 'displaced' : 'evicted'} g`));
    }
    expect(fixture.alive()).toEqual(expect.arrayContaining(['quiet-1', 'quiet-2']));
  });
});

describe('a token', () => {
  it('is unknown on every listener but its own', () => {
    const fixture = new TableFixture();
    const { token } = fixture.session('a', broker('b1', 'one'));
    expect(fixture.table.find('two', token)).toBeUndefined();
    expect(fixture.table.find('one', token)?.clientId).toBe('a');
  });

  it('is drawn again when another session has it', () => {
    const fixture = new TableFixture();
    const { token } = fixture.session('a');
    fixture.nextTokens.push(token, token, 'fresh');
    expect(fixture.session('b').token).toBe('fresh');
    expect(fixture.alive()).toEqual(['a', 'b']);
  });

  it('is never shared because a generator repeats itself', () => {
    const fixture = new TableFixture();
    const { token } = fixture.session('a');
    fixture.nextTokens.push(...Array.from({ length: 1_000 }, () => token));
    expect(() => fixture.session('b')).toThrow('repeats itself');
    expect(fixture.alive()).toEqual(['a']);
  });
});

describe('sessions of one client id', () => {
  it('are at most four at one broker, the oldest going first', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 100;
    const [oldest] = [1, 2, 3, 4].map(() => fixture.session('a'));
    fixture.table.find('mosquitto', oldest!.token);
    const fifth = fixture.admit('a');
    expect(fifth.departures.map(({ session }) => session)).toEqual([oldest]);
    expect(causes(fifth)).toEqual(['superseded a']);
    expect(fixture.table.size).toBe(4);
  });

  it('are counted by broker: another listener or instance has its own four', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 100;
    const brokers = [broker('b1'), broker('b2'), broker('b1', 'emqx'), broker('')];
    for (const by of brokers) for (let count = 0; count < 4; count += 1) fixture.session('a', by);
    expect(fixture.table.size).toBe(16);
  });

  it('that are too many make the room for the newcomer themselves, even in a full cache', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 5;
    fixture.table.hold(broker('b1'));
    fixture.session('other');
    for (let count = 0; count < 4; count += 1) fixture.session('a');
    expect(causes(fixture.admit('a'))).toEqual(['superseded a']);
  });

  it('follow a limit that became smaller', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 100;
    for (let count = 0; count < 4; count += 1) fixture.session('a');
    fixture.settings.maxPerClientId = 2;
    expect(causes(fixture.admit('a'))).toEqual(['superseded a', 'superseded a', 'superseded a']);
    expect(fixture.table.size).toBe(2);
  });
});

describe('sessions that an update stream holds', () => {
  it('go last, however long they were idle', () => {
    const fixture = new TableFixture();
    fixture.session('held', broker('b1'));
    fixture.table.hold(broker('b1'));
    fixture.clock.advance(1_000_000);
    for (const id of ['loose 1', 'loose 2']) fixture.session(id, broker('b2'));
    expect(causes(fixture.admit('d', broker('b2')))).toEqual(['evicted loose 1']);
    expect(causes(fixture.admit('e', broker('b2')))).toEqual(['evicted loose 2']);
  });

  it('are displaced only after they were idle for the minimum, and a newcomer before that is told when to come back', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    for (const id of ['a', 'b', 'c']) {
      fixture.session(id);
      fixture.clock.advance(10_000);
    }
    expect(fixture.admit('d')).toEqual({ kind: 'full', retryAfterMs: 30_000, departures: [] });
    fixture.clock.advance(29_999);
    expect(fixture.admit('e')).toEqual({ kind: 'full', retryAfterMs: 1_000, departures: [] });
    fixture.clock.advance(1);
    expect(causes(fixture.admit('f'))).toEqual(['displaced a']);
    expect(fixture.table.counts()).toMatchObject({
      active: 3,
      held: 3,
      displaced: 1,
      refusedFull: 2,
      evicted: 0,
    });
  });

  it('are displaced in the order of use, not of issue', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    const [first] = ['a', 'b', 'c'].map((id) => fixture.session(id));
    fixture.table.use(broker('b1'), first!.token);
    fixture.clock.advance(60_000);
    expect(causes(fixture.admit('d'))).toEqual(['displaced b']);
  });

  it('become ordinary ones in their old order when the stream ends', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 4;
    fixture.table.hold(broker('b1'));
    const a = fixture.session('a', broker('b1'));
    fixture.session('b', broker('b2'));
    fixture.session('c', broker('b1'));
    fixture.session('d', broker('b2'));
    fixture.table.use(broker('b1'), a.token);
    fixture.table.release(broker('b1'));
    const gone = ['w', 'x', 'y', 'z'].flatMap((id) => causes(fixture.admit(id, broker('b3'))));
    expect(gone).toEqual(['evicted b', 'evicted c', 'evicted d', 'evicted a']);
  });

  it('have to yield at once to a smaller capacity', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    fixture.settings.maxActiveAuthTokens = 1;
    expect(fixture.table.shrink().map(({ cause }) => cause)).toEqual(['displaced', 'displaced']);
    expect(fixture.alive()).toEqual(['c']);
  });
});

describe('a client that was displaced or refused', () => {
  it('displaces no one for ten minutes after it was displaced', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    fixture.clock.advance(60_000);
    expect(causes(fixture.admit('d'))).toEqual(['displaced a']);
    expect(fixture.admit('a')).toEqual({ kind: 'full', retryAfterMs: 60_000, departures: [] });
    fixture.clock.advance(599_999);
    expect(fixture.admit('a')).toEqual({ kind: 'full', retryAfterMs: 1_000, departures: [] });
    fixture.clock.advance(1);
    expect(causes(fixture.admit('a'))).toEqual(['displaced b']);
  });

  it('displaces no one for ten minutes after its first refusal, and trying again does not prolong that', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    for (let minute = 0; minute < 10; minute += 1) {
      expect(fixture.admit('d').kind).toBe('full');
      fixture.clock.advance(60_000);
    }
    expect(causes(fixture.admit('d'))).toEqual(['displaced a']);
  });

  it('gets a place that is free, and one that no stream holds', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    const [first] = ['a', 'b', 'c'].map((id) => fixture.session(id));
    expect(fixture.admit('d').kind).toBe('full');
    fixture.table.remove(first!);
    expect(causes(fixture.admit('d'))).toEqual([]);
    expect(fixture.admit('e').kind).toBe('full');
    fixture.table.release(broker('b1'));
    expect(causes(fixture.admit('e'))).toEqual(['evicted b']);
  });

  it('is a certificate with its client id: another certificate of that client id is another client', () => {
    const fixture = new TableFixture();
    fixture.table.hold(broker('b1'));
    for (const id of ['a', 'b', 'c']) fixture.session(id);
    expect(fixture.admit('d', broker('b1'), 'one').kind).toBe('full');
    fixture.clock.advance(60_000);
    expect(fixture.admit('d', broker('b1'), 'one').kind).toBe('full');
    expect(causes(fixture.admit('d', broker('b1'), 'two'))).toEqual(['displaced a']);
  });

  it('is forgotten in a bounded memory only after ten thousand others', () => {
    const fixture = new TableFixture();
    fixture.settings.maxActiveAuthTokens = 1;
    fixture.table.hold(broker('b1'));
    fixture.session('a');
    fixture.admit('first');
    for (let count = 0; count < 9_999; count += 1) fixture.admit(`other ${count}`);
    fixture.clock.advance(60_000);
    expect(fixture.admit('first').kind).toBe('full');
    for (let count = 0; count < 10_000; count += 1) fixture.admit(`other ${count}`);
    fixture.clock.advance(60_000);
    expect(fixture.admit('first').kind).toBe('admitted');
  });
});

describe('what the table keeps', () => {
  it('is nothing at all once every session has left', () => {
    const fixture = new TableFixture();
    const sessions = [fixture.session('a'), fixture.session('a'), fixture.session('b', broker('b2'))];
    for (const session of sessions) fixture.table.remove(session);
    expect(fixture.table.size).toBe(0);
    expect([...fixture.table.brokers()]).toEqual([]);
    expect(fixture.table.thing('a')).toBeUndefined();
    expect(fixture.table.certificate('certificate of a')).toBeUndefined();
    expect(fixture.removed).toEqual(sessions);
    expect(fixture.table.remove(sessions[0]!)).toBe(false);
    expect(fixture.removed).toHaveLength(3);
  });

  it('finds the sessions of a certificate, a thing and a broker', () => {
    const fixture = new TableFixture();
    const a = fixture.session('a', broker('b1'), 'shared');
    const b = fixture.session('b', broker('b2'), 'shared');
    const again = fixture.session('a', broker('b2'), 'own');
    expect(fixture.table.certificate('shared')?.sessions.toArray()).toEqual([a, b]);
    expect(fixture.table.thing('a')?.sessions.toArray()).toEqual([a, again]);
    expect([...fixture.table.broker(broker('b2'))!.sessions()]).toEqual([b, again]);
  });
});
