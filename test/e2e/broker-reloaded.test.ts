import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
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
          deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
        },
        broker: { mosquitto: { logFile: 'mosquitto.log' } },
      });
      devices = [];
      for (let n = 0; n < CLIENTS; n++) devices.push(await scene.join(`device-${n}`));
      for (const device of devices) await device.subscribe(`to/${device.id}`);
      sleeper = await scene.enrol('sleeper');
      const away = await scene.connect(sleeper, scene.persistent);
      await away.subscribe('sleep/#');
      await away.end();
      await scene.left('sleeper');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function nothingHappened(): Promise<void> {
      for (const device of devices) await fence(device, device, `to/${device.id}`);
      expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
    }

    it('drops nobody, connected or away, and asks the daemon nothing', async () => {
      const before = await scene.daemon.callsOfBrokers();
      const [sender] = devices;
      for (let round = 0; round < 3; round++) {
        await scene.mosquitto.reload();
        await nothingHappened();
      }
      expect(await scene.daemon.callsOfBrokers()).toBe(before);
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

    it('reaches the broker at once: the plugin’s threads leave every signal to the broker’s own', () => {
      const tasks = `/proc/${scene.mosquitto.processId}/task`;
      const deaf = readdirSync(tasks).filter((task) => {
        const blocked = /^SigBlk:\s*(\w+)$/m.exec(readFileSync(`${tasks}/${task}/status`, 'utf8'))?.[1];
        const [hangup, terminate] = [0, 14].map((bit) => (BigInt(`0x${blocked}`) >> BigInt(bit)) & 1n);
        return hangup === 1n && terminate === 1n;
      });
      const others = readdirSync(tasks).filter((task) => task !== `${scene.mosquitto.processId}`);
      expect(others.length).toBeGreaterThan(2);
      expect(others.filter((task) => !deaf.includes(task))).toEqual([]);
    });

    it('opens the log anew, where logrotate moved the old one away', async () => {
      const file = join(scene.mosquitto.directory, 'mosquitto.log');
      renameSync(file, `${file}.1`);
      await scene.mosquitto.reload();
      await nothingHappened();
      await scene.join('after-rotation');
      await until('the new log tells of the new device', () =>
        readFileSync(file, 'utf8').includes('client "after-rotation" is thing after-rotation'),
      );
      expect(readFileSync(`${file}.1`, 'utf8')).not.toContain('after-rotation');
    });

    it('knows devices by the names of their things, in the broker’s own lines too', async () => {
      await scene.join('named', { username: 'whatever' });
      expect(scene.mosquitto.log).toContain('client "named" is thing named');
      // 2.1 may have written its line before the answer was there.
      if (kind.release.series === '2.0') expect(scene.mosquitto.log).toMatch(/as named .*u'named'/);
      const before = await scene.daemon.callsOfBrokers();
      await scene.mosquitto.reload();
      await nothingHappened();
      expect(await scene.daemon.callsOfBrokers()).toBe(before);
    });

    it('does not bring other options of the plugin: they are read at the start alone', async () => {
      scene.mosquitto.configureMore('plugin_opt_unknown_issuer nonsense');
      await scene.mosquitto.reload();
      await nothingHappened();
      expect(scene.mosquitto.running).toBe(true);
      scene.mosquitto.configureLess(1);
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
      await scene.revoke(enrolled);
      await device.disconnected(1_000);
      await scene.mosquitto.reload();
      await nothingHappened();
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  'one',
);
