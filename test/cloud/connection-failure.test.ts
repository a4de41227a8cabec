import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpsConnectionOptions } from '../../src/cloud/https-connection.ts';
import { ask, ConnectionRoom, HOST, SOON } from './connection-room.ts';

let room: ConnectionRoom;

beforeEach(async () => {
  room = await ConnectionRoom.open();
});

afterEach(() => room.close());

describe('an answer that does not come whole', () => {
  it.each(['end', 'reset'] as const)('is none when the server stops in the middle (%s)', async (how) => {
    room.aws.faults.add({ kind: 'half-answer', how });
    expect(await room.connection().send(ask())).toEqual({
      kind: 'trouble',
      trouble: 'unreachable',
      message: `${HOST}:${room.aws.devicePort} stopped in the middle of its answer`,
    });
    expect(room.aws.requests.count()).toBe(1);
  });

  it.each(['nothing', 'head'] as const)(
    'is given up at the deadline when it stalls after %s',
    async (after) => {
      room.aws.faults.add({ kind: 'stall', after });
      const giveUp = new AbortController();
      const asked = room.connection().send(ask({ signal: giveUp.signal }));
      await room.aws.requests.until(1);
      giveUp.abort();
      expect(await asked).toMatchObject({
        trouble: 'unreachable',
        message: expect.stringContaining('in time'),
      });
      await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
    },
  );

  it('is refused when it is longer than any answer is', async () => {
    room.aws.faults.add({ kind: 'endless-body' });
    expect(await room.connection().send(ask())).toMatchObject({ trouble: 'unexpected' });
    await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
  });

  it('is refused when it is no HTTP', async () => {
    room.aws.faults.add({ kind: 'malformed-head' });
    expect(await room.connection().send(ask())).toMatchObject({ trouble: 'unexpected' });
  });

  it.each([
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['a head without an end', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}`],
  ])('is none when it is %s', async (_what, text) => {
    room.aws.faults.add({ kind: 'raw', text });
    expect(await room.connection().send(ask())).toMatchObject({ kind: 'trouble' });
    await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
  });

  it('is not given to the next request when there were two', async () => {
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
    room.aws.faults.add({ kind: 'raw', text: `${one}${one.replace('200', '299')}` }, { times: 1 });
    const kept = room.connection();
    expect(await kept.send(ask())).toMatchObject({ value: { status: 200, body: '{}' } });
    expect(await kept.send(ask())).toMatchObject({
      value: { status: 200, body: expect.stringMatching(/Message/) },
    });
  });

  it('is not waited for when nobody wants it', async () => {
    const gone = AbortSignal.abort();
    expect(await room.connection().send(ask({ signal: gone }))).toMatchObject({ trouble: 'unreachable' });
    expect(room.aws.requests.connections).toHaveLength(0);
  });
});

describe('a closed connection', () => {
  it.each(['end', 'reset'] as const)(
    'costs nothing but another one when the server closed it while it was not used (%s)',
    async (how) => {
      const kept = room.connection();
      await kept.send(ask());
      room.aws.faults.add({ kind: 'close', how, onlyReused: true });
      expect(await kept.send(ask())).toMatchObject({ kind: 'answered', value: { status: 200 } });
      expect(room.aws.requests.connections).toHaveLength(2);
    },
  );

  it('costs nothing though several were closed so', async () => {
    room.aws.faults.add({ kind: 'latency', ms: 30 }, { times: 4 });
    const kept = room.connection();
    await Promise.all([1, 2, 3, 4].map(() => kept.send(ask())));
    room.aws.faults.add({ kind: 'close', onlyReused: true });
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
    expect(room.aws.requests.connections).toHaveLength(5);
  });

  it.each(['after-handshake', 'after-request'] as const)(
    "is an alarm about the core's certificate when it is inactive (closed %s)",
    async (when) => {
      room.aws.closesInactive(when);
      room.aws.account.setCertificate(room.aws.core.certificate.id, 'INACTIVE');
      expect(await room.connection().send(ask())).toEqual({
        kind: 'trouble',
        trouble: 'misconfigured',
        message: `${HOST}:${room.aws.devicePort} closed the connection without an answer: is the core's certificate active?`,
      });
      expect(room.aws.requests.connections).toHaveLength(2);
    },
  );

  it('is that alarm with TLS 1.2, too', async () => {
    await room.close();
    room = await ConnectionRoom.open({ tlsVersion: 'TLSv1.2' });
    const kept = room.connection();
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
    kept.reload();
    room.aws.account.setCertificate(room.aws.core.certificate.id, 'INACTIVE');
    expect(await kept.send(ask())).toMatchObject({ trouble: 'misconfigured' });
    expect(room.aws.requests.connections[0]).toMatchObject({ tlsVersion: 'TLSv1.2' });
  });

  it('is that alarm, too, when the certificate was deactivated while a connection was open', async () => {
    room.aws.closesInactive('after-request');
    const kept = room.connection();
    await kept.send(ask());
    room.aws.account.setCertificate(room.aws.core.certificate.id, 'REVOKED');
    expect(await kept.send(ask())).toMatchObject({ trouble: 'misconfigured' });
  });

  it('is no alarm when it happens once', async () => {
    room.aws.faults.add({ kind: 'close' }, { times: 1 });
    expect(await room.connection().send(ask())).toMatchObject({ kind: 'answered', value: { status: 200 } });
  });

  it('is no alarm when the network is gone', async () => {
    room.aws.faults.add({ kind: 'stall', after: 'nothing' });
    const asked = room.connection().send(ask());
    await room.aws.requests.until(1);
    await room.aws.cut();
    expect(await asked).toEqual({
      kind: 'trouble',
      trouble: 'unreachable',
      message: `${HOST}:${room.aws.devicePort} refuses connections`,
    });
    await room.aws.restore();
  });

  it('is no alarm when it is closed before the handshake is over', async () => {
    room.aws.connections('close-at-once');
    expect(await room.connection().send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('closed the connection'),
    });
  });
});

describe('a network without the cloud', () => {
  it('is unreachable while it is cut, and is not when it is back', async () => {
    const kept = room.connection();
    await kept.send(ask());
    await room.aws.cut();
    expect(await kept.send(ask())).toMatchObject({ trouble: 'unreachable' });
    await room.aws.restore();
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
  });

  it('is unreachable when the name is unknown', async () => {
    const lookup: HttpsConnectionOptions['lookup'] = (_host, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    expect(await room.connection({ lookup }).send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('its name is unknown'),
    });
  });

  it('is unreachable when something else answers there', async () => {
    room.aws.connections('not-tls');
    expect(await room.connection().send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('does not speak TLS'),
    });
  });

  it('is unreachable when the handshake stalls, and nothing of it is left', async () => {
    room.aws.connections('stall-handshake');
    const giveUp = new AbortController();
    const asked = room.connection().send(ask({ signal: giveUp.signal }));
    await expect.poll(() => room.aws.openConnections, SOON).toBe(1);
    giveUp.abort();
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
  });
});
