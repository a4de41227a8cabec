/**
 * EMQX by ExHook: a daemon on a real port, and EMQX's own side of the wire (test/support/exhook-client.ts). Each answer is held to
 * the very bytes that are STOP_AND_RETURN with a yes or a no.
 */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TestCertificate } from '../../support/certificates.ts';
import { EmqxDaemon } from '../../support/emqx-daemon.ts';
import { clientInfo, type ExHookClient, PACKAGES } from '../../support/exhook-client.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let emqx: EmqxDaemon;
let hooks: ExHookClient;
let known: TestCertificate;

beforeAll(async () => {
  emqx = await EmqxDaemon.start();
  hooks = await emqx.exhook();
  known = emqx.device('lamp');
});
afterEach(async () => {
  await hooks.disconnected('v3', clientInfo(known, 'lamp'));
});
afterAll(() => emqx?.stop());

describe.each(PACKAGES)('emqx.exhook.%s', (version) => {
  it('is told which hooks are wanted, and no others', async () => {
    const broker = {
      version: '5.8.9',
      sysdescr: 'EMQX',
      uptime: 11_420,
      datetime: '2026-11-27T14:15:00+00:00',
    };
    const { bytes, grpcStatus } = await hooks.call(version, 'OnProviderLoaded', { broker });
    const names = ['client.authenticate', 'client.authorize', 'client.disconnected', 'session.resumed'];
    const hook = (name: string) =>
      Buffer.concat([Buffer.from([0x0a, name.length + 2, 0x0a, name.length]), Buffer.from(name)]);
    expect([grpcStatus, bytes]).toEqual(['0', Buffer.concat(names.map(hook))]);
  });

  it('lets a device in with its certificate, and decides what it does', async () => {
    const info = clientInfo(known, 'lamp');
    expect(await hooks.authenticate(version, info)).toBe(true);
    expect(await hooks.authorize(version, info, 'PUBLISH', 'up/lamp')).toBe(true);
    expect(await hooks.authorize(version, info, 'PUBLISH', 'up/other')).toBe(false);
    expect(await hooks.authorize(version, info, 'SUBSCRIBE', 'down/lamp/+')).toBe(true);
    expect(await hooks.authorize(version, info, 'SUBSCRIBE', 'down/lamp/#')).toBe(false);
  });

  it('refuses a device that nobody registered, and one under another name', async () => {
    const stranger = emqx.maker.make({ subject: 'lamp' });
    expect(await hooks.authenticate(version, clientInfo(stranger, 'lamp'))).toBe(false);
    expect(await hooks.authenticate(version, clientInfo(known, 'another'))).toBe(false);
    expect(await hooks.authorize(version, clientInfo(stranger, 'lamp'), 'PUBLISH', 'up/lamp')).toBe(false);
  });

  it('ends the session when the device disconnects', async () => {
    const info = clientInfo(known, 'lamp');
    await hooks.authenticate(version, info);
    expect(await emqx.sessions()).toBe(1);
    const { grpcStatus, bytes } = await hooks.disconnected(version, info, 'ssl_closed');
    expect([grpcStatus, bytes?.length]).toEqual(['0', 0]);
    expect(await emqx.sessions()).toBe(0);
  });

  it('takes a question that is asked twice for one', async () => {
    const info = clientInfo(known, 'lamp');
    const twice = [hooks.authenticate(version, info), hooks.authenticate(version, info)];
    expect(await Promise.all(twice)).toEqual([true, true]);
    expect(await emqx.sessions()).toBe(1);
    await Promise.all([hooks.disconnected(version, info), hooks.disconnected(version, info)]);
    expect(await emqx.sessions()).toBe(0);
  });

  it('keeps the session of a device that came back before its old connection went', async () => {
    const [old, young] = [50_001, 50_002].map((peerport) => clientInfo(known, 'lamp', { peerport }));
    await hooks.authenticate(version, old ?? {});
    await hooks.authenticate(version, young ?? {});
    await hooks.disconnected(version, old ?? {}, 'discarded');
    expect(await emqx.sessions()).toBe(1);
    expect(await hooks.authorize(version, young ?? {}, 'PUBLISH', 'up/lamp')).toBe(true);
    await hooks.disconnected(version, young ?? {});
    expect(await emqx.sessions()).toBe(0);
  });

  it('authenticates a device that EMQX kept, at its next action', async () => {
    const info = clientInfo(known, 'lamp');
    expect(await hooks.authorize(version, info, 'PUBLISH', 'up/lamp')).toBe(true);
    expect(await emqx.sessions()).toBe(1);
  });

  it('answers every other hook so that nothing changes', async () => {
    const quiet = [
      'OnProviderUnloaded',
      'OnClientConnect',
      'OnClientConnack',
      'OnClientConnected',
      'OnClientSubscribe',
    ];
    const more = ['OnClientUnsubscribe', 'OnSessionCreated', 'OnSessionSubscribed', 'OnSessionUnsubscribed'];
    const rest = ['OnSessionResumed', 'OnSessionDiscarded', 'OnSessionTakenover', 'OnSessionTerminated'];
    const messages = ['OnMessageDelivered', 'OnMessageDropped', 'OnMessageAcked'];
    for (const method of [...quiet, ...more, ...rest, ...messages]) {
      const { grpcStatus, bytes } = await hooks.call(version, method, {});
      expect([method, grpcStatus, bytes?.length]).toEqual([method, '0', 0]);
    }
    const message = { id: '1', topic: 'a', payload: Buffer.from('x'), from: 'lamp' };
    const { bytes } = await hooks.call(version, 'OnMessagePublish', { message });
    // type = IGNORE, and no message.
    expect(bytes).toEqual(Buffer.from('0801', 'hex'));
  });

  describe('what anybody could claim', () => {
    it.each<[string, object, string]>([
      ['a listener without TLS', { sockport: 1883, cn: '', dn: '' }, 'CERTIFICATE_NOT_PROVEN'],
      ['a listener that is not named as mutual TLS', { sockport: 8884 }, 'CERTIFICATE_NOT_PROVEN'],
      ['a listener that asks for no certificate', { cn: '', dn: '' }, 'CERTIFICATE_NOT_PROVEN'],
      ['another common name', { cn: 'other' }, 'CERTIFICATE_NOT_PROVEN'],
      ['another distinguished name', { dn: 'CN=lamp,O=Elsewhere' }, 'CERTIFICATE_NOT_PROVEN'],
      ['a part of the distinguished name', { dn: 'CN=lamp' }, 'CERTIFICATE_NOT_PROVEN'],
      ['no username', { username: '' }, 'CERTIFICATE_MISSING'],
      ['a username that is no certificate', { username: 'lamp' }, 'CERTIFICATE_UNREADABLE'],
      [
        'the certificate as EMQX writes it with "crt"',
        { username: '\u0000\u0001' },
        'CERTIFICATE_UNREADABLE',
      ],
    ])('is refused: %s', async (_, change, reason) => {
      const info = clientInfo(known, 'lamp', change);
      expect(await hooks.authenticate(version, info)).toBe(false);
      expect(await hooks.authorize(version, info, 'PUBLISH', 'up/lamp')).toBe(false);
      expect((await emqx.refusals())[0]).toContain(`${reason}: `);
    });

    it('is refused also where EMQX, or somebody before us, said yes', async () => {
      const info = clientInfo(known, 'another', { is_superuser: true, isSuperuser: true });
      const said = await hooks.decide(version, 'OnClientAuthenticate', { clientinfo: info, result: true });
      expect(said).toBe(false);
      const publish = { clientinfo: info, type: 'PUBLISH', topic: 'up/lamp', result: true };
      expect(await hooks.decide(version, 'OnClientAuthorize', publish)).toBe(false);
    });

    it('does not end the session of the device it names', async () => {
      const info = clientInfo(known, 'lamp');
      await hooks.authenticate(version, info);
      await hooks.disconnected(version, { ...info, sockport: 1883 });
      await hooks.disconnected(version, { ...info, cn: '', dn: '' });
      expect(await emqx.sessions()).toBe(1);
    });
  });

  describe('a request that is none', () => {
    it.each<[string, Buffer]>([
      ['an empty message', Buffer.alloc(0)],
      ['random bytes', Buffer.from('ffffffffff', 'hex')],
      ['a message that is cut', Buffer.from('0a7f0a', 'hex')],
      ['a client without anything', Buffer.from('0a00', 'hex')],
    ])('is answered with no: %s', async (_, bytes) => {
      expect(await hooks.decide(version, 'OnClientAuthenticate', {}, { bytes })).toBe(false);
      expect(await hooks.decide(version, 'OnClientAuthorize', {}, { bytes })).toBe(false);
      expect((await hooks.call(version, 'OnClientDisconnected', {}, { bytes })).grpcStatus).toBe('0');
    });

    it('may have fields of a later version', async () => {
      const field = Buffer.from('fa3e036e6577', 'hex');
      const message = { clientinfo: clientInfo(known, 'lamp'), result: false };
      const bytes = Buffer.concat([hooks.encode(version, 'OnClientAuthenticate', message), field]);
      expect(await hooks.decide(version, 'OnClientAuthenticate', {}, { bytes })).toBe(true);
    });

    it('may have properties of the user, as those of v3 do', async () => {
      const message = {
        conninfo: {},
        user_props: [{ name: 'a', value: 'b' }],
        userProps: [{ name: 'a', value: 'b' }],
      };
      expect((await hooks.call(version, 'OnClientConnect', message)).grpcStatus).toBe('0');
      // As raw fields 4 (of v3 only) and 5.
      const more = Buffer.from('22060a01611201622a060a0161120162', 'hex');
      const asked = { clientinfo: clientInfo(known, 'lamp'), result: false };
      const bytes = Buffer.concat([hooks.encode(version, 'OnClientAuthenticate', asked), more]);
      expect(await hooks.decide(version, 'OnClientAuthenticate', {}, { bytes })).toBe(true);
    });

    it('of a kind of action that nobody knows is answered with no', async () => {
      await hooks.authenticate(version, clientInfo(known, 'lamp'));
      const message = { clientinfo: clientInfo(known, 'lamp'), topic: 'up/lamp', type: 7 };
      expect(await hooks.decide(version, 'OnClientAuthorize', message)).toBe(false);
    });

    it('over the limit is answered with no', async () => {
      const info = clientInfo(known, 'lamp', { password: 'x'.repeat(2_000_000) });
      expect(await hooks.authenticate(version, info)).toBe(false);
      expect(await hooks.authorize(version, info, 'PUBLISH', 'up/lamp')).toBe(false);
      expect(await hooks.authenticate(version, clientInfo(known, 'lamp'))).toBe(true);
    });
  });

  describe('the headers of EMQX’s client', () => {
    it.each(['5S', '500m', '5000000u', '5000000000n', '1M', '1H', '99999999S'])(
      'grpc-timeout %s is understood',
      async (timeout) => {
        const headers = { 'grpc-timeout': timeout };
        const info = clientInfo(known, 'lamp');
        expect(await hooks.authenticate(version, info, { headers })).toBe(true);
      },
    );

    it.each<[string, object]>([
      ['without a timeout', { 'grpc-timeout': undefined }],
      ['without an encoding', { 'grpc-encoding': undefined }],
      ['with the plain content type', { 'content-type': 'application/grpc' }],
      ['without what its own library adds', { 'grpc-message-type': undefined, 'user-agent': undefined }],
    ])('are not all needed: %s', async (_, headers) => {
      expect(await hooks.authenticate(version, clientInfo(known, 'lamp'), { headers: { ...headers } })).toBe(
        true,
      );
    });

    it('ask for no compression, and there is none', async () => {
      const message = { clientinfo: clientInfo(known, 'lamp') };
      for (const headers of [{}, { 'grpc-accept-encoding': 'gzip,deflate' }]) {
        const { compression, headers: given } = await hooks.call(version, 'OnClientAuthenticate', message, {
          headers,
        });
        expect(compression).toBe(0);
        expect(given['grpc-encoding'] ?? 'identity').toBe('identity');
        expect(given['content-type']).toMatch(/^application\/grpc/);
      }
    });

    it('may come with a message that is cut anywhere', async () => {
      const cut = [1, 4, 5, 6, 40, 41];
      expect(await hooks.authenticate(version, clientInfo(known, 'lamp'), { cut })).toBe(true);
    });
  });
});

