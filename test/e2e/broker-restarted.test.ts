import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANY_TOPIC, CONNECT, type Statements, things } from './support/policies.ts';
import { onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const ALL: Statements = [CONNECT, ...ANY_TOPIC];

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
