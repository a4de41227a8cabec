import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CertificateAuthorityUpload,
  UPLOAD_FINDING,
} from '../../../src/cloud/jobs/certificate-authority-upload.ts';
import { UploadRecordFile } from '../../../src/cloud/jobs/upload-record.ts';
import { answered, trouble } from '../../../src/cloud/outcome.ts';
import { DurableFiles } from '../../../src/pki/durable-files.ts';
import { DENIED, ScriptedDataPlane, Surroundings, UNREACHABLE } from './scripted-data-plane.ts';

let directory: string;
let file: string;
let here: Surroundings;
let cloud: ScriptedDataPlane;
let pems: readonly string[];
const changes = new Set<() => void>();
const started: CertificateAuthorityUpload[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'upload-'));
  file = join(directory, 'cloud', 'certificate-authorities.json');
  here = new Surroundings();
  cloud = new ScriptedDataPlane();
  pems = ['signing\n', 'announced\n'];
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((job) => job.stop()));
  rmSync(directory, { recursive: true });
});

function change(now: readonly string[]): void {
  pems = now;
  for (const tell of changes) tell();
}

interface StartOptions {
  readonly coreThingName?: string;
  readonly endpoint?: string;
  readonly problem?: string;
  readonly certificateId?: string;
}

let coreCertificateId: string | undefined;

async function start({
  certificateId = 'aa',
  ...more
}: StartOptions = {}): Promise<CertificateAuthorityUpload> {
  coreCertificateId = certificateId;
  const job = new CertificateAuthorityUpload({
    dataPlane: cloud,
    anchors: {
      anchors: () => pems,
      onChange: (listener) => {
        changes.add(listener);
        return () => changes.delete(listener);
      },
    },
    record: new UploadRecordFile(file, new DurableFiles()),
    coreThingName: 'gateway',
    coreCertificateId: () => coreCertificateId,
    endpoint: 'greengrass.example:8443',
    problem: undefined,
    ...here,
    random: () => here.random(),
    ...more,
  });
  started.push(job);
  job.start();
  await job.idle();
  return job;
}

/** Time passes, and what it began is over. */
async function later(job: CertificateAuthorityUpload, milliseconds: number): Promise<void> {
  here.clock.advance(milliseconds);
  await job.idle();
}

