import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityVerdict } from '../../../src/endpoints/ports.ts';
import { until } from '../../e2e/support/until.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { BROKER, IpcHouse, SVCUID } from './support/ipc-house.ts';
import { connectFrame, encode, endFrame, frame, type RawPeer, requestFrame } from './support/raw-peer.ts';

const VECTORS = {
  connect:
    '0000006f000000480647f657083a76657273696f6e070005302e312e300d3a6d6573736167652d7479706504000000040e3a6d6573736167652d666c61677304000000000a3a73747265616d2d696404000000007b2261757468546f6b656e223a22746f6b2d616263227dbe9b1841',
  accepted:
    '0000005800000048154692c10d3a6d6573736167652d7479706504000000050e3a6d6573736167652d666c61677304000000010a3a73747265616d2d69640400000000083a76657273696f6e070005302e312e30669529b3',
  requestOnFive:
    '000000ab0000006d51d66c0b0d3a6d6573736167652d7479706504000000000e3a6d6573736167652d666c61677304000000000a3a73747265616d2d69640400000005096f7065726174696f6e0700296177732e677265656e677261737323566572696679436c69656e744465766963654964656e746974797b2263726564656e7469616c223a7b22636c69656e744465766963654365727469666963617465223a2278227d7de1360e2b',
  validOnOne:
    '000000cb0000009f9b5788760d3a6d6573736167652d7479706504000000000e3a6d6573736167652d666c61677304000000020a3a73747265616d2d6964040000000112736572766963652d6d6f64656c2d747970650700316177732e677265656e677261737323566572696679436c69656e744465766963654964656e74697479526573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b22697356616c6964436c69656e74446576696365223a747275657d7de2d6cc',
  endOfFour:
    '0000004700000037374cfe3f0d3a6d6573736167652d7479706504000000000e3a6d6573736167652d666c61677304000000020a3a73747265616d2d6964040000000458633c40',
};
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const VERIFY = { credential: { clientDeviceCertificate: 'x' } };
const SERVER = { certificateOptions: { certificateType: 'SERVER' } };
const UPDATE = {
  certificatePem: 'certificate',
  privateKeyPem: 'private key',
  publicKeyPem: 'public key',
  caPems: ['CA'],
  deviceCaPems: ['device CA'],
  deviceCaCrlPems: [],
  notAfter: 5,
};

const verify = (stream: number): Buffer => requestFrame(stream, 'VerifyClientDeviceIdentity', VERIFY);
const subscribe = (stream: number): Buffer => requestFrame(stream, 'SubscribeToCertificateUpdates', SERVER);

let house: IpcHouse;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  house = await IpcHouse.open({}, clock);
});
afterEach(async () => {
  const closing = house.close();
  await until('it has stopped', async () => {
    clock.advance(10_000);
    return await Promise.race([closing.then(() => true), new Promise<false>((r) => setImmediate(r, false))]);
  });
  expect(house.defects).toEqual([]);
});

/** Another component's connection is served all the same. */
async function expectServed(): Promise<void> {
  const other = await house.peer();
  other.send(verify(1));
  expect((await other.answer(1)).payload).toBe('{"isValidClientDevice":true}');
  other.destroy();
}

/** Calls whose answer the test gives. */
function held(): (verdict: IdentityVerdict) => void {
  const { promise, resolve } = Promise.withResolvers<IdentityVerdict>();
  house.rooms.verifyWith = () => promise;
  return resolve;
}

async function expectViolation(peer: RawPeer): Promise<void> {
  const last = await until('a protocol error', () =>
    peer.frames.find(({ headers }) => headers[':message-type'] === 6),
  );
  expect(last.headers).toMatchObject({ ':message-flags': 0, ':stream-id': 0 });
  expect(JSON.parse(last.payload)).toEqual({ message: expect.any(String) });
  await peer.closed();
  await expectServed();
}

