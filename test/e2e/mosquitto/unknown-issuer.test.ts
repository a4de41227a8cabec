import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type CertificateOptions } from '../../support/certificates.ts';
import type { MosquittoBroker } from '../support/mosquitto-broker.ts';
import { CONNECT, everyThing } from '../support/policies.ts';
import { onEveryBroker, onMosquitto, Scene, type SceneBroker } from '../support/scene.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const maker = new CertificateMaker();
const amazon = maker.ca('Amazon');
const now = Date.now();

onEveryBroker(
  'a certificate of a CA that nobody here holds',
  (kind) => {
    let scene: Scene;
    /** Leaves unknown issuers to the daemon. */
    let open: SceneBroker;

    beforeAll(async () => {
      scene = await Scene.start(kind, { configuration: { deviceGroups: everyThing(CONNECT) } });
      open = await scene.addBroker({ deviceCas: [scene.deviceCaPem], unknownIssuer: 'verify' });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    async function register(thingName: string, options: CertificateOptions = {}) {
      const certificate = maker.make({ subject: 'AWS IoT Certificate', issuer: amazon, ...options });
      await scene.admin.call('RegisterCertificate', {
        certificatePem: certificate.pem,
        thingName,
        createThing: true,
      });
      return { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem, id: certificate.id };
    }
    const refused = { code: kind.answers.refused };

    it('is welcome, once registered, where unknown issuers are left to the daemon', async () => {
      const identity = await register('cloud-1');
      const device = await scene.device(identity, { clientId: 'cloud-1' }, open).connected();
      expect(device.drops).toBe(0);
    });

    it('is refused by the handshake everywhere else', async () => {
      const identity = await register('cloud-2');
      await expect(scene.device(identity, { clientId: 'cloud-2' }).connected()).rejects.not.toMatchObject(
        refused,
      );
    });

    it('may be self-signed, if it is registered', async () => {
      const certificate = maker.make({ subject: 'self' });
      await scene.admin.call('RegisterCertificate', {
        certificatePem: certificate.pem,
        thingName: 'self',
        createThing: true,
      });
      const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
      await scene.device(identity, { clientId: 'self' }, open).connected();
    });

    it('is refused by the daemon when it is not registered', async () => {
      const certificate = maker.make({ subject: 'AWS IoT Certificate', issuer: amazon, key: 'EC-384' });
      const identity = { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
      await expect(scene.device(identity, { clientId: 'cloud-3' }, open).connected()).rejects.toMatchObject(
        refused,
      );
      const refusal = await scene.refusal((each) => each.clientId === 'cloud-3');
      expect(refusal.reason).toMatch(/^(ISSUER_UNKNOWN|CERTIFICATE_UNKNOWN)$/);
    });

    it('is refused by the daemon when it was revoked', async () => {
      const identity = await register('cloud-4');
      await scene.admin.call('SetCertificateStatus', { certificateId: identity.id, status: 'REVOKED' });
      await expect(scene.device(identity, { clientId: 'cloud-4' }, open).connected()).rejects.toMatchObject(
        refused,
      );
    });

    it.each([
      ['has expired', 'cloud-5', { notBefore: now - 2 * DAY, notAfter: now - DAY }],
      ['is not valid yet', 'cloud-6', { notBefore: now + DAY, notAfter: now + 2 * DAY }],
    ])('is refused by the handshake when it %s', async (_what, thingName, validity) => {
      const identity = await register(thingName, validity);
      const device = scene.device(identity, { clientId: thingName }, open);
      await expect(device.connected()).rejects.not.toMatchObject(refused);
    });

    it('does not let anybody in who shows none', async () => {
      await expect(scene.device({}, { clientId: 'bare' }, open).connected()).rejects.not.toMatchObject(
        refused,
      );
    });

    it('changes nothing for certificates of known CAs', async () => {
      await scene.connect(await scene.enrol('ours'), {}, open);
    });
  },
  'one',
);

onMosquitto(
  'a bridge of a broker that leaves unknown issuers to the daemon',
  (kind) => {
    let scene: Scene;
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
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    /** A broker that bridges to the scene's as this thing, trusting only that CA. */
    async function bridging(thingName: string, trusted: string): Promise<MosquittoBroker> {
      const enrolled = await scene.enrol(thingName);
      const { directory, port } = scene.mosquitto;
      const file = (name: string, content: string) => {
        const path = join(directory, `${thingName}.${name}`);
        writeFileSync(path, content, { mode: 0o600 });
        return path;
      };
      const broker = await scene.addBroker({
        unknownIssuer: 'verify',
        mosquitto: {
          last: [
            `connection ${thingName}`,
            `address 127.0.0.1:${port}`,
            `bridge_cafile ${file('ca.pem', trusted)}`,
            `bridge_certfile ${file('pem', enrolled.certificatePem)}`,
            `bridge_keyfile ${file('key', enrolled.privateKeyPem)}`,
            `remote_clientid ${thingName}`,
            'cleansession true',
            'notifications false',
            'bridge_protocol_version mqttv311',
            'restart_timeout 1',
            'topic # out 1',
          ],
        },
      });
      return broker as MosquittoBroker;
    }

    it('still refuses a server whose CA it does not know', async () => {
      const bridge = await bridging('bridge-1', maker.ca('nobody').pem);
      await until(
        'the handshake failed',
        () => /certificate verify failed/.test(bridge.log) || /alert unknown ca/.test(scene.mosquitto.log),
      );
      expect(await scene.sessions('bridge-1')).toEqual([]);
      // 2.0.11 by itself, without any plugin, may crash when it is ended while a bridge waits for its next attempt.
      await bridge.kill();
    });

    it('works with one it knows', async () => {
      const bridge = await bridging('bridge-2', scene.broker.serverCaPem);
      await until('the bridge is authenticated', async () => (await scene.sessions('bridge-2')).length === 1);
      const far = await scene.join('far');
      await far.subscribe('through/#');
      const near = await scene.connect(await scene.enrol('near'), {}, bridge);
      await until('a message came through', async () => {
        await near.publish('through/1', 'x');
        return far.has('through/1', 'x');
      });
    });
  },
  4,
);

describe('a certificate of an unknown issuer', () => {
  it.todo(
    'whose purpose is not a client’s is refused by the handshake (the test’s maker writes no key usage)',
  );
});
