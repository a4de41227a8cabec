import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from './support/caller.ts';
import { House, LIMITS, TOKEN, unixListener } from './support/rooms.ts';

let house: House;
let caller: Caller;

beforeEach(async () => {
  house = await House.open();
  caller = house.caller();
});
afterEach(() => house.close());

const ask = (resource: string, clientDeviceAuthToken = TOKEN) => ({
  clientDeviceAuthToken,
  operation: 'mqtt:publish',
  resource,
});

describe('AuthorizeClientDeviceActions', () => {
  it('answers every message with as many results, in order', async () => {
    house.rooms.authorizeWith = (_token, _operation, resource) => ({
      kind: 'decision',
      decision: {
        allowed: resource.endsWith('1'),
        reason: resource.endsWith('1') ? 'ALLOWED' : 'IMPLICIT_DENY',
      },
    });
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: [ask('a0'), ask('a1'), ask('a2')] }).send({ requests: [ask('a1')] });
    const first = await stream.next();
    expect(first.results.map((result) => result.isAuthorized)).toEqual([false, true, false]);
    expect((await stream.next()).results.map((result) => result.isAuthorized)).toEqual([true]);
    stream.call.end();
    expect(await stream.ended).toBeUndefined();
  });

  it('reports a bad request within its result and goes on', async () => {
    house.rooms.authorizeWith = (token, _operation, resource) => {
      if (token === 'gone') return { kind: 'invalid-token' };
      if (resource === 'mismatch')
        return { kind: 'decision', decision: { allowed: false, reason: 'SERVICE_MISMATCH' } };
      return { kind: 'decision', decision: { allowed: true, reason: 'ALLOWED' } };
    };
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: [ask('a', 'gone'), ask(''), ask('mismatch'), ask('a')] });
    const { results } = await stream.next();
    expect(results.map(({ isAuthorized, error }) => [isAuthorized, error])).toEqual([
      [false, 'INVALID_CLIENT_DEVICE_AUTH_TOKEN'],
      [false, 'INVALID_ARGUMENTS'],
      [false, 'INVALID_ARGUMENTS'],
      [true, 'ERROR_REASON_UNSPECIFIED'],
    ]);
    expect(results[1]?.errorMessage).toContain('resource');
    expect(house.recorder.batches).toMatchObject([{ listener: 'broker', successes: 1, failures: 3 }]);
  });

  it.each([
    ['no request', 0],
    ['more than a thousand', 1001],
  ])('ends the stream at a message with %s', async (_what, count) => {
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: [ask('a')] }).send({ requests: Array.from({ length: count }, () => ask('a')) });
    expect((await stream.next()).results).toHaveLength(1);
    expect((await stream.ended)?.reason).toBe('INVALID_ARGUMENTS');
  });

  it('takes a thousand', async () => {
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: Array.from({ length: 1000 }, () => ask('a')) });
    expect((await stream.next()).results).toHaveLength(1000);
  });

  it('reads no further while its caller does not read', async () => {
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.call.pause();
    const message = { requests: Array.from({ length: 1000 }, () => ask('a')) };
    const total = 400;
    for (let index = 0; index < total; index += 1) stream.send(message);
    // Everything in flight has settled once the daemon decides nothing more.
    let before = -1;
    await vi.waitFor(
      () => {
        const now = house.rooms.authorized.length;
        const moved = now !== before;
        before = now;
        expect(moved).toBe(false);
        expect(now).toBeGreaterThan(0);
      },
      { interval: 300, timeout: 10_000 },
    );
    expect(house.rooms.authorized.length).toBeLessThan(total * 1000);
    stream.call.resume();
    for (let index = 0; index < total; index += 1) expect((await stream.next()).results).toHaveLength(1000);
    expect(house.rooms.authorized).toHaveLength(total * 1000);
  });

  it('answers a defect with INTERNAL and survives it', async () => {
    house.rooms.authorizeWith = () => {
      throw new Error('a defect');
    };
    const stream = caller.stream('AuthorizeClientDeviceActions');
    stream.send({ requests: [ask('a')] });
    expect((await stream.ended)?.reason).toBe('SERVICE_ERROR');
    house.rooms.authorizeWith = () => ({ kind: 'invalid-token' });
    const again = caller.stream('AuthorizeClientDeviceActions');
    again.send({ requests: [ask('a')] });
    expect((await again.next()).results[0]?.error).toBe('INVALID_CLIENT_DEVICE_AUTH_TOKEN');
  });

  it('counts each request, and denies those over the rate within the stream', async () => {
    await house.close();
    house = await House.open((directory) => ({
      broker: unixListener(`${directory}/broker.sock`, { limits: { ...LIMITS, maxCallsPerSecond: 50 } }),
    }));
    const stream = house.caller().stream('AuthorizeClientDeviceActions');
    stream.send({ requests: Array.from({ length: 200 }, () => ask('a')) });
    const { results } = await stream.next();
    const allowed = results.filter((result) => result.isAuthorized).length;
    expect(allowed).toBeGreaterThan(40);
    expect(allowed).toBeLessThan(60);
    expect(results.at(-1)).toMatchObject({ isAuthorized: false, error: 'LIMIT_EXCEEDED' });
  });
});