describe('the handshake', () => {
  it('answers the very bytes of AWS’s client with the very bytes it takes', async () => {
    const peer = await house.stranger();
    peer.send(hex(VECTORS.connect));
    await peer.next();
    expect(peer.bytes[0]?.toString('hex')).toBe(VECTORS.accepted);
    expect(house.door.connectionsOf(BROKER)).toBe(1);
  });

  it.each([
    ['another token', connectFrame('tok-abd')],
    ['a longer token', connectFrame(`${SVCUID}c`)],
    ['an empty token', connectFrame('')],
    ['no payload', frame(4, 0, { headers: { ':version': '0.1.0' } })],
    ['a payload that is no JSON', frame(4, 0, { headers: { ':version': '0.1.0' }, payload: '{' })],
    ['a payload that is null', frame(4, 0, { headers: { ':version': '0.1.0' }, payload: 'null' })],
    [
      'a token that is no string',
      frame(4, 0, { headers: { ':version': '0.1.0' }, payload: '{"authToken":1}' }),
    ],
    ['another version', connectFrame(SVCUID, '0.2.0')],
    ['no version', frame(4, 0, { payload: `{"authToken":"${SVCUID}"}` })],
  ])('refuses %s by the acknowledgement, and closes a second later', async (_, bytes) => {
    const peer = await house.stranger();
    peer.send(bytes);
    expect((await peer.next()).headers).toMatchObject({
      ':message-type': 5,
      ':message-flags': 0,
      ':stream-id': 0,
    });
    // Whatever it goes on to say is nobody's.
    peer.send(verify(1));
    clock.advance(999);
    await expectServed();
    expect(peer.isClosed).toBe(false);
    clock.advance(1);
    await peer.closed();
    expect(peer.frames).toHaveLength(1);
    expect(house.recorder.refusals).toMatchObject([
      { listener: 'greengrass-ipc', operation: 'Connect', reason: 'UNAUTHORIZED' },
    ]);
    expect(JSON.stringify(house.recorder)).not.toContain('tok-');
  });

  it('writes nothing and closes nothing before the first whole frame, for five seconds', async () => {
    const peer = await house.stranger();
    peer.send(connectFrame(SVCUID).subarray(0, -1));
    await expectServed();
    clock.advance(4_999);
    await expectServed();
    expect(peer).toMatchObject({ isClosed: false, frames: [] });
    clock.advance(1);
    await peer.closed();
    expect(peer.frames).toEqual([]);
  });

  it.each([
    ['a request', verify(1)],
    ['a ping', frame(2, 0)],
    ['a connect on a stream', frame(4, 1, { headers: { ':version': '0.1.0' } })],
  ])('takes nothing else for a connect: %s', async (_, bytes) => {
    const peer = await house.stranger();
    peer.send(bytes);
    await expectViolation(peer);
  });

  it.each([
    ['random bytes', Buffer.from('ffffffffffffffffffffffffffffffff', 'hex')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['zeros', Buffer.alloc(64)],
    ['a connect over 16 KiB', connectFrame('x'.repeat(16 * 1024))],
    [
      'a connect with a wrong checksum',
      Buffer.concat([connectFrame(SVCUID).subarray(0, -1), Buffer.from([0])]),
    ],
  ])('closes on garbage in its place: %s', async (_, bytes) => {
    const peer = await house.stranger();
    peer.send(bytes);
    await peer.closed();
    expect(peer.frames).toEqual([]);
    await expectServed();
  });

  it('tells a component that there are too many connections by the acknowledgement', async () => {
    const peers = await Promise.all(Array.from({ length: 100 }, () => house.peer()));
    const peer = await house.stranger();
    peer.send(connectFrame(SVCUID));
    expect((await peer.next()).headers[':message-flags']).toBe(0);
    expect(house.door.findings()).toMatchObject([{ code: 'listener.connections-refused' }]);
    peers[0]?.destroy();
    await until('there is room', () => house.door.connectionsOf(BROKER) === 99);
    await expectServed();
  });

  it('keeps no more than 128 that say nothing, the latest ones', async () => {
    const silent = await Promise.all(Array.from({ length: 128 }, () => house.stranger()));
    expect(silent.some(({ isClosed }) => isClosed)).toBe(false);
    await expectServed();
    await until('one was closed', () => silent.filter(({ isClosed }) => isClosed).length === 1);
  });
});

describe('frames', () => {
  it('may come byte by byte', async () => {
    const peer = await house.stranger();
    for (const byte of Buffer.concat([hex(VECTORS.connect), verify(1), verify(2)])) {
      peer.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await peer.answer(2);
    expect(peer.frames.map(({ headers }) => headers[':stream-id'])).toEqual([0, 1, 2]);
    expect(peer.bytes[1]?.toString('hex')).toBe(VECTORS.validOnOne);
  });

  it('may come many in one piece', async () => {
    const peer = await house.peer();
    peer.send(...Array.from({ length: 500 }, (_, index) => verify(index + 1)));
    await peer.answer(500);
    expect(new Set(peer.frames.map(({ headers }) => headers[':stream-id'])).size).toBe(500);
  });

  it('are AWS’s: a captured request is answered', async () => {
    const peer = await house.peer();
    peer.send(hex(VECTORS.requestOnFive), hex(VECTORS.endOfFour));
    expect((await peer.answer(5)).headers).toEqual({
      ':message-type': 0,
      ':message-flags': 2,
      ':stream-id': 5,
      'service-model-type': 'aws.greengrass#VerifyClientDeviceIdentityResponse',
      ':content-type': 'application/json',
    });
  });

  it('may be as large as configured, and not a byte larger', async () => {
    const sized = (bytes: number): Buffer => {
      const empty = requestFrame(1, 'VerifyClientDeviceIdentity', '').length;
      return requestFrame(1, 'VerifyClientDeviceIdentity', ' '.repeat(bytes - empty));
    };
    const peer = await house.peer();
    peer.send(sized(1024 * 1024));
    expect((await peer.answer(1)).headers['service-model-type']).toBe('aws.greengrass#InvalidArgumentsError');
    const other = await house.peer();
    other.send(sized(1024 * 1024 + 1).subarray(0, 8));
    await expectViolation(other);
  });

  it.each<[string, Buffer]>([
    ['a wrong checksum at the end', Buffer.concat([verify(1).subarray(0, -1), Buffer.from([0])])],
    ['a wrong checksum of the lengths', flipped(verify(1), 9)],
    ['a length below the least', Buffer.from('0000000f00000000', 'hex')],
    ['headers longer than the frame', Buffer.from('0000001000000001', 'hex')],
    ['headers over 16 KiB', frame(2, 0, { headers: { x: 'x'.repeat(16 * 1024) } })],
    ['zeros', Buffer.alloc(16)],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['no stream id', encode({ ':message-type': 2, ':message-flags': 0 }, Buffer.alloc(0))],
    [
      'a message type that is text',
      encode({ ':message-type': '2', ':message-flags': 0, ':stream-id': 0 }, Buffer.alloc(0)),
    ],
    [
      'a stream id of 2 bytes',
      frame(2, 0, { headers: { ':stream-id': { tag: 3, bytes: Buffer.alloc(2) } } }),
    ],
    [
      'a stream id of 8 bytes',
      frame(0, 1, { headers: { ':stream-id': { tag: 5, bytes: Buffer.alloc(8, 1) } } }),
    ],
    ['a header of no known type', frame(2, 0, { headers: { x: { tag: 10, bytes: Buffer.alloc(0) } } })],
    [
      'a header that goes on after the end',
      frame(2, 0, { headers: { x: { tag: 7, bytes: Buffer.from('ffff', 'hex') } } }),
    ],
    ['a header named __proto__ in the place of one', encode({ ['__proto__']: 1 }, Buffer.alloc(0))],
  ])('close their connection, and theirs alone, with %s', async (_, bytes) => {
    const peer = await house.peer();
    peer.send(bytes);
    await expectViolation(peer);
  });
});

describe('streams', () => {
  it.each<[string, readonly Buffer[]]>([
    ['a request without an operation', [frame(0, 1, { payload: '{}' })]],
    ['an error that opens a stream', [frame(1, 1, { headers: { operation: 'aws.greengrass#X' } })]],
    ['a stream id twice', [verify(1), verify(1)]],
    ['a stream id below those before it', [verify(7), verify(6)]],
    ['a negative stream id', [verify(-1)]],
    ['the end of a stream with a negative id', [endFrame(-1)]],
    ['a request on the connection', [verify(0)]],
    ['a second connect', [connectFrame(SVCUID)]],
    ['an acknowledgement', [frame(5, 0, { flags: 1 })]],
    ['a ping on a stream', [frame(2, 1)]],
    ['an internal error', [frame(7, 0)]],
    ['a type that there is not', [frame(99, 0)]],
  ])('break the protocol by %s', async (_, frames) => {
    const peer = await house.peer();
    peer.send(...frames);
    await expectViolation(peer);
  });

  it('answers what is open before it closes over a broken protocol', async () => {
    held();
    const peer = await house.peer();
    peer.send(verify(1), subscribe(2), frame(99, 0));
    await peer.closed();
    expect(peer.frames.at(-1)?.headers[':message-type']).toBe(6);
    expect(shapes(peer, 1)).toEqual(['aws.greengrass#ServiceError']);
    expect(shapes(peer, 2)).toEqual([
      'aws.greengrass#SubscribeToCertificateUpdatesResponse',
      'aws.greengrass#ServiceError',
    ]);
    expect(house.door.state().activeCalls).toBe(0);
  });

  it('may end at any time, be ended again, and skip numbers', async () => {
    const answer = held();
    const peer = await house.peer();
    peer.send(verify(3));
    await until('it is being verified', () => house.rooms.verified[0]);
    peer.send(endFrame(3), endFrame(3), endFrame(2), frame(0, 3, { payload: 'more' }), verify(40));
    await until('nobody waits any more', () => house.rooms.verified[0]?.signal.aborted);
    answer({ kind: 'active' });
    await peer.answer(40);
    expect(peer.of(3)).toEqual([]);
    expect(house.recorder.calls).toHaveLength(2);
    expect(house.door.state().activeCalls).toBe(0);
  });

  it('that are opened and ended at once are not served', async () => {
    const peer = await house.peer();
    const both = frame(0, 1, {
      flags: 2,
      headers: { operation: 'aws.greengrass#VerifyClientDeviceIdentity' },
      payload: JSON.stringify(VERIFY),
    });
    peer.send(both, verify(2));
    await peer.answer(2);
    expect(house.rooms.verified).toHaveLength(1);
  });

  it('take no notice of what else a client says on them', async () => {
    const peer = await house.peer();
    peer.send(subscribe(1), frame(0, 1, { payload: 'x' }), frame(1, 1, { payload: 'y' }), verify(2));
    await peer.answer(2);
    house.rooms.certificates.subscriptions[0]?.tell(UPDATE);
    await until('the event', () => peer.of(1).length === 2);
  });

  it('may have headers of almost 16 KiB that nobody knows', async () => {
    const peer = await house.peer();
    const headers = { operation: 'aws.greengrass#VerifyClientDeviceIdentity', x: 'x'.repeat(16_000) };
    peer.send(frame(0, 1, { headers, payload: JSON.stringify(VERIFY) }));
    expect((await peer.answer(1)).payload).toBe('{"isValidClientDevice":true}');
  });

  it('answers a ping', async () => {
    const peer = await house.peer();
    peer.send(frame(2, 0, { payload: 'are you there' }));
    expect((await peer.next()).headers).toEqual({ ':message-type': 3, ':message-flags': 0, ':stream-id': 0 });
    peer.send(frame(3, 0), verify(1));
    await peer.answer(1);
  });

  it('closes when the client says that the daemon broke the protocol', async () => {
    const peer = await house.peer();
    peer.send(frame(6, 0, { payload: '{"message":"you did"}' }));
    await peer.closed();
  });
});

describe('a request', () => {
  const MQTT = { clientId: 'a', certificatePem: 'x' };

  it.each<[string, string, unknown]>([
    ['the request', 'VerifyClientDeviceIdentity', '{'],
    ['the request', 'VerifyClientDeviceIdentity', 'null'],
    ['the request', 'VerifyClientDeviceIdentity', '[]'],
    ['the request', 'AuthorizeClientDeviceAction', '"text"'],
    ['credential', 'VerifyClientDeviceIdentity', ''],
    ['credential', 'VerifyClientDeviceIdentity', { credential: null }],
    ['credential', 'VerifyClientDeviceIdentity', { credential: 'x' }],
    ['credential', 'VerifyClientDeviceIdentity', { credential: ['x'] }],
    ['credential.clientDeviceCertificate', 'VerifyClientDeviceIdentity', { credential: {} }],
    [
      'credential.clientDeviceCertificate',
      'VerifyClientDeviceIdentity',
      { credential: { clientDeviceCertificate: 5 } },
    ],
    [
      'credential.clientDeviceCertificate',
      'VerifyClientDeviceIdentity',
      { credential: { mqttCredential: MQTT } },
    ],
    [
      'credential',
      'VerifyClientDeviceIdentity',
      { credential: { clientDeviceCertificate: 'x', other: 'y' } },
    ],
    ['credential', 'GetClientDeviceAuthToken', {}],
    ['credential', 'GetClientDeviceAuthToken', { credential: { mqttCredential: MQTT, other: MQTT } }],
    ['credential.mqttCredential', 'GetClientDeviceAuthToken', { credential: { mqttCredential: null } }],
    ['credential.mqttCredential', 'GetClientDeviceAuthToken', { credential: { mqttCredential: 'x' } }],
    [
      'credential.mqttCredential.clientId',
      'GetClientDeviceAuthToken',
      { credential: { mqttCredential: { ...MQTT, clientId: { toString: 'a' } } } },
    ],
    ['clientDeviceAuthToken', 'AuthorizeClientDeviceAction', {}],
    ['clientDeviceAuthToken', 'AuthorizeClientDeviceAction', { clientDeviceAuthToken: 1, operation: 'a' }],
    [
      'operation',
      'AuthorizeClientDeviceAction',
      { clientDeviceAuthToken: 't', operation: 'x'.repeat(1025), resource: 'x' },
    ],
    ['certificateOptions', 'SubscribeToCertificateUpdates', {}],
    ['certificateOptions', 'SubscribeToCertificateUpdates', { certificateOptions: 'SERVER' }],
    ['certificateOptions.certificateType', 'SubscribeToCertificateUpdates', { certificateOptions: {} }],
  ])('is refused for a wrong %s: %s %j', async (named, operation, request) => {
    const peer = await house.peer();
    peer.send(requestFrame(1, operation, request));
    const { headers, payload } = await peer.answer(1);
    expect(headers).toEqual({
      ':message-type': 1,
      ':message-flags': 2,
      ':stream-id': 1,
      'service-model-type': 'aws.greengrass#InvalidArgumentsError',
      ':content-type': 'application/json',
    });
    const { message } = JSON.parse(payload) as { message: string };
    expect(message).toMatch(new RegExp(`^${named} `));
    expect(house.rooms).toMatchObject({ verified: [], opens: [], authorized: [] });
    expect(house.rooms.certificates.subscriptions).toEqual([]);
  });

  it('may have members that the model does not, and arms that are null', async () => {
    const peer = await house.peer();
    const credential = { clientDeviceCertificate: 'x', other: null };
    peer.send(requestFrame(1, 'VerifyClientDeviceIdentity', { credential, more: 1 }));
    expect((await peer.answer(1)).payload).toBe('{"isValidClientDevice":true}');
  });

  it('holds its arguments while it waits, not the message they came in', async () => {
    const answer = held();
    const peer = await house.peer();
    const before = arrayBuffers();
    const padding = 'x'.repeat(512 * 1024);
    for (let stream = 1; stream <= 100; stream += 1) {
      peer.send(requestFrame(stream, 'VerifyClientDeviceIdentity', { ...VERIFY, padding }));
      await until('it waits', () => house.rooms.verified.length === stream);
    }
    await until('the messages are gone', () => arrayBuffers() - before < 10_000_000);
    answer({ kind: 'active' });
    await peer.answer(100);
  });

  it('has the model’s prefix before its operation, or is for nobody', async () => {
    const peer = await house.peer();
    const operation = 'VerifyClientDeviceIdentity';
    peer.send(frame(0, 1, { headers: { operation }, payload: JSON.stringify(VERIFY) }));
    expect((await peer.answer(1)).headers['service-model-type']).toBe('aws.greengrass#ServiceError');
    expect(house.rooms.verified).toEqual([]);
  });
});

describe('a component that is gone', () => {
  it('leaves no call and no subscription behind', async () => {
    held();
    const peer = await house.peer();
    peer.send(verify(1), subscribe(2));
    await until('both are open', () => house.door.state().activeCalls === 2);
    peer.destroy();
    await until('neither is', () => house.door.state().activeCalls === 0);
    expect(house.rooms.verified[0]?.signal.aborted).toBe(true);
    expect(house.rooms.certificates.ends).toBe(1);
    expect(house.door.connectionsOf(BROKER)).toBe(0);
  });

  it('leaves no session behind whose token it did not get', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const open = house.rooms.openWith;
    house.rooms.openWith = async () => {
      await promise;
      return await open();
    };
    const credential = { mqttCredential: { clientId: 'sensor-17', certificatePem: 'x' } };
    const peer = await house.peer();
    peer.send(requestFrame(1, 'GetClientDeviceAuthToken', { credential }));
    await until('it is being opened', () => house.rooms.opens.length === 1);
    peer.destroy();
    await until('the peer is gone', () => house.door.connectionsOf(BROKER) === 0);
    resolve();
    await until('the session is closed', () => house.rooms.closes.length === 1);
    expect(house.rooms.closes[0]?.[0]).toBe(`ipc/${BROKER}`);
  });
});

describe('a component that does not read', () => {
  it('is not read either, costs what a socket holds, and is dropped after half a minute', async () => {
    const large = { ...UPDATE, certificatePem: 'x'.repeat(100_000) };
    const peer = await house.peer();
    peer.socket.pause();
    peer.send(...Array.from({ length: 50 }, (_, index) => subscribe(index + 1)));
    const { subscriptions } = house.rooms.certificates;
    await until('they are open', () => subscriptions.length === 50);
    for (let round = 0; round < 20; round += 1) for (const { tell } of subscriptions) tell(large);
    // 100 MB were told of; a ping that comes now waits.
    peer.send(frame(2, 0));
    await expectServed();
    await until('next to nothing is held', () => arrayBuffers() < 10_000_000);
    clock.advance(29_999);
    await expectServed();
    expect(house.door.connectionsOf(BROKER)).toBeGreaterThanOrEqual(1);
    clock.advance(1);
    await until('it is dropped', () => house.rooms.certificates.ends === 50);
  });

  it('is not read on, so that what it asks for waits at its own side', async () => {
    const peer = await house.peer();
    peer.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => frame(2, 0)));
    for (let round = 0; round < 50; round += 1) peer.socket.write(pings);
    await expectServed();
    const waiting = peer.socket.writableLength;
    expect(waiting).toBeGreaterThan(30_000_000);
    for (let round = 0; round < 20; round += 1) await expectServed();
    expect(peer.socket.writableLength).toBe(waiting);
    await until('next to nothing is held', () => arrayBuffers() < 10_000_000);
  });

  it('gets the latest certificate when it reads on', async () => {
    const peer = await house.peer();
    peer.send(subscribe(1));
    await peer.answer(1);
    const { tell } = house.rooms.certificates.subscriptions[0] ?? { tell: () => {} };
    peer.socket.pause();
    for (let number = 1; number <= 200; number += 1)
      tell({ ...UPDATE, certificatePem: `${number} ${'x'.repeat(50_000)}` });
    peer.socket.resume();
    const numbers = (): number[] =>
      peer
        .of(1)
        .slice(1)
        .map(({ payload }) => Number.parseInt(JSON.parse(payload).certificateUpdate.certificate, 10));
    await until('the last one', () => numbers().at(-1) === 200);
    expect(numbers().length).toBeLessThan(50);
    expect(numbers()).toEqual([...numbers()].sort((a, b) => a - b));
    peer.send(verify(2));
    await peer.answer(2);
  });

  it('is served all of its answers when it reads on', async () => {
    const peer = await house.peer();
    peer.socket.pause();
    const count = 20_000;
    peer.send(...Array.from({ length: count }, (_, index) => verify(index + 1)));
    await expectServed();
    peer.socket.resume();
    await until('all answers', () => peer.frames.length === count);
  });
});

