import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionEvent } from '../../src/sessions/session-events.ts';
import { ManualClock } from '../support/manual-clock.ts';
import type { Caller } from './support/caller.ts';
import { House, type ScriptedUpdates, TOKEN, unixListener } from './support/rooms.ts';

let house: House;
let caller: Caller;

beforeEach(async () => {
  house = await House.open();
  caller = house.caller();
});
afterEach(() => house.close());

const hello = { hello: { brokerInstanceId: 'plugin-1', epoch: 'old', caller: 'mosquitto 2.0.11' } };
const lastHeld = { held: { clientDeviceAuthTokens: [TOKEN], last: true } };

async function subscribed(index = 0): Promise<ScriptedUpdates> {
  return await vi.waitFor(() => {
    const found = house.rooms.subscriptions[index];
    if (found === undefined) throw new Error('nobody has subscribed');
    return found;
  });
}

describe('SubscribeToSessionUpdates', () => {
  it('takes hello, held tokens and usage, and answers with the snapshot and events in order', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates');
    stream
      .send(hello)
      .send({ held: { clientDeviceAuthTokens: ['a'], last: false } })
      .send(lastHeld);
    const snapshot = await stream.next();
    expect(snapshot).toMatchObject({ epoch: 'an-epoch', sequence: 1, event: 'snapshot' });
    expect(snapshot.snapshot).toEqual({ sessions: [], unknownTokens: [TOKEN], last: true });
    stream.send({ usage: { clientDeviceAuthTokens: [TOKEN] } });
    const updates = await subscribed();
    await vi.waitFor(() => expect(updates.usage).toEqual([TOKEN]));
    expect(updates.hello).toEqual({
      broker: { listener: 'broker', instanceId: 'plugin-1' },
      caller: 'mosquitto 2.0.11',
      epoch: 'old',
    });
    expect(updates.heldChunks.map(({ last }) => last)).toEqual([false, true]);
  });

  it('takes usage and closed tokens in any order, up to a thousand a message', async () => {
    const tokens = Array.from({ length: 1000 }, (_, at) => `t${at}`);
    const stream = caller
      .stream('SubscribeToSessionUpdates')
      .send(hello)
      .send(lastHeld)
      .send({ closed: { clientDeviceAuthTokens: tokens } })
      .send({ closed: { clientDeviceAuthTokens: [] } })
      .send({ usage: { clientDeviceAuthTokens: [TOKEN] } })
      .send({ closed: { clientDeviceAuthTokens: [TOKEN] } });
    const updates = await subscribed();
    await vi.waitFor(() => expect(updates.closedTokens).toEqual([...tokens, TOKEN]));
    expect(updates.usage).toEqual([TOKEN]);
    stream.call.end();
    expect(await stream.ended).toBeUndefined();
  });

  it('takes unanswered calls beside closed tokens, a thousand of both in a message', async () => {
    const tokens = Array.from({ length: 999 }, (_, at) => `t${at}`);
    const call = { clientId: 'sensor-17', correlationId: 'c' };
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello).send(lastHeld);
    stream.send({ closed: { clientDeviceAuthTokens: tokens, unanswered: [call] } });
    const updates = await subscribed();
    await vi.waitFor(() => expect(updates.unanswered).toEqual([call]));
    expect(updates.closedTokens).toEqual(tokens);
    stream.send({ closed: { clientDeviceAuthTokens: tokens, unanswered: [call, call] } });
    expect(await stream.ended).toMatchObject({
      reason: 'INVALID_ARGUMENTS',
      message: 'client_device_auth_tokens and unanswered together hold more than 1000',
    });
  });

  it('may be all that a listener allows, and then closes sessions all the same', async () => {
    await house.close();
    house = await House.open((directory) => ({
      broker: unixListener(join(directory, 'broker.sock'), { operations: ['SubscribeToSessionUpdates'] }),
    }));
    const only = house.caller();
    await expect(
      only.call('CloseClientDeviceSession', { clientDeviceAuthToken: TOKEN }),
    ).rejects.toMatchObject({ call: { reason: 'UNAUTHORIZED' } });
    only
      .stream('SubscribeToSessionUpdates')
      .send(hello)
      .send(lastHeld)
      .send({ closed: { clientDeviceAuthTokens: [TOKEN] } });
    const updates = await subscribed();
    await vi.waitFor(() => expect(updates.closedTokens).toEqual([TOKEN]));
  });

  it('puts every kind of event on the wire', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello);
    const { emit } = await subscribed();
    const variables = new Map([['iot:Connection.Thing.ThingName', 'x']]);
    const events: readonly SessionEvent[] = [
      { kind: 'heartbeat', leaseMs: 300_000, closedTokens: 2 ** 33 },
      { kind: 'grant-set-added', id: 'a'.repeat(64), bytes: Buffer.from('set') },
      { kind: 'changed', changes: [{ tokens: ['t'], grantSetIds: ['g'], variables: [variables] }] },
      { kind: 'ended', tokens: ['t'], reason: 'DISPLACED', correlationId: 'c' },
    ];
    for (const event of events) emit(event);
    expect((await stream.next()).heartbeat).toEqual({ leaseMs: 300_000, closedTokens: 2 ** 33 });
    expect((await stream.next()).grantSetAdded).toEqual({
      grantSetId: 'a'.repeat(64),
      grantSet: Buffer.from('set'),
    });
    expect((await stream.next()).sessionsChanged).toEqual({
      changes: [
        {
          clientDeviceAuthTokens: ['t'],
          grantSetIds: ['g'],
          variables: [{ values: { 'iot:Connection.Thing.ThingName': 'x' } }],
        },
      ],
    });
    expect((await stream.next()).sessionsEnded).toEqual({
      clientDeviceAuthTokens: ['t'],
      reason: 'END_REASON_DISPLACED',
      correlationId: 'c',
    });
  });

  it.each([
    ['held before hello', [lastHeld], 'hello'],
    ['an empty message first', [{}], 'hello'],
    ['a hello without an id', [{ hello: { brokerInstanceId: '' } }], 'broker_instance_id'],
    ['an id of 129 characters', [{ hello: { brokerInstanceId: 'x'.repeat(129) } }], 'broker_instance_id'],
    ['a second hello', [hello, hello], 'held'],
    ['usage before the last held', [hello, { usage: { clientDeviceAuthTokens: [] } }], 'held'],
    ['closed before hello', [{ closed: { clientDeviceAuthTokens: [TOKEN] } }], 'hello'],
    ['closed before the last held', [hello, { closed: { clientDeviceAuthTokens: [TOKEN] } }], 'held'],
    ['held after the last', [hello, lastHeld, lastHeld], 'usage and closed'],
    [
      '1,001 closed tokens',
      [hello, lastHeld, { closed: { clientDeviceAuthTokens: Array.from({ length: 1001 }, () => 't') } }],
      '1000',
    ],
    [
      'a closed token of no characters',
      [hello, lastHeld, { closed: { clientDeviceAuthTokens: [''] } }],
      '128',
    ],
    [
      'a chunk of 1,001',
      [hello, { held: { clientDeviceAuthTokens: Array.from({ length: 1001 }, () => 't'), last: true } }],
      '1000',
    ],
    [
      'an endless token',
      [hello, { held: { clientDeviceAuthTokens: ['x'.repeat(1000)], last: true } }],
      '128',
    ],
  ])('ends the stream at %s', async (_what, messages, message) => {
    const stream = caller.stream('SubscribeToSessionUpdates');
    for (const one of messages) stream.send(one);
    const error = await stream.ended;
    expect(error?.reason).toBe('INVALID_ARGUMENTS');
    expect(error?.message).toContain(message);
    expect(house.rooms.subscriptions.map(({ ends }) => ends)).toEqual(house.rooms.subscriptions.map(() => 1));
  });

  it('ends a stream that does not say hello within ten seconds', async () => {
    await house.close();
    const clock = new ManualClock();
    house = await House.open(undefined, clock);
    const late = house.caller().stream('SubscribeToSessionUpdates');
    const patient = house.caller().stream('SubscribeToSessionUpdates').send(hello);
    await subscribed();
    await vi.waitFor(() => expect(house.endpoints.listeners()[0]?.activeCalls).toBe(2));
    clock.advance(10_001);
    expect((await late.ended)?.reason).toBe('INVALID_ARGUMENTS');
    house.rooms.subscriptions[0]?.emit({ kind: 'heartbeat', leaseMs: 1, closedTokens: 0 });
    expect((await patient.next()).event).toBe('heartbeat');
  });

  it('ends the subscription once, however the stream ends', async () => {
    const halfClosed = caller.stream('SubscribeToSessionUpdates').send(hello);
    const first = await subscribed(0);
    halfClosed.call.end();
    expect(await halfClosed.ended).toBeUndefined();
    const cut = caller.stream('SubscribeToSessionUpdates').send(hello);
    const second = await subscribed(1);
    cut.call.cancel();
    await vi.waitFor(() => expect(second.ends).toBe(1));
    expect(first.ends).toBe(1);
    expect(() => first.emit({ kind: 'heartbeat', leaseMs: 1, closedTokens: 0 })).not.toThrow();
  });

  it('ends the stream of a caller that reads too slowly, so that it takes a snapshot again', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello);
    stream.call.pause();
    const updates = await subscribed();
    const bytes = Buffer.alloc(64 * 1024, 1);
    let sent = 0;
    while (updates.ends === 0 && sent < 10_000) {
      updates.emit({ kind: 'grant-set-added', id: 'a', bytes });
      sent += 1;
    }
    expect(updates.ends).toBe(1);
    // 8 MiB, and what gRPC itself had taken.
    expect(sent * bytes.length).toBeLessThan(16 * 1024 * 1024);
    stream.call.resume();
    const error = await stream.ended;
    expect(error).toMatchObject({ reason: 'LIMIT_EXCEEDED', retryAfterMs: 1000 });
  });

  it('ends it after a thousand small events as well', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello);
    stream.call.pause();
    const updates = await subscribed();
    for (let index = 0; index < 5000 && updates.ends === 0; index += 1) {
      updates.emit({ kind: 'heartbeat', leaseMs: 1, closedTokens: 0 });
    }
    expect(updates.ends).toBe(1);
    stream.call.resume();
    expect((await stream.ended)?.reason).toBe('LIMIT_EXCEEDED');
  });

  it('never counts a snapshot that was asked for as slowness', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello);
    const updates = await subscribed();
    const unknown = Array.from({ length: 1000 }, () => TOKEN);
    for (let chunk = 0; chunk < 600; chunk += 1) {
      updates.emit({ kind: 'snapshot', sessions: [], unknown, last: chunk === 599 });
    }
    for (let chunk = 0; chunk < 600; chunk += 1) await stream.next();
    expect(updates.ends).toBe(0);
  });

  it('reads no further held tokens while much of the snapshot waits, and goes on when its caller reads', async () => {
    const stream = caller.stream('SubscribeToSessionUpdates').send(hello);
    stream.call.pause();
    const updates = await subscribed();
    let answered = 0;
    updates.held = (unknown, last) => {
      answered += 1;
      updates.emit({ kind: 'snapshot', sessions: [], unknown, last });
    };
    const clientDeviceAuthTokens = Array.from({ length: 1000 }, () => 'x'.repeat(128));
    for (let chunk = 1; chunk <= 1000; chunk += 1) {
      stream.send({ held: { clientDeviceAuthTokens, last: chunk === 1000 } });
    }
    for (let before = -1; before !== answered; ) {
      before = answered;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // 64 MiB of 128 KiB each, and what gRPC itself had taken.
    expect(answered).toBeGreaterThan(500);
    expect(answered).toBeLessThan(600);
    stream.call.resume();
    for (let chunk = 0; chunk < 1000; chunk += 1) await stream.next();
    expect(updates.ends).toBe(0);
  });

  it('is refused to a caller that has too many, until one ends', async () => {
    const open = Array.from({ length: 32 }, (_, index) =>
      caller
        .stream('SubscribeToSessionUpdates')
        .send({ hello: { ...hello.hello, brokerInstanceId: `b${index}` } }),
    );
    await subscribed(31);
    const refused = caller.stream('SubscribeToSessionUpdates').send(hello);
    expect(await refused.ended).toMatchObject({ reason: 'LIMIT_EXCEEDED', retryAfterMs: 5000 });
    open[0]?.call.end();
    await open[0]?.ended;
    const next = caller.stream('SubscribeToSessionUpdates').send(hello).send(lastHeld);
    expect(await next.next()).toMatchObject({ event: 'snapshot' });
  });
});
