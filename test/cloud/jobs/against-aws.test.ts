/** The jobs on a real data plane, with everything that can go wrong on the way to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressPublication } from '../../../src/cloud/jobs/address-publication.ts';
import {
  CertificateAuthorityUpload,
  UPLOAD_FINDING,
} from '../../../src/cloud/jobs/certificate-authority-upload.ts';
import { CLOUD_SOURCE, ConnectivityPoll } from '../../../src/cloud/jobs/connectivity-poll.ts';
import { UploadRecordFile } from '../../../src/cloud/jobs/upload-record.ts';
import type { JobStatus } from '../../../src/cloud/status.ts';
import { HostAddresses, INTERFACES } from '../../../src/connectivity/host-addresses.ts';
import { DurableFiles } from '../../../src/pki/durable-files.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import type { Fault } from '../../support/fake-aws/faults.ts';
import { MemoryHostAddresses } from '../../support/memory-host-addresses.ts';
import { GreengrassRoom } from '../greengrass/greengrass-room.ts';
import { Surroundings } from './scripted-data-plane.ts';

const ca = new CertificateMaker().ca('Core CA');
const FAULTS: readonly (readonly [what: string, fault: Fault, finding: string | undefined])[] = [
  ['a failure of the service', { kind: 'error', status: 500, type: 'InternalServerException' }, undefined],
  ['throttling', { kind: 'throttle' }, undefined],
  [
    'a refusal by the gateway',
    { kind: 'answer', status: 403, body: { message: null, traceId: 'x' } },
    'ALARM',
  ],
  ['a wrong path', { kind: 'answer', status: 404, body: 'not here' }, 'ALARM'],
  ['a conflict', { kind: 'error', status: 409, type: 'ConflictException' }, 'ALARM'],
  ['a redirect', { kind: 'redirect' }, 'ALARM'],
  ['half an answer', { kind: 'half-answer' }, undefined],
  ['a body that never ends', { kind: 'endless-body' }, 'ALARM'],
  ['something that is no JSON', { kind: 'malformed-json' }, 'ALARM'],
  ['a stall', { kind: 'stall', after: 'nothing' }, undefined],
  ['a stall after the head', { kind: 'stall', after: 'head' }, undefined],
];

let room: GreengrassRoom;
let here: Surroundings;
let directory: string;
let addresses: HostAddresses;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  room = await GreengrassRoom.open();
  here = new Surroundings();
  directory = mkdtempSync(join(tmpdir(), 'jobs-'));
  const store = new MemoryHostAddresses();
  addresses = await HostAddresses.open({ store, port: () => 8883, onListenerError: () => {} });
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await room.close();
  rmSync(directory, { recursive: true });
});

const parts = () => ({
  ...here,
  dataPlane: room.dataPlane,
  coreThingName: room.aws.core.thingName,
  random: () => 1,
});

function upload(pem = ca.pem): CertificateAuthorityUpload {
  const job = new CertificateAuthorityUpload({
    ...parts(),
    anchors: { anchors: () => [pem], onChange: () => () => {} },
    record: new UploadRecordFile(join(directory, 'uploaded.json'), new DurableFiles()),
    coreCertificateId: () => 'aa',
    endpoint: 'localhost:8443',
    problem: room.dataPlane.problemOf('putCertificateAuthorities'),
  });
  stops.push(() => job.stop());
  return job;
}

function poll(): ConnectivityPoll {
  const job = new ConnectivityPoll({ ...parts(), addresses, intervalSeconds: () => 60 });
  stops.push(() => job.stop());
  return job;
}

/** One attempt under a fault; one that gets no answer is ended by its own time limit. */
async function once(job: { start(): void; idle(): Promise<void> }, fault: Fault): Promise<void> {
  room.aws.faults.add(fault);
  job.start();
  if (fault.kind === 'stall') {
    await expect.poll(() => room.aws.requests.count(), { timeout: 10_000 }).toBe(1);
    here.clock.advance(here.timeoutMs());
  }
  await job.idle();
  room.aws.faults.clear();
}

/** The attempt that comes by itself. */
async function next(job: { status(): JobStatus; idle(): Promise<void> }): Promise<void> {
  here.clock.advance((job.status().nextAt ?? Number.NaN) - here.clock.now());
  await job.idle();
}

describe.each(FAULTS)('%s', (_what, fault, finding) => {
  it('keeps the CAs from being uploaded, and passes', async () => {
    const job = upload();
    await once(job, fault);
    expect(job.status()).toMatchObject({ state: 'waiting', failures: 1 });
    expect(job.status().lastError).not.toBe('');
    expect(here.open.get(UPLOAD_FINDING)?.severity).toBe(finding);
    await next(job);
    expect(job.status()).toMatchObject({ state: 'done', failures: 0 });
    expect(room.aws.account.uploads).toEqual([{ coreThingName: room.aws.core.thingName, pems: [ca.pem] }]);
    expect(here.open.size).toBe(0);
  });

  it('leaves the addresses that are known, and passes', async () => {
    await addresses.replace(CLOUD_SOURCE, [{ host: '198.51.100.7' }]);
    const job = poll();
    await once(job, fault);
    expect(job.status()).toMatchObject({ state: 'waiting', failures: 1 });
    expect(addresses.hosts()).toEqual(['198.51.100.7']);
    await next(job);
    expect(job.status().failures).toBe(0);
    expect(addresses.hosts()).toEqual([]);
    expect(here.open.size).toBe(0);
  });
});

it('Retry-After is respected to the second', async () => {
  room.aws.faults.add({ kind: 'throttle', retryAfter: '90' });
  const job = upload();
  job.start();
  await job.idle();
  room.aws.faults.clear();
  here.clock.advance(89_999);
  await job.idle();
  expect(room.aws.requests.count()).toBe(1);
  here.clock.advance(1);
  await job.idle();
  expect(job.status().state).toBe('done');
});

it('what AWS calls no certificate is not sent again', async () => {
  const job = upload('no certificate');
  job.start();
  await job.idle();
  here.clock.advance(86_400_000);
  await job.idle();
  expect(room.aws.requests.count()).toBe(1);
  expect(job.status()).toMatchObject({ state: 'waiting', nextAt: undefined });
  expect(here.open.get(UPLOAD_FINDING)?.severity).toBe('ALARM');
});

it('an inactive core certificate is an alarm, and no reason to stop trying', async () => {
  room.aws.account.setCertificate(room.aws.core.certificate.id, 'INACTIVE');
  const job = upload();
  job.start();
  await job.idle();
  expect(here.open.get(UPLOAD_FINDING)).toMatchObject({
    severity: 'ALARM',
    message: expect.stringMatching(/is the core's certificate active/i),
  });
  room.aws.account.setCertificate(room.aws.core.certificate.id);
  here.clock.advance(3_000);
  await job.idle();
  expect(job.status().state).toBe('done');
});

it('addresses that a core published are those that it reads', async () => {
  await addresses.replace(INTERFACES, [{ host: '192.0.2.1' }, { host: '2001:db8::1' }]);
  const publication = new AddressPublication({ ...parts(), addresses });
  expect(await publication.publish(new AbortController().signal)).toMatchObject({ kind: 'answered' });
  const job = poll();
  job.start();
  await job.idle();
  expect(addresses.of(CLOUD_SOURCE)).toEqual([
    { host: '192.0.2.1', port: 8883 },
    { host: '2001:db8::1', port: 8883 },
  ]);
  expect(addresses.hosts()).toEqual(['192.0.2.1', '2001:db8::1']);
});
