import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpsConnection } from '../../src/cloud/https-connection.ts';
import { ProxyAddress } from '../../src/cloud/proxy.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { ConnectProxy, type ConnectProxyOptions } from '../support/fake-aws/connect-proxy.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws } from '../support/fake-aws/fake-aws.ts';

/** Of what needs no time but the machine's. */
const SOON = { timeout: 10_000 };
const HOST = 'greengrass-ats.iot.eu-west-1.amazonaws.com';
const PATH = '/greengrass/things/MyCore/connectivityInfo';

let aws: FakeAws;
let core: CoreDirectory;
let proxy: ConnectProxy;
let connection: HttpsConnection | undefined;

beforeEach(async () => {
  aws = await FakeAws.start({ hosts: [HOST] });
  core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
});

afterEach(async () => {
  connection?.close();
  await proxy.stop();
  await aws.stop();
  core.remove();
});

async function through(options: ConnectProxyOptions = {}, url?: string): Promise<HttpsConnection> {
  proxy = await ConnectProxy.start(options);
  connection = new HttpsConnection({
    host: HOST,
    port: aws.devicePort,
    alpn: 'x-amzn-http-ca',
    files: core.files,
    proxy: new ProxyAddress(url ?? proxy.url),
    warn: (message) => {
      throw new Error(message);
    },
  });
  return connection;
}

function ask(kept: HttpsConnection, signal: AbortSignal = AbortSignal.timeout(10_000)) {
  return kept.send({ method: 'GET', path: PATH, signal });
}

describe('a proxy', () => {
  it('is asked for a tunnel to the host, in which nothing of the mutual TLS is lost', async () => {
    const kept = await through();
    expect(await ask(kept)).toMatchObject({ kind: 'answered', value: { status: 200 } });
    expect(await ask(kept)).toMatchObject({ kind: 'answered' });
    expect(proxy.connections).toEqual([{ target: `${HOST}:${aws.devicePort}`, authorization: undefined }]);
    expect(aws.requests.connections).toEqual([
      expect.objectContaining({
        sni: HOST,
        alpn: 'x-amzn-http-ca',
        clientCertificateId: aws.core.certificate.id,
      }),
    ]);
  });

  it('is given user and password', async () => {
    const kept = await through({ user: 'core@site', password: 'a:b/ä' });
    expect(await ask(kept)).toMatchObject({ kind: 'answered' });
    const sent = Buffer.from(proxy.connections[0]!.authorization!.slice('Basic '.length), 'base64');
    expect(sent.toString()).toBe('core@site:a:b/ä');
  });

  it('may be asked over TLS, with a certificate of the configured roots', async () => {
    const maker = new CertificateMaker();
    const root = maker.ca('Site CA');
    core.write('root.pem', `${aws.rootCaPem}${root.pem}`);
    const certificate = maker.make({ subject: 'proxy', issuer: root, hosts: ['127.0.0.1'] });
    expect(await ask(await through({ certificate }))).toMatchObject({ kind: 'answered' });
  });

  it('is an alarm, without its password, when its certificate does not count', async () => {
    const certificate = new CertificateMaker().make({ subject: 'proxy', hosts: ['127.0.0.1'] });
    const kept = await through({ certificate, user: 'me', password: 'secret-word' });
    const outcome = await ask(kept);
    expect(outcome).toMatchObject({ trouble: 'misconfigured' });
    expect(JSON.stringify(outcome)).not.toContain('secret-word');
  });

  it.each([
    ['', 'wants a user and a password'],
    ['me:wrong-word@', 'does not accept its user and password'],
  ])('is an alarm when it does not accept who we are (%s)', async (login, reason) => {
    const kept = await through({ user: 'me', password: 'secret-word' });
    const port = proxy.port;
    kept.close();
    connection = new HttpsConnection({
      host: HOST,
      port: aws.devicePort,
      alpn: undefined,
      files: core.files,
      proxy: new ProxyAddress(`http://${login}127.0.0.1:${port}`),
      warn: () => {},
    });
    const outcome = await ask(connection);
    expect(outcome).toMatchObject({
      trouble: 'misconfigured',
      message: `the proxy http://127.0.0.1:${port} ${reason}`,
    });
  });

  it.each([
    [403, 'misconfigured'],
    [502, 'unreachable'],
    [504, 'unreachable'],
  ])('that answers %i makes the host %s', async (status, trouble) => {
    const kept = await through();
    proxy.answers = status;
    expect(await ask(kept)).toMatchObject({ trouble, message: expect.stringContaining(`${status}`) });
    proxy.answers = 200;
    expect(await ask(kept)).toMatchObject({ kind: 'answered' });
  });

  it('that stalls is given up at the deadline, and nothing of it is left', async () => {
    const kept = await through();
    proxy.answers = 'stall';
    const giveUp = new AbortController();
    const asked = ask(kept, giveUp.signal);
    await expect.poll(() => proxy.connections.length, SOON).toBe(1);
    giveUp.abort();
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => proxy.open, SOON).toBe(0);
  });

  it('behind which the handshake stalls is given up at the deadline, and nothing of it is left', async () => {
    aws.connections('stall-handshake');
    const kept = await through();
    const giveUp = new AbortController();
    const asked = ask(kept, giveUp.signal);
    await expect.poll(() => aws.openConnections, SOON).toBe(1);
    giveUp.abort();
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => proxy.open + aws.openConnections, SOON).toBe(0);
  });

  it('that is gone makes the host unreachable, and is named', async () => {
    const kept = await through();
    const { port } = proxy;
    await proxy.stop();
    expect(await ask(kept)).toEqual({
      kind: 'trouble',
      trouble: 'unreachable',
      message: `the proxy http://127.0.0.1:${port} refuses connections`,
    });
    proxy = await ConnectProxy.start();
  });

  it('changes nothing about an inactive core certificate', async () => {
    aws.account.setCertificate(aws.core.certificate.id, 'INACTIVE');
    expect(await ask(await through())).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining("is the core's certificate active?"),
    });
  });

  it('cannot read along: its own certificate for the host is an alarm', async () => {
    aws.showCertificate('other-ca');
    expect(await ask(await through())).toMatchObject({ trouble: 'misconfigured' });
    expect(aws.requests.count()).toBe(0);
  });
});
