import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CuttingProxy } from './support/cutting-proxy.ts';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { type Enrolled, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const DEVICES = 20;
/** Between two messages of one device; the sanitizers look at every allocation. */
const PAUSE_MS = process.env['DEVICEAUTHD_SANITIZE'] === '1' ? 200 : 20;
const GROUPS = everyThing(
  CONNECT,
  ['mqtt:publish', `mqtt:topic:loop/${OWN}`],
  ['mqtt:subscribe', `mqtt:topicfilter:loop/${OWN}`],
);

onEveryBroker(
  'a daemon that is killed under traffic',
  (kind) => {
    let scene: Scene;
    let enrolled: Enrolled[];
    let devices: Device[];
    const sent = new Map<Device, number>();
    let traffic: NodeJS.Timeout;

    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
      enrolled = await Promise.all(Array.from({ length: DEVICES }, (_, n) => scene.enrol(`device-${n}`)));
      devices = [];
      for (const each of enrolled) devices.push(await scene.connect(each));
      for (const device of devices) await device.subscribe(`loop/${device.id}`);
      traffic = setInterval(() => {
        for (const device of devices) {
          if (!device.client.connected) continue;
          const number = (sent.get(device) ?? 0) + 1;
          sent.set(device, number);
          device.client.publish(`loop/${device.id}`, `${number}`, { qos: 1 }, () => {});
        }
      }, PAUSE_MS);
    });
    afterAll(async () => {
      clearInterval(traffic);
      await scene[Symbol.asyncDispose]();
    });
    beforeEach(() => until('traffic flows', () => devices.every((device) => device.messages.length > 10)));

    /** Every message sent so far by those still connected has come back. */
    async function nothingIsLost(): Promise<void> {
      for (const device of devices.filter((each) => each.client.connected)) {
        const upTo = sent.get(device) ?? 0;
        await device.received(`loop/${device.id}`, `${upTo}`);
        const numbers = new Set(device.messages.map((message) => message.payload));
        const missing = Array.from({ length: upTo }, (_, n) => `${n + 1}`).filter(
          (number) => !numbers.has(number),
        );
        expect(missing, device.id).toEqual([]);
      }
    }

    it('and restarted drops no device and loses no message; each has a new session afterwards', async () => {
      const before = await scene.sessions();
      await scene.daemon.kill('SIGKILL');
      const atDeath = devices.map((device) => sent.get(device) ?? 0);
      await until('traffic goes on without the daemon', () =>
        devices.every((device, index) => device.has(`loop/${device.id}`, `${(atDeath[index] ?? 0) + 20}`)),
      );
      await scene.daemon.restart();
      await scene.inStep(...devices.map((device) => device.id));
      const after = await scene.sessions();
      expect(new Set([...before, ...after].map((session) => session.tokenPrefix)).size).toBe(2 * DEVICES);
      await nothingIsLost();
      expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
    });

    it('three times in a row drops nobody either', async () => {
      for (let time = 0; time < 3; time++) {
        await scene.daemon.kill('SIGKILL');
        await scene.daemon.restart();
      }
      await scene.inStep(...devices.map((device) => device.id));
      await nothingIsLost();
      expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
    });

    it('the moment it has answered a revocation has not forgotten it', async () => {
      const [revoked] = devices.splice(0, 1);
      await scene.revoke(enrolled[0]!);
      await scene.daemon.kill('SIGKILL');
      await scene.daemon.restart();
      await revoked!.disconnected();
      await scene.inStep(...devices.map((device) => device.id));
      await nothingIsLost();
      expect(devices.map((device) => device.drops)).toEqual(devices.map(() => 0));
      await expect(scene.connect(enrolled[0]!)).rejects.toMatchObject({ code: kind.answers.refused });
    });
  },
  'one',
);

onEveryBroker(
  'a certificate that is revoked while the broker cannot hear it',
  (kind) => {
    it('is cut off as soon as its broker hears the daemon again', async () => {
      await using scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      const path = `${scene.daemon.directory}/proxy`;
      let proxy = await CuttingProxy.start(path, scene.daemon.brokerSocket);
      const behind = await scene.addBroker({ address: `unix:${path}` });
      const gone = await scene.enrol('gone');
      const goes = await scene.connect(gone, {}, behind);
      const other = await scene.connect(await scene.enrol('stays'), {}, behind);
      await proxy.stop();
      await scene.revoke(gone);
      await scene.daemon.kill('SIGKILL');
      await scene.daemon.restart();
      expect([goes.drops, other.drops]).toEqual([0, 0]);
      proxy = await CuttingProxy.start(path, scene.daemon.brokerSocket);
      await goes.disconnected();
      await scene.inStep('stays');
      expect(other.drops).toBe(0);
      await proxy.stop();
    });
  },
  'one',
);