describe('the upload of CAs', () => {
  it('tells every CA that devices are told of, once, and writes down that it did', async () => {
    const job = await start();
    expect(cloud.uploads).toEqual([pems]);
    expect(job.status()).toMatchObject({
      name: 'certificate-authorities',
      state: 'done',
      detail: '2 CAs uploaded',
      failures: 0,
      nextAt: undefined,
      succeededAt: here.clock.now(),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'cloud')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).not.toContain('signing');
    await later(job, 86_400_000);
    expect(cloud.uploads).toHaveLength(1);
  });

  it('is not made again after a restart, and says when it was made', async () => {
    const at = here.clock.now();
    await (await start()).stop();
    here.clock.advance(3_600_000);
    const again = await start();
    expect(cloud.uploads).toHaveLength(1);
    expect(again.status()).toMatchObject({ state: 'done', succeededAt: at });
  });

  it.each([
    ['another core', { coreThingName: 'other' }],
    ['another endpoint', { endpoint: 'greengrass.example:443' }],
    ['another certificate of the core, which may be of another account', { certificateId: 'bb' }],
  ])('is made again for %s', async (_what, more) => {
    await (await start()).stop();
    await start(more);
    expect(cloud.uploads).toHaveLength(2);
  });

  it.each<readonly [what: string, spoil: () => void]>([
    ['is empty', () => writeFileSync(file, '')],
    ['is cut off', () => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))],
    ['is of a later version', () => writeFileSync(file, '{"version":2,"digest":"x","uploadedAt":1}')],
    ['is null', () => writeFileSync(file, 'null')],
    ['is gone', () => rmSync(file)],
  ])('is made again when what was written down %s', async (_what, spoil) => {
    await (await start()).stop();
    spoil();
    await start();
    expect(cloud.uploads).toHaveLength(2);
  });

  it('is made, and not again in this life, when it cannot be written down', async () => {
    writeFileSync(join(directory, 'cloud'), 'a file where a directory should be');
    const job = await start();
    expect(job.status().state).toBe('done');
    change([...pems]);
    await job.idle();
    expect(cloud.uploads).toHaveLength(1);
    expect(here.errors).toHaveLength(1);
  });

  it('is made again when the operator asks, who may know that AWS has lost it, until it is taken', async () => {
    const job = await start();
    cloud.upload = () => UNREACHABLE;
    job.refresh();
    await job.idle();
    expect(job.status()).toMatchObject({ state: 'waiting', failures: 1 });
    cloud.upload = () => answered({ kind: 'yes' });
    await later(job, 3_000);
    expect(job.status()).toMatchObject({ state: 'done', failures: 0 });
    await later(job, 86_400_000);
    expect(cloud.uploads).toHaveLength(3);
  });

  it('is made again when the files of the core become those of another certificate, and for no other reload', async () => {
    const job = await start();
    job.filesReloaded();
    await job.idle();
    expect(cloud.uploads).toHaveLength(1);
    coreCertificateId = 'bb';
    job.filesReloaded();
    await job.idle();
    expect(cloud.uploads).toHaveLength(2);
  });

  it('is not forgotten while the files of the core cannot be read', async () => {
    const job = await start();
    await job.stop();
    cloud.upload = () => trouble('misconfigured', 'cloud.keyFile: it cannot be read');
    const again = new Promise<CertificateAuthorityUpload>((resolve) => resolve(start()));
    coreCertificateId = undefined;
    const unread = await again;
    coreCertificateId = 'aa';
    unread.filesReloaded();
    await unread.idle();
    expect(unread.status()).toMatchObject({ state: 'done', failures: 0 });
    expect(here.open.size).toBe(0);
  });

  it('is made again when it is not known what came of the last one, although that of before is wanted again', async () => {
    const first = pems;
    const job = await start();
    cloud.upload = () => UNREACHABLE;
    change(['next\n']);
    await job.idle();
    await job.stop();
    pems = first;
    cloud.upload = () => answered({ kind: 'yes' });
    await start();
    expect(cloud.uploads).toEqual([first, ['next\n'], first]);
  });

  it('follows each change of the set, also one that comes while it runs', async () => {
    const answer = Promise.withResolvers<void>();
    cloud.upload = async () => {
      await answer.promise;
      return answered({ kind: 'yes' });
    };
    const opening = start();
    await Promise.resolve();
    const [job] = started;
    if (job === undefined) throw new Error('it was not started');
    while (cloud.uploads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    change(['next\n']);
    answer.resolve();
    await opening;
    await job.idle();
    expect(cloud.uploads).toEqual([['signing\n', 'announced\n'], ['next\n']]);
    change(['next\n', 'signing\n']);
    await job.idle();
    expect(cloud.uploads).toHaveLength(3);
    expect(job.status()).toMatchObject({ state: 'done', detail: '2 CAs uploaded' });
  });

  it('waits for the first CA', async () => {
    pems = [];
    const job = await start();
    expect(job.status()).toMatchObject({ state: 'waiting', detail: 'there is no CA to upload yet' });
    change(['signing\n']);
    await job.idle();
    expect(job.status()).toMatchObject({ state: 'done', detail: '1 CA uploaded' });
  });

  it('is off without the path, and says which key it wants', async () => {
    const job = await start({ problem: 'cloud.dataPlane.paths.putCertificateAuthorities is not set' });
    job.refresh();
    change(['next\n']);
    await later(job, 86_400_000);
    expect(cloud.uploads).toEqual([]);
    expect(job.status()).toMatchObject({
      state: 'off',
      detail: expect.stringContaining('cloud.dataPlane.paths.putCertificateAuthorities'),
    });
  });
});

