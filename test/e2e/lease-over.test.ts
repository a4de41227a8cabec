import { describe, expect, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

describe('a daemon that stays away longer than the lease', () => {
  it('leaves devices connected and denied everything, and they go on when it is back', async () => {
    await using world = await World.start({
      configuration: {
        // Shorter than the 5 s between two heartbeats, so that the test is short too.
        security: { outageGraceSeconds: 3 },
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', 'mqtt:topic:*'],
          ['mqtt:subscribe', 'mqtt:topicfilter:*'],
        ),
      },
    });
    const enrolled = await world.enrol('patient');
    const device = await world.connect(enrolled);
    await device.subscribe('x');
    await world.daemon.kill('SIGKILL');

    await device.publish('x', 'within the lease');
    await device.received('x', 'within the lease');
    await until('everything is denied', async () => (await device.subscribe('x'))[0] === 128);
    await device.publish('x', 'after the lease');
    await expect(world.connect(enrolled, { clientId: 'patient' })).rejects.toMatchObject({ code: 3 });
    expect(device.drops).toBe(0);

    await world.daemon.restart();
    await until('it works again', async () => {
      await device.publish('x', 'again');
      return device.has('x', 'again');
    });
    expect(device.has('x', 'after the lease')).toBe(false);
    expect(device.drops).toBe(0);
  });
});
