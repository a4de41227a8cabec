import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import type { Device } from './support/device.ts';
import { CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const DELIVERED_MS = 20_000;

onEveryBroker(
  'a device CA that comes while the broker runs',
  (kind) => {
    let scene: Scene;
    let connected: Device;
    const maker = new CertificateMaker();
    const ca = maker.ca('the factory’s new CA');
    let first: Enrolled;

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: { deviceGroups: everyThing(CONNECT) },
        broker: { certificateFromDaemon: true },
      });
      connected = await scene.join('connected');
      first = await scene.register('first', maker.make({ subject: 'first', issuer: ca, purpose: 'client' }));
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it('is not known before: its devices fail in the handshake', async () => {
      await expect(scene.connect(first)).rejects.toThrow();
    });

    it('is known without a restart once it is registered', async () => {
      await scene.admin.call('RegisterDeviceCa', { name: 'factory', certificatePem: ca.pem });
      await until(
        'its device connects',
        () =>
          scene.connect(first).then(
            () => true,
            () => false,
          ),
        DELIVERED_MS,
      );
      expect(connected.drops).toBe(0);
    });

    it('is known without a restart when it is the daemon’s own', async () => {
      await scene.admin.call('CreateDeviceCa', { name: 'second' });
      const issued = await scene.admin.call('IssueCertificate', {
        thingName: 'its-device',
        createThing: true,
        deviceCa: 'second',
      });
      await until(
        'its device connects',
        () =>
          scene
            .connect({
              thingName: 'its-device',
              certificateId: '',
              certificatePem: issued.certificatePem,
              privateKeyPem: issued.privateKeyPem,
            })
            .then(
              () => true,
              () => false,
            ),
        DELIVERED_MS,
      );
      expect(connected.drops).toBe(0);
    });
  },
  'one',
);
