import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dataPlaneAlpn,
  HttpsConnection,
  type HttpsConnectionOptions,
} from '../../src/cloud/https-connection.ts';
import type { ServiceRequest } from '../../src/cloud/service-connection.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { CoreDirectory } from '../support/fake-aws/core-directory.ts';
import { FakeAws, type FakeAwsOptions } from '../support/fake-aws/fake-aws.ts';
import { OpensslServer } from '../support/fake-aws/openssl-server.ts';

const HOST = 'greengrass-ats.iot.eu-west-1.amazonaws.com';
const PATH = '/greengrass/things/MyCore/connectivityInfo';
/** Nobody else's, so that nobody else has its port 443. */
const OWN_ADDRESS = '127.0.7.43';

let aws: FakeAws;
let core: CoreDirectory;
const open: HttpsConnection[] = [];

async function start(options: FakeAwsOptions = {}): Promise<void> {
  aws = await FakeAws.start({ hosts: [HOST], ...options });
  core = new CoreDirectory(aws.core.certificate, aws.rootCaPem);
}

function connection(options: Partial<HttpsConnectionOptions> = {}): HttpsConnection {
  const made = new HttpsConnection({
    host: HOST,
    port: aws.devicePort,
    alpn: undefined,
    files: core.files,
    proxy: undefined,
    warn: (message) => {
      throw new Error(message);
    },
    lookup: (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    ...options,
  });
  open.push(made);
  return made;
}

function ask(given: Partial<ServiceRequest> = {}): ServiceRequest {
  return { method: 'GET', path: PATH, signal: AbortSignal.timeout(10_000), ...given };
}

beforeEach(() => start());

afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await aws.stop();
  core.remove();
});

describe('a connection to the cloud', () => {
  it('shows the core certificate, names the exact host, and offers no protocol but HTTP/1.1', async () => {
    const outcome = await connection().send(ask());
    expect(outcome).toMatchObject({ kind: 'answered', value: { status: 200 } });
    expect(aws.requests.connections).toEqual([
      expect.objectContaining({
        sni: HOST,
        alpn: undefined,
        tlsVersion: 'TLSv1.3',
        clientCertificateId: aws.core.certificate.id,
      }),
    ]);
  });

  it('sends a body as JSON, and tells the headers of the answer in small letters', async () => {
    const body = { ConnectivityInfo: [{ Id: 'ä', HostAddress: 'h', PortNumber: 1, Metadata: '' }] };
    const outcome = await connection().send(ask({ method: 'PUT', body, headers: { 'X-Own': 'yes' } }));
    expect(outcome).toMatchObject({
      kind: 'answered',
      value: { status: 200, headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'fake' } },
    });
    const [request] = aws.requests.all;
    expect(JSON.parse(request!.body)).toEqual(body);
    expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'x-own': 'yes' });
  });

  it('is kept for the next request', async () => {
    const kept = connection();
    for (let n = 0; n < 3; n += 1) await kept.send(ask());
    expect(aws.requests.count()).toBe(3);
    expect(aws.requests.connections).toHaveLength(1);
  });

  it('resumes no TLS session', async () => {
    const kept = connection();
    await kept.send(ask());
    aws.closeIdleConnections();
    await kept.send(ask());
    expect(aws.requests.connections.map(({ resumed }) => resumed)).toEqual([false, false]);
  });

  it.each([200, 204, 302, 400, 403, 404, 429, 500, 503])('hands on status %i as it is', async (status) => {
    aws.faults.add({ kind: 'answer', status, body: status === 204 ? undefined : { a: 1 } });
    expect(await connection().send(ask())).toMatchObject({ kind: 'answered', value: { status } });
  });

  it('follows no redirect', async () => {
    aws.faults.add({ kind: 'redirect', location: `https://localhost:${aws.controlPort}/` });
    expect(await connection().send(ask())).toMatchObject({ kind: 'answered', value: { status: 307 } });
    expect(aws.requests.count()).toBe(1);
  });

  it('is not made twice for two requests one after the other, and is for two at once', async () => {
    aws.faults.add({ kind: 'latency', ms: 30 });
    const kept = connection();
    await Promise.all([kept.send(ask()), kept.send(ask())]);
    expect(aws.requests.connections).toHaveLength(2);
    expect(aws.requests.highestConcurrency).toBe(2);
  });
});

