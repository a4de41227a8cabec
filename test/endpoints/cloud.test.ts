import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/clock.ts';
import type { CheckResult } from '../../src/cloud/doctor/check.ts';
import { answered, trouble } from '../../src/cloud/outcome.ts';
import type { CloudStatus } from '../../src/cloud/status.ts';
import type { AdminCloud, AdminRooms, AuditedChange } from '../../src/endpoints/admin/admin-ports.ts';
import { Endpoints } from '../../src/endpoints/endpoints.ts';
import { Caller, contract, refusal } from './support/caller.ts';
import { Recorder, ScriptedRooms } from './support/rooms.ts';

const STATUS: CloudStatus = {
  queue: { waiting: 3, inFlight: 1, size: 100, workers: 1, rejected: 7, coalesced: 9 },
  breaker: { state: 'half-open', failures: 5, probeAt: 1_700_000_000_000.5 },
  network: { state: 'down', since: 1_700_000_000_000 },
  requestsPerSecond: 5,
  pausedUntil: undefined,
  operations: [
    {
      operation: 'DescribeCertificate',
      answered: 10,
      troubles: { throttled: 2, misconfigured: 0, unreachable: 1, 'server-error': 0, unexpected: 0 },
      retries: 3,
      latency: { bounds: [0.1, 1], cumulative: [4, 9, 10], sum: 2.5 },
    },
  ],
  troubles: [
    {
      operation: 'DescribeCertificate',
      trouble: 'server-error',
      message: 'it failed',
      at: 1_700_000_000_000,
    },
  ],
  jobs: [
    {
      name: 'certificate-authorities',
      state: 'off',
      detail: 'no path',
      startedAt: undefined,
      succeededAt: 1_600_000_000_000,
      nextAt: undefined,
      failures: 0,
      lastError: '',
    },
  ],
};
const OK: CheckResult = { name: 'core.key', outcome: 'ok', detail: 'it is there', remedy: '' };

let directory: string;
let endpoints: Endpoints;
let admin: Caller;
let cloud: AdminCloud | undefined;
let refreshes: number;
let examine: (signal: AbortSignal) => AsyncIterable<CheckResult>;
const audited: AuditedChange[] = [];

const CLOUD: AdminCloud = {
  status: () => STATUS,
  refresh: () => {
    refreshes += 1;
  },
  publishAddresses: async () => answered([{ host: '10.1.2.3', port: 8883, source: 'interfaces' }]),
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cloud-'));
  cloud = CLOUD;
  refreshes = 0;
  audited.length = 0;
  examine = async function* () {
    yield OK;
  };
  const socket = join(directory, 'admin.sock');
  const rooms = new ScriptedRooms();
  const recorder = new Recorder();
  // Of the other rooms these calls ask nothing.
  const adminRooms = {
    get cloud() {
      return cloud;
    },
    doctor: { examine: (signal: AbortSignal) => examine(signal) },
    daemon: { facts: () => ({ verifier: 'registry' }) },
    audit: { changed: (change: AuditedChange) => audited.push(change) },
  } as unknown as AdminRooms;
  endpoints = await Endpoints.open({
    contract,
    clock: new SystemClock(),
    logger: recorder,
    observer: recorder,
    sessions: rooms,
    identity: rooms,
    grantSets: rooms,
    certificates: rooms.certificates,
    encodePkcs12: rooms.encodePkcs12,
    admin: { config: { socket, mode: '0600' }, rooms: adminRooms },
    listeners: {},
    inherited: new Map(),
  });
  admin = new Caller(`unix:${socket}`);
});
afterEach(async () => {
  admin.close();
  await endpoints.stop(1_000);
  rmSync(directory, { recursive: true });
});

