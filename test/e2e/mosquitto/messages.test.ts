import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from '../support/device.ts';
import { CONNECT, OWN, type Statements, things } from '../support/policies.ts';
import { fence, onEveryBroker, onMosquitto, published, Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

onEveryBroker('what a connected device may do', (kind) => {
  const { filterRefused } = kind.answers;
  /** What a refused QoS 1 or 2 publish is acknowledged with: MQTT 3.1.1 has no word for no. */
  const publishRefused = kind.mqtt === 5 ? 135 : 0;
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
            ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`, 'mqtt:topic:open', 'mqtt:topic:$own/*'],
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

  it.each([0, 1, 2] as const)('it publishes nothing elsewhere (QoS %i) and stays connected', async (qos) => {
    for (const topic of ['clients/display-1/t', 'open/more', 'clients', 'Open']) {
      expect(await published(sensor, topic, `stolen ${qos}`, { qos })).toBe(qos === 0 ? 0 : publishRefused);
    }
    await sensor.publish('clients/sensor-1/ok', `after ${qos}`, { qos });
    await observer.received('clients/sensor-1/ok', `after ${qos}`);
    await fence(display, observer);
    expect(observer.messages.filter((message) => message.payload.startsWith('stolen'))).toEqual([]);
    expect(sensor.drops).toBe(0);
  });

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

  it('it retains nothing where it may not publish', async () => {
    await published(sensor, 'retained', 'x', { retain: true });
    await display.publish('retained-too', 'y', { retain: true });
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

  it('it cannot publish to the broker’s own topics', async () => {
    const code = await published(display, '$SYS/broker/uptime', 'forged').catch(() => 0);
    expect([0, 135]).toContain(code);
    const late = await scene.join('observer-sys');
    await late.subscribe('$SYS/#');
    await fence(display, observer);
    expect(late.messages.filter(({ payload }) => payload === 'forged')).toEqual([]);
  });
});

onMosquitto('a shared subscription', (kind) => {
  it('is decided on the filter inside it', async () => {
    await using scene = await Scene.start(kind, {
      configuration: {
        deviceGroups: things({
          'worker*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:jobs/*']],
          boss: [CONNECT, ['mqtt:publish', 'mqtt:topic:*']],
        }),
      },
    });
    const worker = await scene.join('worker-1');
    const refused = kind.answers.filterRefused;
    expect(await worker.subscribe('$share/g/jobs/#')).toEqual([1]);
    expect(await worker.subscribe('$share/g/secret/#')).toEqual([refused]);
    expect(await worker.subscribe('$share/jobs/#')).toEqual([refused]);
    const boss = await scene.join('boss');
    await boss.publish('jobs/1', 'dig');
    await worker.received('jobs/1', 'dig');
    await worker.client.unsubscribeAsync('$share/g/jobs/#');
  });
});

onMosquitto(
  'MQTT 5',
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

    it('topic aliases are decided by the topic they stand for', async () => {
      const [sensor, observer] = [await scene.join('sensor'), await scene.join('observer')];
      await observer.subscribe('#');
      const alias = { qos: 1, properties: { topicAlias: 1 } } as const;
      await sensor.client.publishAsync('mine/a', 'whole', alias);
      await sensor.client.publishAsync('', 'by alias', alias);
      await observer.received('mine/a', 'by alias');
      await expect(sensor.client.publishAsync('theirs/a', 'whole', alias)).rejects.toMatchObject({
        code: 135,
      });
      const outcome = sensor.client.publishAsync('', 'by a refused alias', alias);
      await outcome.catch(() => undefined);
      expect(observer.messages.filter(({ topic }) => topic.startsWith('theirs'))).toEqual([]);
    });

    it('an authentication method nobody offers is refused', async () => {
      const enrolled = await scene.enrol('observer-auth');
      const device = scene.device(enrolled, {
        clientId: 'observer-auth',
        properties: { authenticationMethod: 'SCRAM', authenticationData: Buffer.from('x') },
      });
      await expect(device.connected()).rejects.toMatchObject({ code: 140 });
      expect(await scene.sessions('observer-auth')).toEqual([]);
    });
  },
  5,
);

onMosquitto('with check_retain_source', (kind) => {
  const wide: Statements = [CONNECT, ['mqtt:publish', 'mqtt:topic:kept/*', 'mqtt:topic:fence']];
  const narrow: Statements = [CONNECT, ['mqtt:publish', 'mqtt:topic:fence']];
  const groups = (statements: Statements) => ({
    deviceGroups: things({
      'source*': statements,
      'reader*': [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
    }),
  });

  it('a retained message is delivered while its source may publish there, connected or not, and never changes anybody’s session', async () => {
    await using scene = await Scene.start(kind, {
      configuration: groups(wide),
      broker: { mosquitto: { settings: ['check_retain_source true'] } },
    });
    const source = await scene.join('source');
    await source.publish('kept/1', 'x', { retain: true });
    const reader = await scene.join('reader-1');
    await reader.subscribe('kept/#');
    await reader.received('kept/1', 'x');
    scene.daemon.configure(groups(narrow));
    await until('the policy is narrow', async () => {
      const explained = await scene.admin.call('Explain', {
        thingName: 'source',
        operation: 'mqtt:publish',
        resource: 'mqtt:topic:kept/1',
      });
      return !explained.allowed;
    });
    await scene.join('source-2');
    const later = await scene.join('reader-2');
    await later.subscribe('#');
    await fence(source, later);
    expect(later.has('kept/1')).toBe(false);
    expect([source.drops, reader.drops, later.drops]).toEqual([0, 0, 0]);
  });
});
