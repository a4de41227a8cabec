import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, OWN, things } from './support/policies.ts';
import { World } from './support/world.ts';

describe('what a connected device may do', () => {
  let world: World;
  let sensor: Device;
  let display: Device;
  let observer: Device;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: things({
          'sensor*': [CONNECT, ['mqtt:publish', `mqtt:topic:clients/${OWN}/*`, 'mqtt:topic:open']],
          'display*': [
            CONNECT,
            ['mqtt:publish', 'mqtt:topic:*'],
            ['mqtt:subscribe', 'mqtt:topicfilter:clients/*', 'mqtt:topicfilter:literal/+/x'],
          ],
          observer: [CONNECT, ['mqtt:subscribe', 'mqtt:topicfilter:*']],
        }),
      },
    });
    sensor = await world.connect(await world.enrol('sensor-1'));
    display = await world.connect(await world.enrol('display-1'));
    observer = await world.connect(await world.enrol('observer'));
    await observer.subscribe('#', 'fence');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  /** Everything published before has been delivered by now. */
  async function fence(): Promise<void> {
    const payload = `${Math.random()}`;
    await display.publish('fence', payload);
    await observer.received('fence', payload);
  }

  it('publishes where its policy lets it', async () => {
    await sensor.publish('clients/sensor-1/t', '1');
    await observer.received('clients/sensor-1/t', '1');
    await sensor.publish('open', '2');
    await observer.received('open', '2');
  });

  it.each([0, 1, 2] as const)(
    'publishes nothing elsewhere (QoS %i), stays connected, and is told nothing',
    async (qos) => {
      await sensor.publish('clients/display-1/t', `stolen ${qos}`, { qos });
      await sensor.publish('open/more', `stolen ${qos}`, { qos });
      await sensor.publish('clients/sensor-1/ok', `after ${qos}`, { qos });
      await observer.received('clients/sensor-1/ok', `after ${qos}`);
      expect(observer.messages.filter((message) => message.payload.startsWith('stolen'))).toEqual([]);
      expect(sensor.drops).toBe(0);
    },
  );

  it('retains nothing where it may not publish', async () => {
    await sensor.publish('retained', 'x', { retain: true });
    await display.publish('retained-too', 'y', { retain: true });
    const late = await world.connect(await world.enrol('observer'), { clientId: 'observer' });
    await late.subscribe('#');
    await late.received('retained-too', 'y');
    expect(late.has('retained')).toBe(false);
    observer = late;
    await observer.subscribe('fence');
  });

  it('subscribes where its policy lets it, filter by filter', async () => {
    expect(
      await display.subscribe('clients/#', 'clients/sensor-1/+', '#', 'other', 'literal/+/x', 'literal/a/x'),
    ).toEqual([1, 1, 128, 128, 1, 128]);
  });

  it('has nothing to subscribe to without a policy for it', async () => {
    expect(await sensor.subscribe('clients/sensor-1/#', 'open')).toEqual([128, 128]);
  });

  it('is delivered what a filter it may subscribe to covers, of retained messages too', async () => {
    await display.publish('clients/x/retained', 'r', { retain: true });
    const other = await world.connect(await world.enrol('display-2'));
    await other.subscribe('clients/#');
    await other.received('clients/x/retained', 'r');
  });

  it('is not delivered what only the broker’s own topics carry', async () => {
    await fence();
    expect(observer.messages.filter((message) => message.topic.startsWith('$SYS'))).toEqual([]);
  });

  it('is explained to the operator, allowed and refused', async () => {
    const explain = (operation: string, resource: string) =>
      world.admin.call('Explain', { thingName: 'sensor-1', operation, resource });
    expect(await explain('mqtt:publish', 'mqtt:topic:clients/sensor-1/t')).toMatchObject({ allowed: true });
    const refused = await explain('mqtt:publish', 'mqtt:topic:clients/display-1/t');
    expect(refused.allowed).toBe(false);
    expect(refused.nearest.length).toBeGreaterThan(0);
  });
});
