import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, OWN, type Statements, things } from './support/policies.ts';
import { RawClient } from './support/raw-client.ts';
import { fence, onEveryBroker, onMosquitto, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const SENSOR: Statements = [CONNECT, ['mqtt:publish', `mqtt:topic:wills/${OWN}`]];
const MUTE: Statements = [CONNECT];
const WATCHER: Statements = [
  CONNECT,
  ['mqtt:publish', 'mqtt:topic:fence', 'mqtt:topic:wills/watcher'],
  ['mqtt:subscribe', 'mqtt:topicfilter:*'],
];
const groups = (sensor: Statements) => ({ deviceGroups: things({ 'sensor*': sensor, watcher: WATCHER }) });

onEveryBroker('the will of a device', (kind) => {
  let scene: Scene;
  let watcher: Device;

  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: groups(SENSOR) });
    watcher = await scene.join('watcher');
    await watcher.subscribe('#');
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const will = (topic: string): IClientOptions => ({
    will: { topic, payload: Buffer.from('gone'), qos: 1, retain: true },
  });

  /** The device is gone as far as broker and daemon are concerned, and all it caused has been delivered. */
  async function afterTheEndOf(thingName: string): Promise<void> {
    await scene.left(thingName);
    await fence(watcher, watcher);
  }

  it('is published when its policy allows that', async () => {
    const device = await scene.join('sensor-1', will('wills/sensor-1'));
    device.vanish();
    await watcher.received('wills/sensor-1', 'gone');
  });

  it('is published when it has been silent for too long', async () => {
    const device = await RawClient.open(scene.broker, await scene.enrol('sensor-silent'), kind.mqtt);
    device.send(
      device.hello('sensor-silent', {
        keepalive: 1,
        will: { topic: 'wills/sensor-silent', payload: Buffer.from('gone'), qos: 1, retain: false },
      }),
    );
    await device.answer('connack');
    await watcher.received('wills/sensor-silent', 'gone');
    await device.cut();
  });

  it('is not published when its policy does not', async () => {
    const device = await scene.join('sensor-2', will('wills/sensor-2-too'));
    device.vanish();
    await afterTheEndOf('sensor-2');
    expect(watcher.has('wills/sensor-2-too')).toBe(false);
  });

  it('is not published when it says goodbye', async () => {
    const device = await scene.join('sensor-3', will('wills/sensor-3'));
    await device.end();
    await afterTheEndOf('sensor-3');
    expect(watcher.has('wills/sensor-3')).toBe(false);
  });

  it('is not published when it was never let in', async () => {
    const enrolled = await scene.enrol('sensor-4');
    const attempt = scene.connect(enrolled, { clientId: 'watcher', ...will('wills/watcher') });
    await expect(attempt).rejects.toMatchObject({ code: kind.answers.refused });
    await fence(watcher, watcher);
    expect(watcher.has('wills/watcher')).toBe(false);
    expect(watcher.drops).toBe(0);
  });

  it.each([
    ['its certificate was revoked', 'sensor-5', (name: string, id: string) => ({ name, id })],
    ['the operator ended its session', 'sensor-6', (name: string) => ({ name, id: undefined })],
  ])('is not published when %s', async (_why, thingName, what) => {
    const enrolled = await scene.enrol(thingName);
    const device = await scene.connect(enrolled, will(`wills/${thingName}`));
    const { name, id } = what(thingName, enrolled.certificateId);
    if (id === undefined) await scene.admin.call('RevokeSessions', { thingName: name });
    else await scene.revoke(enrolled);
    await device.disconnected(1_000);
    await afterTheEndOf(thingName);
    expect(watcher.has(`wills/${thingName}`)).toBe(false);
  });

  it('is published when another connection takes over, by the rights of the one that left', async () => {
    const enrolled = await scene.enrol('sensor-7');
    const first = await scene.connect(enrolled, will('wills/sensor-7'));
    await scene.connect(enrolled);
    await first.disconnected();
    await watcher.received('wills/sensor-7', 'gone');
  });

  it('is published while the daemon is away, within the lease', async () => {
    const device = await scene.join('sensor-8', will('wills/sensor-8'));
    await scene.daemon.kill('SIGKILL');
    device.vanish();
    await watcher.received('wills/sensor-8', 'gone');
    await scene.daemon.restart();
    await until('the watcher is authenticated again', async () => {
      const [session] = await scene.sessions('watcher');
      return session?.held;
    });
    expect(watcher.drops).toBe(0);
  });

  it('is not published when the policy was narrowed after it connected', async () => {
    const device = await scene.join('sensor-9', will('wills/sensor-9'));
    scene.daemon.configure(groups(MUTE));
    await scene.decides('sensor-9', 'mqtt:publish', 'mqtt:topic:wills/sensor-9', false);
    // What the daemon told before this is older than an answer to a call made now.
    await scene.join('sensor-10');
    device.vanish();
    await afterTheEndOf('sensor-9');
    expect(watcher.has('wills/sensor-9')).toBe(false);
  });
});

