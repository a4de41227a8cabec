import { afterAll, beforeAll, describe, it } from 'vitest';
import { CONNECT, everyThing } from './support/policies.ts';
import { until } from './support/until.ts';
import { World } from './support/world.ts';

describe('a device that connects a second time', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      configuration: {
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', 'mqtt:topic:*'],
          ['mqtt:subscribe', 'mqtt:topicfilter:*'],
        ),
      },
    });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const sessionsOf = async (thingName: string) =>
    (await world.admin.call('ListSessions', { thingName })).sessions;

  it('takes over: the first connection ends, the second works, one session is left', async () => {
    const enrolled = await world.enrol('twin');
    const first = await world.connect(enrolled);
    const second = await world.connect(enrolled);
    await first.disconnected();
    await until('one session is left', async () => (await sessionsOf('twin')).length === 1);
    await second.subscribe('x');
    await second.publish('x', 'still here');
    await second.received('x', 'still here');
  });

  it('ten times in a row never loses the last connection, nor leaves sessions behind', async () => {
    const enrolled = await world.enrol('hasty');
    const devices = await Promise.all(
      Array.from({ length: 10 }, () => world.connect(enrolled).catch(() => undefined)),
    );
    await until(
      'one connection is left',
      () => devices.filter((each) => each?.client.connected).length === 1,
    );
    const last = await world.connect(enrolled);
    await until('one session is left', async () => (await sessionsOf('hasty')).length === 1);
    await last.subscribe('y');
    await last.publish('y', '1');
    await last.received('y', '1');
  });

  it('with a persistent session is held to its policy as restored, and gets what waited', async () => {
    const enrolled = await world.enrol('persistent');
    const first = await world.connect(enrolled, { clean: false });
    await first.subscribe('waiting/#');
    await first.end();
    const other = await world.connect(await world.enrol('sender'));
    await other.publish('waiting/1', 'x');
    const second = await world.connect(enrolled, { clean: false });
    await second.received('waiting/1', 'x');
  });
});