describe('stopping', () => {
  it('answers every call that is open, and then closes', async () => {
    held();
    const peer = await house.peer();
    peer.send(verify(1), subscribe(2));
    await until('both are open', () => house.door.state().activeCalls === 2);
    const stopped = house.door.stop(1_000);
    await until('the stream has ended', () => peer.of(2).length === 2);
    expect(peer.of(1)).toEqual([]);
    peer.send(verify(3));
    await peer.answer(3);
    clock.advance(1_000);
    await peer.closed();
    await stopped;
    for (const stream of [1, 2, 3]) {
      const last = peer.of(stream).at(-1);
      expect(last?.headers).toMatchObject({
        ':message-flags': 2,
        'service-model-type': 'aws.greengrass#ServiceError',
      });
      expect(JSON.parse(last?.payload ?? '')).toEqual({
        message: 'deviceauthd is stopping',
        _errorCode: 'ServiceError',
        _message: 'deviceauthd is stopping',
      });
    }
  });

  it('lets a call that is under way finish within the grace', async () => {
    const answer = held();
    const peer = await house.peer();
    peer.send(verify(1));
    await until('it is open', () => house.door.state().activeCalls === 1);
    const stopped = house.door.stop(1_000);
    answer({ kind: 'active' });
    expect((await peer.answer(1)).payload).toBe('{"isValidClientDevice":true}');
    await peer.closed();
    await stopped;
  });

  it('still ends what a component has that is removed meanwhile', async () => {
    const answer = held();
    const peer = await house.peer();
    peer.send(verify(1));
    await until('it is open', () => house.door.state().activeCalls === 1);
    const stopped = house.door.stop(1_000);
    house.components.remove(BROKER);
    answer({ kind: 'active' });
    expect((await peer.answer(1)).headers['service-model-type']).toBe('aws.greengrass#UnauthorizedError');
    await peer.closed();
    await stopped;
  });

  it('is over for everybody who asked for it at the same time', async () => {
    held();
    const peer = await house.peer();
    peer.send(verify(1));
    await until('it is open', () => house.door.state().activeCalls === 1);
    const first = house.door.stop(1_000);
    const second = house.door.stop(1_000).then(() => house.door.state().connections);
    clock.advance(1_000);
    await first;
    expect(await second).toBe(0);
  });

  it('takes no connection any more, and refuses by the acknowledgement one that has just come', async () => {
    const late = await house.stranger();
    await expectServed();
    const stopped = house.door.stop(1_000);
    late.send(connectFrame(SVCUID));
    expect((await late.next()).headers).toMatchObject({ ':message-type': 5, ':message-flags': 0 });
    late.destroy();
    await stopped;
    const refused = connect(house.socket);
    const { promise, resolve } = Promise.withResolvers<Error>();
    refused.on('error', resolve);
    expect(await promise).toMatchObject({ code: 'ENOENT' });
  });
});

function shapes(peer: RawPeer, stream: number): readonly unknown[] {
  return peer.of(stream).map(({ headers }) => headers['service-model-type']);
}

/** What is in use, in bytes. */
function arrayBuffers(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