onMosquitto(
  'a delayed will',
  (kind) => {
    let scene: Scene;
    let watcher: Device;
    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: groups(SENSOR),
        broker: { mosquitto: { pluginOptions: { will_grace_ms: '10000' } } },
      });
      watcher = await scene.join('watcher');
      await watcher.subscribe('#');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const delayed = (topic: string, seconds = 1): IClientOptions => ({
      clean: false,
      properties: { sessionExpiryInterval: 60 },
      will: {
        topic,
        payload: Buffer.from('gone'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: seconds },
      },
    });

    /** Its delay begins now: once it is published, those of devices that left before were due. */
    async function whenDue(marker: string, seconds = 1): Promise<void> {
      const device = await scene.join(marker, delayed(`wills/${marker}`, seconds));
      device.vanish();
      await watcher.received(`wills/${marker}`, 'gone');
      await fence(watcher, watcher);
    }

    it('is published later by the rights the device has', async () => {
      const device = await scene.join('sensor-1', delayed('wills/sensor-1'));
      device.vanish();
      await watcher.received('wills/sensor-1', 'gone');
    });

    it('is not published when the device is back in time', async () => {
      const enrolled = await scene.enrol('sensor-2');
      // Mosquitto counts whole seconds: a delay of one may be over at once.
      const device = await scene.connect(enrolled, delayed('wills/sensor-2', 3));
      device.vanish();
      await device.disconnected();
      const back = await scene.connect(enrolled, { clean: false, properties: { sessionExpiryInterval: 60 } });
      await whenDue('sensor-2-marker', 3);
      expect(watcher.has('wills/sensor-2')).toBe(false);
      expect(back.drops).toBe(0);
    });

    describe('is not published', () => {
      it('when its policy does not allow it', async () => {
        const device = await scene.join('sensor-3', delayed('wills/sensor-3-too'));
        device.vanish();
        await whenDue('sensor-3-marker');
        expect(watcher.has('wills/sensor-3-too')).toBe(false);
      });

      it('when the certificate was revoked while it was connected', async () => {
        const enrolled = await scene.enrol('sensor-4');
        const device = await scene.connect(enrolled, delayed('wills/sensor-4'));
        await scene.revoke(enrolled);
        await device.disconnected(1_000);
        await whenDue('sensor-4-marker');
        expect(watcher.has('wills/sensor-4')).toBe(false);
      });

      it('when the certificate was revoked during the delay', async () => {
        const enrolled = await scene.enrol('sensor-5');
        const device = await scene.connect(enrolled, delayed('wills/sensor-5'));
        device.vanish();
        await scene.revoke(enrolled);
        await whenDue('sensor-5-marker');
        expect(watcher.has('wills/sensor-5')).toBe(false);
      });

      it('when the broker is reloaded during the delay, only if it may not be', async () => {
        const allowed = await scene.join('sensor-6', delayed('wills/sensor-6'));
        const denied = await scene.join('sensor-7', delayed('wills/sensor-7-too'));
        allowed.vanish();
        denied.vanish();
        await Promise.all([allowed.disconnected(), denied.disconnected()]);
        await scene.mosquitto.reload();
        await watcher.received('wills/sensor-6', 'gone');
        await whenDue('sensor-7-marker');
        expect(watcher.has('wills/sensor-7-too')).toBe(false);
      });
    });
  },
  5,
);
