import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataPlaneAlpn } from '../../src/cloud/https-connection.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { ask, ConnectionRoom, HOST, SOON } from './connection-room.ts';

/** Nobody else's, so that nobody else has its port 443. */
const OWN_ADDRESS = '127.0.7.43';

let room: ConnectionRoom;

beforeEach(async () => {
  room = await ConnectionRoom.open();
});

afterEach(() => room.close());

describe('a connection to the cloud', () => {
  it('shows the core certificate, names the exact host, and offers no protocol but HTTP/1.1', async () => {
    const outcome = await room.connection().send(ask());
    expect(outcome).toMatchObject({ kind: 'answered', value: { status: 200 } });
    expect(room.aws.requests.connections).toEqual([
      expect.objectContaining({
        sni: HOST,
        alpn: undefined,
        tlsVersion: 'TLSv1.3',
        clientCertificateId: room.aws.core.certificate.id,
      }),
    ]);
  });

  it('sends a body as JSON, and tells the headers of the answer in small letters', async () => {
    const body = { ConnectivityInfo: [{ Id: 'ä', HostAddress: 'h', PortNumber: 1, Metadata: '' }] };
    const outcome = await room.connection().send(ask({ method: 'PUT', body, headers: { 'X-Own': 'yes' } }));
    expect(outcome).toMatchObject({
      kind: 'answered',
      value: { status: 200, headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'fake' } },
    });
    const [request] = room.aws.requests.all;
    expect(JSON.parse(request!.body)).toEqual(body);
    expect(request!.headers).toMatchObject({ 'content-type': 'application/json', 'x-own': 'yes' });
  });

  it('is kept for the next request', async () => {
    const kept = room.connection();
    for (let n = 0; n < 3; n += 1) await kept.send(ask());
    expect(room.aws.requests.count()).toBe(3);
    expect(room.aws.requests.connections).toHaveLength(1);
  });

  it('resumes no TLS session', async () => {
    const kept = room.connection();
    await kept.send(ask());
    room.aws.closeIdleConnections();
    await kept.send(ask());
    expect(room.aws.requests.connections.map(({ resumed }) => resumed)).toEqual([false, false]);
  });

  it.each([200, 204, 302, 400, 403, 404, 429, 500, 503])('hands on status %i as it is', async (status) => {
    room.aws.faults.add({ kind: 'answer', status, body: status === 204 ? undefined : { a: 1 } });
    expect(await room.connection().send(ask())).toMatchObject({ kind: 'answered', value: { status } });
  });

  it('follows no redirect', async () => {
    room.aws.faults.add({ kind: 'redirect', location: `https://localhost:${room.aws.controlPort}/` });
    expect(await room.connection().send(ask())).toMatchObject({ kind: 'answered', value: { status: 307 } });
    expect(room.aws.requests.count()).toBe(1);
  });

  it('is not made twice for two requests one after the other, and is for two at once', async () => {
    room.aws.faults.add({ kind: 'latency', ms: 30 });
    const kept = room.connection();
    await Promise.all([kept.send(ask()), kept.send(ask())]);
    expect(room.aws.requests.connections).toHaveLength(2);
    expect(room.aws.requests.highestConcurrency).toBe(2);
  });
});

describe('the files of a connection', () => {
  it('are read again on demand: new connections show the new certificate', async () => {
    const kept = room.connection();
    await kept.send(ask());
    const other = room.aws.addCore('OtherCore');
    room.core.replace(other.certificate);
    await kept.send(ask());
    kept.reload();
    expect(kept.certificateId).toBe(other.certificate.id);
    await kept.send(ask());
    const { certificate } = room.aws.core;
    expect(room.aws.requests.connections.map((each) => each.clientCertificateId)).toEqual([
      certificate.id,
      other.certificate.id,
    ]);
    await expect.poll(() => room.aws.openConnections, SOON).toBe(1);
  });

  it('do not disturb what is under way', async () => {
    room.aws.faults.add({ kind: 'latency', ms: 50 });
    const kept = room.connection();
    const asked = kept.send(ask());
    await room.aws.requests.until(1);
    kept.reload();
    expect(await asked).toMatchObject({ kind: 'answered' });
    await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
  });

  it('stay what they were when the new ones cannot be used', async () => {
    const kept = room.connection();
    const maker = new CertificateMaker();
    room.core.write('core.key', maker.make().keyPem);
    expect(() => kept.reload()).toThrow(/cloud\.keyFile: .* is not the key of the certificate/);
    expect(await kept.send(ask())).toMatchObject({ kind: 'answered' });
  });
});

describe('a connection that is closed', () => {
  it('asks nothing more, and ends when what is under way has', async () => {
    room.aws.faults.add({ kind: 'latency', ms: 50 });
    const kept = room.connection();
    const asked = kept.send(ask());
    await room.aws.requests.until(1);
    kept.close();
    expect(await kept.send(ask())).toMatchObject({ trouble: 'unreachable' });
    expect(await asked).toMatchObject({ kind: 'answered' });
    await expect.poll(() => room.aws.openConnections, SOON).toBe(0);
    expect(room.aws.requests.count()).toBe(1);
  });
});

const onPort443 = await canListen(OWN_ADDRESS, 443);

describe('port 443', () => {
  it.skipIf(!onPort443)('is asked for the protocol of AWS, and for no other', async () => {
    await room.close();
    room = await ConnectionRoom.open({ address: OWN_ADDRESS, devicePort: 443 });
    const outcome = await room.connection({ alpn: dataPlaneAlpn(443) }).send(ask());
    expect(outcome).toMatchObject({ kind: 'answered', value: { status: 200 } });
    expect(room.aws.requests.connections).toEqual([
      expect.objectContaining({ sni: HOST, alpn: 'x-amzn-http-ca' }),
    ]);
    expect(room.aws.requests.all[0]!.headers.host).toBe(HOST);
    expect(await room.connection().send(ask())).toMatchObject({ kind: 'trouble' });
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
