import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { type Enrolled, fence, onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(
  CONNECT,
  ['mqtt:publish', `mqtt:topic:loop/${OWN}`],
  ['mqtt:subscribe', `mqtt:topicfilter:loop/${OWN}`],
);

onMosquitto('a daemon that hangs', (kind) => {
  let scene: Scene;
  let bystander: Device;
  let knocking: Enrolled[];
  let daemonId = 0;

  beforeAll(async () => {
    // What a 2.0 may wait is left at its default here.
    const wait: Record<string, string> =
      kind.release.series === '2.0' ? { blocking_wait_ms: '100' } : { pending_max_ms: '1000' };
    const mosquitto = { pluginOptions: wait };
    scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS }, broker: { mosquitto } });
    const enrolled = await scene.enrol('bystander');
    bystander = await until('the bystander is let in', () => scene.connect(enrolled));
    await bystander.subscribe('loop/bystander');
    knocking = await Promise.all(Array.from({ length: 30 }, (_, n) => scene.enrol(`knocking-${n}`)));
    daemonId = (await scene.admin.call('GetStatus', {})).processId;
    process.kill(daemonId, 'SIGSTOP');
  });
  afterAll(async () => {
    process.kill(daemonId, 'SIGCONT');
    await scene[Symbol.asyncDispose]();
  });

  describe('and thirty devices that connect meanwhile', () => {
    it('do not stop the others’ messages: each is refused within its budget', async () => {
      const outcomes = Promise.allSettled(knocking.map((each) => scene.connect(each)));
      for (let n = 0; n < 10; n++) {
        await bystander.publish('loop/bystander', `${n}`);
        await bystander.received('loop/bystander', `${n}`);
      }
      for (const outcome of await outcomes) expect(outcome.status).toBe('rejected');
      expect(bystander.drops).toBe(0);
    });

    it('are let in when it goes on', async () => {
      process.kill(daemonId, 'SIGCONT');
      for (const each of knocking.slice(0, 5)) {
        await until(`${each.thingName} is let in`, () => scene.connect(each).catch(() => undefined));
      }
      await fence(bystander, bystander, 'loop/bystander');
      expect(bystander.drops).toBe(0);
    });
  });
});