describe('Both packages', () => {
  it('are served on several connections at once', async () => {
    const pool = await Promise.all(Array.from({ length: 8 }, () => emqx.exhook()));
    const devices = Array.from({ length: 64 }, (_, index) => emqx.device(`d${index}`));
    const asked = devices.map((device, index) => {
      const info = clientInfo(device, `d${index}`, { peerport: 40_000 + index });
      return pool[index % 8]?.authenticate(index % 2 === 0 ? 'v2' : 'v3', info);
    });
    expect((await Promise.all(asked)).every((answer) => answer === true)).toBe(true);
    const infos = devices.map((device, index) =>
      clientInfo(device, `d${index}`, { peerport: 40_000 + index }),
    );
    await Promise.all(infos.map((info) => hooks.disconnected('v3', info)));
    expect(await emqx.sessions()).toBe(0);
  });

  it('tell an EMQX before 5.4 nothing else, which does not tell connections apart', async () => {
    const info = clientInfo(known, 'lamp', { peerport: 0 });
    expect(await Promise.all([hooks.authenticate('v2', info), hooks.authenticate('v2', info)])).toEqual([
      true,
      true,
    ]);
    expect(await emqx.sessions()).toBe(1);
    await hooks.disconnected('v2', info);
    expect(await emqx.sessions()).toBe(0);
  });

  it('answer in EMQX’s time when the verdict does not come, and with it at the next attempt', async () => {
    const slow = emqx.device('slow');
    const release = emqx.verifier.hold();
    const given = await hooks.call(
      'v3',
      'OnClientAuthenticate',
      { clientinfo: clientInfo(slow, 'slow') },
      { headers: { 'grpc-timeout': '200m' } },
    );
    expect([given.grpcStatus, given.bytes]).toEqual(['0', Buffer.from('08021800', 'hex')]);
    const again = hooks.authenticate('v3', clientInfo(slow, 'slow', { peerport: 50_009 }));
    await wait(0);
    release();
    expect(await again).toBe(true);
    await hooks.disconnected('v3', clientInfo(slow, 'slow', { peerport: 50_009 }));
  });
});

