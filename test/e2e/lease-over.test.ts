import { expect, it } from 'vitest';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { onEveryBroker, published, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

onEveryBroker('a daemon that stays away longer than the lease', (kind) => {
  it('leaves devices connected and denied everything, and they go on when it is back', async () => {
    await using scene = await Scene.start(kind, {
      configuration: {
        // Shorter than the 5 s between two heartbeats, so that the test is short too.
        security: { outageGraceSeconds: 3 },
        deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
      },
    });
    const enrolled = await scene.enrol('patient');
    const device = await scene.connect(enrolled);
    await device.subscribe('x');
    await scene.daemon.kill('SIGKILL');

    await device.publish('x', 'within the lease');
    await device.received('x', 'within the lease');
    await until('everything is denied', async () => {
      const [code] = await device.subscribe('x');
      return code === kind.answers.filterRefused;
    });
    await published(device, 'x', 'after the lease');
    await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.unavailable });
    expect(device.drops).toBe(0);

    await scene.daemon.restart();
    await until('it works again', async () => {
      await published(device, 'x', 'again');
      return device.has('x', 'again');
    });
    expect(device.has('x', 'after the lease')).toBe(false);
    expect(device.drops).toBe(0);
  });
});
