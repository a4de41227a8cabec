import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FrameError, FrameSplitter } from '../../../src/endpoints/greengrass-ipc/frame-splitter.ts';
import { MessageCodec } from '../../../src/endpoints/greengrass-ipc/message.ts';
import { until } from '../../e2e/support/until.ts';
import { isSoak, runs } from '../../support/runs.ts';
import { BROKER, IpcHouse } from './support/ipc-house.ts';
import {
  connectFrame,
  decode,
  encode,
  endFrame,
  frame,
  type HeaderValue,
  requestFrame,
} from './support/raw-peer.ts';

const LARGEST = 4_096;
/** Peers that misbehave together. */
const TOGETHER = 20;

const small = fc.integer({ min: -2, max: 9 });
const operation = fc.constantFrom(
  'VerifyClientDeviceIdentity',
  'GetClientDeviceAuthToken',
  'AuthorizeClientDeviceAction',
  'SubscribeToCertificateUpdates',
  'PublishToTopic',
  '',
);
const headerValue: fc.Arbitrary<HeaderValue> = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 20 }),
  fc.record({
    tag: fc.integer({ min: 0, max: 12 }),
    bytes: fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)),
  }),
);
const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom(':message-type', ':message-flags', ':stream-id', 'operation', '__proto__'),
    fc.string({ maxLength: 12 }),
  ),
  headerValue,
  { maxKeys: 4 },
);
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '{"credential":{"clientDeviceCertificate":"x"}}',
    '{"credential":{"mqttCredential":{"clientId":"a","certificatePem":"x"}}}',
    '{"credential":{"clientDeviceCertificate":"x","mqttCredential":{}}}',
    '{"clientDeviceAuthToken":"t","operation":"a:b","resource":"a:b:c"}',
    '{"certificateOptions":{"certificateType":"SERVER"}}',
    '{"credential":{"mqttCredential":{"clientId":"\\ud800","certificatePem":1}}}',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Frames with right checksums, of every sort. */
const message = fc.oneof(
  fc
    .record({ stream: small, operation, json })
    .map((one) => requestFrame(one.stream, one.operation, one.json)),
  small.map(endFrame),
  fc
    .record({ type: small, stream: small, flags: small, headers, payload: json })
    .map(({ type, stream, ...rest }) => frame(type, stream, rest)),
  fc
    .record({ headers, payload: fc.uint8Array({ maxLength: 60 }) })
    .map((one) => encode(one.headers, Buffer.from(one.payload))),
);

/** What may be said on a connection: mostly frames, some of them damaged. */
const said = fc.oneof(
  { weight: 12, arbitrary: message },
  {
    weight: 2,
    arbitrary: fc.tuple(message, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([bytes, at, mask]) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(at % copy.length) ^ mask, at % copy.length);
      return copy;
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.tuple(message, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length)),
  },
);

function framesOf(chunks: readonly Buffer[]): Buffer[] {
  const splitter = new FrameSplitter(LARGEST);
  const frames: Buffer[] = [];
  // Never more than what came, doubled, or the first piece.
  const most = Math.max(512, 2 * chunks.reduce((total, { length }) => total + length, 0));
  for (const chunk of chunks) {
    splitter.push(chunk);
    for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
      if (next.buffer.byteLength !== next.length) throw new Error('a frame shares its memory');
      frames.push(next);
    }
    if (splitter.held > most) throw new Error(`${splitter.held} bytes are held for ${most}`);
  }
  return frames;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

describe('a stream of frames', () => {
  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (frames, places) => {
          const found = framesOf(cut(Buffer.concat(frames), places));
          expect(found.map((each) => each.length)).toEqual(frames.map((each) => each.length));
          expect(Buffer.concat(found).equals(Buffer.concat(frames))).toBe(true);
        },
      ),
      runs(),
    );
  });

  it('is refused, and nothing kept for it, when a length is out of bounds', () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 15 }),
      fc.integer({ min: LARGEST + 1, max: 2 ** 32 - 1 }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 3 }),
        lengths,
        fc.array(fc.nat(), { maxLength: 5 }),
        (frames, length, places) => {
          const prelude = Buffer.alloc(8);
          prelude.writeUInt32BE(length);
          expect(() => framesOf(cut(Buffer.concat([...frames, prelude]), places))).toThrow(FrameError);
        },
      ),
      runs(),
    );
  });
});

