import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createTlsServer, type UnknownIssuer } from '../../../plugins/aedes/tls-server.ts';
import { until } from '../../e2e/support/until.ts';
import { CertificateMaker, type TestCertificate } from '../../support/certificates.ts';

const maker = new CertificateMaker();
const serverCa = maker.ca('server CA');
const server = maker.make({ subject: 'localhost', issuer: serverCa });
const deviceCa = maker.ca('device CA');
const strangeCa = maker.ca('somebody’s CA');
const DAY = 86_400_000;
const past = { notBefore: Date.now() - 2 * DAY, notAfter: Date.now() - DAY };
const future = { notBefore: Date.now() + DAY, notAfter: Date.now() + 2 * DAY };

const known = maker.make({ issuer: deviceCa });
const unknown = maker.make({ issuer: strangeCa });
const selfSigned = maker.make();

describe('the TLS server for devices', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function attempt(
    unknownIssuer: UnknownIssuer,
    shown: TestCertificate | undefined,
    maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
    chain: readonly TestCertificate[] = [],
  ): Promise<string> {
    const admitted: TLSSocket[] = [];
    const refused: string[] = [];
    const listening = createTlsServer({
      certificate: server.pem,
      privateKey: server.keyPem,
      deviceCas: [deviceCa.pem],
      unknownIssuer,
      onConnection: (socket) => admitted.push(socket),
      onRefused: (reason) => refused.push(reason),
    });
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const client = connect({
      port: (listening.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: serverCa.pem,
      maxVersion,
      ...(shown === undefined
        ? {}
        : { cert: [shown, ...chain].map((each) => each.pem).join(''), key: shown.keyPem }),
    });
    client.on('error', () => {});
    closing.push(() => {
      client.destroy();
      for (const socket of admitted) socket.destroy();
      listening.close();
    });
    await until('a decision', () => admitted.length + refused.length > 0);
    return admitted.length > 0 ? 'let through' : (refused[0] ?? '');
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    describe(`over ${version}`, () => {
      it.each(['refuse', 'verify'] as const)(
        'lets a certificate of a device CA through (%s)',
        async (choice) => {
          expect(await attempt(choice, known, version)).toBe('let through');
        },
      );

      it.each(['refuse', 'verify'] as const)(
        'refuses a client without a certificate (%s)',
        async (choice) => {
          expect(await attempt(choice, undefined, version)).not.toBe('let through');
        },
      );

      it('refuses an unknown issuer unless the daemon is to verify it', async () => {
        expect(await attempt('refuse', unknown, version)).not.toBe('let through');
        expect(await attempt('verify', unknown, version)).toBe('let through');
      });

      it('takes a self-signed certificate, and one with its unknown CA beside it, for an unknown issuer', async () => {
        expect(await attempt('refuse', selfSigned, version)).not.toBe('let through');
        expect(await attempt('verify', selfSigned, version)).toBe('let through');
        expect(await attempt('refuse', unknown, version, [strangeCa])).not.toBe('let through');
        expect(await attempt('verify', unknown, version, [strangeCa])).toBe('let through');
      });
    });
  }

  it.each([
    ['expired', past],
    ['not yet valid', future],
  ])('refuses a certificate that is %s, whoever issued it', async (_what, validity) => {
    const own = maker.make({ issuer: deviceCa, ...validity });
    const strange = maker.make({ issuer: strangeCa, ...validity });
    const alone = maker.make({ ...validity });
    for (const choice of ['refuse', 'verify'] as const) {
      for (const shown of [own, strange, alone]) expect(await attempt(choice, shown)).not.toBe('let through');
    }
  });

  it('refuses a certificate whose signature is not its issuer’s', async () => {
    const forger = maker.ca('device CA');
    const forged = maker.make({ issuer: forger });
    expect(await attempt('refuse', forged)).not.toBe('let through');
    expect(await attempt('verify', forged)).not.toBe('let through');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session over %s: the certificate is looked at each time',
    async (maxVersion) => {
      const listening = createTlsServer({
        certificate: server.pem,
        privateKey: server.keyPem,
        deviceCas: [deviceCa.pem],
        unknownIssuer: 'refuse',
        onConnection: (socket) => socket.end('hello'),
      });
      listening.listen(0, '127.0.0.1');
      await once(listening, 'listening');
      closing.push(() => listening.close());
      const visit = async (session?: Buffer): Promise<{ reused: boolean; session: Buffer | undefined }> => {
        const client = connect({
          port: (listening.address() as AddressInfo).port,
          host: '127.0.0.1',
          servername: 'localhost',
          ca: serverCa.pem,
          cert: known.pem,
          key: known.keyPem,
          maxVersion,
          ...(session === undefined ? {} : { session }),
        });
        let offered: Buffer | undefined;
        client.on('session', (given) => {
          offered = given;
        });
        client.resume();
        await once(client, 'end');
        const visited = { reused: client.isSessionReused(), session: offered ?? client.getSession() };
        client.destroy();
        return visited;
      };
      const first = await visit();
      expect((await visit(first.session)).reused).toBe(false);
    },
  );

  it('cannot be made to refuse unknown issuers without knowing any', () => {
    const options = {
      certificate: server.pem,
      privateKey: server.keyPem,
      deviceCas: [],
      onConnection: () => {},
    };
    expect(() => createTlsServer({ ...options, unknownIssuer: 'refuse' })).toThrow('deviceCas is empty');
    expect(() => createTlsServer({ ...options, unknownIssuer: 'verify' })).not.toThrow();
  });
});