describe('an answer that does not come whole', () => {
  it.each(['end', 'reset'] as const)('is none when the server stops in the middle (%s)', async (how) => {
    aws.faults.add({ kind: 'half-answer', how });
    expect(await connection().send(ask())).toEqual({
      kind: 'trouble',
      trouble: 'unreachable',
      message: `${HOST}:${aws.devicePort} stopped in the middle of its answer`,
    });
    expect(aws.requests.count()).toBe(1);
  });

  it.each(['nothing', 'head'] as const)(
    'is given up at the deadline when it stalls after %s',
    async (after) => {
      aws.faults.add({ kind: 'stall', after });
      const giveUp = new AbortController();
      const asked = connection().send(ask({ signal: giveUp.signal }));
      await aws.requests.until(1);
      giveUp.abort();
      expect(await asked).toMatchObject({
        trouble: 'unreachable',
        message: expect.stringContaining('in time'),
      });
      await expect.poll(() => aws.openConnections).toBe(0);
    },
  );

  it('is refused when it is longer than any answer is', async () => {
    aws.faults.add({ kind: 'endless-body' });
    expect(await connection().send(ask())).toMatchObject({ trouble: 'unexpected' });
    await expect.poll(() => aws.openConnections).toBe(0);
  });

  it('is refused when it is no HTTP', async () => {
    aws.faults.add({ kind: 'malformed-head' });
    expect(await connection().send(ask())).toMatchObject({ trouble: 'unexpected' });
  });

  it.each([
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['a head without an end', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}`],
  ])('is none when it is %s', async (_what, text) => {
    aws.faults.add({ kind: 'raw', text });
    expect(await connection().send(ask())).toMatchObject({ kind: 'trouble' });
    await expect.poll(() => aws.openConnections).toBe(0);
  });

  it('is not given to the next request when there were two', async () => {
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
    aws.faults.add({ kind: 'raw', text: `${one}${one.replace('200', '299')}` }, { times: 1 });
    const kept = connection();
    expect(await kept.send(ask())).toMatchObject({ value: { status: 200, body: '{}' } });
    expect(await kept.send(ask())).toMatchObject({
      value: { status: 200, body: expect.stringMatching(/Message/) },
    });
  });

  it('is not waited for when nobody wants it', async () => {
    const gone = AbortSignal.abort();
    expect(await connection().send(ask({ signal: gone }))).toMatchObject({ trouble: 'unreachable' });
    expect(aws.requests.connections).toHaveLength(0);
  });
});

describe('a closed connection', () => {
  it.each(['end', 'reset'] as const)(
    'costs nothing but another one when the server closed it while it was not used (%s)',
    async (how) => {
      const kept = connection();
      await kept.send(ask());
      aws.faults.add({ kind: 'close', how, onlyReused: true });
      expect(await kept.send(ask())).toMatchObject({ kind: 'answered', value: { status: 200 } });
      expect(aws.requests.connections).toHaveLength(2);
    },
  );

  it('costs nothing though several were closed so', async () => {
    aws.faults.add({ kind: 'latency', ms: 30 }, { times: 4 });
    const kept = connection();
    await Promise.all([1, 2, 3, 4].map(() => kept.send(ask())));
    aws.faults.add({ kind: 'close', onlyReused: true });
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
    expect(aws.requests.connections).toHaveLength(5);
  });

  it.each(['after-handshake', 'after-request'] as const)(
    "is an alarm about the core's certificate when it is inactive (closed %s)",
    async (when) => {
      aws.closesInactive(when);
      aws.account.setCertificate(aws.core.certificate.id, 'INACTIVE');
      expect(await connection().send(ask())).toEqual({
        kind: 'trouble',
        trouble: 'misconfigured',
        message: `${HOST}:${aws.devicePort} closed the connection without an answer: is the core's certificate active?`,
      });
      expect(aws.requests.connections).toHaveLength(2);
    },
  );

  it('is that alarm with TLS 1.2, too', async () => {
    await aws.stop();
    core.remove();
    await start({ tlsVersion: 'TLSv1.2' });
    const kept = connection();
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
    kept.reload();
    aws.account.setCertificate(aws.core.certificate.id, 'INACTIVE');
    expect(await kept.send(ask())).toMatchObject({ trouble: 'misconfigured' });
    expect(aws.requests.connections[0]).toMatchObject({ tlsVersion: 'TLSv1.2' });
  });

  it('is that alarm, too, when the certificate was deactivated while a connection was open', async () => {
    aws.closesInactive('after-request');
    const kept = connection();
    await kept.send(ask());
    aws.account.setCertificate(aws.core.certificate.id, 'REVOKED');
    expect(await kept.send(ask())).toMatchObject({ trouble: 'misconfigured' });
  });

  it('is no alarm when it happens once', async () => {
    aws.faults.add({ kind: 'close' }, { times: 1 });
    expect(await connection().send(ask())).toMatchObject({ kind: 'answered', value: { status: 200 } });
  });

  it('is no alarm when the network is gone', async () => {
    aws.faults.add({ kind: 'stall', after: 'nothing' });
    const asked = connection().send(ask());
    await aws.requests.until(1);
    await aws.cut();
    expect(await asked).toEqual({
      kind: 'trouble',
      trouble: 'unreachable',
      message: `${HOST}:${aws.devicePort} refuses connections`,
    });
    await aws.restore();
  });

  it('is no alarm when it is closed before the handshake is over', async () => {
    aws.connections('close-at-once');
    expect(await connection().send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('closed the connection'),
    });
  });
});

