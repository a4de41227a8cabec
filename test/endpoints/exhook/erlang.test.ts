/**
 * ExHook called by a client that nobody here wrote: gun, the HTTP/2 client under EMQX's own gRPC library, on Erlang's sockets and
 * Erlang's TLS, with the headers of EMQX. It knows nothing of messages, so each answer is held to its bytes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';
import { EmqxDaemon, type EmqxFiles } from '../../support/emqx-daemon.ts';
import { type ErlangAnswer, ErlangExHook, missingErlang } from '../../support/erlang-exhook.ts';
import { clientInfo, encode, PACKAGES, type Package } from '../../support/exhook-client.ts';

const missing = missingErlang();
const isLeftOut = missing !== undefined && process.env['CI'] !== 'true';
/** Erlang does not take a certificate for its own CA, as Node does. */
const maker = new CertificateMaker();
const serverCa = maker.ca('servers');
const server = maker.make({ subject: 'localhost', hosts: ['localhost'], issuer: serverCa });

const YES: ErlangAnswer = { grpcStatus: '0', hex: '08021801' };
const NO: ErlangAnswer = { grpcStatus: '0', hex: '08021800' };
const NOTED: ErlangAnswer = { grpcStatus: '0', hex: '' };
const HOOKS = ['client.authenticate', 'client.authorize', 'client.disconnected', 'session.resumed'];

