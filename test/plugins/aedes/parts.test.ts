import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EarlyEvents } from '../../../plugins/aedes/early-events.ts';
import { GrantSetCache } from '../../../plugins/aedes/grant-set-cache.ts';
import { filterResource } from '../../../plugins/aedes/mqtt-resources.ts';
import { Reauthentication } from '../../../plugins/aedes/reauthentication.ts';
import { RetryLater } from '../../../plugins/aedes/retry-later.ts';
import { TickQueue } from '../../../plugins/aedes/tick-queue.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { settled } from './support/turns.ts';

const ended = { kind: 'ended', epoch: 'A', sequence: 1, reason: 'r', correlationId: '' } as const;

describe('early events', () => {
  it('are bounded, and say so when one was lost', () => {
    const events = new EarlyEvents(new ManualClock());
    for (let n = 0; n < 10_000; n++) events.keep(`t${n}`, ended);
    expect(events.lost()).toBe(false);
    events.keep('one more', ended);
    expect(events.size).toBe(10_000);
    expect(events.lost()).toBe(true);
    expect(events.take('t0')).toEqual([]);
    expect(events.take('one more')).toEqual([ended]);
  });

  it('of one token are at most the newest change and the end', () => {
    const events = new EarlyEvents(new ManualClock());
    const changed = { kind: 'changed', epoch: 'A', setIds: ['a'] } as const;
    events.keep('t', { ...changed, sequence: 1, variables: new Map([['name', 'x']]) });
    events.keep('t', { ...changed, sequence: 2, setIds: ['b'], variables: undefined });
    events.keep('t', { ...ended, sequence: 3 });
    events.keep('t', { ...changed, sequence: 4, variables: undefined });
    expect(events.take('t')).toEqual([
      { ...changed, sequence: 2, setIds: ['b'], variables: new Map([['name', 'x']]) },
      { ...ended, sequence: 3 },
    ]);
  });
});

describe('the cache of grant sets', () => {
  const bytes = Buffer.from('set');
  const id = createHash('sha256').update(bytes).digest('hex');

  it('fetches a set once for all who ask at the same time, and shares one array of them', async () => {
    let fetches = 0;
    const cache = new GrantSetCache(
      async () => {
        fetches++;
        return bytes;
      },
      () => ({}),
    );
    const [one, other] = await Promise.all([cache.load([id]), cache.load([id])]);
    expect(fetches).toBe(1);
    expect(one[0]).toBe(other[0]);
    expect(cache.peek([id])).toBe(await cache.load([id]));
  });

  it('asks again after a fetch that failed', async () => {
    let fetches = 0;
    const cache = new GrantSetCache(
      async () => {
        if (++fetches === 1) throw new Error('cut');
        return bytes;
      },
      () => ({}),
    );
    await expect(cache.load([id])).rejects.toThrow('cut');
    await expect(cache.load([id])).resolves.toHaveLength(1);
  });
});

describe('work in small steps', () => {
  it('is done in order, over several turns when it takes long, and goes on after a defect', async () => {
    const clock = new ManualClock();
    const defects: unknown[] = [];
    const done: string[] = [];
    let turns = 0;
    const queue = new TickQueue(clock, (error) => defects.push(error));
    const steps = function* (name: string, count: number, fails = false): Generator<void> {
      for (let n = 0; n < count; n++) {
        done.push(`${name}${n}`);
        clock.advance(0.4);
        yield;
      }
      if (fails) throw new Error(name);
    };
    queue.add(steps('a', 4, true));
    queue.add(steps('b', 2));
    while (done.length < 6 && turns < 20) {
      turns++;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(done).toEqual(['a0', 'a1', 'a2', 'a3', 'b0', 'b1']);
    expect(turns).toBeGreaterThanOrEqual(2);
    await settled();
    expect(defects).toHaveLength(1);
  });
});

describe('authentication in the background', () => {
  it('tries who is added again at once, and forgets who is removed', async () => {
    const clock = new ManualClock();
    const tried: string[] = [];
    const [one, other] = [{ name: 'one' }, { name: 'other' }];
    const work = new Reauthentication<{ name: string }>({
      clock,
      concurrency: 1,
      attempt: async ({ name }) => {
        tried.push(name);
        return { retryAfterMs: 10_000 };
      },
      random: () => 0,
    });
    work.add(one);
    work.add(other);
    await settled();
    expect(tried).toEqual(['one', 'other']);
    work.add(one);
    await settled();
    expect(tried).toEqual(['one', 'other', 'one']);
    work.remove(one);
    clock.advance(10_000);
    await settled();
    expect(tried).toEqual(['one', 'other', 'one', 'other']);
  });

  it('backs off without a hint from the daemon, to at most half a minute', async () => {
    const clock = new ManualClock();
    let tries = 0;
    const work = new Reauthentication<object>({
      clock,
      concurrency: 1,
      attempt: async () => {
        tries++;
        throw new Error('no');
      },
      random: () => 1,
    });
    work.add({});
    for (let second = 0; second < 300; second++) {
      await settled();
      clock.advance(1_000);
    }
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(20);
  });
});

describe('who was told to come later', () => {
  it('waits at most a minute, and the oldest are forgotten first when there are too many', () => {
    const clock = new ManualClock();
    const later = new RetryLater(clock);
    later.tell('a', 600_000);
    expect(later.remaining('a')).toBe(60_000);
    clock.advance(60_000);
    expect(later.remaining('a')).toBe(0);
    for (let n = 0; n <= 10_000; n++) later.tell(`n${n}`, 1_000);
    expect(later.remaining('n0')).toBe(0);
    expect(later.remaining('n10000')).toBe(1_000);
  });
});

describe('a topic filter as a resource', () => {
  it.each([
    ['a/+/b', 'mqtt:topicfilter:a/+/b'],
    ['$share/group/a/#', 'mqtt:topicfilter:a/#'],
    ['$share/group//a', 'mqtt:topicfilter:/a'],
    ['$SYS/#', 'mqtt:topicfilter:$SYS/#'],
    ['$shared/group/a', 'mqtt:topicfilter:$shared/group/a'],
    ['$share', undefined],
    ['$share/', undefined],
    ['$share/group', undefined],
    ['$share/group/', undefined],
    ['$share//a', undefined],
    ['$share/+/a', undefined],
    ['$share/#', undefined],
    ['$share/g/$share/h/a', undefined],
  ])('%s is %s', (filter, resource) => {
    expect(filterResource(filter)).toBe(resource);
  });
});
