/** The verifier behind the real request queue: what is tried again, and what a device's refusal costs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/clock.ts';
import { GreengrassVerifier } from '../../../src/cloud/greengrass/greengrass-verifier.ts';
import { NetworkState } from '../../../src/cloud/network-state.ts';
import { RequestQueue } from '../../../src/cloud/request-queue.ts';
import { type DeviceCertificate, parseCertificate } from '../../../src/identity/certificate.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import type { Fault } from '../../support/fake-aws/faults.ts';
import { asking } from '../../support/identity-room.ts';
import { GreengrassRoom } from './greengrass-room.ts';

const OPERATION = 'VerifyClientDeviceIdentity';
const device = new CertificateMaker().make({ subject: 'Pump-1' });

let room: GreengrassRoom;
let queue: RequestQueue;
let network: NetworkState;
let verifier: GreengrassVerifier;
const faults: unknown[] = [];

beforeEach(async () => {
  room = await GreengrassRoom.open();
  room.aws.account.setCertificate(device.id);
  const clock = new SystemClock();
  faults.length = 0;
  network = new NetworkState(clock, (error) => faults.push(error));
  queue = new RequestQueue({
    clock,
    random: () => 0,
    settings: () => ({ size: 10, workers: 2, requestsPerSecond: 0, timeoutSeconds: 1 }),
    network,
    coalesced: () => 0,
    onTrouble: () => {},
    onFault: (error) => faults.push(error),
  });
  verifier = new GreengrassVerifier({ dataPlane: room.dataPlane, requests: queue });
});

afterEach(async () => {
  queue.stop();
  await room.close();
  expect(faults).toEqual([]);
});

function certificate(): DeviceCertificate {
  const result = parseCertificate(device.pem);
  if (!result.ok) throw new Error(result.message);
  return result.certificate;
}

function verify(within = 10_000) {
  const now = performance.now();
  const signal = AbortSignal.timeout(within);
  const asked = { ...asking(signal), since: now, deadline: now + within, onBehalfOf: device.id };
  return verifier.verifyCertificate(certificate(), asked);
}

describe('a verification through the queue', () => {
  it.each<[string, Fault]>([
    ['throttled', { kind: 'throttle', retryAfter: '0' }],
    ['the service failed', { kind: 'error', status: 500, type: 'InternalServerException' }],
    ['the answer was cut', { kind: 'half-answer' }],
    ['the service hung', { kind: 'stall', after: 'head' }],
  ])('is tried again when it was met by a passing trouble: %s', async (_what, fault) => {
    room.aws.faults.add(fault, { times: 1 });
    expect(await verify()).toEqual({ kind: 'active' });
    expect(room.aws.requests.count(OPERATION)).toBe(2);
    expect(network.status.state).toBe('up');
  });

  it.each<[string, Fault]>([
    ['refused', { kind: 'error', status: 404, type: 'ResourceNotFoundException' }],
    ['not permitted', { kind: 'answer', status: 403, body: { message: null } }],
    ['meaningless', { kind: 'answer', status: 404, body: '<html>' }],
  ])('is not tried again when the answer would be the same: %s', async (_what, fault) => {
    room.aws.faults.add(fault);
    expect(await verify()).not.toEqual({ kind: 'active' });
    expect(room.aws.requests.count(OPERATION)).toBe(1);
  });

  it('finds out that the network is gone, and that it is back', async () => {
    await room.aws.cut();
    expect(await verify(5_000)).toMatchObject({ kind: 'unavailable' });
    expect(network.status.state).toBe('down');
    await room.aws.restore();
    await expect.poll(() => verify(), { timeout: 20_000, interval: 200 }).toEqual({ kind: 'active' });
    expect(network.status.state).toBe('up');
  });

  it('leaves nothing open when nobody waits any more', async () => {
    room.aws.faults.add({ kind: 'stall', after: 'nothing' });
    expect(await verify(100)).toMatchObject({ kind: 'unavailable' });
    await expect.poll(() => room.aws.openConnections, { timeout: 10_000 }).toBe(0);
  });
});
