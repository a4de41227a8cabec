import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer as createNetServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DiscoveryOptions } from '../../../src/endpoints/discovery/discovery.ts';
import { until } from '../../e2e/support/until.ts';
import { settled } from '../../support/identity-room.ts';
import { runs } from '../../support/runs.ts';
import { TestServerCertificates } from '../../support/server-certificates.ts';
import { DiscoveryRoom, maker, parse, pump, stranger, untilClosed, valve } from './discovery-room.ts';

let room: DiscoveryRoom;

async function open(
  options: Partial<DiscoveryOptions> & { readonly certificates?: TestServerCertificates } = {},
): Promise<void> {
  room = await DiscoveryRoom.open(options);
}

afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

const TRACE = /^[0-9a-f-]{36}$/;
const FORBIDDEN = { message: null, traceId: expect.stringMatching(TRACE) };

describe('a device that asks for its own thing', () => {
  it('is told every address of this host, and every CA it may have to trust, in the words of the cloud', async () => {
    await open();
    await room.certificates.announce();
    const { status, headers, json } = await room.discover(pump, 'pump');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    const { caPems } = room.certificates.current;
    expect(caPems).toHaveLength(2);
    expect(json).toEqual({
      GGGroups: [
        {
          GGGroupId: 'group',
          Cores: [
            {
              thingArn: 'arn:aws:iot:local:0:thing/gw',
              Connectivity: [
                { Id: '192.168.1.10:8883', HostAddress: '192.168.1.10', PortNumber: 8883, Metadata: '' },
                { Id: 'gw.example:8883', HostAddress: 'gw.example', PortNumber: 8883, Metadata: '' },
              ],
            },
          ],
          CAs: caPems,
        },
      ],
    });
  });

  it.each([
    ['EC', pump, 'pump'],
    ['RSA', valve, 'valve'],
  ])(
    'may have a key of any kind (%s), over TLS 1.2 and 1.3, with ALPN and without',
    async (_, device, name) => {
      await open();
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        for (const protocol of ['x-amzn-http-ca', 'http/1.1', undefined]) {
          const socket = await room.connect(device, {
            minVersion: version,
            maxVersion: version,
            ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
          });
          expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([version, protocol ?? false]);
          const everything = untilClosed(socket);
          socket.write(`GET /greengrass/discover/thing/${name} HTTP/1.1\r\nhost: gw\r\n\r\n`);
          expect(parse(await everything).status).toBe(200);
        }
      }
    },
  );

  it('may write its name percent-encoded', async () => {
    await open();
    expect((await room.discover(pump, '%70um%70')).status).toBe(200);
  });

  it('is told 404 while no address is known, and the operator why', async () => {
    await open();
    room.addresses = [];
    const { status, json } = await room.discover(pump, 'pump');
    expect([status, json]).toEqual([404, { errorMessage: 'The thing provided for discovery was not found' }]);
    expect(room.discovery.findings().map(({ code }) => code)).toEqual(['discovery.no-address']);
  });

  it('gets head and body in one write, and an end to the connection', async () => {
    await open();
    const socket = await room.connect(pump);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write('GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n\r\n');
    await once(socket, 'close');
    expect(chunks).toHaveLength(1);
    expect(chunks.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\nConnection: close\r\n.*\{"GGGroups"/s);
  });

  it('may keep its connection for a few seconds if it says so', async () => {
    await open();
    const socket = await room.connect(pump);
    const everything = untilClosed(socket);
    const request = (more: string) =>
      `GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n${more}\r\n`;
    socket.write(request('connection: keep-alive\r\n'));
    await until('the first answer', () => room.ended.length === 1);
    socket.write(request(''));
    expect((await everything).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it('gets text beyond ASCII as escapes', async () => {
    await open();
    room.addresses = [{ host: 'büro😀', port: 1 }];
    const { body, json } = await room.discover(pump, 'pump');
    expect(body).toMatch(/^[ -~]*$/);
    expect(JSON.stringify(json)).toContain('büro😀');
  });
});

describe('whoever is not let in', () => {
  it.each([
    ['another thing', pump, 'valve', 'NOT_ATTACHED'],
    ['a thing that is not there', pump, 'nobody', 'THING_UNKNOWN'],
    [
      'a thing of its common name, but with an unknown certificate',
      stranger,
      'stranger',
      'CERTIFICATE_UNKNOWN',
    ],
    ['a thing without a certificate', undefined, 'pump', 'CERTIFICATE_UNREADABLE'],
    ['no thing', pump, '', 'THING_UNKNOWN'],
    ['a path', pump, 'pump/../pump', 'THING_UNKNOWN'],
    ['a name with a query', pump, 'pump?a=b', 'THING_UNKNOWN'],
    ['a name encoded twice', pump, '%2570ump', 'THING_UNKNOWN'],
    ['a name with a NUL', pump, 'pump%00', 'THING_UNKNOWN'],
    ['a long name', pump, 'p'.repeat(4_000), 'THING_UNKNOWN'],
  ])(
    'because it asks for %s, hears 403 in the same words, and the operator why',
    async (_, device, name, reason) => {
      await open();
      const reply = await room.discover(device, name);
      expect([reply.status, reply.json]).toEqual([403, FORBIDDEN]);
      const { date: _date, ...headers } = reply.headers;
      expect(headers).toEqual({
        'content-type': 'application/json',
        'content-length': `${reply.body.length}`,
        'cache-control': 'no-store',
        connection: 'close',
      });
      expect(room.refusals).toMatchObject([{ listener: 'discovery', operation: 'Discover', reason }]);
      expect(room.refusals[0]?.correlationId).toBe((reply.json as { traceId: string }).traceId);
      expect(room.refusals[0]?.certificateId).toBe(device?.id);
    },
  );

  it.each([
    ['expired', { notAfter: Date.UTC(2025, 11, 31) }, 'CERTIFICATE_EXPIRED'],
    ['not valid yet', { notBefore: Date.UTC(2026, 1, 1) }, 'CERTIFICATE_NOT_YET_VALID'],
  ])('because its certificate is %s, hears the same', async (_, dates, reason) => {
    await open();
    const device = maker.make({ subject: 'pump', ...dates });
    room.cloud.setCertificate(device.id, 'active');
    room.cloud.attach(device.id, 'pump');
    expect((await room.discover(device, 'pump')).json).toEqual(FORBIDDEN);
    expect(room.refusals).toMatchObject([{ reason, certificateId: device.id }]);
  });

  it('hears it after the same questions, whether or not there is such a thing', async () => {
    await open();
    const questions = async (name: string) => {
      const before = room.cloud.calls.length;
      await room.discover(pump, name);
      return room.cloud.calls.slice(before).map(({ about }) => about);
    };
    await questions('pump');
    expect(await questions('valve')).toEqual(await questions('nobody'));
  });

  it('is refused from the next request on after its certificate was revoked', async () => {
    await open();
    expect((await room.discover(pump, 'pump')).status).toBe(200);
    room.cloud.setCertificate(pump.id, 'CERTIFICATE_REVOKED');
    room.clock.advance(60_000);
    expect((await room.discover(pump, 'pump')).status).toBe(403);
  });
});

describe('without a verdict', () => {
  it('a device is told when to come again, and nothing else', async () => {
    await open();
    room.cloud.network = 'down';
    const { status, headers, json } = await room.discover(pump, 'pump');
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(json).toEqual({ message: 'Service Unavailable', traceId: expect.stringMatching(TRACE) });
    expect(room.refusals).toMatchObject([{ reason: 'VERIFICATION_UNAVAILABLE' }]);
  });

  it('a device waits no longer than 20 seconds', async () => {
    await open();
    room.cloud.call = 'hang';
    const waiting = room.discover(pump, 'pump');
    await until('it is asked about', () => room.cloud.calls.length > 0);
    room.clock.advance(20_000);
    expect((await waiting).status).toBe(503);
  });

  it('a device that leaves is not asked about any longer', async () => {
    await open();
    room.cloud.call = 'hang';
    const socket = await room.connect(pump);
    socket.write('GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n\r\n');
    await until('it is asked about', () => room.cloud.calls.length > 0);
    socket.destroy();
    await until('the question is dropped', () => room.cloud.signals[0]?.aborted);
  });
});

describe('anything else', () => {
  const request = (line: string, more = '') => `${line}\r\nhost: gw\r\n${more}\r\n`;
  const THING = '/greengrass/discover/thing/pump';
  it.each([
    ['another path', request('GET / HTTP/1.1'), 404],
    ['the path without a name', request('GET /greengrass/discover/thing HTTP/1.1'), 404],
    ['a whole address', request(`GET https://gw${THING} HTTP/1.1`), 404],
    ['another method', request(`DELETE ${THING} HTTP/1.1`), 405],
    ['CONNECT', request('CONNECT gw:443 HTTP/1.1'), 405],
    ['an unknown method', request(`BREW ${THING} HTTP/1.1`), 400],
    ['a name that is no text', request(`GET ${THING}%ff HTTP/1.1`), 400],
    ['half an escape', request(`GET ${THING}%7 HTTP/1.1`), 400],
    ['a body', request(`GET ${THING} HTTP/1.1`, 'content-length: 5\r\n').concat('12345'), 413],
    [
      'a body in chunks',
      request(`GET ${THING} HTTP/1.1`, 'transfer-encoding: chunked\r\n').concat('0\r\n\r\n'),
      413,
    ],
    ['a head that is too large', request(`GET ${THING} HTTP/1.1`, `x: ${'y'.repeat(9_000)}\r\n`), 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['another protocol', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 400],
    ['two lengths', request(`GET ${THING} HTTP/1.1`, 'content-length: 0\r\ncontent-length: 1\r\n'), 400],
  ])('(%s) is answered with headers and JSON', async (_, bytes, status) => {
    await open();
    const reply = await room.speak(pump, bytes);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.json).toEqual({ message: expect.any(String) });
    expect(room.refusals).toEqual([]);
  });

  it.each([
    ['asks to go on', `GET ${THING} HTTP/1.1\r\nhost: gw\r\nexpect: 100-continue\r\n\r\n`],
    ['expects what nobody knows', `GET ${THING} HTTP/1.1\r\nhost: gw\r\nexpect: miracles\r\n\r\n`],
    ['names no host', `GET ${THING} HTTP/1.1\r\n\r\n`],
    [
      'would like another protocol',
      `GET ${THING} HTTP/1.1\r\nhost: gw\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n`,
    ],
  ])('is one answer, the final one, to a device that %s', async (_, bytes) => {
    await open();
    const { status, body } = await room.speak(pump, bytes);
    expect([status, body]).toEqual([200, expect.stringMatching(/^\{"GGGroups"/)]);
  });

  it('after a request that is still being answered ends the connection with that', async () => {
    await open();
    room.cloud.call = 'hang';
    const socket = await room.connect(pump);
    const everything = untilClosed(socket);
    socket.write(`${request(`GET ${THING} HTTP/1.1`)}garbage\r\n\r\n`);
    expect(parse(await everything).status).toBe(400);
    await until('the request is given up', () => room.ended.length === 2);
    room.cloud.call = 'ok';
    expect((await room.discover(pump, 'pump')).status).toBe(200);
  });

  it('is answered with 500 where a defect shows, and the operator sees it', async () => {
    await open({
      core: () => {
        throw new Error('a defect');
      },
    });
    const { status, json } = await room.discover(pump, 'pump');
    expect([status, json]).toEqual([500, { message: 'Internal Server Error' }]);
    expect(room.logged).toEqual(['discovery failed through a defect; the device was told 500']);
    expect(room.ended).toMatchObject([{ result: 'service_error' }]);
  });

  it('never ends the process, nor lets anybody in', async () => {
    await open({ requestsPerSecond: () => 10_000_000 });
    const piece = fc.oneof(
      fc.constantFrom(
        'GET ',
        THING,
        ' HTTP/1.1',
        '\r\n',
        'host: gw',
        '\r\n\r\n',
        '%',
        '%00',
        'content-length: 9',
      ),
      fc.string(),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const socket = await room.connect(stranger);
        const everything = untilClosed(socket);
        socket.end(pieces.join(''));
        const text = await everything;
        if (text === '') return;
        expect(text).toMatch(/^HTTP\/1\.1 4\d\d [^\r\n]+\r\n[A-Za-z-]+: /);
        expect(text).not.toContain('GGGroups');
      }),
      { numRuns: Math.ceil(runs().numRuns / 50) },
    );
    expect((await room.discover(pump, 'pump')).status).toBe(200);
  });
});

describe('TLS', () => {
  it('begins once there is a certificate; before, connections are closed', async () => {
    const certificates = new TestServerCertificates();
    await open({ certificates });
    const raw = connectTcp(room.port, '127.0.0.1');
    await once(raw, 'close');
    await certificates.renew();
    expect((await room.discover(pump, 'pump')).status).toBe(200);
    expect(certificates.requests).toEqual([{ owner: 'discovery', name: 'https', keyType: undefined }]);
  });

  it('shows a new certificate to the next device, and leaves those connected alone', async () => {
    await open();
    const before = await room.connect(pump);
    const serial = before.getPeerX509Certificate()?.serialNumber;
    await room.certificates.renew();
    const after = await room.connect(pump);
    expect(after.getPeerX509Certificate()?.serialNumber).not.toBe(serial);
    const everything = untilClosed(before);
    before.write('GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n\r\n');
    expect(parse(await everything).status).toBe(200);
    after.destroy();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is never resumed (%s)', async (version) => {
    await open();
    const versions = { minVersion: version, maxVersion: version };
    const first = await room.connect(pump, versions);
    const everything = untilClosed(first);
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    first.write('GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\n\r\n');
    await everything;
    const session = sessions.at(-1) ?? first.getSession();
    const second = await room.connect(pump, { ...versions, ...(session === undefined ? {} : { session }) });
    expect(second.isSessionReused()).toBe(false);
    second.destroy();
  });

  it.each([
    ['1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['with another protocol inside', { ALPNProtocols: ['h2'] }],
  ] as const)('(%s) is refused', async (_, options) => {
    await open();
    await expect(room.connect(pump, { ...options })).rejects.toThrow(/alert|protocol/);
  });
});

describe('what anybody may cost', () => {
  it('is as many handshakes a second as configured; more are closed', async () => {
    await open({ requestsPerSecond: () => 3 });
    for (let count = 0; count < 3; count += 1) (await room.connect(stranger)).destroy();
    await expect(room.connect(stranger)).rejects.toThrow();
    room.clock.advance(1_000);
    expect((await room.discover(pump, 'pump')).status).toBe(200);
    expect(room.discovery.listeners()).toMatchObject([{ calls: 1, rejected: 1 }]);
    expect(room.logged).toEqual(['refused a connection to discovery']);
  });

  it('is as many requests a second as configured; more hear 429', async () => {
    await open({ requestsPerSecond: () => 2 });
    const socket = await room.connect(pump);
    const everything = untilClosed(socket);
    const request =
      'GET /greengrass/discover/thing/pump HTTP/1.1\r\nhost: gw\r\nconnection: keep-alive\r\n\r\n';
    socket.write(request.repeat(3));
    const replies = (await everything).split(/(?=HTTP\/1\.1)/).map(parse);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]).toMatchObject({
      headers: { 'retry-after': '1' },
      json: { message: 'Too Many Requests' },
    });
  });

  it('follows a reload', async () => {
    let perSecond = 1;
    await open({ requestsPerSecond: () => perSecond });
    await room.discover(pump, 'pump');
    perSecond = 10;
    for (let count = 0; count < 5; count += 1) expect((await room.discover(pump, 'pump')).status).toBe(200);
  });

  it('is as many connections as configured; those without a request make room for others', async () => {
    await open({ maxConnections: 3 });
    const idle = [await room.connect(stranger), await room.connect(stranger), await room.connect(stranger)];
    const closed = idle.map(untilClosed);
    expect((await room.discover(pump, 'pump')).status).toBe(200);
    await closed[0];
    expect(idle.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    for (const socket of idle) socket.destroy();
  });

  it('is a new connection no longer than 15 seconds when it brings no request', async () => {
    await open();
    const silent = connectTcp(room.port, '127.0.0.1');
    await once(silent, 'connect');
    const slow = await room.connect(pump);
    slow.write('GET /greengrass/discover/thing/pump HTTP/1.1\r\n');
    const closed = [once(silent, 'close'), untilClosed(slow)];
    room.clock.advance(14_999);
    await settled();
    expect([silent.destroyed, slow.destroyed]).toEqual([false, false]);
    room.clock.advance(1);
    await Promise.all(closed);
  });
});

describe('the operator', () => {
  it('sees the ports as listeners, and how requests were answered', async () => {
    await open({
      listen: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.2', port: 0 },
      ],
    });
    await room.discover(pump, 'pump');
    await room.discover(pump, 'valve');
    await room.discover(pump, 'nobody');
    await until('the connections are gone', () =>
      room.discovery.listeners().every((one) => one.connections === 0),
    );
    const [first, second] = room.discovery.listeners();
    expect(first).toEqual({
      name: 'discovery',
      address: `tcp:127.0.0.1:${room.port}`,
      operations: ['Discover'],
      calls: 3,
      rejected: 0,
      activeCalls: 0,
      connections: 0,
    });
    expect(second).toMatchObject({ address: expect.stringMatching(/^tcp:127\.0\.0\.2:\d+$/), calls: 0 });
    expect(room.discovery.statuses()).toEqual([
      { status: 200, requests: 1 },
      { status: 403, requests: 2 },
    ]);
    expect(room.ended.map(({ operation, result }) => [operation, result])).toEqual([
      ['Discover', 'success'],
      ['Discover', 'failure'],
      ['Discover', 'failure'],
    ]);
  });

  it('is told of a port that is taken; the others serve, and it is opened once it is free', async () => {
    const other = createNetServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await open({
      listen: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port },
      ],
    });
    expect((await room.discover(pump, 'pump')).status).toBe(200);
    const since = room.clock.now();
    expect(room.discovery.findings()).toEqual([
      {
        severity: 'WARNING',
        code: 'discovery.port',
        since,
        message: expect.stringContaining(`127.0.0.1:${port}`),
      },
    ]);
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      room.clock.advance(30_000);
      await settled();
    }
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect(room.discovery.findings()).toMatchObject([{ since }]);
    expect(room.logged).toEqual([expect.stringContaining('cannot listen')]);
    other.close();
    await once(other, 'close');
    room.clock.advance(30_000);
    await until('it is open', () => room.discovery.listeners().length === 2);
    expect(room.discovery.findings()).toEqual([]);
  });
});

