import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, type Statements, things } from './support/policies.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

const BOTH: Statements = [
  CONNECT,
  ['mqtt:publish', 'mqtt:topic:a/*', 'mqtt:topic:b/*'],
  ['mqtt:subscribe', 'mqtt:topicfilter:a/*', 'mqtt:topicfilter:b/*'],
];
const ONLY_A: Statements = [
  CONNECT,
  ['mqtt:publish', 'mqtt:topic:a/*'],
  ['mqtt:subscribe', 'mqtt:topicfilter:a/*'],
];

describe('a policy that changes while devices are connected', () => {
  let world: World;
  let device: Device;
  let untouched: Device;

  const policies = (statements: Statements) => ({
    deviceGroups: things({ changing: statements, untouched: BOTH }),
  });

  beforeAll(async () => {
    world = await World.start({ configuration: policies(BOTH) });
    device = await world.connect(await world.enrol('changing'));
    untouched = await world.connect(await world.enrol('untouched'));
    expect(await device.subscribe('a/#', 'b/#')).toEqual([1, 1]);
    expect(await untouched.subscribe('a/#', 'b/#')).toEqual([1, 1]);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  let round = 0;
  beforeEach(async () => {
    round++;
    world.daemon.configure(policies(BOTH));
    await until('the wide policy holds', async () => {
      await device.publish('b/reset', `${round}`);
      return device.has('b/reset', `${round}`) && untouched.has('b/reset', `${round}`);
    });
  });

  async function narrow(): Promise<void> {
    world.daemon.configure(policies(ONLY_A));
    await until('the narrow policy holds', async () => {
      device.messages.length = 0;
      await untouched.publish('b/probe', 'x');
      await untouched.publish('a/probe', 'x');
      await device.received('a/probe', 'x');
      return !device.has('b/probe');
    });
  }

  it('holds for the next publish, without a reconnect', async () => {
    await narrow();
    untouched.messages.length = 0;
    await device.publish('b/secret', 'x');
    await device.publish('a/fine', 'x');
    await untouched.received('a/fine', 'x');
    expect(untouched.has('b/secret')).toBe(false);
    expect(device.drops).toBe(0);
  });

  it('holds for what is delivered to a subscription made before', async () => {
    await narrow();
    await untouched.publish('b/x', 'not for the other');
    await untouched.publish('a/x', 'for both');
    await device.received('a/x', 'for both');
    expect(device.has('b/x')).toBe(false);
    await untouched.received('b/x', 'not for the other');
  });

  it('holds for the next subscription', async () => {
    await narrow();
    expect(await device.subscribe('a/+', 'b/+')).toEqual([1, 128]);
  });

  it('is widened as easily: the old subscription delivers again', async () => {
    await narrow();
    world.daemon.configure(policies(BOTH));
    await until('delivery again', async () => {
      await untouched.publish('b/back', 'x');
      return device.has('b/back', 'x');
    });
    expect(device.drops).toBe(0);
  });

  it('stays as it was when the new file is wrong', async () => {
    const { errors } = await world.admin.call('GetConfiguration', {});
    expect(errors).toEqual([]);
    world.daemon.configure({ deviceGroups: { formatVersion: '2021-03-05', definitions: 'nonsense' } });
    await until('the mistake is noticed', async () => {
      const configuration = await world.admin.call('GetConfiguration', {});
      return configuration.errors.length > 0;
    });
    await device.publish('b/still', 'x');
    await untouched.received('b/still', 'x');
  });
});
