import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, type Statements, things } from './support/policies.ts';
import { onEveryBroker, published, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

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

onEveryBroker(
  'a policy that changes while devices are connected',
  (kind) => {
    let scene: Scene;
    let device: Device;
    let untouched: Device;

    const policies = (statements: Statements) => ({
      deviceGroups: things({ changing: statements, untouched: BOTH }),
    });

    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: policies(BOTH) });
      device = await scene.join('changing');
      untouched = await scene.join('untouched');
      expect(await device.subscribe('a/#', 'b/#')).toEqual([1, 1]);
      expect(await untouched.subscribe('a/#', 'b/#')).toEqual([1, 1]);
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    let round = 0;
    beforeEach(async () => {
      round++;
      scene.daemon.configure(policies(BOTH));
      await until('the wide policy holds', async () => {
        await published(device, 'b/reset', `${round}`);
        return device.has('b/reset', `${round}`) && untouched.has('b/reset', `${round}`);
      });
    });

    async function narrow(): Promise<void> {
      scene.daemon.configure(policies(ONLY_A));
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
      await published(device, 'b/secret', 'x');
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
      expect(await device.subscribe('a/+', 'b/+')).toEqual([1, kind.answers.filterRefused]);
    });

    it('is widened as easily: the old subscription delivers again', async () => {
      await narrow();
      scene.daemon.configure(policies(BOTH));
      await until('delivery again', async () => {
        await untouched.publish('b/back', 'x');
        return device.has('b/back', 'x');
      });
      expect(device.drops).toBe(0);
    });

    it('stays as it was when the new file is wrong', async () => {
      const { errors } = await scene.admin.call('GetConfiguration', {});
      expect(errors).toEqual([]);
      scene.daemon.configure({ deviceGroups: { formatVersion: '2021-03-05', definitions: 'nonsense' } });
      await until('the mistake is noticed', async () => {
        const configuration = await scene.admin.call('GetConfiguration', {});
        return configuration.errors.length > 0;
      });
      await device.publish('b/still', 'x');
      await untouched.received('b/still', 'x');
    });

    it('that is taken away altogether leaves the device connected and denied, until the next connection', async () => {
      const enrolled = await scene.enrol('changing');
      scene.daemon.configure({ deviceGroups: things({ untouched: BOTH }) });
      await until('everything is denied', async () => {
        const [code] = await device.subscribe('a/x');
        return code === kind.answers.filterRefused;
      });
      expect(device.drops).toBe(0);
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  'one',
);