describe('a network without the cloud', () => {
  it('is unreachable while it is cut, and is not when it is back', async () => {
    const kept = connection();
    await kept.send(ask());
    await aws.cut();
    expect(await kept.send(ask())).toMatchObject({ trouble: 'unreachable' });
    await aws.restore();
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
  });

  it('is unreachable when the name is unknown', async () => {
    const lookup: HttpsConnectionOptions['lookup'] = (_host, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    expect(await connection({ lookup }).send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('its name is unknown'),
    });
  });

  it('is unreachable when something else answers there', async () => {
    aws.connections('not-tls');
    expect(await connection().send(ask())).toMatchObject({
      trouble: 'unreachable',
      message: expect.stringContaining('does not speak TLS'),
    });
  });

  it('is unreachable when the handshake stalls, and nothing of it is left', async () => {
    aws.connections('stall-handshake');
    const giveUp = new AbortController();
    const asked = connection().send(ask({ signal: giveUp.signal }));
    await expect.poll(() => aws.openConnections).toBe(1);
    giveUp.abort();
    expect(await asked).toMatchObject({ trouble: 'unreachable' });
    await expect.poll(() => aws.openConnections).toBe(0);
  });
});

describe('a server that is not the right one', () => {
  it.each([
    ['other-ca', 'none of the trusted roots has issued'],
    ['other-name', 'for other names'],
    ['expired', "has expired: is this host's clock right?"],
    ['not-yet-valid', 'not valid yet'],
  ] as const)('is told nothing, and its certificate is an alarm (%s)', async (identity, reason) => {
    aws.showCertificate(identity);
    const outcome = await connection().send(ask());
    expect(outcome).toMatchObject({ trouble: 'misconfigured', message: expect.stringContaining(reason) });
    expect(outcome).toMatchObject({ message: expect.stringContaining(HOST) });
    expect(aws.requests.count()).toBe(0);
  });

  it.each(['-tls1_2', '-tls1_3'])(
    'says by an alert that it refuses the certificate of the core (%s)',
    async (version) => {
      const server = await OpensslServer.start(version, aws.rootCaPem);
      try {
        const { certificateFile, keyFile } = core.files;
        const files = {
          certificateFile,
          keyFile,
          rootCaFile: core.write('other.pem', server.certificatePem),
        };
        const outcome = await connection({ host: 'localhost', port: server.port, files }).send(ask());
        expect(outcome).toMatchObject({
          trouble: 'misconfigured',
          message: expect.stringMatching(/refuses .*\(unknown ca\)/),
        });
      } finally {
        await server.stop();
      }
    },
  );

  it('says by an alert that it does not speak our protocol', async () => {
    expect(await connection({ alpn: 'something' }).send(ask())).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('refuses the TLS handshake (no application protocol)'),
    });
  });

  it("is every server that is not Amazon's, where no other roots are given", async () => {
    const { certificateFile, keyFile } = core.files;
    const files = { certificateFile, keyFile, rootCaFile: undefined };
    expect(await connection({ files }).send(ask())).toMatchObject({ trouble: 'misconfigured' });
  });

  it('is not let through by an environment that turns checks off', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      aws.showCertificate('other-ca');
      expect(await connection().send(ask())).toMatchObject({ trouble: 'misconfigured' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });
});

