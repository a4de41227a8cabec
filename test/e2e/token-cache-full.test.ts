import { expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onAedes, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const LIMIT = 50;
const MORE = 100;

onEveryBroker(
  'a hundred devices more than the daemon has room for',
  (kind) => {
    /** A broker that waited for the answer can only say "refused". */
    const noRoom = { code: expect.toBeOneOf([kind.answers.unavailable, kind.answers.refused]) };

    it('are refused, evict nobody, and the daemon is asked once for each however often they knock', async () => {
      await using scene = await Scene.start(kind, {
        configuration: {
          performance: { maxActiveAuthTokens: LIMIT },
          deviceGroups: everyThing(CONNECT, ['mqtt:publish', 'mqtt:topic:*']),
        },
      });
      const all: Enrolled[] = [];
      for (let n = 0; n < LIMIT + MORE; n++) all.push(await scene.enrol(`device-${n}`));
      const inside = [];
      for (const each of all.slice(0, LIMIT)) inside.push(await scene.connect(each));

      // Persistent clients, as the field has them: they knock until they are let in.
      const before = await scene.daemon.callsOfBrokers();
      const outside = all.slice(LIMIT).map((each) =>
        scene.device(each, {
          clientId: each.thingName,
          clean: false,
          reconnectPeriod: 1000,
          reconnectOnConnackError: true,
        }),
      );
      await until('each has been refused twice', () => outside.every((device) => device.drops >= 2));
      expect(outside.map((device) => device.connections)).toEqual(outside.map(() => 0));
      // The plugin keeps the delay for the device.
      expect((await scene.daemon.callsOfBrokers()) - before).toBe(MORE);
      const { sessions, findings } = await scene.admin.call('GetStatus', {});
      expect(sessions).toMatchObject({ active: LIMIT, issued: LIMIT, evicted: 0, displaced: 0 });
      expect(findings.map((finding) => finding.message).join()).toContain('maxActiveAuthTokens');
      expect(inside.map((device) => device.drops)).toEqual(inside.map(() => 0));
    });

    it('are let in as room is made', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { performance: { maxActiveAuthTokens: 2 }, deviceGroups: everyThing(CONNECT) },
      });
      const [first, second] = [await scene.join('one'), await scene.join('two')];
      const three = await scene.enrol('three');
      const caller = scene.caller();
      const ask = () => caller.openSession({ clientId: 'three', certificatePem: three.certificatePem }, '');
      await expect(ask()).rejects.toMatchObject({
        reason: 'TOKEN_CACHE_FULL',
        retryAfterMs: expect.any(Number),
      });
      await first.end();
      await scene.left('one');
      await scene.connect(three);
      expect(second.drops).toBe(0);
    });

    it('take the place of an idle one at most once: whoever was displaced is cut off and displaces nobody', async () => {
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
      for (let knock = 0; knock < 3; knock++) {
        await expect(scene.connect(one)).rejects.toMatchObject(noRoom);
      }
      expect([second.drops, third.drops]).toEqual([0, 0]);
      await until('two are left', async () => (await scene.sessions()).length === 2);
      expect((await scene.admin.call('GetStatus', {})).sessions).toMatchObject({ active: 2, displaced: 1 });
    });

    it('keep nobody out who is inside when the daemon restarts', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { performance: { maxActiveAuthTokens: 5 }, deviceGroups: everyThing(CONNECT) },
      });
      const names = Array.from({ length: 5 }, (_, n) => `in-${n}`);
      const inside = [];
      for (const name of names) inside.push(await scene.join(name));
      await expect(scene.join('out')).rejects.toMatchObject(noRoom);
      await scene.daemon.kill('SIGKILL');
      await scene.daemon.restart();
      await scene.inStep(...names);
      expect((await scene.admin.call('GetStatus', {})).sessions?.active).toBe(5);
      expect(inside.map((device) => device.drops)).toEqual([0, 0, 0, 0, 0]);
    });
  },
  'one',
);

onAedes('a device for which there is no room', (kind) => {
  it('is told apart in the plugin’s log, with the delay', async () => {
    await using scene = await Scene.start(kind, {
      configuration: { performance: { maxActiveAuthTokens: 1 }, deviceGroups: everyThing(CONNECT) },
    });
    await scene.join('one');
    await expect(scene.join('two')).rejects.toMatchObject({ code: 3 });
    const [line, ...more] = scene.aedes.refusals;
    expect(more).toEqual([]);
    expect(line?.fields).toMatchObject({ clientId: 'two', reason: 'TOKEN_CACHE_FULL' });
    expect(line?.fields['retryAfterMs']).toBeGreaterThan(0);
  });
});
