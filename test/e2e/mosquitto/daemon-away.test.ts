import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CuttingProxy } from '../support/cutting-proxy.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { Device } from '../support/device.ts';
import {
  type Enrolled,
  fence,
  onEveryBroker,
  onMosquitto,
  published,
  Scene,
  startMosquitto,
} from '../support/mosquitto-scene.ts';
import { CONNECT, everyThing, OWN } from '../support/policies.ts';
import { until } from '../support/until.ts';

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
      const certificateId = enrolled[0]!.certificateId;
      await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
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
      const { certificateId } = gone;
      await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
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

onEveryBroker('a daemon that stays away longer than the lease', (kind) => {
  it('leaves devices connected and denied everything, and they go on when it is back', async () => {
    await using scene = await Scene.start(kind, {
      configuration: {
        // Shorter than the 5 s between two heartbeats, so that the test is short too.
        security: { outageGraceSeconds: 3 },
        deviceGroups: everyThing(
          CONNECT,
          ['mqtt:publish', 'mqtt:topic:*'],
          ['mqtt:subscribe', 'mqtt:topicfilter:*'],
        ),
      },
    });
    const enrolled = await scene.enrol('patient');
    const device = await scene.connect(enrolled);
    await device.subscribe('x');
    await scene.daemon.kill('SIGKILL');

    await device.publish('x', 'within the lease');
    await device.received('x', 'within the lease');
    await until('everything is denied', async () => {
      const [code] = await device.subscribe('x');
      return code === kind.answers.filterRefused;
    });
    await published(device, 'x', 'after the lease');
    await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.unavailable });
    expect(device.drops).toBe(0);

    await scene.daemon.restart();
    await until('it works again', async () => {
      await published(device, 'x', 'again');
      return device.has('x', 'again');
    });
    expect(device.has('x', 'after the lease')).toBe(false);
    expect(device.drops).toBe(0);
  });
});

onEveryBroker(
  'a daemon that restarts with its cache full',
  (kind) => {
    it('keeps nobody out who is inside', async () => {
      await using scene = await Scene.start(kind, {
        configuration: { performance: { maxActiveAuthTokens: 5 }, deviceGroups: everyThing(CONNECT) },
      });
      const inside: Device[] = [];
      for (let n = 0; n < 5; n++) inside.push(await scene.join(`in-${n}`));
      await expect(scene.join('out')).rejects.toMatchObject({
        code: expect.toBeOneOf([kind.answers.unavailable, kind.answers.refused]),
      });
      await scene.daemon.kill('SIGKILL');
      await scene.daemon.restart();
      await scene.inStep(...inside.map((device) => device.id));
      expect(inside.map((device) => device.drops)).toEqual([0, 0, 0, 0, 0]);
    });
  },
  'one',
);

onMosquitto('a daemon that is not there when the broker starts', (kind) => {
  it('stops nothing: devices are refused until it is there, and then let in', async () => {
    const daemon = await DaemonProcess.start({ deviceGroups: GROUPS });
    const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
    const issued = await daemon.admin.call('IssueCertificate', { thingName: 'early', createThing: true });
    await daemon.kill('SIGKILL');
    rmSync(daemon.brokerSocket, { force: true });
    const broker = await startMosquitto(kind.release, {
      address: `unix:${daemon.brokerSocket}`,
      deviceCas: [ca.certificatePem],
    });
    const devices: Device[] = [];
    const attempt = () => {
      const device = new Device(broker, issued, { clientId: 'early', protocolVersion: kind.mqtt });
      devices.push(device);
      return device.connected();
    };
    try {
      await expect(attempt()).rejects.toMatchObject({ code: kind.answers.unavailable });
      await broker.logged(/deviceauthd/);
      await daemon.restart();
      const device = await until('it is let in', () => attempt());
      await device.subscribe('loop/early');
      await fence(device, device, 'loop/early');
    } finally {
      for (const device of devices) device.client.end(true);
      await broker.stop();
      await daemon.stop();
    }
  });
});

onMosquitto('a daemon that hangs', (kind) => {
  let scene: Scene;
  let bystander: Device;
  let knocking: Enrolled[];
  let daemonId = 0;

  beforeAll(async () => {
    // What a 2.0 may wait is left at its default here.
    const mosquitto = kind.release.series === '2.0' ? { pluginOptions: { blocking_wait_ms: '100' } } : {};
    scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS }, broker: { mosquitto } });
    bystander = await scene.join('bystander');
    await bystander.subscribe('loop/bystander');
    knocking = await Promise.all(Array.from({ length: 30 }, (_, n) => scene.enrol(`knocking-${n}`)));
    daemonId = (await scene.admin.call('GetStatus', {})).processId;
    process.kill(daemonId, 'SIGSTOP');
  });
  afterAll(async () => {
    process.kill(daemonId, 'SIGCONT');
    await scene[Symbol.asyncDispose]();
  });

  describe('and thirty devices that connect meanwhile', () => {
    it('do not stop the others’ messages: each is refused within its budget', async () => {
      const outcomes = Promise.allSettled(knocking.map((each) => scene.connect(each)));
      for (let n = 0; n < 10; n++) {
        await bystander.publish('loop/bystander', `${n}`);
        await bystander.received('loop/bystander', `${n}`);
      }
      for (const outcome of await outcomes) expect(outcome.status).toBe('rejected');
      expect(bystander.drops).toBe(0);
    });

    it('are let in when it goes on', async () => {
      process.kill(daemonId, 'SIGCONT');
      for (const each of knocking.slice(0, 5)) {
        await until(`${each.thingName} is let in`, () => scene.connect(each).catch(() => undefined));
      }
      await fence(bystander, bystander, 'loop/bystander');
      expect(bystander.drops).toBe(0);
    });
  });
});

onMosquitto(
  'a connection to the daemon that is cut at any byte',
  (kind) => {
    it('leaves broker and daemon agreed, and revocations heard', async () => {
      await using scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      const proxy = await CuttingProxy.start(`${scene.daemon.directory}/proxy`, scene.daemon.brokerSocket);
      const broker = await scene.addBroker({ address: `unix:${proxy.path}` });
      const stays = await scene.connect(await scene.enrol('stays'), {}, broker);
      for (let cut = 0; cut < 12; cut++) {
        const victim = await scene.enrol(`victim-${cut}`);
        const device = scene.device(victim, { clientId: victim.thingName }, broker);
        proxy.cutAfter(1 + ((cut * 53) % 600));
        const arrived = device.connected().catch(() => undefined);
        const { certificateId } = victim;
        await scene.admin.call('SetCertificateStatus', { certificateId, status: 'REVOKED' });
        await arrived;
        await until(`victim ${cut} is gone`, () => !device.client.connected);
      }
      proxy.cutNow();
      await scene.inStep('stays');
      expect(stays.drops).toBe(0);
      await proxy.stop();
    });
  },
  'one',
);
