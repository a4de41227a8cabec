import { afterAll, beforeAll, expect, it } from 'vitest';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';
import type { Device } from './support/device.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { type Enrolled, fence, onEveryBroker, Scene } from './support/scene.ts';
import { until } from './support/until.ts';

onEveryBroker(
  'a gateway whose devices AWS verifies',
  (kind) => {
    let aws: FakeAws;
    let core: CoreDirectory;
    let scene: Scene;
    let bystander: Device;

    /** Known to AWS; a device CA of this host has signed it, so that the broker lets it shake hands. */
    const known = async (thingName: string): Promise<Enrolled> => {
      const enrolled = await scene.enrol(thingName);
      aws.account.attach(aws.account.setCertificate(enrolled.certificateId), thingName);
      return enrolled;
    };

    const isTold = (code: string) => async (): Promise<boolean> => {
      const { findings } = await scene.admin.call('GetStatus', {});
      return findings.some((finding) => finding.code === code);
    };

    beforeAll(async () => {
      aws = await FakeAws.start();
      core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
      const { certificateFile, keyFile, rootCaFile } = core.files;
      scene = await Scene.start(kind, {
        configuration: {
          deviceGroups: everyThing(CONNECT, ...ANY_TOPIC),
          verifier: 'greengrass',
          performance: { maxConcurrentCloudRequests: 4 },
          security: {
            clientDeviceTrustDurationMinutes: 60,
            revalidateAfterSeconds: 0,
            liveRevalidationSeconds: 2,
          },
          cloud: {
            certificateFile,
            keyFile,
            rootCaFile,
            coreThingName: aws.core.thingName,
            requestsPerSecond: 0,
            negativeCacheSeconds: 0,
            requestTimeoutSeconds: 1,
            dataPlane: { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths },
          },
        },
      });
      bystander = await scene.connect(await known('bystander'));
    });
    afterAll(async () => {
      await scene[Symbol.asyncDispose]();
      await aws.stop();
      core.remove();
    });

    it('lets in a device that AWS knows', async () => {
      const device = await scene.connect(await known('pump'));
      await bystander.subscribe('fence');
      await fence(device, bystander);
    });

    it('lets in none that AWS does not know, be it in the registry', async () => {
      const enrolled = await scene.enrol('local');
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
      const { reason } = await scene.refusal(({ clientId }) => clientId === 'local');
      expect(reason).toBe('CERTIFICATE_UNKNOWN');
    });

    it('cuts off a device that is revoked in AWS, and it does not come back', async () => {
      const enrolled = await known('revoked');
      const device = await scene.connect(enrolled);
      aws.account.setCertificate(enrolled.certificateId, 'REVOKED');
      await device.disconnected(6_000);
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
    });

    it('while AWS cannot be reached goes on with its devices, lets known ones in again and no others', async () => {
      const [returning, stranger] = [await known('returning'), await known('stranger')];
      const device = await scene.connect(returning);
      await aws.cut();
      device.client.end(true);
      await scene.left('returning');
      const back = await scene.connect(returning);
      await fence(back, bystander);
      await expect(scene.connect(stranger)).rejects.toThrow();
      await until('the operator is told', isTold('cloud.unreachable'));
      expect(bystander.drops).toBe(0);
    });

    it('lets the others in as soon as AWS is back', async () => {
      const late = await known('late');
      await aws.restore();
      const device = await until('the newcomer is in', async () => {
        try {
          return await scene.connect(late);
        } catch {
          return undefined;
        }
      });
      await fence(device, bystander);
      await until('the operator is told', async () => !(await isTold('cloud.unreachable')()));
      expect(bystander.drops).toBe(0);
    });

    it('hears of what was revoked in AWS while it could not be reached', async () => {
      const enrolled = await known('revoked-meanwhile');
      const device = await scene.connect(enrolled);
      await aws.cut();
      aws.account.setCertificate(enrolled.certificateId, 'REVOKED');
      await until('the operator is told', isTold('cloud.unreachable'));
      await fence(device, bystander);
      await aws.restore();
      await device.disconnected(20_000);
      await expect(scene.connect(enrolled)).rejects.toMatchObject({ code: kind.answers.refused });
      expect(bystander.drops).toBe(0);
    });
  },
  'one',
);
