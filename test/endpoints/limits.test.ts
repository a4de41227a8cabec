import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ListenerLimits } from '../../src/endpoints/limits.ts';
import { TokenBucket } from '../../src/endpoints/limits.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { refusal } from './support/caller.ts';
import { House, LIMITS, TOKEN, unixListener } from './support/rooms.ts';

let house: House | undefined;

afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function open(
  limits: Partial<ListenerLimits>,
  operations: readonly string[] = ['broker'],
): Promise<House> {
  house = await House.open((directory) => ({
    broker: unixListener(`${directory}/broker.sock`, { operations, limits: { ...LIMITS, ...limits } }),
    other: unixListener(`${directory}/other.sock`),
  }));
  return house;
}

const action = { clientDeviceAuthToken: TOKEN, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
const credential = { credential: { mqttCredential: { clientId: 'a', certificatePem: 'PEM' } } };

describe('a listener’s limits', () => {
  it('refuse calls over the rate at once, say when to try again, and leave other listeners alone', async () => {
    const { caller, endpoints, rooms } = bound(await open({ maxCallsPerSecond: 20 }));
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, () => caller('broker').call('AuthorizeClientDeviceAction', action)),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(30);
    expect(rooms.authorized).toHaveLength(60 - refused.length);
    const error = await refusal(Promise.reject(refused[0]?.reason));
    expect(error.reason).toBe('LIMIT_EXCEEDED');
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(50);
    expect(endpoints.listeners()[0]).toMatchObject({ calls: 60, rejected: refused.length });
    await caller('other').call('AuthorizeClientDeviceAction', action);
  });

  it('refuse calls over the number in progress at once, streams included', async () => {
    const { caller, endpoints, rooms } = bound(await open({ maxConcurrentCalls: 2 }));
    const held = Promise.withResolvers<{ kind: 'active' }>();
    rooms.verifyWith = () => held.promise;
    const client = caller('broker');
    const stream = client.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: [action] });
    await stream.next();
    const first = client.call('VerifyClientDeviceIdentity', { credential: { clientDeviceCertificate: 'x' } });
    await vi.waitFor(() => expect(endpoints.listeners()[0]?.activeCalls).toBe(2));
    const error = await refusal(client.call('AuthorizeClientDeviceAction', action));
    expect(error.reason).toBe('LIMIT_EXCEEDED');
    expect(error.retryAfterMs).toBeGreaterThan(0);
    const over = await client.stream('SubscribeToSessionUpdates').ended;
    expect(over?.reason).toBe('LIMIT_EXCEEDED');
    held.resolve({ kind: 'active' });
    await first;
    await vi.waitFor(() => client.call('AuthorizeClientDeviceAction', action));
  });

  it('count every call off again, whether answered, refused, given up or cut off', async () => {
    const { caller, endpoints, rooms } = bound(await open({ maxConcurrentCalls: 50 }));
    rooms.verifyWith = () => new Promise(() => {});
    const client = caller('broker');
    const certificate = { credential: { clientDeviceCertificate: 'x' } };
    await client.call('AuthorizeClientDeviceAction', action);
    await refusal(client.call('AuthorizeClientDeviceAction', {}));
    await refusal(client.call('VerifyClientDeviceIdentity', certificate, 20));
    const giveUp = client.abandon('VerifyClientDeviceIdentity', certificate);
    const stream = client.stream('SubscribeToSessionUpdates').send({ hello: { brokerInstanceId: 'x' } });
    await vi.waitFor(() => expect(endpoints.listeners()[0]?.activeCalls).toBe(2));
    giveUp();
    stream.call.cancel();
    await vi.waitFor(() => expect(endpoints.listeners()[0]?.activeCalls).toBe(0), { timeout: 5000 });
  });

  it('call a message that is too large LIMIT_EXCEEDED', async () => {
    const { caller, rooms } = bound(await open({ maxMessageBytes: 65_536 }));
    const error = await refusal(
      caller('broker').call('AuthorizeClientDeviceAction', { ...action, resource: 'x'.repeat(100_000) }),
    );
    expect(error.reason).toBe('LIMIT_EXCEEDED');
    expect(error.retryAfterMs).toBeDefined();
    expect(rooms.authorized).toEqual([]);
  });
});

describe('a listener’s operations', () => {
  it('are none by default: every call is UNAUTHORIZED, before its arguments are looked at', async () => {
    const { caller, rooms, recorder } = bound(await open({}, []));
    const client = caller('broker');
    for (const name of [
      'VerifyClientDeviceIdentity',
      'GetClientDeviceAuthToken',
      'GetGrantSet',
      'AuthorizeClientDeviceAction',
      'CloseClientDeviceSession',
    ] as const) {
      expect((await refusal(client.call(name, {}))).reason).toBe('UNAUTHORIZED');
    }
    expect((await client.stream('AuthorizeClientDeviceActions').ended)?.reason).toBe('UNAUTHORIZED');
    expect((await client.stream('SubscribeToSessionUpdates').ended)?.reason).toBe('UNAUTHORIZED');
    expect([rooms.opens, rooms.authorized, rooms.verified, rooms.subscriptions]).toEqual([[], [], [], []]);
    expect(
      recorder.calls.every(({ result, reason }) => result === 'failure' && reason === 'UNAUTHORIZED'),
    ).toBe(true);
    expect(recorder.calls).toHaveLength(7);
  });

  it('are those named and no others', async () => {
    const { caller, endpoints } = bound(await open({}, ['GetClientDeviceAuthToken']));
    await caller('broker').call('GetClientDeviceAuthToken', credential);
    const error = await refusal(caller('broker').call('AuthorizeClientDeviceAction', action));
    expect(error.reason).toBe('UNAUTHORIZED');
    expect(error.message).toContain('"broker" does not allow AuthorizeClientDeviceAction');
    expect(endpoints.listeners()[0]?.operations).toEqual(['GetClientDeviceAuthToken']);
  });

  it('never include the operator’s', async () => {
    const { caller } = bound(await open({}));
    expect((await refusal(caller('broker').call('GetStatus', {}))).code).toBe(12);
  });

  it('that are unknown keep the listener from opening', async () => {
    await expect(open({}, ['GetEverything'])).rejects.toThrow('"GetEverything" is not an operation');
  });
});

describe('a token bucket', () => {
  it('gives no more than its rate over any second, and fills up no further', () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(10, clock);
    expect(bucket.take(100)).toBe(10);
    expect(bucket.take(1)).toBe(0);
    expect(bucket.retryAfterMs()).toBe(100);
    clock.advance(100);
    expect(bucket.take(5)).toBe(1);
    clock.advance(3_600_000);
    expect(bucket.take(100)).toBe(10);
  });
});

function bound(opened: House) {
  const { endpoints, rooms, recorder } = opened;
  return { endpoints, rooms, recorder, caller: (name: string) => opened.caller(name) };
}
