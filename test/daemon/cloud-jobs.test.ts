/** What a daemon does as a Greengrass core, whole, against AWS on this host; and what the operator sees of it. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../endpoints/support/caller.ts';
import { RunningDaemon } from '../endpoints/support/daemon.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';

let aws: FakeAws;
let core: CoreDirectory;
let daemon: RunningDaemon | undefined;

beforeEach(async () => {
  aws = await FakeAws.start();
  core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
  await aws.stop();
  core.remove();
});

async function start(more: object = {}): Promise<Caller> {
  const cloud = {
    ...{ region: 'eu-west-1', coreThingName: aws.core.thingName, proxy: { noProxy: ['*'] } },
    ...core.files,
    requestTimeoutSeconds: 2,
    dataPlane: { endpoint: 'localhost', port: aws.devicePort, paths: aws.paths, ...more },
  };
  const connectivity = { hosts: ['gateway.example'], interfaces: false };
  daemon = await RunningDaemon.start({ verifier: 'greengrass', cloud, connectivity });
  return daemon.caller('admin');
}

/** On a busy machine too. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 20_000 });

const jobs = async (admin: Caller) =>
  Object.fromEntries((await admin.call('GetCloudStatus', {})).jobs.map((job) => [job.name, job]));
const addresses = async (admin: Caller) =>
  (await admin.call('GetStatus', {})).hostAddresses.map(({ address, source }) => `${address} ${source}`);

describe('a daemon that is a Greengrass core', () => {
  it('uploads its CAs, and the new ones when they are announced', async () => {
    const admin = await start();
    await eventually(() => aws.account.uploads.length).toBe(1);
    const { current } = await admin.call('GetServerCa', {});
    expect(aws.account.uploads[0]).toEqual({
      coreThingName: aws.core.thingName,
      pems: [current?.trustAnchorPem],
    });
    // So that there is something to announce to.
    const updates = daemon?.caller('broker').serverStream('SubscribeToCertificateUpdates', {
      certificateOptions: { certificateType: 'SERVER' },
      subscriberName: 'mqtt',
    });
    await updates?.next();
    const { next } = await admin.call('RotateServerCa', {});
    await eventually(() => aws.account.uploads.length).toBe(2);
    expect(aws.account.uploads[1]?.pems).toEqual([current?.trustAnchorPem, next?.trustAnchorPem]);
    for (const pem of aws.account.uploads[1]?.pems ?? []) expect(new X509Certificate(pem).ca).toBe(true);
    await eventually(async () => (await jobs(admin))['certificate-authorities']).toMatchObject({
      state: 'JOB_DONE',
      detail: '2 CAs uploaded',
      failures: 0,
    });
    updates?.call.cancel();
    await updates?.ended;
  });

  it('starts while the cloud is out of reach, and serves', async () => {
    await aws.cut();
    const admin = await start();
    await eventually(async () => (await jobs(admin))['connectivity-information']?.failures).toBeGreaterThan(
      0,
    );
    expect(await addresses(admin)).toEqual(['gateway.example configuration']);
    await aws.restore();
    await eventually(() => aws.account.uploads.length).toBe(1);
  });

  it('reads the addresses that the operator gave in the cloud, and publishes its own when told to', async () => {
    const entry = { Id: 'one', HostAddress: '198.51.100.7', PortNumber: 8884, Metadata: '' };
    aws.account.connectivity.set(aws.core.thingName, [entry]);
    const admin = await start();
    await eventually(() => addresses(admin)).toEqual([
      'gateway.example configuration',
      '198.51.100.7 connectivity-information-service',
    ]);
    expect(await admin.call('UpdateConnectivityInfo', {})).toMatchObject({
      sent: [{ address: 'gateway.example', port: 8883 }],
      trouble: null,
    });
    expect(aws.account.connectivity.get(aws.core.thingName)).toMatchObject([
      { HostAddress: 'gateway.example', PortNumber: 8883 },
    ]);
    await admin.call('RefreshCloud', {});
    await eventually(() => addresses(admin)).toEqual(['gateway.example configuration']);
    expect(daemon?.log.join('')).toContain('connectivity.publish');
    expect(daemon?.log.join('')).not.toMatch(/PRIVATE KEY|BEGIN/);
  });

  it('tells what keeps it from publishing', async () => {
    aws.account.serviceRole = false;
    const admin = await start();
    expect(await admin.call('UpdateConnectivityInfo', {})).toMatchObject({
      sent: [],
      trouble: {
        kind: 'MISCONFIGURED',
        message: expect.stringContaining('associate-service-role-to-account'),
      },
    });
  });

  it('raises an alarm where the upload is not permitted, and drops it when it is', async () => {
    aws.account.deny('PutCertificateAuthorities');
    const admin = await start();
    const findings = async () => (await admin.call('GetStatus', {})).findings.map(({ code }) => code);
    await eventually(findings).toContain('cloud.certificate-authorities');
    aws.account.permit('PutCertificateAuthorities');
    await admin.call('RefreshCloud', {});
    await eventually(findings).not.toContain('cloud.certificate-authorities');
    expect(aws.account.uploads).toHaveLength(1);
  });

  it('is well to the doctor, and tells it of the upload', async () => {
    const admin = await start();
    await eventually(() => aws.account.uploads.length).toBe(1);
    const stream = admin.serverStream('Diagnose', {});
    expect(await stream.ended).toBeUndefined();
    expect(stream.received.filter(({ outcome }) => outcome !== 'CHECK_OK')).toEqual([]);
    expect(stream.received.at(-1)).toMatchObject({
      name: 'permission.greengrass:PutCertificateAuthorities',
      detail: '1 CA uploaded, within the last hour',
    });
  });

  it('tells since when something is missing, not when it was asked', async () => {
    const admin = await start({ paths: {} });
    writeFileSync(core.files.keyFile, '');
    await admin.call('ReloadConfiguration', {});
    const begun = async () =>
      (await admin.call('GetStatus', {})).findings
        .filter(({ code }) => code === 'cloud.paths-missing' || code === 'cloud.core-files')
        .map(({ since }) => since);
    const first = await begun();
    expect(first).toHaveLength(2);
    await eventually(() => Date.now()).toBeGreaterThan(Math.max(...first) + 1);
    expect(await begun()).toEqual(first);
  });

  it('says which path is missing, and is a core in all else', async () => {
    const admin = await start({ paths: {} });
    expect((await jobs(admin))['certificate-authorities']).toMatchObject({
      state: 'JOB_OFF',
      detail: expect.stringContaining('cloud.dataPlane.paths.putCertificateAuthorities'),
    });
    await eventually(
      async () => (await jobs(admin))['connectivity-information']?.succeededAt,
    ).toBeGreaterThan(0);
  });
});

describe('a core whose verifier is not the data plane', () => {
  /** Nobody listens there. */
  const GONE = 1;

  async function startBeside(verifier: 'aws-iot' | 'registry'): Promise<Caller> {
    const cloud = {
      ...{ region: 'eu-west-1', coreThingName: aws.core.thingName, proxy: { noProxy: ['*'] } },
      ...core.files,
      awsIot: { endpoint: aws.controlUrl },
      dataPlane: { enabled: true, endpoint: 'localhost', port: GONE },
    };
    daemon = await RunningDaemon.start({ verifier, cloud, connectivity: { interfaces: false } });
    const admin = daemon.caller('admin');
    await eventually(async () => (await jobs(admin))['connectivity-information']?.failures).toBeGreaterThan(
      3,
    );
    return admin;
  }

  const unreachable = async (admin: Caller) =>
    (await admin.call('GetStatus', {})).findings.find(({ code }) => code === 'cloud.unreachable');

  it('does not take what the data plane does not answer for the verifier', async () => {
    const admin = await startBeside('aws-iot');
    expect((await admin.call('GetCloudStatus', {})).network?.state).toBe('NETWORK_UNKNOWN');
    expect(await unreachable(admin)).toBeUndefined();
  });

  it('does not say that devices are kept out where the registry knows them', async () => {
    const { message } = (await unreachable(await startBeside('registry'))) ?? {};
    expect(message).toContain('no device needs it');
  });
});