describe('A port that cannot take a call', () => {
  const start = (limits: object) =>
    EmqxDaemon.start({
      broker: () => ({ exhook: { host: '127.0.0.1', port: 0, insecureLoopback: true, limits } }),
    });

  it.each(PACKAGES)('because others are in progress says no, never an error (%s)', async (version) => {
    const small = await start({ maxConcurrentCalls: 1 });
    try {
      const own = await small.exhook();
      const [one, other] = [small.device('one'), small.device('other')];
      const release = small.verifier.hold();
      const first = own.authenticate(version, clientInfo(one, 'one'));
      await vi.waitFor(() => expect(small.verifier.calls).not.toEqual([]));
      expect(await own.authenticate(version, clientInfo(other, 'other'))).toBe(false);
      expect(await own.authorize(version, clientInfo(other, 'other'), 'PUBLISH', 'up/other')).toBe(false);
      // Nothing hangs on the others.
      expect((await own.call(version, 'OnSessionResumed', {})).grpcStatus).toBe('8');
      expect(await small.refusals()).toContainEqual(expect.stringContaining('LIMIT_EXCEEDED: '));
      release();
      expect(await first).toBe(true);
      expect(await own.authenticate(version, clientInfo(other, 'other'))).toBe(true);
    } finally {
      await small.stop();
    }
  });

  it.each(PACKAGES)('because there were too many in this second says no (%s)', async (version) => {
    const clock = new ManualClock();
    const small = await EmqxDaemon.start({
      clock,
      broker: () => ({
        exhook: { host: '127.0.0.1', port: 0, insecureLoopback: true, limits: { maxCallsPerSecond: 2 } },
      }),
    });
    try {
      const own = await small.exhook();
      const info = clientInfo(small.device('lamp'), 'lamp');
      const asked = [1, 2, 3, 4].map(() => own.authenticate(version, info));
      expect(await Promise.all(asked)).toEqual([true, true, false, false]);
    } finally {
      await small.stop();
    }
  });

  it('any more because the daemon stops still decides what it has taken', async () => {
    const stopping = await start({});
    try {
      const own = await stopping.exhook();
      const release = stopping.verifier.hold();
      const taken = own.authenticate('v3', clientInfo(stopping.device('lamp'), 'lamp'));
      await vi.waitFor(() => expect(stopping.verifier.calls).not.toEqual([]));
      const stopped = stopping.daemon.stop();
      await vi.waitFor(() => expect(own.isClosed).toBe(true));
      release();
      expect(await taken).toBe(true);
      await stopped;
    } finally {
      await stopping.stop();
    }
  });
});