describe('an upload that fails', () => {
  it('is tried again without end, after 3 s, doubled up to 60 s, at least half of it', async () => {
    cloud.upload = () => UNREACHABLE;
    for (const random of [0, 1]) {
      here.random = () => random;
      const job = await start();
      const waits: number[] = [];
      for (let each = 0; each < 8; each += 1) {
        const wait = (job.status().nextAt ?? 0) - here.clock.now();
        waits.push(wait);
        const before = cloud.uploads.length;
        await later(job, wait - 1);
        expect(cloud.uploads).toHaveLength(before);
        await later(job, 1);
        expect(cloud.uploads).toHaveLength(before + 1);
      }
      const longest = [3, 6, 12, 24, 48, 60, 60, 60].map((seconds) => seconds * 1_000);
      expect(waits).toEqual(random === 1 ? longest : longest.map((each) => each / 2));
      expect(job.status()).toMatchObject({
        state: 'waiting',
        failures: 9,
        lastError: 'there was no answer',
        succeededAt: undefined,
      });
      await job.stop();
      cloud.uploads.length = 0;
    }
  });

  it('starts offline, and is made at once when the network comes up', async () => {
    cloud.upload = () => UNREACHABLE;
    here.goDown();
    const job = await start();
    await later(job, 30_000);
    const before = cloud.uploads.length;
    cloud.upload = () => answered({ kind: 'yes' });
    here.network.reached();
    await job.idle();
    expect(cloud.uploads).toHaveLength(before + 1);
    expect(job.status()).toMatchObject({ state: 'done', failures: 0, lastError: '' });
  });

  it('is made at once when the network came up while it hung', async () => {
    here.goDown();
    const hanging = Promise.withResolvers<void>();
    cloud.upload = async () => {
      await hanging.promise;
      return UNREACHABLE;
    };
    const opening = start();
    while (cloud.uploads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    here.network.reached();
    cloud.upload = () => answered({ kind: 'yes' });
    hanging.resolve();
    await opening;
    await started[0]?.idle();
    expect(started[0]?.status().state).toBe('done');
  });

  it('ends an attempt that is never answered', async () => {
    let ended = 0;
    cloud.upload = (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          ended += 1;
          resolve(UNREACHABLE);
        }),
      );
    const opening = start();
    while (cloud.uploads.length === 0) await new Promise((resolve) => setImmediate(resolve));
    here.clock.advance(10_000);
    await opening;
    expect(ended).toBe(1);
    expect(started[0]?.status()).toMatchObject({ state: 'waiting', failures: 1 });
  });

  it('waits for as long as the service asks, also when the operator does not want to', async () => {
    cloud.upload = () => trouble('throttled', 'too many requests', 120_000);
    const job = await start();
    job.refresh();
    here.network.reached();
    await later(job, 119_999);
    expect(cloud.uploads).toHaveLength(1);
    await later(job, 1);
    expect(cloud.uploads).toHaveLength(2);
    expect(here.open.size).toBe(0);
  });

  it('does not believe a service that asks to wait for more than an hour', async () => {
    cloud.upload = () => trouble('throttled', 'too many requests', 10 ** 12);
    const job = await start();
    await later(job, 3_600_000);
    expect(cloud.uploads).toHaveLength(2);
  });

  it('is an alarm when access is denied, tried again all the same, and over when it is granted', async () => {
    cloud.upload = () => DENIED;
    const job = await start();
    expect(here.open.get(UPLOAD_FINDING)).toMatchObject({
      severity: 'ALARM',
      message: expect.stringContaining('denies greengrass:PutCertificateAuthorities'),
    });
    cloud.upload = () => answered({ kind: 'yes' });
    await later(job, 3_000);
    expect(job.status().state).toBe('done');
    expect(here.open.size).toBe(0);
  });

  it('is a warning after ten failures of any kind', async () => {
    cloud.upload = () => trouble('server-error', 'it failed');
    const job = await start();
    for (let failures = 1; failures < 10; failures += 1) {
      expect(here.open.size).toBe(0);
      await later(job, 60_000);
    }
    expect(here.open.get(UPLOAD_FINDING)).toMatchObject({ severity: 'WARNING' });
  });

  it('is given up where the service calls it invalid, until the CA changes or the operator asks', async () => {
    cloud.upload = () => answered({ kind: 'no', message: 'not a CA' });
    const job = await start();
    expect(job.status()).toMatchObject({ state: 'waiting', nextAt: undefined, lastError: 'not a CA' });
    expect(here.open.get(UPLOAD_FINDING)?.severity).toBe('ALARM');
    here.goDown();
    here.network.reached();
    await later(job, 86_400_000);
    expect(cloud.uploads).toHaveLength(1);
    job.refresh();
    await job.idle();
    expect(cloud.uploads).toHaveLength(2);
    change(['next\n']);
    await job.idle();
    expect(cloud.uploads).toHaveLength(3);
  });

  it('tells the network state what it met', async () => {
    await (await start()).stop();
    expect(here.network.status.state).toBe('up');
    cloud.upload = () => UNREACHABLE;
    change(['next\n']);
    const job = await start();
    await later(job, 3_000);
    await later(job, 6_000);
    expect(here.network.status.state).toBe('down');
  });
});

it('no answer in time says that the network is down, an attempt that the end of the daemon cuts short does not', async () => {
  const hang = (signal: AbortSignal) =>
    new Promise<typeof UNREACHABLE>((resolve) =>
      signal.addEventListener('abort', () => resolve(UNREACHABLE)),
    );
  cloud.upload = hang;
  const opening = start();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    while (cloud.uploads.length < attempt) {
      here.clock.advance(attempt === 1 ? 0 : 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(here.network.status.state).toBe('unknown');
    here.clock.advance(10_000);
    await started[0]?.idle();
  }
  await opening;
  expect(here.network.status.state).toBe('down');
  await started.splice(0)[0]?.stop();

  here.network.reached();
  for (let life = 0; life < 4; life += 1) {
    const before = cloud.uploads.length;
    const next = start();
    while (cloud.uploads.length === before) await new Promise((resolve) => setImmediate(resolve));
    await started.splice(0)[0]?.stop();
    await next;
  }
  expect(here.network.status.state).toBe('up');
});

it('a job that is stopped tries nothing more', async () => {
  cloud.upload = () => UNREACHABLE;
  const job = await start();
  await job.stop();
  job.refresh();
  change(['next\n']);
  here.network.reached();
  await later(job, 86_400_000);
  expect(cloud.uploads).toHaveLength(1);
  expect(here.clock.pending).toBe(0);
});
