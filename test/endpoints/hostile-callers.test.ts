/**
 * What anybody who can open a broker's socket may send: nothing brings the daemon down, nothing is answered with an
 * allow or a session, nothing is taken for a defect of ours. Against the whole daemon with a device that is let in and
 * a policy that allows it everything, so that there is something to be had.
 */
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { runs } from '../support/runs.ts';
import { type Caller, CallFailed, contract } from './support/caller.ts';
import { RunningDaemon } from './support/daemon.ts';

const maker = new CertificateMaker();
const device = maker.make({ subject: 'sensor' });
const stranger = maker.make({ subject: 'sensor' });
const EVERYTHING = {
  deviceGroups: {
    formatVersion: '2021-03-05',
    definitions: { all: { selectionRule: 'thingName: *', policyName: 'all' } },
    policies: { all: { s: { operations: ['*'], resources: ['*'] } } },
  },
};
const AUTHORIZE = '/deviceauth.v1.DeviceAuth/AuthorizeClientDeviceAction';
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** Cases that are sent together: many are in flight at once, as with a real broker. */
const TOGETHER = 20;

let daemon: RunningDaemon;
let caller: Caller;
let token: string;

beforeAll(async () => {
  daemon = await RunningDaemon.start(EVERYTHING);
  caller = daemon.caller('broker');
  const admin = daemon.caller('admin');
  await admin.call('RegisterCertificate', {
    certificatePem: device.pem,
    thingName: 'sensor',
    createThing: true,
  });
});
// A new one each time: a client id has only so many sessions.
beforeEach(async () => {
  token = await openSession(caller);
});
afterAll(() => daemon.stop());

async function openSession(from: Caller): Promise<string> {
  const credential = { mqttCredential: { clientId: 'sensor', certificatePem: device.pem } };
  return (await from.call('GetClientDeviceAuthToken', { credential })).clientDeviceAuthToken;
}

const allowed = (from: Caller, clientDeviceAuthToken: string) =>
  from.call('AuthorizeClientDeviceAction', {
    clientDeviceAuthToken,
    operation: 'mqtt:publish',
    resource: 'mqtt:topic:a',
  });

/** The daemon lets in who is to be let in, and has met nothing that it calls a defect. */
async function expectHealthy(): Promise<void> {
  const fresh = daemon.caller('broker');
  expect(await allowed(fresh, await openSession(fresh))).toEqual({ isAuthorized: true });
  expect(daemon.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

const STRANGE = [
  '',
  '\0',
  'sensor\0',
  'Sensor',
  ' sensor',
  'sensor ',
  '*',
  '../sensor',
  '__proto__',
  'ALLOW_ALL',
];
const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 8, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 8, arbitrary: fc.constantFrom(...STRANGE) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 70_000 }).map((length) => 'x'.repeat(length)) },
);

/** Certificates that are near the right one, or far. */
const certificate = fc.oneof(
  fc.constantFrom(stranger.pem, device.pem + stranger.pem, stranger.pem + device.pem),
  fc
    .tuple(fc.nat(device.pem.length), fc.string({ unit: 'binary', maxLength: 5 }))
    .map(([at, put]) => device.pem.slice(0, at) + put + device.pem.slice(at + put.length)),
  fc.nat(device.der.length - 1).map((at) => {
    const bytes = Buffer.from(device.der);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    return bytes.toString('base64');
  }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  text,
);

/** Tries the check on at least `runs()` cases, a group at a time. */
async function always<T>(cases: fc.Arbitrary<T>, check: (one: T) => Promise<void>): Promise<void> {
  const group = fc.array(cases, { minLength: TOGETHER, maxLength: TOGETHER });
  await fc.assert(
    fc.asyncProperty(group, async (all) => {
      await Promise.all(all.map(check));
    }),
    { numRuns: Math.ceil(runs().numRuns / TOGETHER) },
  );
}

/** Undefined for a refusal in the daemon's own words; rejects for any other, a defect among them. */
async function settle<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    if (error.call.reason === undefined || error.call.reason === 'SERVICE_ERROR') throw error;
    return undefined;
  }
}

