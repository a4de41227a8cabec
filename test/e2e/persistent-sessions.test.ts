import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONNECT, everyThing, type Statements, things } from './support/policies.ts';
import { fence, onEveryBroker, onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const ALL: Statements = [CONNECT, ['mqtt:publish', 'mqtt:topic:*'], ['mqtt:subscribe', 'mqtt:topicfilter:*']];

onEveryBroker('a device that connects a second time', (kind) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(...ALL) } });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('takes over: the first connection ends, the second works, one session is left', async () => {
    const enrolled = await scene.enrol('twin');
    const first = await scene.connect(enrolled);
    const second = await scene.connect(enrolled);
    await first.disconnected();
    await until('one session is left', async () => (await scene.sessions('twin')).length === 1);
    expect(await second.subscribe('x')).toEqual([1]);
    await second.publish('x', 'still here');
    await second.received('x', 'still here');
  });

  it('ten times in a row never loses the last connection, nor leaves sessions behind', async () => {
    const enrolled = await scene.enrol('hasty');
    const devices = await Promise.all(
      Array.from({ length: 10 }, () => scene.connect(enrolled).catch(() => undefined)),
    );
    await until(
      'one connection is left',
      () => devices.filter((each) => each?.client.connected).length === 1,
    );
    const last = await scene.connect(enrolled);
    await until('one session is left', async () => (await scene.sessions('hasty')).length === 1);
    expect(await last.subscribe('y')).toEqual([1]);
    await last.publish('y', '1');
    await last.received('y', '1');
  });

  it('gets what waited for it', async () => {
    const enrolled = await scene.enrol('persistent');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('waiting/#')).toEqual([1]);
    await first.end();
    await until('its session is closed', async () => (await scene.sessions('persistent')).length === 0);
    const other = await scene.join('sender');
    await other.publish('waiting/1', 'x');
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('waiting/1', 'x');
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
      await until('its session is closed', async () => (await scene.sessions('away')).length === 0);
      const sender = await scene.join('sender');
      await sender.publish('a/1', 'waited');
      await sender.publish('b/1', 'waited');
      scene.daemon.configure(groups(narrow));
      await until('the narrow policy holds', async () => {
        const answer = await scene.admin.call('Explain', {
          thingName: 'away',
          operation: 'mqtt:subscribe',
          resource: 'mqtt:topicfilter:b/#',
        });
        return !answer.allowed;
      });
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

onMosquitto('a broker that restarts', (kind) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start(kind, {
      configuration: { deviceGroups: things({ 'guest*': [CONNECT], '*': ALL }) },
    });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('remembers its persistent sessions: they queue before the device is back, and deliver when it is', async () => {
    const enrolled = await scene.enrol('sleeper');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('s/#')).toEqual([1]);
    const sender = await scene.enrol('sender');
    const before = await scene.connect(sender);
    await before.publish('s/kept', 'retained', { retain: true });
    await first.received('s/kept', 'retained');
    await first.end();
    await before.publish('s/1', 'before the restart');
    await before.end();
    await scene.mosquitto.restart();

    // Nobody in this process of the broker has ever authenticated "sleeper": its READ is decided without an address.
    const after = await scene.connect(sender);
    await after.publish('s/2', 'after the restart');
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('s/1', 'before the restart');
    await second.received('s/2', 'after the restart');
    await after.publish('s/3', 'live');
    await second.received('s/3', 'live');
    const late = await scene.join('late');
    await late.subscribe('s/#');
    await late.received('s/kept', 'retained');
    expect([after.drops, second.drops]).toEqual([0, 0]);
  });

  it('and is reloaded before they are back, keeps them', async () => {
    const enrolled = await scene.enrol('sleeper-2');
    const first = await scene.connect(enrolled, scene.persistent);
    expect(await first.subscribe('r/#')).toEqual([1]);
    await first.end();
    await scene.mosquitto.restart();
    const sender = await scene.join('sender-2');
    await sender.publish('r/1', 'before the reload');
    await scene.mosquitto.reload();
    await sender.publish('r/2', 'after the reload');
    const second = await scene.connect(enrolled, scene.persistent);
    await second.received('r/1', 'before the reload');
    await second.received('r/2', 'after the reload');
    expect(sender.drops).toBe(0);
  });

  it('leaves no session of its former life at the daemon', async () => {
    const known = (await scene.sessions()).map((session) => session.thingName);
    expect(known.length).toBeGreaterThan(0);
    await scene.mosquitto.restart();
    const one = await scene.join('fresh');
    await until('only the new one’s session is held', async () => {
      const sessions = await scene.sessions();
      return sessions.filter((session) => session.held).length === 1;
    });
    expect(one.drops).toBe(0);
  });
});
