import { describe, expect, it } from 'vitest';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import type { PolicyEngine } from '../../src/policy/policy-engine.ts';
import type { PolicyPort } from '../../src/sessions/ports.ts';
import { authenticated, everyoneMay, Gate, groups, Room, StepPace, type Stream, settled } from './room.ts';

async function openMany(room: Room, count: number, prefix = 'c'): Promise<string[]> {
  const tokens = [];
  for (let at = 0; at < count; at += 1) tokens.push((await room.open(`${prefix}${at}`)).token);
  return tokens;
}

const changedTokens = (stream: Stream): string[] =>
  stream.of('changed').flatMap(({ changes }) => changes.flatMap(({ tokens }) => tokens));

describe('a changed policy', () => {
  it('counts for the very next decision', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const { token } = await room.open('a');
    expect([room.may(token, 'x'), room.may(token, 'y')]).toEqual([true, false]);
    void room.apply(everyoneMay('y'));
    expect([room.may(token, 'x'), room.may(token, 'y')]).toEqual([false, true]);
  });

  it('counts for the very next decision about a session that its recomputation has not reached yet', async () => {
    const pace = new StepPace(2);
    const room = new Room({ pace });
    await room.apply(everyoneMay('x'));
    const tokens = await openMany(room, 20);
    const done = room.apply(everyoneMay('y'));
    await settled();
    expect(pace.yields).toBe(1);
    expect(tokens.map((token) => room.may(token, 'x'))).toEqual(tokens.map(() => false));
    await pace.finish();
    await done;
  });

  it('is still told to a broker whose session was used in the middle of the recomputation', async () => {
    const pace = new StepPace(2);
    const room = new Room({ pace });
    await room.apply(everyoneMay('x'));
    const tokens = await openMany(room, 20);
    const stream = room.connected(tokens);
    const done = room.apply(everyoneMay('y'));
    for (const token of tokens) room.may(token, 'x');
    await pace.finish();
    await done;
    expect(changedTokens(stream).sort()).toEqual([...tokens].sort());
  });

  it('is told in batches of at most five hundred tokens, grouped by what they have now', async () => {
    const room = new Room();
    const tokens = [...(await openMany(room, 600, 'a')), ...(await openMany(room, 600, 'b'))];
    const stream = room.connected(tokens);
    await room.apply(
      groups({ a: { rule: 'thingName: a*', topics: ['x'] }, b: { rule: 'thingName: b*', topics: ['y'] } }),
    );
    const events = stream.of('changed');
    const sizes = events.map(({ changes }) => changes.reduce((sum, change) => sum + change.tokens.length, 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    expect(events.length).toBeLessThan(6);
    expect(new Set(changedTokens(stream)).size).toBe(1_200);
    expect(stream.of('grant-set-added')).toHaveLength(2);
  });

  it('that changes nothing for a session is not told', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const stream = room.connected([(await room.open('a')).token]);
    await room.apply(everyoneMay('x'));
    await room.apply(
      groups({
        all: { rule: 'thingName: *', topics: ['x'] },
        other: { rule: 'thingName: z', topics: ['y'] },
      }),
    );
    expect(stream.take()).toEqual([]);
  });

  it('names the variables of a session when they change with it, and only then', async () => {
    const room = new Room();
    await room.apply(everyoneMay('x'));
    const stream = room.connected([(await room.open('a')).token, (await room.open('b')).token]);
    await room.apply(everyoneMay('y'));
    expect(stream.of('changed')[0]?.changes.map(({ variables }) => variables)).toEqual([[]]);
    stream.take();
    await room.apply(everyoneMay('OWN/y'));
    const [change] = stream.of('changed')[0]!.changes;
    expect(change?.variables.map((values) => [...values.values()])).toEqual([['a'], ['b']]);
  });

  it('that takes away is told to everyone before anyone is told of one that only adds', async () => {
    const room = new Room();
    await room.apply(
      groups({ a: { rule: 'thingName: a*', topics: ['x'] }, b: { rule: 'thingName: b*', topics: ['y'] } }),
    );
    const tokens: string[] = [];
    for (let at = 0; at < 800; at += 1)
      tokens.push((await room.open(`${at % 2 === 0 ? 'a' : 'b'}${at}`)).token);
    const stream = room.connected(tokens);
    await room.apply(
      groups({
        a: { rule: 'thingName: a*', topics: ['x', 'more'] },
        b: { rule: 'thingName: b*', topics: ['z'] },
      }),
    );
    const order = changedTokens(stream).map((token) => tokens.indexOf(token) % 2);
    expect(order).toHaveLength(800);
    expect(order).toEqual([...order].sort((one, other) => other - one));
  });

  it('is followed by another one before it has been told: the last one is what everyone ends up with', async () => {
    const pace = new StepPace(7);
    const room = new Room({ pace });
    await room.apply(everyoneMay('x'));
    const tokens = await openMany(room, 50);
    const stream = room.connected(tokens);
    const first = room.apply(everyoneMay('x', 'y'));
    await pace.step();
    const second = room.apply(everyoneMay('z'));
    await pace.step();
    const third = room.apply(everyoneMay('x'));
    await pace.finish();
    await Promise.all([first, second, third]);
    const last = new Map<string, readonly string[]>();
    for (const { changes } of stream.of('changed')) {
      for (const change of changes) for (const token of change.tokens) last.set(token, change.grantSetIds);
    }
    for (const token of tokens) {
      const ids = last.get(token) ?? room.engine.grantsFor(device('c0')).setIds;
      expect(ids).toEqual(room.engine.grantsFor(device('c0')).setIds);
      expect(room.may(token, 'x')).toBe(true);
    }
  });

  it('and is taken back is told to a stream whose snapshot came in between', async () => {
    const pace = new StepPace(2);
    const room = new Room({ pace });
    await room.apply(everyoneMay('x'));
    const tokens = await openMany(room, 20);
    room.connected(tokens);
    const first = room.apply(everyoneMay('y'));
    const stream = room.connected(tokens);
    const second = room.apply(everyoneMay('x'));
    await pace.finish();
    await Promise.all([first, second]);
    expect(changedTokens(stream).sort()).toEqual([...tokens].sort());
  });

  it('that comes in the tick in which the one before it was finished is not lost', async () => {
    const room = new Room();
    const { token } = await room.open('a');
    const stream = room.connected([token]);
    for (let at = 0; at < 20; at += 1) {
      const done = room.apply(everyoneMay(`topic ${at}`));
      for (let tick = 0; tick < at; tick += 1) await Promise.resolve();
      await room.apply(everyoneMay(`other ${at}`));
      await done;
      expect(stream.of('changed').at(-1)?.changes[0]?.grantSetIds).toEqual(
        room.engine.grantsFor(device('a')).setIds,
      );
    }
  });

  it('reaches sessions that are opened while it is being told, and forgets those that end', async () => {
    const pace = new StepPace(3);
    const room = new Room({ pace });
    const tokens = await openMany(room, 20);
    const stream = room.connected(tokens);
    const done = room.apply(everyoneMay('x'));
    const { token } = await room.open('late');
    room.service.close('mosquitto', tokens[19]!);
    await pace.finish();
    await done;
    expect(room.may(token, 'x')).toBe(true);
    expect(changedTokens(stream)).not.toContain(token);
    expect(new Set(changedTokens(stream))).toEqual(new Set(tokens.slice(0, 19)));
  });

  it('ends a session whose grants cannot be computed, and goes on with the others', async () => {
    let broken = false;
    const wrap = (engine: PolicyEngine): PolicyPort => ({
      grantsFor: (one) => {
        if (broken && one.thingName === 'c1') throw new Error('a defect');
        return engine.grantsFor(one);
      },
      grantSet: (id) => engine.grantSet(id),
      evaluate: (...request) => engine.evaluate(...request),
      takesAway: (...change) => engine.takesAway(...change),
    });
    const room = new Room({ wrap });
    const tokens = await openMany(room, 3);
    const stream = room.connected(tokens);
    broken = true;
    await room.apply(everyoneMay('x'));
    expect(stream.of('ended')).toMatchObject([{ tokens: [tokens[1]], reason: 'REVOKED' }]);
    expect(changedTokens(stream)).toEqual([tokens[0], tokens[2]]);
    expect(room.faults).toHaveLength(1);
  });
});

