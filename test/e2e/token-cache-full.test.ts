import { describe, expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { until } from './support/until.ts';
import { type Enrolled, World } from './support/world.ts';

const LIMIT = 50;
const MORE = 100;

describe('a hundred devices more than the daemon has room for', () => {
  it('are told to come later, evict nobody, and do not wear the daemon out', async () => {
    await using world = await World.start({
      configuration: {
        performance: { maxActiveAuthTokens: LIMIT },
        deviceGroups: everyThing(CONNECT, ['mqtt:publish', 'mqtt:topic:*']),
      },
    });
    const all: Enrolled[] = [];
    for (let n = 0; n < LIMIT + MORE; n++) all.push(await world.enrol(`device-${n}`));
    const inside = await Promise.all(all.slice(0, LIMIT).map((each) => world.connect(each)));

    // Persistent clients, as the field has them: they knock until they are let in.
    const outside = all.slice(LIMIT).map((each) =>
      world.device(each, {
        clientId: each.thingName,
        clean: false,
        reconnectPeriod: 1000,
        reconnectOnConnackError: true,
      }),
    );
    await until('each has been refused twice', () => outside.every((device) => device.drops >= 2));
    const knocks = outside.reduce((sum, device) => sum + device.drops, 0);
    const issued = (await world.admin.call('GetStatus', {})).sessions;
    expect(issued).toMatchObject({ active: LIMIT, issued: LIMIT, evicted: 0, displaced: 0 });
    expect(inside.map((device) => device.drops)).toEqual(inside.map(() => 0));

    const refused = world.broker.refusals.filter((line) => line.fields['reason'] === 'TOKEN_CACHE_FULL');
    expect(new Set(refused.map((line) => line.fields['clientId'])).size).toBe(MORE);
    for (const line of refused) expect(line.fields['retryAfterMs']).toBeGreaterThan(0);
    // The plugin keeps the delay for the device: the daemon was asked once for each.
    expect(refused.length).toBe(MORE);
    expect(knocks).toBeGreaterThanOrEqual(2 * MORE);
    expect(outside.flatMap((device) => device.errors.map((error) => error.code))).not.toContain(5);

    const { findings } = await world.admin.call('GetStatus', {});
    expect(findings.map((finding) => finding.message).join()).toContain('maxActiveAuthTokens');
  }, 30_000);

  it('are let in as room is made', async () => {
    await using world = await World.start({
      configuration: {
        performance: { maxActiveAuthTokens: 2 },
        deviceGroups: everyThing(CONNECT),
      },
    });
    const [one, two, three] = [
      await world.enrol('one'),
      await world.enrol('two'),
      await world.enrol('three'),
    ];
    const first = await world.connect(one);
    await world.connect(two);
    const caller = world.caller();
    const ask = () => caller.openSession({ clientId: 'three', certificatePem: three.certificatePem }, '');
    await expect(ask()).rejects.toMatchObject({
      reason: 'TOKEN_CACHE_FULL',
      retryAfterMs: expect.any(Number),
    });
    await first.end();
    await until('there is room', () => ask());
  });

  it('take the place of an idle one at most once: whoever was displaced displaces nobody', async () => {
    await using world = await World.start({
      configuration: {
        performance: { maxActiveAuthTokens: 2 },
        sessions: { minimumHeldSeconds: 0 },
        deviceGroups: everyThing(CONNECT),
      },
    });
    const [one, two, three] = [
      await world.enrol('one'),
      await world.enrol('two'),
      await world.enrol('three'),
    ];
    const first = await world.connect(one);
    const second = await world.connect(two);
    const third = await world.connect(three);
    await first.disconnected();
    for (let knock = 0; knock < 3; knock++) {
      await expect(world.connect(one)).rejects.toMatchObject({ code: 3 });
    }
    expect([second.drops, third.drops]).toEqual([0, 0]);
    expect((await world.admin.call('GetStatus', {})).sessions).toMatchObject({ active: 2, displaced: 1 });
  });

  it('do not keep anybody out who is inside when the daemon restarts', async () => {
    await using world = await World.start({
      configuration: {
        performance: { maxActiveAuthTokens: 5 },
        deviceGroups: everyThing(CONNECT),
      },
    });
    const inside = [];
    for (let n = 0; n < 5; n++) inside.push(await world.connect(await world.enrol(`in-${n}`)));
    const { epoch } = world.broker.plugin.status();
    await world.daemon.kill('SIGKILL');
    await world.daemon.restart();
    await until('everybody is authenticated again', () => {
      const status = world.broker.plugin.status();
      return status.connected && status.epoch !== epoch && status.reauthenticating === 0;
    });
    const { active } = (await world.admin.call('GetStatus', {})).sessions!;
    expect(active).toBe(5);
    expect(inside.map((device) => device.drops)).toEqual([0, 0, 0, 0, 0]);
  });
});