describe('a hostile caller', () => {
  it('gets no session under any other client id', async () => {
    await always(fc.tuple(text, fc.constantFrom(device.pem, stranger.pem), text, text), async (fields) => {
      const [clientId, certificatePem, brokerInstanceId, correlationId] = fields;
      const credential = { mqttCredential: { clientId, certificatePem } };
      const request = { credential, brokerInstanceId, correlationId };
      expect(await settle(caller.call('GetClientDeviceAuthToken', request))).toBeUndefined();
    });
    await expectHealthy();
  });

  it('gets no session for any other certificate', async () => {
    await always(certificate, async (certificatePem) => {
      const credential = { mqttCredential: { clientId: 'sensor', certificatePem } };
      const answer = await settle(caller.call('GetClientDeviceAuthToken', { credential }));
      // Some changes leave the certificate as it was: line ends, or what stands after it.
      if (answer !== undefined) expect(answer.certificateId).toBe(device.id);
      const verdict = await settle(
        caller.call('VerifyClientDeviceIdentity', {
          credential: { clientDeviceCertificate: certificatePem },
        }),
      );
      expect(verdict?.isValidClientDevice ?? false).toBe(answer !== undefined);
    });
    await expectHealthy();
  });

  it('gets no allow for a token that is not a session’s, whatever it asks', async () => {
    const notTheToken = fc.oneof(
      text,
      fc.uuid(),
      fc.nat(35).map((at) => token.slice(0, at) + token.slice(at + 1)),
      fc.constantFrom('{T}', ' T', 'T\0', 'TT').map((form) => form.replaceAll('T', token)),
    );
    await always(fc.tuple(notTheToken, text, text), async ([clientDeviceAuthToken, operation, resource]) => {
      const request = { clientDeviceAuthToken, operation, resource };
      expect(await settle(caller.call('AuthorizeClientDeviceAction', request))).toBeUndefined();
    });
    await expectHealthy();
  });

  it('gets no allow for an operation that is malformed, even where everything is allowed', async () => {
    const malformed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }).filter((one) => !one.includes(':')),
      fc.constantFrom('', ':', 'mqtt:', ':publish', 'mqtt publish', '\0:\0', 'mqtt:pub\nlish'),
    );
    await always(fc.tuple(malformed, text), async ([operation, resource]) => {
      const request = { clientDeviceAuthToken: token, operation, resource };
      const answer = await settle(caller.call('AuthorizeClientDeviceAction', request));
      expect(answer?.isAuthorized ?? false).toBe(false);
    });
    await expectHealthy();
  });

  it('gets nothing for random bytes in the place of a message', async () => {
    const unary = Object.values(contract.deviceAuth).filter((method) => method.requestStream !== true);
    const paths = unary.map((method) => method.path);
    const field = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.uint8Array({ maxLength: 60 }));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // Well-formed fields with arbitrary content.
      fc
        .array(field, { maxLength: 6 })
        .map((fields) => fields.flatMap(([tag, value]) => [tag * 8 + 2, value.length, ...value])),
    );
    await always(fc.tuple(fc.constantFrom(...paths), bytes), async ([path, message]) => {
      const answer = await settle(caller.raw(path, Buffer.from(message)));
      // A "no", that an unknown session is closed, or that a made-up client id is nobody's: no more may come back.
      if (path.endsWith('CheckClientId')) return;
      if (path.endsWith('Token') || path.endsWith('Action')) expect(answer).toBeUndefined();
      else if (answer !== undefined) expect([...answer].slice(0, 2)).not.toEqual([8, 1]);
    });
    await expectHealthy();
  });

  it('closes and learns nothing with an update stream that says anything, in any order', async () => {
    const strange = fc.oneof(text, fc.uuid());
    const tokens = fc.record({
      clientDeviceAuthTokens: fc.oneof(
        fc.array(strange, { maxLength: 5 }),
        fc.uuid().map((one) => Array.from({ length: 1001 }, () => one)),
      ),
    });
    const hello = fc.record({ brokerInstanceId: text, epoch: text, caller: text });
    const held = fc.tuple(tokens, fc.boolean()).map(([chunk, last]) => ({ ...chunk, last }));
    const message = fc.oneof(
      fc.record({ hello }),
      fc.record({ held }),
      fc.record({ usage: tokens }),
      fc.record({ closed: tokens }),
      fc.constant({}),
    );
    const beginning = fc.constantFrom<readonly object[]>(
      [],
      [{ hello: { brokerInstanceId: 'x' } }, { held: { clientDeviceAuthTokens: [], last: true } }],
    );
    await always(fc.tuple(beginning, fc.array(message, { maxLength: 5 })), async ([first, rest]) => {
      const stream = caller.stream('SubscribeToSessionUpdates');
      for (const one of [...first, ...rest]) stream.send(one);
      stream.call.end();
      const error = await stream.ended;
      if (error !== undefined) expect(['INVALID_ARGUMENTS', 'LIMIT_EXCEEDED']).toContain(error.reason);
    });
    expect(await allowed(caller, token)).toEqual({ isAuthorized: true });
    await expectHealthy();
  });

  it('disturbs nobody with random bytes on the socket, before or within HTTP/2', async () => {
    const settings = `${PREFACE}\0\0\0\x04\0\0\0\0\0`;
    const start = fc.constantFrom('', 'GET / HTTP/1.1\r\n\r\n', PREFACE, PREFACE.slice(0, 23), settings);
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 });
    await always(fc.tuple(start, chunks), async ([first, rest]) => {
      const socket = connect(daemon.path('broker'));
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      socket.write(first, 'latin1');
      for (const chunk of rest) socket.write(chunk);
      socket.end();
      await closed;
    });
    await expectHealthy();
  });

  it('disturbs nobody with strange HTTP/2 requests', async () => {
    const connectAgain = () =>
      connectHttp2('http://localhost', { createConnection: () => connect(daemon.path('broker')) }).on(
        'error',
        () => {},
      );
    let session = connectAgain();
    const printable = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
    const header = fc.string({ unit: printable, maxLength: 40 });
    const request = fc.record({
      method: fc.constantFrom('POST', 'GET', 'PUT', 'DELETE'),
      path: fc.oneof(
        fc.constantFrom('/', '*', '/deviceauth.v1.DeviceAuth/', '//', AUTHORIZE),
        header.map((one) => `/${encodeURIComponent(one)}`),
      ),
      type: fc.constantFrom('application/grpc', 'application/grpc+proto', 'text/plain', ''),
      timeout: fc.constantFrom('1S', '0n', '99999999H', '-1S', 'x', '1', ''),
      encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'br', ''),
      body: fc.uint8Array({ maxLength: 100 }),
      value: header,
    });
    await always(request, async ({ method, path, type, timeout, encoding, body, value }) => {
      // A peer that errs too much is cut off; it may come again.
      if (session.closed || session.destroyed) session = connectAgain();
      const headers = {
        ':method': method,
        ':path': path,
        'content-type': type,
        'grpc-timeout': timeout,
        'grpc-encoding': encoding,
        'odd-bin': value,
        te: 'trailers',
      };
      const stream = session.request(headers, { endStream: false });
      stream.on('error', () => {});
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.resume();
      // Marked as compressed, of the length that is true.
      stream.end(Buffer.concat([Buffer.from([1, 0, 0, 0, body.length]), body]));
      await closed;
    });
    session.close();
    await expectHealthy();
  });

  it('is told that its message is too large', async () => {
    for (const size of [2 * 1024 * 1024, 60 * 1024 * 1024]) {
      const failed: unknown = await caller
        .raw(AUTHORIZE, Buffer.alloc(size))
        .catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(CallFailed);
      if (failed instanceof CallFailed) expect(failed.call.reason).toBe('LIMIT_EXCEEDED');
    }
    await expectHealthy();
  });

  it('keeps nobody out with thousands of connections that say nothing, or half of something', async () => {
    const sockets: Socket[] = [];
    for (let wave = 0; wave < 12; wave += 1) {
      const connected = Array.from({ length: 250 }, async (_, index) => {
        const socket = connect(daemon.path('broker'));
        sockets.push(socket);
        await once(socket, 'connect');
        socket.on('error', () => {});
        if (index % 3 === 1) socket.write('PRI * HT');
      });
      await Promise.all(connected);
      const fresh = daemon.caller('broker');
      expect(await allowed(fresh, token)).toEqual({ isAuthorized: true });
      fresh.close();
    }
    for (const socket of sockets) socket.destroy();
    await expectHealthy();
  });

  it('leaves nobody waiting with calls it never finishes: others are refused at once, and served after', async () => {
    const session = connectHttp2('http://localhost', {
      createConnection: () => connect(daemon.path('broker')),
    });
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    const headers = {
      ':method': 'POST',
      ':path': AUTHORIZE,
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    for (let index = 0; index < 3000; index += 1) {
      const stream = session.request(headers, { endStream: false });
      stream.on('error', () => {});
      stream.resume();
      stream.write(Buffer.from([0, 0, 0, 0, 200]));
    }
    const refusedAt = async () => {
      const outcome = await allowed(caller, token).catch((error: unknown) => error);
      return outcome instanceof CallFailed ? outcome.call.reason : outcome;
    };
    await expect.poll(refusedAt).toBe('LIMIT_EXCEEDED');
    session.destroy();
    await expect.poll(refusedAt, { timeout: 10_000 }).toEqual({ isAuthorized: true });
    await expectHealthy();
  });
});
