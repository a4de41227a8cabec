/** EMQX by HTTP: a daemon on a real port, asked as EMQX 5.8.9 was seen to ask. */
import { once } from 'node:events';
import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, SystemClock } from '../../../src/clock.ts';
import { type TestCertificate, VALID_TO } from '../../support/certificates.ts';
import { EmqxDaemon } from '../../support/emqx-daemon.ts';
import { clientInfo } from '../../support/exhook-client.ts';

const DAY_MS = 86_400_000;
const SECRET = 'a secret of 32 characters, blanks not'.replaceAll(' ', '_');

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Ask extends RequestOptions {
  readonly text?: string;
  readonly secure?: { readonly client?: TestCertificate | undefined };
}

class Asker {
  readonly emqx: EmqxDaemon;
  readonly port: number;

  static async of(emqx: EmqxDaemon): Promise<Asker> {
    return new Asker(emqx, await emqx.port('http'));
  }

  private constructor(emqx: EmqxDaemon, port: number) {
    this.emqx = emqx;
    this.port = port;
  }

  post(path: string, content: unknown, { text, secure, ...options }: Ask = {}): Promise<Answer> {
    const given = {
      host: '127.0.0.1',
      port: this.port,
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${SECRET}` },
      ...options,
    };
    const tls = secure && {
      ca: this.emqx.serverCertificate.pem,
      ...(secure.client && { cert: secure.client.pem, key: secure.client.keyPem }),
    };
    return new Promise((resolve, reject) => {
      const request = tls ? httpsRequest({ ...given, ...tls }) : httpRequest(given);
      request.on('error', reject);
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(pieces).toString()) as Answer['body'];
          resolve({ status: response.statusCode ?? 0, body });
        });
        response.on('error', reject);
      });
      request.end(text ?? JSON.stringify(content));
    });
  }

  authenticate(clientid: string, device: TestCertificate | string, ask?: Ask): Promise<Answer> {
    const cert = typeof device === 'string' ? device : device.der.toString('base64');
    return this.post('/authenticate', { clientid, cert }, ask);
  }

  authorize(
    clientid: string,
    device: TestCertificate,
    action: string,
    topic: string,
    change: object = {},
  ): Promise<Answer> {
    const { cn, dn, username } = clientInfo(device, clientid) as { cn: string; dn: string; username: string };
    return this.post('/authorize', { clientid, username, cn, dn, action, topic, ...change });
  }
}

const DENIED: Answer = { status: 200, body: { result: 'deny' } };
const ALLOWED: Answer = { status: 200, body: { result: 'allow' } };

async function withSecret(broker: object = {}, clock: Clock = new SystemClock()): Promise<EmqxDaemon> {
  return EmqxDaemon.start({
    clock,
    broker: ({ write }) => ({
      http: {
        host: '127.0.0.1',
        port: 0,
        insecureLoopback: true,
        sharedSecretFile: write('secret', `${SECRET}\n`),
        ...broker,
      },
    }),
  });
}

let emqx: EmqxDaemon;
let asker: Asker;
let lamp: TestCertificate;

beforeAll(async () => {
  emqx = await withSecret();
  asker = await Asker.of(emqx);
  lamp = emqx.device('lamp');
});
afterAll(() => emqx?.stop());

describe('Authentication', () => {
  it('lets a device in, with its rights, until its certificate ends', async () => {
    const { status, body } = await asker.authenticate('lamp', lamp);
    expect(status).toBe(200);
    expect(body).toEqual({
      result: 'allow',
      is_superuser: false,
      expire_at: Math.floor(VALID_TO / 1_000),
      client_attrs: {
        deviceauth_certificate: lamp.id,
        deviceauth_thing: 'lamp',
        deviceauth_grants: expect.stringMatching(/^[\w-]{22}$/),
      },
      acl: [
        { permission: 'allow', action: 'publish', topic: 'eq up/lamp' },
        { permission: 'allow', action: 'subscribe', topic: 'eq down/lamp/+' },
        { permission: 'deny', action: 'all', topic: '#' },
      ],
    });
  });

  it.each<[string, () => string | TestCertificate]>([
    ['no certificate', () => ''],
    ['what is no certificate', () => 'lamp'],
    ['a certificate nobody registered', () => emqx.maker.make({ subject: 'lamp' })],
  ])('refuses a client with %s', async (_, certificate) => {
    expect(await asker.authenticate('lamp', certificate())).toEqual(DENIED);
  });

  it('lets a device in no longer than its certificate has left, also where the clock was set back', async () => {
    class Adjustable extends SystemClock {
      behind = 0;
      override now(): number {
        return super.now() - this.behind;
      }
    }
    const clock = new Adjustable();
    const own = await withSecret({}, clock);
    try {
      const ask = await Asker.of(own);
      const left = 10 * DAY_MS;
      const device = own.maker.make({
        subject: 'lamp',
        notAfter: Math.floor((clock.now() + left) / 1_000) * 1_000,
      });
      own.verifier.setCertificate(device.id, 'active');
      own.verifier.attach(device.id, 'lamp');
      const endsIn = async () => {
        const { body } = await ask.authenticate('lamp', device);
        return Number(body['expire_at']) * 1_000 - clock.now();
      };
      expect(await endsIn()).toBeLessThanOrEqual(left);
      clock.behind = DAY_MS;
      expect(await endsIn()).toBeLessThanOrEqual(left);
      expect(await endsIn()).toBeGreaterThan(left - DAY_MS);
    } finally {
      await own.stop();
    }
  }, 15_000);

  it('refuses a device under another name, and tells the operator why, not the device', async () => {
    expect(await asker.authenticate('other', lamp)).toEqual(DENIED);
    expect((await emqx.refusals())[0]).toMatch(/^THING_UNKNOWN/);
  });

  it('refuses a device about which there is no verdict in EMQX’s time', async () => {
    const slow = emqx.device('slow');
    const release = emqx.verifier.hold();
    const begun = performance.now();
    const answer = await asker.authenticate('slow', slow);
    release();
    expect(answer).toEqual(DENIED);
    expect(performance.now() - begun).toBeLessThan(5_000);
  }, 15_000);

  it('leaves rights that EMQX has no words for to be asked about', async () => {
    const wide = await withSecret();
    try {
      const policy = { s: { operations: ['mqtt:*'], resources: ['mqtt:clientId:*', 'mqtt:topic:a/*/b'] } };
      wide.daemon.configure({
        deviceGroups: {
          definitions: { g: { selectionRule: 'thingName: *', policyName: 'p' } },
          policies: { p: policy },
        },
      });
      await wide.daemon.caller('admin').call('ReloadConfiguration', {});
      const ask = await Asker.of(wide);
      const device = wide.device('lamp');
      const { body } = await ask.authenticate('lamp', device);
      expect(body).not.toHaveProperty('acl');
      expect(body['client_attrs']).toMatchObject({ deviceauth_grants: '' });
      expect(await ask.authorize('lamp', device, 'publish', 'a/x/b')).toEqual(ALLOWED);
      expect(await ask.authorize('lamp', device, 'publish', 'a/x/c')).toEqual(DENIED);
    } finally {
      await wide.stop();
    }
  });
});

describe('Authorization', () => {
  it('is that of the device whose certificate EMQX names', async () => {
    await asker.authenticate('lamp', lamp);
    expect(await asker.authorize('lamp', lamp, 'publish', 'up/lamp')).toEqual(ALLOWED);
    expect(await asker.authorize('lamp', lamp, 'publish', 'up/other')).toEqual(DENIED);
    expect(await asker.authorize('lamp', lamp, 'subscribe', 'down/lamp/+')).toEqual(ALLOWED);
    expect(await asker.authorize('lamp', lamp, 'subscribe', '$share/g/down/lamp/+')).toEqual(ALLOWED);
  });

  it('is denied to who has only the client id of a device that is there', async () => {
    await asker.authenticate('lamp', lamp);
    const fan = emqx.device('fan');
    expect(await asker.authorize('lamp', fan, 'publish', 'up/lamp')).toEqual(DENIED);
    for (const change of [
      { username: '' },
      { username: 'lamp' },
      { cn: '', dn: '' },
      { cn: 'fan' },
      { dn: 'CN=lamp' },
    ]) {
      expect(await asker.authorize('lamp', lamp, 'publish', 'up/lamp', change)).toEqual(DENIED);
    }
  });

  it('finds a device that EMQX kept while the daemon was away', async () => {
    const kept = emqx.device('kept');
    expect(await asker.authorize('kept', kept, 'publish', 'up/kept')).toEqual(ALLOWED);
  });
});

describe('A request that is none', () => {
  it.each<[string, string, string]>([
    ['no JSON', '/authenticate', '{"clientid":'],
    ['no object', '/authenticate', '["lamp"]'],
    ['null', '/authorize', 'null'],
    ['a field that is missing', '/authenticate', '{"clientid":"lamp"}'],
    ['a number for a text', '/authenticate', '{"clientid":1,"cert":"x"}'],
    [
      'another action',
      '/authorize',
      '{"clientid":"a","username":"","cn":"","dn":"","action":"receive","topic":"t"}',
    ],
    ['nothing', '/authorize', ''],
  ])('is answered with no: %s', async (_, path, text) => {
    expect(await asker.post(path, {}, { text })).toEqual(DENIED);
  });

  it.each<[string, Ask, number]>([
    ['/', {}, 404],
    ['/authenticate/', {}, 404],
    ['/authenticate', { method: 'PUT' }, 405],
    ['/authenticate', { text: JSON.stringify({ clientid: 'x'.repeat(1_100_000), cert: '' }) }, 413],
  ])('to %s %j is an error, which EMQX takes for no', async (path, ask, status) => {
    const answered = await asker.post(path, {}, ask).catch((error: NodeJS.ErrnoException) => error.code);
    // A body that is not read to its end may cost the connection before the answer is heard.
    if (typeof answered === 'string' || answered === undefined)
      expect([answered, status]).toEqual(['ECONNRESET', 413]);
    else expect(answered.status).toBe(status);
  });
});

describe('The shared secret', () => {
  it.each<[string, string | undefined]>([
    ['none', undefined],
    ['another', `Bearer ${SECRET.replace('a', 'b')}`],
    ['a part', `Bearer ${SECRET.slice(0, -1)}`],
    ['more', `Bearer ${SECRET}x`],
    ['without its scheme', SECRET],
    ['a very long one', `Bearer ${'x'.repeat(7_000)}`],
  ])('is asked for: %s', async (_, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const { status, body } = await asker.authenticate('lamp', lamp, { headers });
    expect([status, body]).toEqual([401, { message: 'Unauthorized' }]);
    expect((await emqx.refusals())[0]).toContain('UNAUTHORIZED: the shared secret');
  });

  it('is read again on a reload, and a bad one changes nothing', async () => {
    const own = await withSecret();
    try {
      const ask = await Asker.of(own);
      const device = own.device('lamp');
      const reload = () => own.daemon.caller('admin').call('ReloadConfiguration', {});
      own.write('secret', 'short');
      await reload();
      expect((await ask.authenticate('lamp', device)).status).toBe(200);
      const renewed = 'y'.repeat(40);
      own.write('secret', renewed);
      await reload();
      expect((await ask.authenticate('lamp', device)).status).toBe(401);
      const headers = { authorization: `Bearer ${renewed}` };
      expect((await ask.authenticate('lamp', device, { headers })).status).toBe(200);
      expect(own.daemon.log.join('\n')).not.toContain(renewed);
    } finally {
      await own.stop();
    }
  });

  it.each(['', 'short', `with blanks ${'x'.repeat(40)}`])(
    'must be long and plain, or the daemon does not start: %j',
    async (secret) => {
      const start = EmqxDaemon.start({
        broker: ({ write }) => ({
          http: {
            host: '127.0.0.1',
            port: 0,
            insecureLoopback: true,
            sharedSecretFile: write('bad', secret),
          },
        }),
      });
      await expect(start).rejects.toThrow(/sharedSecretFile: the first line of .* must be 32 to 1024/);
    },
  );
});

describe('Mutual TLS', () => {
  it('lets EMQX’s own certificate ask, and no other', async () => {
    const secure = await EmqxDaemon.start({
      broker: ({ tls }) => ({ http: { host: '127.0.0.1', port: 0, tls } }),
    });
    try {
      const ask = await Asker.of(secure);
      const device = secure.device('lamp');
      const answer = await ask.authenticate('lamp', device, {
        secure: { client: secure.client },
        headers: {},
      });
      expect(answer.body['result']).toBe('allow');
      const other = secure.maker.make({ subject: 'emqx', issuer: secure.callerCa });
      for (const client of [other, undefined]) {
        await expect(ask.authenticate('lamp', device, { secure: { client } })).rejects.toThrow();
      }
      const plain = connect(ask.port, '127.0.0.1');
      plain.end('POST /authenticate HTTP/1.1\r\n\r\n');
      plain.resume();
      await once(plain, 'close');
    } finally {
      await secure.stop();
    }
  });

  it('and a secret are both asked for where both are configured', async () => {
    const both = await EmqxDaemon.start({
      broker: ({ tls, write }) => ({
        http: { host: '127.0.0.1', port: 0, tls, sharedSecretFile: write('secret', SECRET) },
      }),
    });
    try {
      const ask = await Asker.of(both);
      const secure = { client: both.client };
      const device = both.device('lamp');
      expect((await ask.authenticate('lamp', device, { secure })).body['result']).toBe('allow');
      expect((await ask.authenticate('lamp', device, { secure, headers: {} })).status).toBe(401);
    } finally {
      await both.stop();
    }
  });
});

/** As text, for a connection that has several under way. */
function question(clientid: string, device: TestCertificate | undefined): string {
  const body = JSON.stringify({ clientid, cert: device?.der.toString('base64') ?? '' });
  return `POST /authenticate HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe('EMQX’s connections', () => {
  it('are kept open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 5; count += 1) await asker.authenticate('lamp', lamp, { agent });
    const sockets = Object.values(agent.freeSockets).flat();
    expect(sockets).toHaveLength(1);
    agent.destroy();
  });

  it('carry many questions at once, and each is answered in its turn', async () => {
    const socket = connect(asker.port, '127.0.0.1');
    const asked = [
      question('lamp', lamp),
      question('lamp', undefined),
      question('other', lamp),
      question('lamp', lamp),
    ];
    socket.write(asked.join(''));
    let heard = '';
    socket.on('data', (data: Buffer) => {
      heard += data.toString();
    });
    const results = () => [...heard.matchAll(/"result":"(\w+)"/g)].map(([, result]) => result);
    await expect.poll(results, { timeout: 5_000 }).toEqual(['allow', 'deny', 'deny', 'allow']);
    socket.destroy();
  });

  it('that say nothing, or something else, keep nobody waiting', async () => {
    const silent = Array.from({ length: 50 }, () => connect(asker.port, '127.0.0.1'));
    const loud = connect(asker.port, '127.0.0.1');
    loud.on('error', () => {});
    loud.end('\u0000\u0001 HTTP/9\r\n\r\n');
    loud.resume();
    await once(loud, 'close');
    expect((await asker.authenticate('lamp', lamp)).status).toBe(200);
    for (const socket of silent) socket.destroy();
  });

  it('on which a request does not come to its end are closed, and take up no room', async () => {
    const own = await withSecret({ limits: { maxConcurrentCalls: 1 } });
    try {
      const ask = await Asker.of(own);
      const device = own.device('lamp');
      const half = connect(ask.port, '127.0.0.1');
      half.resume();
      half.write(question('lamp', device).slice(0, -1));
      await expect.poll(async () => (await ask.authenticate('lamp', device)).status).toBe(503);
      await once(half, 'close');
      await expect.poll(async () => (await ask.authenticate('lamp', device)).status).toBe(200);
    } finally {
      await own.stop();
    }
  }, 15_000);

  it('without a question are closed at once when the daemon stops, and those with some once all of them are answered', async () => {
    const own = await withSecret();
    const ask = await Asker.of(own);
    const devices = ['one', 'two', 'three'].map((name) => own.device(name));
    const release = own.verifier.hold();
    const busy = connect(ask.port, '127.0.0.1');
    let heard = '';
    busy.on('data', (data: Buffer) => {
      heard += data.toString();
    });
    busy.write(
      devices.map((device, index) => question(['one', 'two', 'three'][index] ?? '', device)).join(''),
    );
    const idle = connect(ask.port, '127.0.0.1');
    idle.write(question('lamp', undefined));
    await once(idle, 'data');
    const called = async () =>
      (await own.daemon.caller('admin').call('GetStatus', {})).listeners.find(
        ({ name }) => name === 'edge/http',
      )?.calls;
    await expect.poll(called).toBe(4);
    idle.resume();
    const stopped = own.stop();
    await once(idle, 'close');
    release();
    await once(busy, 'close');
    expect([...heard.matchAll(/"result":"(\w+)"/g)].map(([, result]) => result)).toEqual([
      'allow',
      'allow',
      'allow',
    ]);
    await stopped;
  }, 15_000);

  it('are closed when the daemon stops, answers first', async () => {
    const own = await withSecret();
    const ask = await Asker.of(own);
    const device = own.device('lamp');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask.authenticate('lamp', device, { agent });
    await own.stop();
    await expect(ask.authenticate('lamp', device, { agent })).rejects.toThrow();
    agent.destroy();
  });
});

it('Plain HTTP is a finding', async () => {
  const { findings, listeners } = await emqx.daemon.caller('admin').call('GetStatus', {});
  expect(findings.map(({ message }) => message).join()).toContain('"edge/http"');
  expect(listeners).toContainEqual(
    expect.objectContaining({ name: 'edge/http', operations: ['EmqxAuthenticate', 'EmqxAuthorize'] }),
  );
});
