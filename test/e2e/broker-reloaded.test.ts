import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, fence, onMosquitto, Scene, serverSerial } from './support/scene.ts';
import { until } from './support/until.ts';

const CLIENTS = 20;

onMosquitto(
  'a reload of the broker (SIGHUP), as logrotate sends every night',
  (kind) => {
    let scene: Scene;
    let sleeper: Enrolled;
    let devices: Device[];

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: everyThing(
            CONNECT,
            ['mqtt:publish', 'mqtt:topic:*'],
            ['mqtt:subscribe', 'mqtt:topicfilter:*'],
          ),
        },
      });
      devices = [];
      for (let n = 0; n < CLIENTS; n++) devices.push(await scene.join(`device-${n}`));
      for (const device of devices) await device.subscribe(`to/${device.id}`);
      sleeper = await scene.enrol('sleeper');
      const away = await scene.connect(sleeper, scene.persistent);
      await away.subscribe('sleep/#');
      await away.end();
      await until('the sleeper is gone', async () => (await scene.sessions('sleeper')).length === 0);
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function nothingHappened(): Promise<void> {
      for (const device of devices) await fence(device, device, `to/${device.id}`);
      expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
    }
    const issued = async () => (await scene.admin.call('GetStatus', {})).sessions?.issued;

    it('drops nobody, connected or away, and asks the daemon nothing', async () => {
      const before = await issued();
      const [sender] = devices;
      for (let round = 0; round < 3; round++) {
        await scene.mosquitto.reload();
        await nothingHappened();
      }
      expect(await issued()).toBe(before);
      await sender!.publish('sleep/1', 'x');
      const awake = await scene.connect(sleeper, scene.persistent);
      await awake.received('sleep/1', 'x');
      await awake.end();
    });

    it('brings a new server certificate for new handshakes, and lets the old connections be', async () => {
      const identity = await scene.enrol('prober');
      const before = await serverSerial(scene.broker, identity);
      await scene.mosquitto.renewServerCertificate();
      await scene.mosquitto.reload();
      await nothingHappened();
      expect(await serverSerial(scene.broker, identity)).not.toBe(before);
      await scene.connect(identity);
    });

    it('drops nobody while the daemon is away', async () => {
      await scene.daemon.kill('SIGKILL');
      await scene.mosquitto.reload();
      await nothingHappened();
      await scene.daemon.restart();
      await until('all are authenticated again', async () => {
        const sessions = await scene.sessions();
        return devices.every((device) =>
          sessions.some(({ thingName, held }) => held && thingName === device.id),
        );
      });
      await nothingHappened();
    });

    it('brings nobody back who was revoked', async () => {
      const enrolled = await scene.enrol('revoked');
      const device = await scene.connect(enrolled, scene.persistent);
      const { certificateId } = enrolled;
      await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
      await device.disconnected(1_000);
      await scene.mosquitto.reload();
      await nothingHappened();
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  'one',
);
