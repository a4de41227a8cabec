import type { X509Certificate } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, fence, onEveryBroker, Scene, shownCertificate } from './support/scene.ts';
import { until } from './support/until.ts';

const ROTATIONS = 10;
/** The plugin of Mosquitto lets five seconds pass between two. */
const ROTATED_MS = 20_000;
const LONG = 240_000;

onEveryBroker(
  'rotation of the broker’s certificate',
  (kind) => {
    let scene: Scene;
    let prober: Enrolled;
    let device: Device;
    let listener: Device;

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
        },
        broker: { certificateFromDaemon: true },
      });
      prober = await scene.enrol('prober');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const shown = () => shownCertificate(scene.broker, prober);
    const keyOf = ({ publicKey }: X509Certificate) =>
      publicKey.export({ type: 'spki', format: 'der' }).toString('hex');

    async function rotate(): Promise<void> {
      await scene.admin.call('RotateServerCertificates', {});
    }

    /** The first handshake that shows another certificate. Every one before it must work, too. */
    async function another(than: X509Certificate): Promise<X509Certificate> {
      const end = performance.now() + ROTATED_MS;
      for (;;) {
        const now = await shown();
        if (now.serialNumber !== than.serialNumber) return now;
        expect(performance.now()).toBeLessThan(end);
        await pause(20);
      }
    }

    it('is from the daemon from the broker’s first start on', async () => {
      const { certificates } = await scene.admin.call('ListServerCertificates', {});
      expect(certificates.map(({ serialNumber }) => serialNumber.toLowerCase())).toContain(
        (await shown()).serialNumber.toLowerCase(),
      );
      device = await scene.join('device');
      listener = await scene.join('listener');
      await listener.subscribe('count');
      await fence(device, listener, 'count');
    });

    it(
      `goes unnoticed by a device that publishes through ${ROTATIONS} of them; each brings a new certificate and a new key`,
      async () => {
        let sent = 0;
        let publishing = true;
        const publish = async (): Promise<void> => {
          while (publishing) {
            await device.publish('count', `${++sent}`);
            await pause(2);
          }
        };
        const publisher = publish();
        const seen = [await shown()];
        for (let round = 0; round < ROTATIONS; round++) {
          await rotate();
          seen.push(await another(seen.at(-1)!));
        }
        publishing = false;
        await publisher;
        await listener.received('count', `${sent}`);
        const counted = listener.messages.filter(
          ({ topic, payload }) => topic === 'count' && /^\d+$/.test(payload),
        );
        expect(counted.map(({ payload }) => Number(payload))).toEqual(
          Array.from({ length: sent }, (_, index) => index + 1),
        );
        expect(sent).toBeGreaterThan(ROTATIONS);
        for (const each of [device, listener]) expect([each.drops, each.connections]).toEqual([0, 1]);
        expect(new Set(seen.map((each) => each.serialNumber)).size).toBe(ROTATIONS + 1);
        expect(new Set(seen.map(keyOf)).size).toBe(ROTATIONS + 1);
      },
      LONG,
    );

    it('is caught up with when the daemon comes back', async () => {
      const before = await shown();
      await scene.daemon.kill('SIGKILL');
      expect((await shown()).serialNumber).toBe(before.serialNumber);
      await scene.daemon.restart();
      await rotate();
      await another(before);
      expect(device.drops).toBe(0);
      await fence(device, listener, 'count');
    });

    it('does not come of a restart of the daemon alone', async () => {
      const before = await shown();
      const rotated = () =>
        scene.admin.call('ListServerCertificates', {}).then(({ certificates }) => certificates);
      await scene.daemon.kill('SIGTERM');
      await scene.daemon.restart();
      await until('the broker asks for it again', async () =>
        (await rotated()).some(({ subscribers }) => subscribers === 1),
      );
      expect((await shown()).serialNumber).toBe(before.serialNumber);
      expect(device.drops).toBe(0);
    });

    it('is caught up with by a broker that was down', async () => {
      const before = await shown();
      await scene.withoutBroker(rotate);
      await another(before);
      await scene.join('after');
    });
  },
  'one',
);
