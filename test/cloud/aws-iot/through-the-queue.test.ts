import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/clock.ts';
import { AwsIotVerifier } from '../../../src/cloud/aws-iot/aws-iot-verifier.ts';
import { NetworkState } from '../../../src/cloud/network-state.ts';
import { RequestQueue } from '../../../src/cloud/request-queue.ts';
import type { TroubleStatus } from '../../../src/cloud/status.ts';
import type { Asking, Verifier } from '../../../src/identity/verifier.ts';
import { IotRoom } from './iot-room.ts';

let room: IotRoom;
let queue: RequestQueue;
let verifier: Verifier;
let told: TroubleStatus[];

beforeEach(async () => {
  room = await IotRoom.open();
  told = [];
  const clock = new SystemClock();
  const defect = (error: unknown) => {
    throw error;
  };
  queue = new RequestQueue({
    clock,
    random: () => 0,
    settings: () => ({ size: 100, workers: 4, requestsPerSecond: 0, timeoutSeconds: 1 }),
    network: new NetworkState(clock, defect),
    coalesced: () => 0,
    onTrouble: (trouble) => told.push(trouble),
    onFault: defect,
  });
  verifier = new AwsIotVerifier({ requests: queue, controlPlane: room.controlPlane, clock });
});
afterEach(async () => {
  queue.stop();
  await room.close();
});

function asking(): Asking {
  const now = performance.now();
  return {
    signal: AbortSignal.timeout(20_000),
    since: now,
    deadline: now + 20_000,
    onBehalfOf: undefined,
    standIn: false,
  };
}

describe('Through the request queue', () => {
  it('a request that was throttled, or failed, is made again, and the device gets its verdict', async () => {
    const certificate = room.activeDevice();
    room.aws.faults.add({ kind: 'throttle', retryAfter: '0' }, { times: 1 });
    room.aws.faults.add({ kind: 'error', status: 503, type: 'ServiceUnavailableException' }, { times: 1 });
    expect(await verifier.verifyCertificate(certificate, asking())).toEqual({ kind: 'active' });
    expect(room.aws.requests.count()).toBe(3);
  });

  it('a missing permission costs one request, and is told with its name', async () => {
    room.aws.account.deny('DescribeCertificate');
    const verdict = await verifier.verifyCertificate(room.activeDevice(), asking());
    expect(verdict).toMatchObject({
      kind: 'unavailable',
      cause: expect.stringContaining('iot:DescribeCertificate'),
    });
    expect(told).toMatchObject([{ operation: 'DescribeCertificate', trouble: 'misconfigured' }]);
    expect(room.aws.requests.count()).toBe(1);
  });

  it('a service that stalls is left after its time, and nothing of the request remains', async () => {
    room.requestTimeoutMs = 60_000;
    room.aws.faults.add({ kind: 'stall', after: 'head' }, { times: 1 });
    expect(await verifier.verifyCertificate(room.activeDevice(), asking())).toEqual({ kind: 'active' });
    await expect.poll(() => room.aws.requests.underWay).toBe(0);
  });

  it('the devices of a line come in at once', async () => {
    room.aws.faults.add({ kind: 'latency', ms: 10 });
    const devices = Array.from({ length: 40 }, (_, index) => room.activeDevice(`pump-${index}`));
    for (const [index, { id }] of devices.entries()) room.aws.account.attach(id, `pump-${index}`);
    const verdicts = await Promise.all(
      devices.map(async (device, index) => {
        const certificate = await verifier.verifyCertificate(device, asking());
        return [certificate, await verifier.verifyAttachment(device.id, `pump-${index}`, asking())];
      }),
    );
    expect(verdicts).toEqual(devices.map(() => [{ kind: 'active' }, { kind: 'active', exclusive: false }]));
    expect(room.aws.requests.count()).toBe(80);
    expect(room.aws.requests.highestConcurrency).toBe(4);
    expect(room.aws.requests.connections.length).toBeLessThanOrEqual(4);
  });
});
