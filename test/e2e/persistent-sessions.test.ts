import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANY_TOPIC, CONNECT, everyThing, type Statements, things } from './support/policies.ts';
import { fence, onEveryBroker, Scene } from './support/scene.ts';

const ALL: Statements = [CONNECT, ...ANY_TOPIC];

onEveryBroker('a device with a persistent session', (kind) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(...ALL) } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('has no session at the daemon while it is away, and gets what waited for it', async () => {
    const enrolled = await scene.enrol('persistent');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('waiting/#')).toEqual([1]);
    await first.end();
    await scene.left('persistent');
    const other = await scene.join('sender');
    await other.publish('waiting/1', 'x');
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('waiting/1', 'x');
  });

  it('that vanished without a word has none either', async () => {
    const enrolled = await scene.enrol('vanished');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('lost/#')).toEqual([1]);
    first.vanish();
    await scene.left('vanished');
    const other = await scene.join('sender-2');
    await other.publish('lost/1', 'x');
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('lost/1', 'x');
    expect(await scene.sessions('vanished')).toMatchObject([{ held: true }]);
  });

  it('keeps the whole exchange of QoS 2: nothing is lost, nothing comes twice', async () => {
    const enrolled = await scene.enrol('exactly');
    const first = await scene.connect(enrolled, scene.persistent);
    await first.client.subscribeAsync('once/#', { qos: 2 });
    await first.end();
    const other = await scene.join('sender-3');
    for (let n = 0; n < 20; n++) await other.publish('once/1', `${n}`, { qos: 2 });
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('once/1', '19');
    await fence(other, second, 'once/fence');
    expect(second.messages.filter(({ topic }) => topic === 'once/1').map(({ payload }) => payload)).toEqual(
      Array.from({ length: 20 }, (_, n) => `${n}`),
    );
  });

  it('may not come back as another: a revoked certificate gets nothing of what waited', async () => {
    const enrolled = await scene.enrol('expelled');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('hidden/#')).toEqual([1]);
    await first.end();
    await scene.left('expelled');
    const other = await scene.join('sender-4');
    await other.publish('hidden/1', 'x');
    await scene.revoke(enrolled);
    const back = scene.device(enrolled, { clientId: 'expelled', ...scene.persistent });
    await expect(back.connected()).rejects.toMatchObject({ code: kind.answers.refused });
    expect(back.messages).toEqual([]);
  });
});

onEveryBroker(
  'a persistent session whose policy is narrowed while the device is away',
  (kind) => {
    const narrow: Statements = [
      CONNECT,
      ['mqtt:publish', 'mqtt:topic:*'],
      ['mqtt:subscribe', 'mqtt:topicfilter:a/*'],
    ];
    it('delivers what the device may still subscribe to, of what waited and of what comes', async () => {
      const groups = (statements: Statements) => ({
        deviceGroups: things({ away: statements, sender: ALL }),
      });
      await using scene = await Scene.start(kind, { configuration: groups(ALL) });
      const enrolled = await scene.enrol('away');
      const first = await scene.connect(enrolled, scene.persistent);
      expect(await first.subscribe('a/#', 'b/#')).toEqual([1, 1]);
      await first.end();
      await scene.left('away');
      const sender = await scene.join('sender');
      await sender.publish('a/1', 'waited');
      await sender.publish('b/1', 'waited');
      scene.daemon.configure(groups(narrow));
      await scene.decides('away', 'mqtt:subscribe', 'mqtt:topicfilter:b/#', false);
      const second = await scene.connect(enrolled, scene.persistent);
      await sender.publish('b/2', 'came');
      await sender.publish('a/2', 'came');
      await second.received('a/1', 'waited');
      await second.received('a/2', 'came');
      await fence(sender, second, 'a/fence');
      expect(second.messages.filter(({ topic }) => topic.startsWith('b/'))).toEqual([]);
    });
  },
  'one',
);
