/** A broker that only reads files: the daemon keeps them, and tells it. The plugin decides about devices and knows nothing of it. */
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Broker, Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, fence, onMosquitto, Scene, shownCertificate } from './support/scene.ts';
import { until } from './support/until.ts';

const ROTATIONS = 3;

onMosquitto(
  'a file sink',
  (kind) => {
    let scene: Scene;
    let broker: Broker;
    let prober: Enrolled;
    let device: Device;
    const sink = (...name: string[]) => join(scene.daemon.directory, 'sink', ...name);

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
        },
      });
      const { mosquitto } = scene;
      const configure = (reload: object) =>
        scene.daemon.configure({ certificates: { sinks: { broker: { directory: '%/sink', ...reload } } } });
      configure({});
      await until(
        'the files are there',
        () =>
          (readdirSync(scene.daemon.directory).includes('sink') &&
            readdirSync(sink()).includes('server.pem')) ||
          undefined,
      );
      for (const name of ['server.pem', 'server.key', 'device-cas.pem']) {
        rmSync(join(mosquitto.directory, name));
        symlinkSync(sink(name), join(mosquitto.directory, name));
      }
      await mosquitto.restart();
      await mosquitto.inStep();
      configure({ reload: { command: ['/bin/kill', '-HUP', `${mosquitto.processId}`] } });
      broker = { port: mosquitto.port, serverCaPem: readFileSync(sink('ca.pem'), 'utf8') };
      prober = await scene.enrol('prober');
      device = await scene.connect(await scene.enrol('device'), {}, broker);
      await device.subscribe('count');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const shown = () => shownCertificate(broker, prober);

    it('gives the broker its certificate, and each new one without dropping a device', async () => {
      const serials = [(await shown()).serialNumber];
      for (let round = 0; round < ROTATIONS; round++) {
        await scene.admin.call('RotateServerCertificates', { name: 'sink/broker' });
        serials.push(
          await until('the broker shows the new one', async () => {
            const { serialNumber } = await shown();
            return serials.includes(serialNumber) ? undefined : serialNumber;
          }),
        );
        await fence(device, device, 'count');
      }
      expect(new Set(serials).size).toBe(ROTATIONS + 1);
      expect(device.drops).toBe(0);
    });

    it('leaves one set when the daemon is killed while it rotates, and catches up when it is back', async () => {
      for (let round = 0; round < 3; round++) {
        const before = await shown();
        void scene.admin.call('RotateServerCertificates', { name: 'sink/broker' }).catch(() => undefined);
        await scene.daemon.kill('SIGKILL');
        await scene.mosquitto.reload();
        // Whichever it is, the key is the certificate's: otherwise there would be no handshake.
        await shown();
        await scene.daemon.restart();
        await scene.admin.call('RotateServerCertificates', { name: 'sink/broker' });
        await until(
          'the broker shows another',
          async () => (await shown()).serialNumber !== before.serialNumber || undefined,
        );
      }
      expect(readdirSync(sink()).filter((name) => name.startsWith('.set-'))).toHaveLength(1);
      expect(device.drops).toBe(0);
      await fence(device, device, 'count');
    });

    it('whose broker cannot be told is a finding, until it can', async () => {
      const findings = async () =>
        (await scene.admin.call('GetStatus', {})).findings.filter(({ code }) => code === 'certificates.sink');
      expect(await findings()).toEqual([]);
      scene.daemon.configure({
        certificates: { sinks: { broker: { directory: '%/sink', reload: { command: ['/bin/false'] } } } },
      });
      await until(
        'the configuration is read',
        async () =>
          (await scene.admin.call('GetConfiguration', {})).effectiveJson.includes('/bin/false') || undefined,
      );
      await scene.admin.call('RotateServerCertificates', { name: 'sink/broker' });
      const [finding] = await until('it is told', async () => {
        const found = await findings();
        return found.length > 0 ? found : undefined;
      });
      expect(finding).toMatchObject({ severity: 'WARNING', message: expect.stringContaining('/bin/false') });
      scene.daemon.configure({
        certificates: { sinks: { broker: { directory: '%/sink', reload: { command: ['/bin/true'] } } } },
      });
      await until('it is gone', async () => (await findings()).length === 0 || undefined);
    });
  },
  'one',
);