describe('a thing that changed', () => {
  /** Grants by attribute, as the policy room may have them one day: `open` decides. */
  const byAttribute = (engine: PolicyEngine): PolicyPort => {
    engine.apply(compileDeviceGroups(groups({ yes: { rule: 'thingName: open', topics: ['x'] } })));
    return {
      grantsFor: (one) => engine.grantsFor({ ...one, thingName: one.attributes['door'] ?? 'shut' }),
      grantSet: (id) => engine.grantSet(id),
      evaluate: (...request) => engine.evaluate(...request),
      takesAway: (...change) => engine.takesAway(...change),
    };
  };
  const thing = (door: string) => ({ type: '', attributes: { door }, groups: [] });

  it('changes the grants of its sessions, and their brokers are told', async () => {
    const room = new Room({ wrap: byAttribute });
    room.things.set('a', thing('shut'));
    const { token } = await room.open('a');
    const stream = room.connected([token]);
    room.things.set('a', thing('open'));
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    await settled();
    expect(changedTokens(stream)).toEqual([token]);
    expect(room.may(token, 'x')).toBe(true);
    room.things.set('a', thing('shut'));
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    await settled();
    expect(room.may(token, 'x')).toBe(false);
  });

  it('changes them at once as well when the answer of the registry took a while and is out of date', async () => {
    const room = new Room({ wrap: byAttribute });
    room.things.set('a', thing('open'));
    const { token } = await room.open('a');
    const slow = new Gate<ReturnType<typeof thing>>();
    room.readThing = () => slow.promise;
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    room.readThing = async () => thing('shut');
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    slow.open(thing('open'));
    await settled();
    expect(room.may(token, 'x')).toBe(false);
  });

  it('is read again a second later when it could not be read', async () => {
    const room = new Room({ wrap: byAttribute });
    room.things.set('a', thing('open'));
    const { token } = await room.open('a');
    const { readThing } = room;
    room.readThing = () => Promise.reject(new Error('disk'));
    room.things.set('a', thing('shut'));
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    await settled();
    expect(room.faults).toEqual(['a changed thing could not be read']);
    room.readThing = readThing;
    room.clock.advance(1_000);
    await settled();
    expect(room.may(token, 'x')).toBe(false);
  });

  it('without sessions is not even read', () => {
    const room = new Room();
    room.readThing = () => Promise.reject(new Error('not asked for'));
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    expect(room.faults).toEqual([]);
  });

  it('is what a session that is being opened gets', async () => {
    const room = new Room({ wrap: byAttribute });
    room.things.set('a', thing('open'));
    const verdict = new Gate<void>();
    let asked = 0;
    room.authenticate = async (id) => {
      asked += 1;
      return authenticated(id);
    };
    const { readThing } = room;
    room.readThing = async (name) => {
      const was = await readThing(name);
      await verdict.promise;
      return was;
    };
    const opening = room.tryOpen('a');
    await settled();
    room.readThing = readThing;
    room.things.set('a', thing('shut'));
    room.service.registryChanged({ kind: 'thing-changed', thingName: 'a' });
    verdict.open();
    const result = await opening;
    if (result.kind !== 'opened') throw result.error;
    expect(asked).toBe(2);
    expect(room.may(result.session.token, 'x')).toBe(false);
  });
});

function device(thingName: string) {
  return { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
}
