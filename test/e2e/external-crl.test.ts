import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { makeCrl, serialOf } from '../support/crls.ts';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

const DAY = 86_400_000;
const GROUPS = everyThing(CONNECT, ...ANY_TOPIC);

onEveryBroker(
  'a device of a CA whose key is elsewhere',
  (kind) => {
    const maker = new CertificateMaker();
    const ca = maker.ca('external CA');
    let scene: Scene;
    let number = 0;
    let bystander: Device;
    let colleague: Device;

    beforeAll(async () => {
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: GROUPS,
          certificates: { deviceCaCrls: { external: '%/external.crl' } },
        },
        broker: { deviceCas: [ca.pem] },
      });
      put();
      await scene.admin.call('RegisterDeviceCa', { name: 'external', certificatePem: ca.pem });
      const second = await scene.addBroker();
      bystander = await scene.connect(await scene.enrol('bystander'), {}, second);
      const enrolled = await enrol('colleague');
      colleague = await until('the CRL is read', () => scene.connect(enrolled));
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    /** As a job that fetches it would. */
    function put(revoked: readonly TestCertificate[] = [], lifeMs = 7 * DAY): void {
      number += 1;
      const thisUpdate = Date.now() - 60_000;
      const der = makeCrl({
        issuer: ca,
        number,
        thisUpdate,
        nextUpdate: thisUpdate + 60_000 + lifeMs,
        revoked: revoked.map(serialOf),
      });
      writeFileSync(join(scene.daemon.directory, 'new.crl'), der);
      renameSync(join(scene.daemon.directory, 'new.crl'), join(scene.daemon.directory, 'external.crl'));
    }

    const certificates = new Map<string, TestCertificate>();

    function enrol(thingName: string): Promise<Enrolled> {
      const certificate = maker.make({ subject: thingName, issuer: ca });
      certificates.set(thingName, certificate);
      return scene.register(thingName, certificate);
    }

    function certificateOf(thingName: string): TestCertificate {
      const certificate = certificates.get(thingName);
      if (certificate === undefined) throw new Error(`${thingName} has no certificate`);
      return certificate;
    }

    /** Of the refusals the operator is shown. */
    async function lastReason(thingName: string): Promise<string | undefined> {
      const { refusals } = await scene.admin.call('ListRefusals', { limit: 100 });
      return refusals.find(({ clientId }) => clientId === thingName)?.reason;
    }

    it('is cut off within two seconds after its CA lists it, and cannot come back; others stay', async () => {
      const enrolled = await enrol('lost');
      const device = await scene.connect(enrolled);
      put([certificateOf('lost')]);
      await device.disconnected(2_500);
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
      expect(await lastReason('lost')).toBe('CERTIFICATE_REVOKED');
      expect([bystander.drops, colleague.drops]).toEqual([0, 0]);
    });

    it('stays out after the daemon was killed and the file has gone', async () => {
      const enrolled = await enrol('stays-out');
      await (await scene.connect(enrolled)).end();
      put([certificateOf('lost'), certificateOf('stays-out')]);
      await until('it is refused', () =>
        scene.connect(enrolled).then(
          (device) => device.end().then(() => false),
          () => true,
        ),
      );
      await scene.daemon.kill('SIGKILL');
      renameSync(join(scene.daemon.directory, 'external.crl'), join(scene.daemon.directory, 'away.crl'));
      await scene.daemon.restart();
      await until('it is refused for it', async () => {
        await expect(scene.connect(enrolled)).rejects.toThrow();
        return (await lastReason('stays-out')) === 'CERTIFICATE_REVOKED';
      });
      const { findings } = await scene.admin.call('GetStatus', {});
      expect(findings.map(({ code }) => code)).toContain('crl.file');
      renameSync(join(scene.daemon.directory, 'away.crl'), join(scene.daemon.directory, 'external.crl'));
    });

    it('is cut off, too, when its CA is given a CRL only later, and comes back when that is taken away', async () => {
      const second = new CertificateMaker().ca('second external CA');
      const certificate = new CertificateMaker().make({ subject: 'later', issuer: second });
      await scene.admin.call('RegisterDeviceCa', { name: 'second', certificatePem: second.pem });
      const broker = await scene.addBroker({ deviceCas: [second.pem] });
      const enrolled = await scene.register('later', certificate);
      const device = await scene.connect(enrolled, {}, broker);
      const der = makeCrl({
        issuer: second,
        thisUpdate: Date.now() - 60_000,
        revoked: [serialOf(certificate)],
      });
      writeFileSync(join(scene.daemon.directory, 'second.crl'), der);
      const first = { external: '%/external.crl' };
      scene.daemon.configure({ certificates: { deviceCaCrls: { ...first, second: '%/second.crl' } } });
      await device.disconnected(5_000);
      await expect(scene.connect(enrolled, {}, broker)).rejects.toMatchObject({ code: kind.answers.refused });
      scene.daemon.configure({ certificates: { deviceCaCrls: first } });
      await until('it is let in', () => scene.connect(enrolled, {}, broker));
      expect([bystander.drops, colleague.drops]).toEqual([0, 0]);
    });

    it('keeps its connection when the CRL expires, and makes no new one until there is another', async () => {
      const live = await scene.connect(await enrol('patient'));
      const enrolled = await enrol('newcomer');
      const comesIn = async (): Promise<boolean> => {
        const device = await scene.connect(enrolled).catch(() => undefined);
        await device?.end();
        return device !== undefined;
      };
      put([certificateOf('lost'), certificateOf('stays-out')], 4_000);
      await until('new connections are refused', async () => !(await comesIn()));
      expect(await lastReason('newcomer')).toBe('CRL_NOT_CURRENT');
      await until('the operator is told', async () => {
        const { findings } = await scene.admin.call('GetStatus', {});
        return findings.some(({ code, message }) => code === 'crl.expiry' && message.includes('expired on'));
      });
      expect([live.drops, bystander.drops, colleague.drops]).toEqual([0, 0, 0]);
      put([certificateOf('lost'), certificateOf('stays-out')]);
      await until('it is let in', comesIn);
      expect(live.drops).toBe(0);
    });
  },
  'one',
);