describe('the files of a connection', () => {
  it('are read again on demand: new connections show the new certificate', async () => {
    const kept = connection();
    await kept.send(ask());
    const other = aws.addCore('OtherCore');
    core.replace(other.certificate);
    await kept.send(ask());
    kept.reload();
    expect(kept.certificateId).toBe(other.certificate.id);
    await kept.send(ask());
    const { certificate } = aws.core;
    expect(aws.requests.connections.map((each) => each.clientCertificateId)).toEqual([
      certificate.id,
      other.certificate.id,
    ]);
    await expect.poll(() => aws.openConnections).toBe(1);
  });

  it('do not disturb what is under way', async () => {
    aws.faults.add({ kind: 'latency', ms: 50 });
    const kept = connection();
    const asked = kept.send(ask());
    await aws.requests.until(1);
    kept.reload();
    expect(await asked).toMatchObject({ kind: 'answered' });
    await expect.poll(() => aws.openConnections).toBe(0);
  });

  it('stay what they were when the new ones cannot be used', async () => {
    const kept = connection();
    const maker = new CertificateMaker();
    core.write('core.key', maker.make().keyPem);
    expect(() => kept.reload()).toThrow(/cloud\.keyFile: .* is not the key of the certificate/);
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
  });
});

describe('a connection that is closed', () => {
  it('asks nothing more, and ends when what is under way has', async () => {
    aws.faults.add({ kind: 'latency', ms: 50 });
    const kept = connection();
    const asked = kept.send(ask());
    await aws.requests.until(1);
    kept.close();
    expect(await kept.send(ask())).toMatchObject({ trouble: 'unreachable' });
    expect(await asked).toMatchObject({ kind: 'answered' });
    await expect.poll(() => aws.openConnections).toBe(0);
    expect(aws.requests.count()).toBe(1);
  });
});

const onPort443 = await canListen(OWN_ADDRESS, 443);

describe('port 443', () => {
  it.skipIf(!onPort443)('is asked for the protocol of AWS, and for no other', async () => {
    await aws.stop();
    await start({ address: OWN_ADDRESS, devicePort: 443 });
    const at: Partial<HttpsConnectionOptions> = {
      lookup: (_host, _options, callback) => callback(null, [{ address: OWN_ADDRESS, family: 4 }]),
    };
    const outcome = await connection({ ...at, alpn: dataPlaneAlpn(443) }).send(ask());
    expect(outcome).toMatchObject({ kind: 'answered', value: { status: 200 } });
    expect(aws.requests.connections).toEqual([
      expect.objectContaining({ sni: HOST, alpn: 'x-amzn-http-ca' }),
    ]);
    expect(aws.requests.all[0]!.headers.host).toBe(HOST);
    expect(await connection(at).send(ask())).toMatchObject({ kind: 'trouble' });
  });

  it('is the only one with a protocol of its own', () => {
    expect([443, 8443, 444].map(dataPlaneAlpn)).toEqual(['x-amzn-http-ca', undefined, undefined]);
  });
});

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