describe('The port', () => {
  it('with mutual TLS serves EMQX’s own certificate, and no other of its CA', async () => {
    const secure = await EmqxDaemon.start({
      broker: ({ tls }) => ({ exhook: { host: '127.0.0.1', port: 0, tls } }),
    });
    try {
      const device = secure.device('lamp');
      const own = await secure.exhook({ client: secure.client });
      expect(await own.authenticate('v3', clientInfo(device, 'lamp'))).toBe(true);
      const other = secure.maker.make({ subject: 'emqx', issuer: secure.callerCa });
      await expect(secure.exhook({ client: other })).rejects.toThrow('closed');
      // Node's HTTP/2 does not tell of this alert, so TLS is asked.
      const ca = secure.serverCertificate.pem;
      const without = connectTls({ host: '127.0.0.1', port: await secure.port('exhook'), ca });
      const [refused] = (await once(without, 'error')) as [Error];
      expect(refused.message).toContain('certificate required');
      // Plain HTTP/2 where TLS is spoken.
      await expect(secure.exhook()).rejects.toThrow('closed');
      expect((await secure.refusals())[0]).toContain('UNAUTHORIZED');
    } finally {
      await secure.stop();
    }
  });

  it('without TLS does not speak it', async () => {
    const plain = connectTls({
      host: '127.0.0.1',
      port: await emqx.port('exhook'),
      rejectUnauthorized: false,
    });
    const [refused] = (await once(plain, 'error')) as [Error];
    expect(refused.message).toMatch(/ECONNRESET|disconnected/);
  });

  it('without TLS is a finding', async () => {
    const { findings } = await emqx.daemon.caller('admin').call('GetStatus', {});
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'listener.insecure-loopback',
        message: expect.stringContaining('edge/exhook'),
      }),
    );
  });
});