const title = missing === undefined ? 'Erlang' : `Erlang (${missing})`;
describe.skipIf(isLeftOut).each(['plain TCP', 'mutual TLS'])(`${title}, over %s`, (way) => {
  let emqx: EmqxDaemon;
  let client: ErlangExHook;
  let known: TestCertificate;

  beforeAll(async () => {
    expect(missing).toBeUndefined();
    const isSecure = way === 'mutual TLS';
    const secure = ({ tls, write }: EmqxFiles) => {
      const certificateFile = write('own.pem', server.pem);
      const own = { ...tls, certificateFile, keyFile: write('own.key', server.keyPem) };
      return { exhook: { host: '127.0.0.1', port: 0, tls: own } };
    };
    emqx = await EmqxDaemon.start(isSecure ? { broker: secure } : {});
    client = await ErlangExHook.connect(
      await emqx.port('exhook'),
      isSecure ? filesOf(emqx, emqx.client) : [],
    );
    known = emqx.device('lamp');
  });
  afterAll(async () => {
    await client?.close();
    await emqx?.stop();
  });

  const one = async (version: Package, method: string, message: object) =>
    (await client.all([{ version, method, bytes: encode(version, method, message) }]))[0];
  const authenticate = (version: Package, clientinfo: object) =>
    one(version, 'OnClientAuthenticate', { clientinfo });
  const authorize = (version: Package, clientinfo: object, type: string, topic: string) =>
    one(version, 'OnClientAuthorize', { clientinfo, type, topic });
  const disconnected = (version: Package, clientinfo: object) =>
    one(version, 'OnClientDisconnected', { clientinfo, reason: 'normal' });

  describe.each(PACKAGES)('with emqx.exhook.%s', (version) => {
    it('loads the daemon as a provider, and unloads it', async () => {
      const hooks = HOOKS.map((name) => {
        const hook = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
        return Buffer.concat([Buffer.from([0x0a, hook.length]), hook]);
      });
      expect(await one(version, 'OnProviderLoaded', { broker: { version: '5.8.9' } })).toEqual({
        grpcStatus: '0',
        hex: Buffer.concat(hooks).toString('hex'),
      });
      expect(await one(version, 'OnProviderUnloaded', {})).toEqual(NOTED);
    });

    it('has a client in, its actions decided, and its session ended', async () => {
      const info = clientInfo(known, 'lamp');
      expect(await authenticate(version, info)).toEqual(YES);
      expect(await emqx.sessions()).toBe(1);
      expect(await authorize(version, info, 'PUBLISH', 'up/lamp')).toEqual(YES);
      expect(await authorize(version, info, 'PUBLISH', 'up/other')).toEqual(NO);
      expect(await authorize(version, info, 'SUBSCRIBE', 'down/lamp/+')).toEqual(YES);
      expect(await authorize(version, info, 'SUBSCRIBE', '#')).toEqual(NO);
      expect(await disconnected(version, info)).toEqual(NOTED);
      expect(await emqx.sessions()).toBe(0);
    });

    it('has nobody in whom nobody registered, and none without the names of its certificate', async () => {
      const stranger = emqx.maker.make({ subject: 'lamp' });
      expect(await authenticate(version, clientInfo(stranger, 'lamp'))).toEqual(NO);
      expect(await authenticate(version, clientInfo(known, 'other'))).toEqual(NO);
      expect(await authenticate(version, clientInfo(known, 'lamp', { cn: '', dn: '' }))).toEqual(NO);
      expect(await authorize(version, clientInfo(stranger, 'lamp'), 'PUBLISH', 'up/lamp')).toEqual(NO);
      expect(await one(version, 'OnClientAuthenticate', {})).toEqual(NO);
    });

    it('asks about many at once on its one connection', async () => {
      const asked = Array.from({ length: 120 }, (_, index) => {
        const name = `d${index}`;
        const isKnown = index % 3 !== 0;
        const device = isKnown ? emqx.device(name) : emqx.maker.make({ subject: name });
        const info = clientInfo(device, name, { peerport: 40_000 + index });
        return { isKnown, info, bytes: encode(version, 'OnClientAuthenticate', { clientinfo: info }) };
      });
      const method = 'OnClientAuthenticate';
      const answers = await client.all(asked.map(({ bytes }) => ({ version, method, bytes })));
      expect(answers).toEqual(asked.map(({ isKnown }) => (isKnown ? YES : NO)));
      expect(await emqx.sessions()).toBe(80);
      const ends = asked.map(({ info }) => encode(version, 'OnClientDisconnected', { clientinfo: info }));
      await client.all(ends.map((bytes) => ({ version, method: 'OnClientDisconnected', bytes })));
      expect(await emqx.sessions()).toBe(0);
    });

    it('may say what is no message, and is told no', async () => {
      const bytes = Buffer.from('0a7f0a', 'hex');
      const method = 'OnClientAuthenticate';
      expect(await client.all([{ version, method, bytes }])).toEqual([NO]);
    });
  });

  it('is told of a method that there is none of', async () => {
    const call = { version: 'v3', method: 'OnNothing', bytes: Buffer.alloc(0) };
    expect(await client.all([call])).toEqual([{ grpcStatus: '12', hex: undefined }]);
  });

  it('finds its connection as good as before after all of that', async () => {
    expect(await authenticate('v3', clientInfo(known, 'lamp'))).toEqual(YES);
    expect(await disconnected('v3', clientInfo(known, 'lamp'))).toEqual(NOTED);
    expect(await client.close()).toBe(0);
  });

  if (way === 'mutual TLS') {
    it('is not served with another certificate of that CA, or without TLS', async () => {
      const port = await emqx.port('exhook');
      const other = emqx.maker.make({ subject: 'emqx', issuer: emqx.callerCa });
      await expect(served(port, filesOf(emqx, other))).rejects.toThrow('down');
      await expect(served(port, [])).rejects.toThrow('down');
    });
  }

  /** TLS 1.3 tells of a refused certificate only after the client thinks it is connected. */
  async function served(port: number, files: readonly string[]): Promise<void> {
    const refused = await ErlangExHook.connect(port, files);
    const clientinfo = clientInfo(known, 'lamp');
    const bytes = encode('v3', 'OnClientAuthenticate', { clientinfo });
    const [answer] = await refused.all([{ version: 'v3', method: 'OnClientAuthenticate', bytes }]);
    await refused.close();
    if (answer?.hex === undefined) throw new Error(answer?.grpcStatus);
  }
});

function filesOf(emqx: EmqxDaemon, own: TestCertificate): readonly string[] {
  const files = { 'ca.pem': serverCa.pem, 'erlang.pem': own.pem, 'erlang.key': own.keyPem };
  return Object.entries(files).map(([name, text]) => emqx.write(name, text));
}
