import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { refusal } from './support/caller.ts';
import { House, TOKEN } from './support/rooms.ts';

const UNAVAILABLE = 14;
const action = { clientDeviceAuthToken: TOKEN, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
const certificate = { credential: { clientDeviceCertificate: 'x' } };

describe('stopping', () => {
  it('ends streams, lets calls in progress finish, and removes the sockets', async () => {
    const house = await House.open();
    const caller = house.caller();
    const updates = caller.stream('SubscribeToSessionUpdates').send({ hello: { brokerInstanceId: 'x' } });
    const decisions = caller.stream('AuthorizeClientDeviceActions');
    decisions.send({ requests: [action] });
    await decisions.next();
    const held = Promise.withResolvers<{ kind: 'active' }>();
    house.rooms.verifyWith = () => held.promise;
    const call = caller.call('VerifyClientDeviceIdentity', certificate);
    await vi.waitFor(() => expect(house.endpoints.listeners()[0]?.activeCalls).toBe(3));
    const stopped = house.endpoints.stop(10_000);
    expect((await updates.ended)?.code).toBe(UNAVAILABLE);
    expect((await decisions.ended)?.code).toBe(UNAVAILABLE);
    expect(existsSync(house.path())).toBe(false);
    held.resolve({ kind: 'active' });
    expect((await call).isValidClientDevice).toBe(true);
    await stopped;
    expect(house.rooms.subscriptions[0]?.ends).toBe(1);
    expect(readdirSync(house.directory)).toEqual([]);
    await house.close();
  });

  it('does not wait longer than its grace for a call that never ends, nor for silent peers', async () => {
    const house = await House.open();
    house.rooms.verifyWith = () => new Promise(() => {});
    const call = refusal(house.caller().call('VerifyClientDeviceIdentity', certificate));
    const silent = connect(house.path());
    silent.on('error', () => {});
    await vi.waitFor(() => expect(house.rooms.verified).toHaveLength(1));
    const started = performance.now();
    await house.close(100);
    expect(performance.now() - started).toBeLessThan(3000);
    await call;
    await vi.waitFor(() => expect(house.rooms.verified[0]?.signal.aborted).toBe(true));
  });

  it('can be done again on the same path at once', async () => {
    const first = await House.open();
    const path = first.path();
    await first.endpoints.stop(100);
    const second = await House.open(() => ({
      broker: {
        socket: path,
        mode: '0600',
        operations: ['broker'],
        limits: { maxMessageBytes: 65_536, maxConcurrentCalls: 0, maxCallsPerSecond: 0 },
      },
    }));
    expect(existsSync(path)).toBe(true);
    await second.close();
    expect(existsSync(path)).toBe(false);
    await first.close();
  });
});
