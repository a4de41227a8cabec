import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trouble } from '../../src/cloud/outcome.ts';
import type { AdminCloud } from '../../src/endpoints/admin/admin-ports.ts';
import { refusal } from './support/caller.ts';
import { CHECK, CloudHouse, STATUS } from './support/cloud-house.ts';

let house: CloudHouse;
beforeEach(async () => {
  house = await CloudHouse.open();
});
afterEach(() => house.close());

const publishes = (publishAddresses: AdminCloud['publishAddresses']): void => {
  if (house.cloud === undefined) throw new Error('there is no cloud');
  house.cloud = { ...house.cloud, publishAddresses };
};

describe('the status of the cloud', () => {
  it('has all that the operator may want to know', async () => {
    expect(await house.admin.call('GetCloudStatus', {})).toEqual({
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
          state: 'JOB_WAITING',
          detail: 'to upload 2 CAs',
          startedAt: 0,
          succeededAt: 1_600_000_000_000,
          nextAt: 0,
          failures: 3,
          lastError: 'denied',
        },
      ],
    });
  });

  it('is refreshed when the operator asks, which is audited', async () => {
    expect((await house.admin.call('RefreshCloud', {})).requestsPerSecond).toBe(5);
    expect(house.refreshes).toBe(1);
    expect(house.audited).toMatchObject([{ action: 'cloud.refresh' }]);
  });

  it('is not there without a cloud, and says why', async () => {
    house.cloud = undefined;
    for (const call of ['GetCloudStatus', 'RefreshCloud', 'UpdateConnectivityInfo'] as const) {
      expect(await refusal(house.admin.call(call, {}))).toMatchObject({
        reason: 'NOT_FOUND',
        message: 'the verifier is registry, which asks no cloud',
      });
    }
    expect(house.audited).toEqual([]);
  });
});

describe('publishing addresses', () => {
  it('answers what was sent, and is audited', async () => {
    expect(await house.admin.call('UpdateConnectivityInfo', {})).toEqual({
      sent: [{ address: '10.1.2.3', port: 8883, source: 'interfaces' }],
      trouble: null,
    });
    expect(house.audited).toMatchObject([
      { action: 'connectivity.publish', subject: { addresses: '10.1.2.3:8883', outcome: 'taken' } },
    ]);
  });

  it('answers the trouble, and is audited all the same', async () => {
    publishes(async () => trouble('misconfigured', 'the service role is missing'));
    expect(await house.admin.call('UpdateConnectivityInfo', {})).toMatchObject({
      sent: [],
      trouble: {
        operation: 'UpdateConnectivityInfo',
        kind: 'MISCONFIGURED',
        message: 'the service role is missing',
      },
    });
    expect(house.audited).toMatchObject([
      { action: 'connectivity.publish', subject: { addresses: '', outcome: 'misconfigured' } },
    ]);
  });

  it('is for a Greengrass core only', async () => {
    publishes(undefined);
    expect(await refusal(house.admin.call('UpdateConnectivityInfo', {}))).toMatchObject({
      reason: 'NOT_FOUND',
      message: expect.stringContaining('cloud.dataPlane.enabled'),
    });
  });

  it('ends when the caller gives up', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    publishes(
      (signal) =>
        new Promise((answer) =>
          signal.addEventListener('abort', () => {
            resolve();
            answer(trouble('unreachable', 'cut short'));
          }),
        ),
    );
    await refusal(house.admin.call('UpdateConnectivityInfo', {}, 100));
    await promise;
  });
});

describe('a diagnosis', () => {
  it('tells each check as it is done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    house.examine = async function* () {
      yield CHECK;
      await promise;
      yield { name: 'clock', outcome: 'failed', detail: 'it is off', remedy: 'set it' };
    };
    const stream = house.admin.serverStream('Diagnose', {});
    expect(await stream.next()).toEqual({ ...CHECK, outcome: 'CHECK_OK' });
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
    house.examine = async function* (signal) {
      yield CHECK;
      await new Promise<void>((end) => signal.addEventListener('abort', () => end()));
      resolve();
    };
    const stream = house.admin.serverStream('Diagnose', {});
    await stream.next();
    expect(await house.admin.serverStream('Diagnose', {}).ended).toMatchObject({ reason: 'LIMIT_EXCEEDED' });
    stream.call.cancel();
    await promise;
    house.examine = async function* () {
      yield CHECK;
    };
    for (;;) {
      const next = house.admin.serverStream('Diagnose', {});
      if ((await next.ended) !== undefined) continue;
      expect(next.received).toHaveLength(1);
      break;
    }
  });

  it('that breaks is a defect, and the next one is none', async () => {
    // biome-ignore lint/correctness/useYield: it breaks before
    house.examine = async function* () {
      throw new Error('a defect');
    };
    expect(await house.admin.serverStream('Diagnose', {}).ended).toMatchObject({ reason: 'SERVICE_ERROR' });
    house.examine = async function* () {
      yield CHECK;
    };
    expect(await house.admin.serverStream('Diagnose', {}).ended).toBeUndefined();
  });
});