describe('the status of the cloud', () => {
  it('has all that the operator may want to know', async () => {
    expect(await admin.call('GetCloudStatus', {})).toEqual({
      verifier: 'registry',
      queue: STATUS.queue,
      breaker: { state: 'BREAKER_HALF_OPEN', failures: 5, probeAt: 1_700_000_000_001 },
      network: { state: 'NETWORK_DOWN', since: 1_700_000_000_000 },
      requestsPerSecond: 5,
      pausedUntil: 0,
      operations: [
        {
          operation: 'DescribeCertificate',
          answered: 10,
          troubles: [
            { kind: 'THROTTLED', count: 2 },
            { kind: 'UNREACHABLE', count: 1 },
          ],
          retries: 3,
          latency: [
            { upperBoundSeconds: 0.1, count: 4 },
            { upperBoundSeconds: 1, count: 9 },
          ],
          latencySumSeconds: 2.5,
        },
      ],
      troubles: [
        {
          operation: 'DescribeCertificate',
          kind: 'SERVER_ERROR',
          message: 'it failed',
          at: 1_700_000_000_000,
        },
      ],
      jobs: [
        {
          name: 'certificate-authorities',
          state: 'JOB_OFF',
          detail: 'no path',
          startedAt: 0,
          succeededAt: 1_600_000_000_000,
          nextAt: 0,
          failures: 0,
          lastError: '',
        },
      ],
    });
  });

  it('is refreshed when the operator asks, which is audited', async () => {
    expect((await admin.call('RefreshCloud', {})).requestsPerSecond).toBe(5);
    expect(refreshes).toBe(1);
    expect(audited).toMatchObject([{ action: 'cloud.refresh' }]);
  });

  it('is not there without a cloud, and says why', async () => {
    cloud = undefined;
    for (const call of ['GetCloudStatus', 'RefreshCloud', 'UpdateConnectivityInfo'] as const) {
      expect(await refusal(admin.call(call, {}))).toMatchObject({
        reason: 'NOT_FOUND',
        message: 'the verifier is registry, which asks no cloud',
      });
    }
    expect(audited).toEqual([]);
  });
});

describe('publishing addresses', () => {
  it('answers what was sent, and is audited', async () => {
    expect(await admin.call('UpdateConnectivityInfo', {})).toEqual({
      sent: [{ address: '10.1.2.3', port: 8883, source: 'interfaces' }],
      trouble: null,
    });
    expect(audited).toMatchObject([
      { action: 'connectivity.publish', subject: { addresses: '10.1.2.3:8883', outcome: 'taken' } },
    ]);
  });

  it('answers the trouble, and is audited all the same', async () => {
    cloud = {
      ...CLOUD,
      publishAddresses: async () => trouble('misconfigured', 'the service role is missing'),
    };
    expect(await admin.call('UpdateConnectivityInfo', {})).toMatchObject({
      sent: [],
      trouble: {
        operation: 'UpdateConnectivityInfo',
        kind: 'MISCONFIGURED',
        message: 'the service role is missing',
      },
    });
    expect(audited).toMatchObject([
      { action: 'connectivity.publish', subject: { addresses: '', outcome: 'misconfigured' } },
    ]);
  });

  it('is for a Greengrass core only', async () => {
    cloud = { ...CLOUD, publishAddresses: undefined };
    expect(await refusal(admin.call('UpdateConnectivityInfo', {}))).toMatchObject({
      reason: 'NOT_FOUND',
      message: expect.stringContaining('cloud.dataPlane.enabled'),
    });
  });

  it('ends when the caller gives up', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    cloud = {
      ...CLOUD,
      publishAddresses: (signal) =>
        new Promise((answer) =>
          signal.addEventListener('abort', () => {
            resolve();
            answer(trouble('unreachable', 'cut short'));
          }),
        ),
    };
    await refusal(admin.call('UpdateConnectivityInfo', {}, 100));
    await promise;
  });
});

describe('a diagnosis', () => {
  it('tells each check as it is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    examine = async function* () {
      yield OK;
      await promise;
      yield { name: 'clock', outcome: 'failed', detail: 'it is off', remedy: 'set it' };
    };
    const stream = admin.serverStream('Diagnose', {});
    expect(await stream.next()).toEqual({ ...OK, outcome: 'CHECK_OK' });
    resolve();
    expect(await stream.next()).toEqual({
      name: 'clock',
      outcome: 'CHECK_FAILED',
      detail: 'it is off',
      remedy: 'set it',
    });
    expect(await stream.ended).toBeUndefined();
  });

  it('is one at a time, and ends with its caller', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    examine = async function* (signal) {
      yield OK;
      await new Promise<void>((end) => signal.addEventListener('abort', () => end()));
      resolve();
    };
    const stream = admin.serverStream('Diagnose', {});
    await stream.next();
    expect(await admin.serverStream('Diagnose', {}).ended).toMatchObject({ reason: 'LIMIT_EXCEEDED' });
    stream.call.cancel();
    await promise;
    examine = async function* () {
      yield OK;
    };
    for (;;) {
      const next = admin.serverStream('Diagnose', {});
      if ((await next.ended) !== undefined) continue;
      expect(next.received).toHaveLength(1);
      break;
    }
  });

  it('that breaks is a defect, and the next one is none', async () => {
    // biome-ignore lint/correctness/useYield: it breaks before
    examine = async function* () {
      throw new Error('a defect');
    };
    expect(await admin.serverStream('Diagnose', {}).ended).toMatchObject({ reason: 'SERVICE_ERROR' });
    examine = async function* () {
      yield OK;
    };
    expect(await admin.serverStream('Diagnose', {}).ended).toBeUndefined();
  });
});
