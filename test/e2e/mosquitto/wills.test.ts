import type { IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../support/device.ts';
import { CONNECT, OWN, type Statements, things } from '../support/policies.ts';
import { fence, onEveryBroker, onMosquitto, Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const SENSOR: Statements = [CONNECT, ['mqtt:publish', `mqtt:topic:wills/${OWN}`]];
const MUTE: Statements = [CONNECT];
const groups = (sensor: Statements) => ({
  deviceGroups: things({
    'sensor*': sensor,
    watcher: [CONNECT, ['mqtt:publish', 'mqtt:topic:fence'], ['mqtt:subscribe', 'mqtt:topicfilter:*']],
  }),
});

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
    await until(`${thingName} has no session`, async () => (await scene.sessions(thingName)).length === 0);
    await fence(watcher, watcher);
  }

  it('is published when its policy allows that', async () => {
    const device = await scene.join('sensor-1', will('wills/sensor-1'));
    device.vanish();
    await watcher.received('wills/sensor-1', 'gone');
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

  it.each([
    ['its certificate was revoked', 'sensor-4', 'certificate'],
    ['the operator ended its session', 'sensor-5', 'session'],
  ])('is not published when %s', async (_why, thingName, what) => {
    const enrolled = await scene.enrol(thingName);
    const device = await scene.connect(enrolled, will(`wills/${thingName}`));
    const { certificateId } = enrolled;
    if (what === 'certificate')
      await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
    else await scene.admin.call('RevokeSessions', { thingName });
    await device.disconnected(1_000);
    await afterTheEndOf(thingName);
    expect(watcher.has(`wills/${thingName}`)).toBe(false);
  });

  it('is published when another connection takes over, by the rights of the one that left', async () => {
    const enrolled = await scene.enrol('sensor-6');
    const first = await scene.connect(enrolled, will('wills/sensor-6'));
    await scene.connect(enrolled);
    await first.disconnected();
    await watcher.received('wills/sensor-6', 'gone');
  });

  it('is not published when the policy was narrowed after it connected', async () => {
    const device = await scene.join('sensor-7', will('wills/sensor-7'));
    scene.daemon.configure(groups(MUTE));
    await until('the new policy holds', async () => {
      const answer = await scene.admin.call('Explain', {
        thingName: 'sensor-7',
        operation: 'mqtt:publish',
        resource: 'mqtt:topic:wills/sensor-7',
      });
      return !answer.allowed;
    });
    // What the daemon told before this is older than an answer to a call made now.
    await scene.join('sensor-8');
    device.vanish();
    await afterTheEndOf('sensor-7');
    expect(watcher.has('wills/sensor-7')).toBe(false);
  });
});

onMosquitto(
  'a delayed will',
  (kind) => {
    let scene: Scene;
    let watcher: Device;
    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: groups(SENSOR) });
      watcher = await scene.join('watcher');
      await watcher.subscribe('#');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const delayed = (topic: string): IClientOptions => ({
      clean: false,
      properties: { sessionExpiryInterval: 60 },
      will: {
        topic,
        payload: Buffer.from('gone'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: 1 },
      },
    });

    it('is published later by the rights the device has', async () => {
      const device = await scene.join('sensor-1', delayed('wills/sensor-1'));
      device.vanish();
      await watcher.received('wills/sensor-1', 'gone');
    });

    describe('is not published', () => {
      /** Another device's, whose delay began after: once it is published, the other was due. */
      async function whenDue(marker: string): Promise<void> {
        const device = await scene.join(marker, delayed(`wills/${marker}`));
        device.vanish();
        await watcher.received(`wills/${marker}`, 'gone');
        await fence(watcher, watcher);
      }

      it('when its policy does not allow it', async () => {
        const device = await scene.join('sensor-2', delayed('wills/sensor-2-too'));
        device.vanish();
        await whenDue('sensor-2-marker');
        expect(watcher.has('wills/sensor-2-too')).toBe(false);
      });

      it('when the certificate was revoked while it was connected', async () => {
        const enrolled = await scene.enrol('sensor-3');
        const device = await scene.connect(enrolled, delayed('wills/sensor-3'));
        const { certificateId } = enrolled;
        await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
        await device.disconnected(1_000);
        await whenDue('sensor-3-marker');
        expect(watcher.has('wills/sensor-3')).toBe(false);
      });

      it('when the certificate was revoked during the delay', async () => {
        const enrolled = await scene.enrol('sensor-4');
        const device = await scene.connect(enrolled, delayed('wills/sensor-4'));
        device.vanish();
        const { certificateId } = enrolled;
        await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
        await whenDue('sensor-4-marker');
        expect(watcher.has('wills/sensor-4')).toBe(false);
      });
    });
  },
  5,
);
