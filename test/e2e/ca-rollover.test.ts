import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, fence, onEveryBroker, Scene, shownCertificate } from './support/scene.ts';
import { until } from './support/until.ts';

const ROTATED_MS = 20_000;
const EXPIRES_SECONDS = 60;
const LONG = 180_000;

const deviceGroups = everyThing(CONNECT, ...ANY_TOPIC);

onEveryBroker(
  'a new server CA',
  (kind) => {
    let scene: Scene;
    let old: string;
    let both: string;
    let oldOnly: Enrolled;
    let informed: Enrolled;
    let connected: Device;

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: { deviceGroups },
        broker: { certificateFromDaemon: true },
      });
      oldOnly = await scene.enrol('old-only');
      informed = await scene.enrol('informed');
      old = (await scene.admin.call('GetServerCa', {})).current?.trustAnchorPem ?? '';
      connected = await scene.connect(await scene.enrol('connected'), { ca: old });
      await connected.subscribe('a');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function connects(enrolled: Enrolled, ca: string): Promise<void> {
      const device = await scene.connect(enrolled, { ca });
      await device.end();
    }

    it('is announced to brokers and devices while the old one signs: everybody connects', async () => {
      const ca = await scene.admin.call('RotateServerCa', {});
      both = `${ca.current?.trustAnchorPem ?? ''}${ca.next?.trustAnchorPem ?? ''}`;
      expect(ca.current?.trustAnchorPem).toBe(old);
      expect(ca.next?.trustAnchorPem).toMatch(/BEGIN CERTIFICATE/);
      await until('the broker has it to hand on', () => scene.broker.serverCaPem === both, ROTATED_MS);
      await connects(oldOnly, old);
      await connects(informed, both);
      expect(connected.drops).toBe(0);
    });

    it('signs after the switch: who knows the old one alone does not trust the broker, and who was informed connects', async () => {
      await scene.admin.call('RotateServerCa', { now: true });
      await until(
        'the broker shows a certificate of the new CA',
        () =>
          shownCertificate(scene.broker, oldOnly, old).then(
            () => false,
            () => true,
          ),
        ROTATED_MS,
      );
      await connects(informed, both);
      await expect(scene.connect(oldOnly, { ca: old })).rejects.toMatchObject({
        code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/),
      });
    });

    it('leaves the connections that are open alone', async () => {
      await fence(connected, connected, 'a');
      expect([connected.drops, connected.connections]).toEqual([0, 1]);
    });
  },
  'one',
);

onEveryBroker(
  'a server certificate that has expired',
  (kind) => {
    it(
      'is refused by devices in the handshake, and means nothing to connections that are open',
      async () => {
        await using scene = await Scene.start(kind, {
          configuration: {
            deviceGroups,
            certificates: {
              serverCertificateValiditySeconds: EXPIRES_SECONDS,
              disableCertificateRotation: true,
            },
          },
          broker: { certificateFromDaemon: true },
        });
        const prober = await scene.enrol('prober');
        const device = await scene.join('device');
        await device.subscribe('a');
        const certificate = await shownCertificate(scene.broker, prober);
        const left = Date.parse(certificate.validTo) - Date.now();
        await until(
          'it has expired',
          async () => {
            const error = await shownCertificate(scene.broker, prober).then(
              () => undefined,
              (reason) => reason,
            );
            return error?.code === 'CERT_HAS_EXPIRED';
          },
          left + 20_000,
        );
        await fence(device, device, 'a');
        expect([device.drops, device.connections]).toEqual([0, 1]);
      },
      LONG,
    );
  },
  'one',
);
