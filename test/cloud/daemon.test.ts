/** The whole daemon on each of the two cloud verifiers, with AWS on this host. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallFailed } from '../endpoints/support/caller.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { CLOUD_VERIFIERS, CloudDaemon, type CloudVerifier } from '../support/cloud-daemon.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';

let cloud: CloudDaemon | undefined;

async function start(...given: Parameters<typeof CloudDaemon.start>): Promise<CloudDaemon> {
  cloud = await CloudDaemon.start(...given);
  return cloud;
}

afterEach(async () => {
  await cloud?.stop();
  cloud = undefined;
});

async function refusal(of: Promise<unknown>) {
  try {
    await of;
  } catch (error) {
    if (error instanceof CallFailed) return error.call;
    throw error;
  }
  throw new Error('it was not refused');
}

const ABOUT_CERTIFICATES = { greengrass: 'VerifyClientDeviceIdentity', 'aws-iot': 'DescribeCertificate' };
const operationOf = (kind: CloudVerifier) => ABOUT_CERTIFICATES[kind];

describe.each(CLOUD_VERIFIERS)('A daemon whose verifier is %s', (kind) => {
  it('lets in what AWS knows, and says to the operator why it refuses the rest', async () => {
    const { account } = (await start(kind)).aws;
    const running = cloud as CloudDaemon;
    const pump = running.device('pump');
    const valve = running.device('valve');
    const revoked = running.device('revoked');
    account.setCertificate(revoked.id, 'REVOKED');
    const token = await running.token('pump', pump);
    expect(await running.mayPublish(token, 'pump/data')).toBe(true);
    expect(await refusal(running.token('pump', valve))).toMatchObject({ reason: 'INVALID_CREDENTIAL' });
    expect(await refusal(running.token('revoked', revoked))).toMatchObject({ reason: 'INVALID_CREDENTIAL' });
    const { refusals } = await running.admin.call('ListRefusals', { limit: 10 });
    expect(refusals.map(({ reason }) => reason).toSorted()).toEqual(
      kind === 'aws-iot' ? ['CERTIFICATE_REVOKED', 'NOT_ATTACHED'] : ['CERTIFICATE_UNKNOWN', 'NOT_ATTACHED'],
    );
  });

  it('lets trusted devices in while the cloud is out of reach, and others when it is back', async () => {
    const running = await start(kind);
    const pump = running.device('pump');
    const valve = running.device('valve');
    await running.token('pump', pump);
    await running.aws.cut();
    expect(await running.token('pump', pump)).toMatch(/-/);
    const outage = await refusal(running.token('valve', valve));
    expect(outage).toMatchObject({ reason: 'VERIFICATION_UNAVAILABLE' });
    await running.aws.restore();
    await vi.waitFor(async () => expect(await running.token('valve', valve)).toMatch(/-/), {
      timeout: 15_000,
    });
  });

  it('tells that the cloud is out of reach, and that it is not any more', async () => {
    const running = await start(kind, { cloud: { verificationDeadlineSeconds: 1 } });
    const devices = ['a', 'b', 'c'].map((name) => [name, running.device(name)] as const);
    await running.aws.cut();
    await Promise.allSettled(devices.map(([name, device]) => running.token(name, device)));
    await vi.waitFor(async () => expect(await running.findings()).toContain('cloud.unreachable'));
    await running.aws.restore();
    await vi.waitFor(async () => {
      await running.token('a', devices[0]?.[1] ?? running.device('a'));
      expect(await running.findings()).not.toContain('cloud.unreachable');
    }, 15_000);
  });

  it('ends the session of a device that is revoked in the cloud, and one that is detached there', async () => {
    const running = await start(kind, {
      security: {
        revalidateAfterSeconds: 0,
        liveRevalidationSeconds: 1,
        clientDeviceTrustDurationMinutes: 60,
      },
    });
    const devices = ['revoked', 'detached', 'stays'].map((name) => running.device(name));
    const [revoked, detached] = devices;
    const tokens = await Promise.all(
      devices.map((device, index) => running.token(['revoked', 'detached', 'stays'][index] ?? '', device)),
    );
    running.aws.account.setCertificate(revoked?.id ?? '', 'REVOKED');
    running.aws.account.detach(detached?.id ?? '', 'detached');
    await vi.waitFor(
      async () => {
        const { sessions } = await running.admin.call('ListSessions', {});
        expect(sessions.map(({ clientId }) => clientId)).toEqual(['stays']);
      },
      { timeout: 10_000 },
    );
    expect(await refusal(running.mayPublish(tokens[0] ?? '', 'revoked/data'))).toMatchObject({
      reason: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
    });
    expect(await running.mayPublish(tokens[2] ?? '', 'stays/data')).toBe(true);
  });

  it('CQ-006: authorizes while its queue is full, and refuses newcomers at once', async () => {
    const running = await start(kind, {
      performance: { maxConcurrentCloudRequests: 1, cloudRequestQueueSize: 1 },
    });
    const pump = running.device('pump');
    const others = ['a', 'b', 'c', 'd'].map((name) => [name, running.device(name)] as const);
    const token = await running.token('pump', pump);
    const end = running.aws.faults.add({ kind: 'stall', after: 'nothing' });
    const waiting = others
      .slice(0, 2)
      .map(([name, device]) => running.token(name, device).catch(() => undefined));
    await vi.waitFor(async () => {
      const { cloudQueue } = await running.admin.call('GetStatus', {});
      expect(cloudQueue).toMatchObject({ inFlight: 1, waiting: 1 });
    });
    const begun = performance.now();
    const full = await refusal(running.token('c', others[2]?.[1] ?? pump));
    expect(full).toMatchObject({ reason: 'CLOUD_QUEUE_FULL' });
    expect(full.retryAfterMs).toBeGreaterThan(0);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await running.mayPublish(token, 'pump/data')).toBe(true);
    expect(await running.mayPublish(token, 'other/data')).toBe(false);
    expect((await running.admin.call('GetStatus', {})).cloudQueue).toMatchObject({
      inFlight: 1,
      waiting: 1,
      rejected: 1,
    });
    end();
    await running.daemon.stop();
    await Promise.all(waiting);
  });

  it('asks once for devices that ask for the same at the same time', async () => {
    const running = await start(kind);
    const pump = running.device('pump');
    running.aws.faults.add({ kind: 'latency', ms: 200 });
    await Promise.all(Array.from({ length: 20 }, () => running.token('pump', pump)));
    expect(running.aws.requests.count(operationOf(kind))).toBe(1);
    const { queue } = await running.admin.call('GetCloudStatus', {});
    expect(queue?.coalesced).toBe(19);
  });

  it('asks nothing for a device that is refused in a loop, until the operator wants it', async () => {
    const running = await start(kind, { cloud: { negativeCacheSeconds: 3_600 } });
    const stranger = running.maker.make({ subject: 'stranger' });
    for (let times = 0; times < 10; times += 1) await refusal(running.token('stranger', stranger));
    expect(running.aws.requests.count(operationOf(kind))).toBe(1);
    running.aws.account.attach(running.aws.account.setCertificate(stranger.id), 'stranger');
    await refusal(running.token('stranger', stranger));
    await running.admin.call('RefreshCloud', {});
    expect(await running.token('stranger', stranger)).toMatch(/-/);
  });

  it('takes a permission that is missing for an alarm, and never for a verdict', async () => {
    const running = await start(kind);
    const pump = running.device('pump');
    const token = await running.token('pump', pump);
    running.aws.account.deny(operationOf(kind));
    expect(await running.token('pump', pump)).toMatch(/-/);
    expect(await refusal(running.token('valve', running.device('valve')))).toMatchObject({
      reason: 'VERIFICATION_UNAVAILABLE',
    });
    expect(await running.mayPublish(token, 'pump/data')).toBe(true);
    const { findings } = await running.admin.call('GetStatus', {});
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: 'ALARM', code: 'cloud.misconfigured' }),
    );
  });

  it('is told of another account by an alarm: every device that was let in is refused', async () => {
    const running = await start(kind);
    const devices = ['a', 'b', 'c', 'd', 'e'].map((name) => [name, running.device(name)] as const);
    for (const [name, device] of devices) await running.token(name, device);
    for (const [, { id }] of devices) running.aws.account.deleteCertificate(id);
    for (const [name, device] of devices) await refusal(running.token(name, device));
    expect(await running.findings()).toContain('cloud.known-devices-refused');
    await running.token('f', running.device('f'));
    expect(await running.findings()).not.toContain('cloud.known-devices-refused');
  });

  it('takes other numbers of workers and places while it runs', async () => {
    const running = await start(kind, {
      performance: { maxConcurrentCloudRequests: 1, cloudRequestQueueSize: 1 },
    });
    running.daemon.configure({ performance: { maxConcurrentCloudRequests: 3, cloudRequestQueueSize: 7 } });
    await running.admin.call('ReloadConfiguration', {});
    const devices = ['a', 'b', 'c', 'd'].map((name) => [name, running.device(name)] as const);
    const end = running.aws.faults.add({ kind: 'latency', ms: 300 });
    const tokens = devices.map(([name, device]) => running.token(name, device));
    await vi.waitFor(async () => {
      const { cloudQueue } = await running.admin.call('GetStatus', {});
      expect(cloudQueue).toMatchObject({ workers: 3, size: 7, inFlight: 3, waiting: 1 });
    });
    end();
    expect(await Promise.all(tokens)).toHaveLength(4);
  });

  it('verifies what it knows again when the operator wants it, and lets in no more whom AWS has revoked', async () => {
    const running = await start(kind, {
      security: { revalidateAfterSeconds: 3_600, clientDeviceTrustDurationMinutes: 60 },
    });
    const pump = running.device('pump');
    await running.token('pump', pump);
    running.aws.account.setCertificate(pump.id, 'INACTIVE');
    await running.token('pump', pump);
    const { jobs } = await running.admin.call('RefreshCloud', {});
    expect(jobs.map(({ name }) => name)).toContain('refresh');
  });
});

describe('A daemon that is a Greengrass core', () => {
  it('may have its devices in its own registry', async () => {
    const running = await start('greengrass', {
      verifier: 'registry',
      cloud: { dataPlane: { enabled: true } },
    });
    const { pem } = running.maker.make({ subject: 'pump' });
    await running.admin.call('RegisterCertificate', {
      certificatePem: pem,
      thingName: 'pump',
      createThing: true,
    });
    expect(await running.token('pump', { pem })).toMatch(/-/);
    expect(running.aws.requests.count('VerifyClientDeviceIdentity')).toBe(0);
    await vi.waitFor(() => expect(running.aws.account.uploads).toHaveLength(1));
    expect(await running.findings()).toEqual([]);
  });

  it('uploads its CA, and takes over the addresses that are given in the cloud', async () => {
    const running = await start('greengrass');
    running.aws.account.connectivity.set(running.aws.core.thingName, [
      { Id: '1', HostAddress: 'gateway.example', PortNumber: 8884, Metadata: '' },
    ]);
    await running.admin.call('RefreshCloud', {});
    await vi.waitFor(async () => {
      const { hostAddresses } = await running.admin.call('GetStatus', {});
      expect(hostAddresses).toContainEqual({
        address: 'gateway.example',
        port: 8884,
        source: 'connectivity-information-service',
      });
    });
    const { current } = await running.admin.call('GetServerCa', {});
    await vi.waitFor(() => {
      const { coreThingName, pems = [] } = running.aws.account.uploads.at(-1) ?? {};
      expect(coreThingName).toBe(running.aws.core.thingName);
      expect(
        pems.map((pem) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()),
      ).toEqual([current?.certificateId]);
    });
  });

  it('says which paths are missing, and lets nobody in for want of them', async () => {
    const running = await start('greengrass', { cloud: { dataPlane: { paths: {} } } });
    expect(await refusal(running.token('pump', running.device('pump')))).toMatchObject({
      reason: 'VERIFICATION_UNAVAILABLE',
    });
    const { findings } = await running.admin.call('GetStatus', {});
    const missing = findings.find(({ code }) => code === 'cloud.paths-missing');
    expect(missing).toMatchObject({ severity: 'ALARM' });
    expect(missing?.message).toContain('cloud.dataPlane.paths.verifyClientDeviceIdentity');
    expect(missing?.message).toContain('cloud.dataPlane.paths.verifyClientDeviceIoTCertificateAssociation');
  });

  it('starts with files that cannot be used, says so, and is well when they are put right', async () => {
    const running = await start('greengrass');
    await running.stop();
    cloud = undefined;
    const again = await start('greengrass', { cloud: { keyFile: '/nonexistent/core.key' } });
    expect(await refusal(again.token('pump', again.device('pump')))).toMatchObject({
      reason: 'VERIFICATION_UNAVAILABLE',
    });
    expect(await again.findings()).toContain('cloud.core-files');
    // Nothing was asked.
    expect((await again.admin.call('GetCloudStatus', {})).network?.state).toBe('NETWORK_UNKNOWN');
  });

  it('starts with half of a certificate chain, and says so', async () => {
    const { core } = await start('greengrass');
    const half = join(dirname(core.files.certificateFile), 'half.pem');
    const pem = readFileSync(core.files.certificateFile, 'utf8');
    writeFileSync(half, `${pem}${pem.slice(0, 200)}`);
    const again = await CloudDaemon.start('greengrass', {
      cloud: { certificateFile: half, keyFile: core.files.keyFile },
    });
    try {
      expect(await again.findings()).toContain('cloud.core-files');
    } finally {
      await again.stop();
    }
  });

  it('goes on with the files that it has when others are put in their place that cannot be used', async () => {
    const running = await start('greengrass');
    writeFileSync(running.core.files.keyFile, 'no key');
    await running.admin.call('ReloadConfiguration', {});
    expect(await running.token('pump', running.device('pump'))).toMatch(/-/);
    expect(await running.findings()).toContain('cloud.core-files');
    running.core.replace(running.aws.core.certificate);
    await running.admin.call('ReloadConfiguration', {});
    expect(await running.findings()).not.toContain('cloud.core-files');
  });
});

it('AWS’s SDK is asked with the roots of a reloaded file', async () => {
  const other = new CoreDirectory(
    new CertificateMaker().make({ subject: 'x' }),
    new CertificateMaker().ca('x').pem,
  );
  const { rootCaFile } = other.files;
  const running = await start('aws-iot', { cloud: { rootCaFile } });
  const pump = running.device('pump');
  expect(await refusal(running.token('pump', pump))).toMatchObject({ reason: 'VERIFICATION_UNAVAILABLE' });
  writeFileSync(rootCaFile, running.aws.rootCaPem);
  await running.admin.call('ReloadConfiguration', {});
  expect(await running.token('pump', pump)).toMatch(/-/);
  other.remove();
});
