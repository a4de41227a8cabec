import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestBroker } from './support/aedes-broker.ts';
import { CuttingProxy } from './support/cutting-proxy.ts';
import type { Device } from './support/device.ts';
import { CONNECT, things } from './support/policies.ts';
import { until } from './support/until.ts';
import { type Enrolled, World } from './support/world.ts';

const CUTS = 60;

describe('a connection between broker and daemon that is cut at any moment', () => {
  let world: World;
  let proxy: CuttingProxy;
  let broker: TestBroker;
  let device: Device;
  let watcher: Device;
  let churning: Enrolled;

  const policies = (topic: string) => ({
    deviceGroups: things({
      device: [CONNECT, ['mqtt:publish', `mqtt:topic:${topic}`, 'mqtt:topic:fence']],
      churning: [CONNECT],
      'victim*': [CONNECT],
      watcher: [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
    }),
  });

  beforeAll(async () => {
    world = await World.start({ configuration: policies('p0') });
    proxy = await CuttingProxy.start(`${world.daemon.directory}/proxy`, world.daemon.brokerSocket);
    broker = await world.addBroker({ address: `unix:${proxy.path}` });
    device = await world.connect(await world.enrol('device'), {}, broker);
    watcher = await world.connect(await world.enrol('watcher'), {}, broker);
    await watcher.subscribe('#');
    churning = await world.enrol('churning');
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await proxy.stop();
  });

  /** The device may publish to this topic and to none of the others. */
  async function holds(topic: string, others: readonly string[]): Promise<boolean> {
    watcher.messages.length = 0;
    for (const each of [...others, topic]) await device.publish(each, 'x');
    const fence = `${Math.random()}`;
    await device.publish('fence', fence);
    await watcher.received('fence', fence);
    return watcher.has(topic) && others.every((other) => !watcher.has(other));
  }

  it('misses no change of policy, whichever byte is the last', async () => {
    const topics = Array.from({ length: 4 }, (_, n) => `p${n}`);
    for (let cut = 0; cut < CUTS; cut++) {
      const topic = topics[cut % topics.length]!;
      proxy.cutAfter(1 + ((cut * 37) % 700));
      world.daemon.configure(policies(topic));
      await world.admin.call('ReloadConfiguration', {});
      await until(`after cut ${cut} the device may publish to ${topic} alone`, () =>
        holds(
          topic,
          topics.filter((other) => other !== topic),
        ),
      );
    }
    expect(proxy.connections).toBeGreaterThan(CUTS / 3);
    expect([device.drops, watcher.drops]).toEqual([0, 0]);
  }, 30_000);

  it('misses no revocation, of sessions just opened least of all', async () => {
    for (let cut = 0; cut < 12; cut++) {
      const victim = await world.enrol(`victim-${cut}`);
      const connecting = world.device(victim, { clientId: victim.thingName }, broker);
      proxy.cutAfter(1 + ((cut * 53) % 600));
      const arrived = connecting.connected().catch(() => undefined);
      await world.admin.call('SetCertificateStatus', {
        certificateId: victim.certificateId,
        status: 'REVOKED',
      });
      await arrived;
      await until(`victim ${cut} is gone`, () => !connecting.client.connected);
      await until('in step', () => broker.plugin.status().connected);
    }
    expect([device.drops, watcher.drops]).toEqual([0, 0]);
  }, 30_000);

  it('leaves no session behind, on either side', async () => {
    for (let cut = 0; cut < 12; cut++) {
      proxy.cutAfter(1 + ((cut * 71) % 500));
      const one = await world.connect(churning, {}, broker).catch(() => undefined);
      await one?.end();
    }
    proxy.cutNow();
    await until('both sides agree', async () => {
      const { sessions } = await world.admin.call('ListSessions', { pageSize: 1000 });
      const names = sessions.map((session) => session.thingName).sort();
      // What an answer that never arrived had opened is closed at the latest when the daemon has not heard of it for a minute.
      const settled = names.filter((name) => name !== 'churning');
      return settled.join() === 'device,watcher' && broker.plugin.status().sessions === 2;
    });
  });
});
