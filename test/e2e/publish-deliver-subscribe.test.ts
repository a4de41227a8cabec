import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, OWN, type Statements, things } from './support/policies.ts';
import { RawClient } from './support/raw-client.ts';
import { fence, onEveryBroker, onMosquitto, published, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

onEveryBroker('what a connected device may do', (kind) => {
  const { filterRefused, publishRefused } = kind.answers;
  let scene: Scene;
  let sensor: Device;
  let display: Device;
  let observer: Device;

  beforeAll(async () => {
    scene = await Scene.start(kind, {
      configuration: {
        deviceGroups: things({
          'sensor*': [
            CONNECT,
            ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`, 'mqtt:topic:open', 'mqtt:topic:$own/a'],
          ],
          'display*': [
            CONNECT,
            ['mqtt:publish', 'mqtt:topic:*'],
            ['mqtt:subscribe', 'mqtt:topicfilter:clients/*', 'mqtt:topicfilter:literal/+/x'],
          ],
          'observer*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
        }),
      },
    });
    sensor = await scene.join('sensor-1');
    display = await scene.join('display-1');
    observer = await scene.join('observer');
    await observer.subscribe('#');
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it.each([0, 1, 2] as const)('it publishes where its policy lets it (QoS %i)', async (qos) => {
    await sensor.publish('clients/sensor-1/t', `${qos}`, { qos });
    await observer.received('clients/sensor-1/t', `${qos}`);
    await sensor.publish('open', `open ${qos}`, { qos });
    await observer.received('open', `open ${qos}`);
  });

  it.each([0, 1, 2] as const)(
    'it publishes nothing elsewhere (QoS %i), is told so where MQTT has a word for it, and stays connected',
    async (qos) => {
      for (const topic of ['clients/display-1/t', 'open/more', 'clients', 'Open']) {
        expect(await published(sensor, topic, `stolen ${qos}`, { qos })).toBe(qos === 0 ? 0 : publishRefused);
      }
      await sensor.publish('clients/sensor-1/ok', `after ${qos}`, { qos });
      await observer.received('clients/sensor-1/ok', `after ${qos}`);
      await fence(display, observer);
      expect(observer.messages.filter((message) => message.payload.startsWith('stolen'))).toEqual([]);
      expect(sensor.drops).toBe(0);
    },
  );

  it('it is acknowledged a thousand publishes in flight, allowed and refused mixed, and only those allowed arrive', async () => {
    const acknowledged = Array.from({ length: 1000 }, (_, n) =>
      published(sensor, n % 3 === 0 ? 'clients/display-1/m' : 'clients/sensor-1/m', `${n}`),
    );
    await Promise.all(acknowledged);
    await fence(display, observer);
    const arrived = observer.messages.filter(({ topic }) => topic.endsWith('-1/m'));
    expect(arrived.map(({ payload }) => Number(payload)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, n) => n).filter((n) => n % 3 !== 0),
    );
  });

  it('it retains nothing where it may not publish, nor removes what others retained', async () => {
    await published(sensor, 'retained', 'x', { retain: true });
    await display.publish('retained-too', 'y', { retain: true });
    await published(sensor, 'retained-too', '', { retain: true });
    const late = await scene.join('observer-late');
    await late.subscribe('#');
    await late.received('retained-too', 'y');
    await fence(display, late);
    expect(late.has('retained')).toBe(false);
  });

  it('it subscribes where its policy lets it, filter by filter', async () => {
    expect(
      await display.subscribe('clients/#', 'clients/sensor-1/+', '#', 'other', 'literal/+/x', 'literal/a/x'),
    ).toEqual([1, 1, filterRefused, filterRefused, 1, filterRefused]);
  });

  it('it has nothing to subscribe to without a policy for it, and may unsubscribe from anything', async () => {
    expect(await sensor.subscribe('clients/sensor-1/#', 'open')).toEqual([filterRefused, filterRefused]);
    await sensor.client.unsubscribeAsync('whatever/#');
    expect(sensor.drops).toBe(0);
  });

  it('it is delivered what a filter it may subscribe to covers, of retained messages too', async () => {
    await display.publish('clients/x/retained', 'r', { retain: true });
    const other = await scene.join('display-2');
    await other.subscribe('clients/#');
    await other.received('clients/x/retained', 'r');
  });

  it('it is not delivered the broker’s own topics unless it asks for them, and cannot publish to them', async () => {
    await published(display, '$SYS/broker/uptime', 'forged').catch(() => 0);
    expect(observer.messages.filter((message) => message.topic.startsWith('$SYS'))).toEqual([]);
    const late = await scene.join('observer-sys');
    await late.subscribe('$SYS/#', 'fence');
    // Wherever the broker says something of itself, it has by now; the forged word is not among it.
    await fence(display, late);
    expect(late.messages.filter(({ payload }) => payload === 'forged')).toEqual([]);
  });

  it('it publishes to other topics that begin with "$" by its policy, as to any', async () => {
    await observer.subscribe('$own/#');
    expect(await published(sensor, '$own/b', 'no')).toBe(publishRefused);
    expect(await published(sensor, '$own/a', 'yes')).toBe(0);
    await observer.received('$own/a', 'yes');
    await fence(display, observer);
    expect(observer.has('$own/b')).toBe(false);
  });

  it('it is explained to the operator, allowed and refused', async () => {
    const explain = (operation: string, resource: string) =>
      scene.admin.call('Explain', { thingName: 'sensor-1', operation, resource });
    expect(await explain('mqtt:publish', 'mqtt:topic:clients/sensor-1/t')).toMatchObject({ allowed: true });
    const refused = await explain('mqtt:publish', 'mqtt:topic:clients/display-1/t');
    expect(refused.allowed).toBe(false);
    expect(refused.nearest.length).toBeGreaterThan(0);
  });
});

onMosquitto(
  'a thousand refused messages',
  (kind) => {
    it('leave some dozens of lines in the broker’s log, one of which tells how many were left out', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { deviceGroups: things({ '*': [CONNECT] }) },
      });
      const device = await scene.join('noisy');
      const refused = () => scene.mosquitto.log.match(/^.*deviceauthd: .*may not publish to.*$/gm) ?? [];
      await Promise.all(Array.from({ length: 1000 }, (_, n) => published(device, 'x', `${n}`)));
      const lines = refused();
      expect(lines.length).toBeGreaterThanOrEqual(50);
      expect(lines.length).toBeLessThan(100);
      expect(lines[0]).toMatch(/client "noisy" may not publish to "x" \(correlation \S+\)/);
      await until('a line tells what was left out', async () => {
        await published(device, 'x', 'one more');
        return /may not publish to .* \(\d{3,} lines of this kind left out before it\)/.test(
          scene.mosquitto.log,
        );
      });
    });
  },
  'one',
);

onMosquitto(
  'a topic so long that deciding on it would hold up the broker',
  (kind) => {
    it('is not delivered where the grants are many, which the operator is told, and all others are served', async () => {
      const costly = Array.from({ length: 100 }, (_, n) => `mqtt:topicfilter:*a*b*${n}*~`);
      await using scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: things({
            'sender*': [CONNECT, ['mqtt:publish', 'mqtt:topic:*']],
            'display*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
            // The last of the patterns, in the order of their bytes, would allow it.
            picky: [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:fence', ...costly, 'mqtt:topicfilter:*~']],
          }),
        },
      });
      const [sender, other] = [await scene.join('sender-1'), await scene.join('sender-2')];
      const [picky, display] = [await scene.join('picky'), await scene.join('display')];
      expect(await picky.subscribe('+/~', 'fence')).toEqual([1, 1]);
      expect(await display.subscribe('#')).toEqual([1]);
      const topic = `${'ab'.repeat(32_766)}a/~`;
      await sender.publish(topic, 'long');
      await sender.publish('a/~', 'usual');
      await picky.received('a/~', 'usual');
      await fence(other, picky);
      await fence(other, display);
      expect(picky.has(topic)).toBe(false);
      expect(display.has(topic, 'long')).toBe(true);
      expect(scene.mosquitto.log).toMatch(
        /deviceauthd: client "picky" may not be sent messages on a topic of 65535 bytes: deciding about it takes too long/,
      );
      expect([sender.drops, picky.drops, display.drops]).toEqual([0, 0, 0]);
    });
  },
  'one',
);

onMosquitto(
  'a shared subscription',
  (kind) => {
    let scene: Scene;
    let worker: Device;
    let boss: Device;
    const refused = kind.answers.filterRefused;

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: things({
            'worker*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:jobs/*']],
            boss: [CONNECT, ['mqtt:publish', 'mqtt:topic:*']],
          }),
        },
      });
      worker = await scene.join('worker-1');
      boss = await scene.join('boss');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it('is decided on the filter inside it', async () => {
      expect(await worker.subscribe('$share/g/jobs/#')).toEqual([1]);
      expect(await worker.subscribe('$share/g/secret/#')).toEqual([refused]);
      expect(await worker.subscribe('$share/jobs/#')).toEqual([refused]);
    });

    it('is delivered from and ended like any', async () => {
      await boss.publish('jobs/1', 'dig');
      await worker.received('jobs/1', 'dig');
      await worker.client.unsubscribeAsync('$share/g/jobs/#');
      await boss.publish('jobs/1', 'more');
      await worker.subscribe('jobs/fence');
      await fence(boss, worker, 'jobs/fence');
      expect(worker.has('jobs/1', 'more')).toBe(false);
    });

    it('is nothing to publish to', async () => {
      await published(boss, '$share/g/jobs/1', 'x').catch(() => undefined);
      const another = await scene.join('worker-2');
      expect(await another.subscribe('jobs/#')).toEqual([1]);
      const sender = await scene.connect(await scene.enrol('boss'));
      await fence(sender, another, 'jobs/fence');
      expect(another.messages.map(({ topic }) => topic)).toEqual(['jobs/fence']);
    });
  },
  'one',
);

onMosquitto(
  'a topic alias',
  (kind) => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: things({
            sensor: [CONNECT, ['mqtt:publish', 'mqtt:topic:mine/*']],
            'observer*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
          }),
        },
      });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it('is decided by the topic it stands for', async () => {
      const [sensor, observer] = [await scene.join('sensor'), await scene.join('observer')];
      await observer.subscribe('#');
      const alias = { qos: 1, properties: { topicAlias: 1 } } as const;
      await sensor.client.publishAsync('mine/a', 'whole', alias);
      await sensor.client.publishAsync('', 'by alias', alias);
      await observer.received('mine/a', 'by alias');
      await expect(sensor.client.publishAsync('theirs/a', 'whole', alias)).rejects.toMatchObject({
        code: 135,
      });
      await expect(sensor.client.publishAsync('', 'by a refused alias', alias)).rejects.toMatchObject({
        code: 135,
      });
      await sensor.publish('mine/fence', 'x');
      await observer.received('mine/fence', 'x');
      expect(observer.messages.filter(({ topic }) => topic.startsWith('theirs'))).toEqual([]);
    });
  },
  5,
);

onMosquitto(
  'a listener with a mount_point',
  (kind) => {
    it('has its devices’ topics decided with the mount point before them, as the broker stores them', async () => {
      await using scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: things({
            inside: [
              CONNECT,
              ['mqtt:publish', 'mqtt:topic:field/a'],
              ['mqtt:subscribe', 'mqtt:topicfilter:field/*'],
            ],
            outside: [CONNECT, ['mqtt:publish', 'mqtt:topic:a'], ['mqtt:subscribe', 'mqtt:topicfilter:a']],
          }),
        },
        broker: { mosquitto: { listener: ['mount_point field/'] } },
      });
      const inside = await scene.join('inside');
      expect(await inside.subscribe('a')).toEqual([1]);
      expect(await published(inside, 'a', 'x')).toBe(0);
      // 2.0.11 leaves the mount point on what it delivers, whatever plugin there is.
      await inside.received(kind.release.series === '2.0' ? 'field/a' : 'a', 'x');
      const outside = await scene.join('outside');
      expect(await outside.subscribe('a')).toEqual([kind.answers.filterRefused]);
      expect(await published(outside, 'a', 'y')).toBe(kind.answers.publishRefused);
    });
  },
  'one',
);

const wide: Statements = [CONNECT, ['mqtt:publish', 'mqtt:topic:kept/*', 'mqtt:topic:fence']];
const narrow: Statements = [CONNECT, ['mqtt:publish', 'mqtt:topic:fence']];
const reader: Statements = [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']];
const sources = (statements: Statements) => ({
  deviceGroups: things({ 'source*': statements, 'reader*': reader, other: wide }),
});

onMosquitto('a QoS 2 publish that was begun before the policy was narrowed', (kind) => {
  it('is completed by 2.0, which decided it when it came, and dropped by 2.1, which asks again when its device returns', async () => {
    await using scene = await Scene.start(kind, { configuration: sources(wide) });
    const watcher = await scene.join('reader');
    await watcher.subscribe('#');
    const enrolled = await scene.enrol('source');
    const before = await RawClient.open(scene.broker, enrolled, kind.mqtt);
    before.send(before.hello('source', { clean: false }));
    await before.answer('connack');
    const payload = Buffer.from('x');
    before.send({
      cmd: 'publish',
      qos: 2,
      dup: false,
      retain: false,
      topic: 'kept/1',
      payload,
      messageId: 7,
    });
    await before.answer('pubrec');
    before.close();
    await scene.left('source');
    scene.daemon.configure(sources(narrow));
    await scene.decides('source', 'mqtt:publish', 'mqtt:topic:kept/1', false);
    const after = await RawClient.open(scene.broker, enrolled, kind.mqtt);
    after.send(after.hello('source', { clean: false }));
    expect(await after.answer('connack')).toMatchObject({ sessionPresent: true });
    after.send({ cmd: 'pubrel', messageId: 7 });
    await after.answer('pubcomp');
    await fence(await scene.join('other'), watcher);
    expect(watcher.has('kept/1')).toBe(kind.release.series === '2.0');
    after.close();
  });
});

describe('the source of a retained message', () => {
  onMosquitto(
    'with check_retain_source',
    (kind) => {
      const checked = { mosquitto: { settings: ['check_retain_source true'] } };

      it('is asked about when somebody subscribes, connected or not: whether it may publish there now', async () => {
        await using scene = await Scene.start(kind, { configuration: sources(wide), broker: checked });
        const source = await scene.join('source');
        await source.publish('kept/1', 'x', { retain: true });
        await (await scene.join('source-away')).publish('kept/2', 'y', { retain: true });
        const first = await scene.join('reader-1');
        await first.subscribe('kept/#');
        await first.received('kept/1', 'x');
        await first.received('kept/2', 'y');
        const [before] = await scene.sessions('source');

        scene.daemon.configure(sources(narrow));
        await scene.decides('source', 'mqtt:publish', 'mqtt:topic:kept/1', false);
        await scene.join('source-2');
        const later = await scene.join('reader-2');
        await later.subscribe('#');
        await fence(source, later);
        expect(later.has('kept/1')).toBe(false);
        // The broker makes a client up to ask about it: that changed nothing for the real one.
        expect([source.drops, first.drops, later.drops]).toEqual([0, 0, 0]);
        expect((await scene.sessions('source'))[0]?.tokenPrefix).toBe(before?.tokenPrefix);
      });

      it('whose certificate was revoked is denied', async () => {
        await using scene = await Scene.start(kind, { configuration: sources(wide), broker: checked });
        const enrolled = await scene.enrol('source');
        const source = await scene.connect(enrolled);
        await source.publish('kept/1', 'x', { retain: true });
        await scene.revoke(enrolled);
        await source.disconnected(1_000);
        const later = await scene.join('reader');
        await later.subscribe('#');
        await fence(await scene.join('other'), later);
        expect(later.has('kept/1')).toBe(false);
      });

      it.each(['deny', 'allow'])(
        'that has not been here since the broker’s start is treated as unknown_retain_source %s says',
        async (unknown_retain_source) => {
          await using scene = await Scene.start(kind, {
            configuration: sources(wide),
            broker: { mosquitto: { ...checked.mosquitto, pluginOptions: { unknown_retain_source } } },
          });
          await (await scene.join('source')).publish('kept/1', 'x', { retain: true });
          await scene.mosquitto.restart();
          const later = await scene.join('reader');
          await later.subscribe('#');
          await fence(await scene.join('other'), later);
          expect(later.has('kept/1')).toBe(unknown_retain_source === 'allow');
        },
      );
    },
    'one',
  );

  onMosquitto(
    'without check_retain_source',
    (kind) => {
      it('is not asked about: what was published stays published', async () => {
        await using scene = await Scene.start(kind, { configuration: sources(wide) });
        const source = await scene.join('source');
        await source.publish('kept/1', 'x', { retain: true });
        scene.daemon.configure(sources(narrow));
        await scene.decides('source', 'mqtt:publish', 'mqtt:topic:kept/1', false);
        const later = await scene.join('reader');
        await later.subscribe('#');
        await later.received('kept/1', 'x');
      });
    },
    'one',
  );
});