describe('a large frame', () => {
  it('takes memory as it comes, not as it is announced', () => {
    const splitter = new FrameSplitter(24 * 1024 * 1024);
    const whole = requestFrame(1, 'X', 'x'.repeat(20_000_000));
    let given = 0;
    for (const size of [8, 1, 1_000, 30_000, 1_000_000]) {
      splitter.push(whole.subarray(given, given + size));
      given += size;
      expect(splitter.next()).toBeUndefined();
      expect(splitter.held).toBeLessThanOrEqual(Math.max(512, 2 * given));
    }
    splitter.push(whole.subarray(given));
    expect(splitter.next()?.equals(whole)).toBe(true);
    expect(splitter.held).toBe(0);
  });
});

describe('a message', () => {
  const codec = new MessageCodec();

  it('is what was written, by other code', () => {
    const sent = fc.record({
      type: fc.integer({ min: 0, max: 7 }),
      flags: fc.nat(3),
      stream: fc.nat(),
      shape: fc.string(),
      json,
    });
    fc.assert(
      fc.property(sent, (one) => {
        const { headers: read, payload } = decode(Buffer.from(codec.encode(one)));
        expect(read).toMatchObject({
          ':message-type': one.type,
          ':message-flags': one.flags,
          ':stream-id': one.stream,
        });
        expect(payload).toBe(Buffer.from(one.json).toString());
      }),
      runs(),
    );
  });

  it('is read or is a FrameError, whatever it is', () => {
    fc.assert(
      fc.property(said, (bytes) => {
        try {
          const { type, flags, stream } = codec.decode(new Uint8Array(bytes));
          expect([type, flags, stream].every(Number.isInteger)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      runs(),
    );
  });
});

describe('the socket for components', () => {
  let house: IpcHouse;
  beforeAll(async () => {
    house = await IpcHouse.open();
    house.rooms.verifyWith = () => Promise.resolve({ kind: 'active' });
  });
  afterAll(() => house.close());

  it('serves others whatever is said, and has nothing left of it', async () => {
    const one = fc.record({
      connects: fc.boolean(),
      said: fc.array(said, { maxLength: 12 }),
      leaves: fc.boolean(),
    });
    const group = fc.array(one, { minLength: TOGETHER, maxLength: TOGETHER });
    const good = await house.peer();
    let stream = 0;
    await fc.assert(
      fc.asyncProperty(group, async (peers) => {
        await Promise.all(
          peers.map(async (each) => {
            const peer = await house.stranger();
            if (each.connects) peer.send(connectFrame('tok-abc'));
            for (const bytes of each.said) peer.socket.write(bytes);
            if (each.leaves) peer.destroy();
            else peer.socket.end();
          }),
        );
        stream += 1;
        good.send(
          requestFrame(stream, 'VerifyClientDeviceIdentity', {
            credential: { clientDeviceCertificate: 'x' },
          }),
        );
        const { payload } = await good.answer(stream);
        expect(payload).toBe('{"isValidClientDevice":true}');
        good.frames.length = 0;
        await until('they are gone', () => house.door.state().connections === 1);
        expect(house.door.state().activeCalls).toBe(0);
      }),
      // So many that some of it means something.
      { numRuns: (isSoak() ? 100_000 : 10_000) / TOGETHER },
    );
    expect(house.defects).toEqual([]);
    expect(house.door.connectionsOf(BROKER)).toBe(1);
    expect(house.rooms.certificates.ends).toBe(house.rooms.certificates.subscriptions.length);
    expect(house.rooms.certificates.ends).toBeGreaterThan(0);
    expect(house.rooms.opens.length).toBeGreaterThan(0);
  });
});