describe('ports of the same number', () => {
  it('are had on IPv4 and IPv6 both', async () => {
    const probe = createNetServer().listen(0, '0.0.0.0');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    await open({
      listen: [
        { host: '::', port },
        { host: '0.0.0.0', port },
      ],
    });
    expect(room.discovery.findings()).toEqual([]);
    expect(room.discovery.listeners().map(({ address }) => address)).toEqual([
      `tcp:[::]:${port}`,
      `tcp:0.0.0.0:${port}`,
    ]);
  });
});

describe('a socket that systemd passed', () => {
  it('is a finding when it is none that can be served', async () => {
    await open({ listen: [], inherited: new Map([['discovery', 9_999]]) });
    expect(room.discovery.findings()).toMatchObject([
      { code: 'discovery.port', message: expect.stringContaining('the socket "discovery" of systemd') },
    ]);
  });
});

describe('discovery that stops', () => {
  it('takes no connection, ends the idle ones, and lets a request in progress end', async () => {
    await open();
    const { port } = room;
    const idle = await room.connect(pump);
    const closed = untilClosed(idle);
    const answer = room.cloud.hold();
    const waiting = room.discover(pump, 'pump');
    await until('it is asked about', () => room.cloud.calls.length > 0);
    const stopped = room.discovery.stop(60_000);
    await closed;
    const late = connectTcp(port, '127.0.0.1');
    expect(await once(late, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
    answer();
    expect((await waiting).status).toBe(200);
    await stopped;
  });
});
