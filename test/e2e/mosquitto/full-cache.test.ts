import { expect, it } from 'vitest';
import { CONNECT, everyThing } from '../support/policies.ts';
import { type Enrolled, onMosquitto, Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const LIMIT = 20;
const MORE = 20;

onMosquitto(
  'more devices than the daemon has room for',
  (kind) => {
    it('are refused, evict nobody, and are let in as room is made', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { performance: { maxActiveAuthTokens: LIMIT }, deviceGroups: everyThing(CONNECT) },
      });
      const all: Enrolled[] = [];
      for (let n = 0; n < LIMIT + MORE; n++) all.push(await scene.enrol(`device-${n}`));
      const inside = [];
      for (const each of all.slice(0, LIMIT)) inside.push(await scene.connect(each));
      const outside = all.slice(LIMIT);
      for (let knock = 0; knock < 2; knock++) {
        const outcomes = await Promise.allSettled(outside.map((each) => scene.connect(each)));
        expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
      }
      expect((await scene.admin.call('GetStatus', {})).sessions).toMatchObject({
        active: LIMIT,
        issued: LIMIT,
        evicted: 0,
        displaced: 0,
      });
      expect(inside.map((device) => device.drops)).toEqual(inside.map(() => 0));
    });

    it('take the place of an idle one, who is cut off and displaces nobody', async () => {
      await using scene = await Scene.start(kind, {
        configuration: {
          performance: { maxActiveAuthTokens: 2 },
          sessions: { minimumHeldSeconds: 0 },
          deviceGroups: everyThing(CONNECT),
        },
      });
      const one = await scene.enrol('one');
      const first = await scene.connect(one);
      const second = await scene.join('two');
      const third = await scene.join('three');
      await first.disconnected();
      for (let knock = 0; knock < 3; knock++) await expect(scene.connect(one)).rejects.toThrow();
      expect([second.drops, third.drops]).toEqual([0, 0]);
      await until('two are left', async () => (await scene.sessions()).length === 2);
      expect((await scene.admin.call('GetStatus', {})).sessions).toMatchObject({ active: 2, displaced: 1 });
    });
  },
  'one',
);
