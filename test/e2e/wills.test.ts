import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, OWN, things } from './support/policies.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

describe('the will of a device', () => {
  let world: World;
  let watcher: Device;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: things({
          'sensor*': [CONNECT, ['mqtt:publish', `mqtt:topic:wills/${OWN}`]],
          watcher: [CONNECT, ['mqtt:publish', 'mqtt:topic:fence'], ['mqtt:subscribe', 'mqtt:topicfilter:*']],
        }),
      },
    });
    watcher = await world.connect(await world.enrol('watcher'));
    await watcher.subscribe('#');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const will = (topic: string) => ({
    will: { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true },
  });

  /** The device is gone as far as broker and daemon are concerned, and all it caused has been delivered. */
  async function afterTheEndOf(thingName: string): Promise<void> {
    await until(`${thingName} has no session`, async () => {
      const { total } = await world.admin.call('ListSessions', { thingName });
      return total === 0;
    });
    const payload = thingName + Math.random();
    await watcher.publish('fence', payload);
    await watcher.received('fence', payload);
  }

  it('is published when its policy allows that', async () => {
    const device = await world.connect(await world.enrol('sensor-1'), will('wills/sensor-1'));
    device.vanish();
    await watcher.received('wills/sensor-1', 'gone');
  });

  it('is not published when its policy does not', async () => {
    const device = await world.connect(await world.enrol('sensor-2'), will('wills/sensor-1-too'));
    device.vanish();
    await afterTheEndOf('sensor-2');
    expect(watcher.has('wills/sensor-1-too')).toBe(false);
  });

  it('is not published when it says goodbye', async () => {
    const device = await world.connect(await world.enrol('sensor-3'), will('wills/sensor-3'));
    await device.end();
    await afterTheEndOf('sensor-3');
    expect(watcher.has('wills/sensor-3')).toBe(false);
  });

  it('is not published when its certificate was revoked', async () => {
    const enrolled = await world.enrol('sensor-4');
    const device = await world.connect(enrolled, will('wills/sensor-4'));
    await world.admin.call('SetCertificateStatus', {
      certificateId: enrolled.certificateId,
      status: 'REVOKED',
    });
    await device.disconnected(1_000);
    await afterTheEndOf('sensor-4');
    expect(watcher.has('wills/sensor-4')).toBe(false);
  });

  it('is not published when the policy was narrowed after it connected', async () => {
    const device = await world.connect(await world.enrol('sensor-5'), will('wills/sensor-5'));
    world.daemon.configure({
      deviceGroups: things({
        'sensor*': [CONNECT],
        watcher: [CONNECT, ['mqtt:publish', 'mqtt:topic:fence'], ['mqtt:subscribe', 'mqtt:topicfilter:*']],
      }),
    });
    await until('the new policy holds', async () => {
      const answer = await world.admin.call('Explain', {
        thingName: 'sensor-5',
        operation: 'mqtt:publish',
        resource: 'mqtt:topic:wills/sensor-5',
      });
      return !answer.allowed;
    });
    // What the daemon told before this is older than an answer to a call made now.
    await world.connect(await world.enrol('sensor-6'));
    device.vanish();
    await afterTheEndOf('sensor-5');
    expect(watcher.has('wills/sensor-5')).toBe(false);
  });
});
