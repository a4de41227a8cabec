import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Server, type TLSSocket } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerCertificate, type UnknownIssuer } from '../../../plugins/aedes/index.ts';
import type { CertificateUpdate } from '../../../src/contract/generated/deviceauth/v1/CertificateUpdate.ts';
import { RogueDaemon } from '../../e2e/support/rogue-daemon.ts';
import { until } from '../../e2e/support/until.ts';
import { makeUpdate } from '../../support/certificate-updates.ts';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';
import { makeCrl } from '../../support/crl.ts';

const maker = new CertificateMaker();
const serverCa = maker.ca('server CA');
const deviceCa = maker.ca('device CA');
const otherCa = maker.ca('another device CA');
const device = maker.make({ subject: 'device', issuer: deviceCa, serial: '00abcd' });
const other = maker.make({ subject: 'other', issuer: otherCa });

describe('the server certificate of a Node broker', () => {
  let directory: string;
  let daemon: RogueDaemon;
  let certificate: ServerCertificate;
  let lines: string[];
  const servers: Server[] = [];
  const sockets: TLSSocket[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dac-'));
    daemon = await RogueDaemon.start(join(directory, 's'));
    lines = [];
    certificate = ServerCertificate.subscribe({
      address: `unix:${daemon.path}`,
      name: 'a-broker',
      log: (level, message, fields) => lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    });
  });
  afterEach(async () => {
    certificate.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    await daemon.stop();
    rmSync(directory, { recursive: true });
  });

  const update = (deviceCas = [deviceCa], crls: readonly string[] = []): CertificateUpdate =>
    makeUpdate(maker, { issuer: serverCa, deviceCas, crls });

  async function serve(unknownIssuer: UnknownIssuer = 'refuse'): Promise<number> {
    const server = await certificate.createTlsServer({
      unknownIssuer,
      onConnection: (socket) => {
        sockets.push(socket);
        socket.on('data', (data) => socket.write(data));
        socket.write('in');
      },
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** In, or why not. TLS 1.3 tells a client of a refusal after its handshake. */
  async function attempt(port: number, identity: TestCertificate): Promise<TLSSocket> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: serverCa.pem,
      cert: identity.pem,
      key: identity.keyPem,
    });
    sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve());
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
    socket.on('error', () => {});
    return socket;
  }

  const shown = async (port: number): Promise<string> =>
    (await attempt(port, device)).getPeerX509Certificate()?.toString() ?? '';

  it('is asked for under a name, and served as soon as it is there', async () => {
    const serving = serve();
    await until('it is asked for', () => daemon.subscribers.length > 0);
    expect(daemon.subscribers).toEqual(['a-broker']);
    expect(certificate.current).toBeUndefined();
    const first = update();
    daemon.deliver(first);
    expect(await shown(await serving)).toBe(first.certificate);
    expect(certificate.current?.caCertificates).toEqual([serverCa.pem]);
  });

  it('is swapped while connections stay', async () => {
    daemon.certificate = update();
    const port = await serve();
    const open = await attempt(port, device);
    for (let round = 0; round < 3; round++) {
      const next = update();
      daemon.deliver(next);
      await until('it shows the new one', async () => (await shown(port)) === next.certificate);
    }
    open.write('still here');
    const answer = await new Promise((resolve) => open.once('data', (data) => resolve(data.toString())));
    expect(answer).toBe('still here');
  });

  it('comes with the device CAs, of which there may be none at first', async () => {
    daemon.certificate = update([]);
    const port = await serve();
    await expect(attempt(port, device)).rejects.toThrow();
    daemon.deliver(update([deviceCa]));
    await until('the device is let in', () => attempt(port, device).catch(() => false));
    await expect(attempt(port, other)).rejects.toThrow();
    daemon.deliver(update([deviceCa, otherCa]));
    await until('the other is let in', () => attempt(port, other).catch(() => false));
    daemon.deliver(update([otherCa]));
    await until('the device is refused', () =>
      attempt(port, device).then(
        () => false,
        () => true,
      ),
    );
  });

  it('comes with CRLs, which the handshake looks at while there is one of every CA', async () => {
    daemon.certificate = update();
    const port = await serve();
    await attempt(port, device);
    daemon.deliver(update([deviceCa, otherCa], [makeCrl(deviceCa, ['ABCD']), makeCrl(otherCa)]));
    await until('the other is let in', () => attempt(port, other).catch(() => false));
    await expect(attempt(port, device)).rejects.toThrow('closed');
    daemon.deliver(update([deviceCa, otherCa]));
    await until('the daemon alone decides', () => attempt(port, device).catch(() => false));
  });

  it('does not look at CRLs where devices of unknown issuers are let through', async () => {
    daemon.certificate = update([deviceCa], [makeCrl(deviceCa)]);
    const port = await serve('verify');
    await attempt(port, other);
  });

  it('stays where an update is not usable', async () => {
    const first = update();
    daemon.certificate = first;
    const port = await serve();
    const good = update();
    const bad: [CertificateUpdate, RegExp][] = [
      [{ ...good, certificate: '' }, /no certificate/],
      [{ ...good, privateKey: '' }, /no private key/],
      [{ ...good, privateKey: first.privateKey! }, /not the certificate's/],
      [{ ...good, certificate: 'nonsense' }, /cannot be read/],
      [{ ...good, deviceCaCertificates: ['nonsense'] }, /cannot be read/],
      [
        { ...good, deviceCaCertificates: [deviceCa.pem, otherCa.pem], deviceCaCrls: [makeCrl(deviceCa)] },
        /as many CRLs/,
      ],
    ];
    for (const [each, why] of bad) {
      const before = lines.length;
      daemon.deliver(each);
      await until('a line', () => lines.length > before);
      expect(lines.slice(before)).toEqual([expect.stringMatching(why)]);
      expect(lines.at(-1)).toMatch(/^error certificate update not usable/);
    }
    expect(await shown(port)).toBe(first.certificate);
    expect(lines.join('\n')).not.toContain('BEGIN');
  });

  it('is asked for again when the daemon was away', async () => {
    daemon.certificate = update();
    const port = await serve();
    await daemon.stop();
    await shown(port);
    daemon = await RogueDaemon.start(daemon.path);
    const next = update();
    daemon.certificate = next;
    await until('it shows the new one', async () => (await shown(port)) === next.certificate);
  });

  it('says once what to do where the daemon may not give it, and goes on asking', async () => {
    daemon.certificate = daemon.error('UNAUTHORIZED', status.PERMISSION_DENIED);
    daemon.endCertificateStreams();
    const serving = serve();
    await until('it was asked for again', () => daemon.subscribers.length > 3);
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/operations of this socket's listener/),
    ]);
    daemon.certificate = update();
    await shown(await serving);
  });
});
