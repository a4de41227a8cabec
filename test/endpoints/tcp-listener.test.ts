import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ListenerConfig } from '../../src/endpoints/listeners/listener-config.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { Caller, refusal } from './support/caller.ts';
import { House, LIMITS, TOKEN } from './support/rooms.ts';

const UNAVAILABLE = 14;
const action = { clientDeviceAuthToken: TOKEN, operation: 'mqtt:publish', resource: 'mqtt:topic:a' };
const maker = new CertificateMaker();
const ca = maker.ca('callers');
const otherCa = maker.ca('somebody else');
const server = maker.make({ subject: 'localhost' });
const client = maker.make({ subject: 'emqx', issuer: ca });
const secondClient = maker.make({ subject: 'another', issuer: ca, key: 'RSA' });
const stranger = maker.make({ subject: 'emqx', issuer: otherCa });

let directory: string;
let house: House | undefined;
const callers: Caller[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dat-'));
  return () => rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.close();
  await house?.close();
  house = undefined;
});

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function listener(change: object = {}): ListenerConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    insecureLoopback: false,
    operations: ['broker'],
    limits: LIMITS,
    ...change,
  };
}

function tls(change: object = {}) {
  return {
    certificateFile: write('server.pem', server.pem),
    keyFile: write('server.key', server.keyPem),
    clientCaFile: write('ca.pem', ca.pem),
    ...change,
  };
}

async function open(change: object): Promise<number> {
  house = await House.open(() => ({ broker: listener(change) }));
  const address = house.endpoints.listeners()[0]?.address ?? '';
  expect(address).toMatch(/^tcp:127\.0\.0\.1:[0-9]+$/);
  return Number(address.split(':').at(-1));
}

function call(port: number, certificate?: TestCertificate): Promise<unknown> {
  const channel = credentials.createSsl(
    Buffer.from(server.pem),
    certificate && Buffer.from(certificate.keyPem),
    certificate && Buffer.from(certificate.pem),
    { checkServerIdentity: () => undefined },
  );
  const caller = new Caller(`127.0.0.1:${port}`, channel);
  callers.push(caller);
  return caller.call('AuthorizeClientDeviceAction', action);
}

describe('a TCP listener with mutual TLS', () => {
  it('serves a client of the configured CA, EC and RSA', async () => {
    const port = await open({ tls: tls() });
    expect(await call(port, client)).toEqual({ isAuthorized: true });
    expect(await call(port, secondClient)).toEqual({ isAuthorized: true });
    expect(house?.endpoints.findings()).toEqual([]);
  });

  it('refuses a client without a certificate, and one of another CA', async () => {
    const port = await open({ tls: tls() });
    expect((await refusal(call(port))).code).toBe(UNAVAILABLE);
    expect((await refusal(call(port, stranger))).code).toBe(UNAVAILABLE);
    expect(house?.rooms.authorized).toEqual([]);
  });

  it('serves only the pinned client where fingerprints are given, written either way', async () => {
    const colons = client.id.toUpperCase().match(/../g)?.join(':') ?? '';
    const port = await open({ tls: tls({ clientFingerprints: [colons] }) });
    expect(await call(port, client)).toEqual({ isAuthorized: true });
    expect((await refusal(call(port, secondClient))).code).toBe(UNAVAILABLE);
    expect(house?.rooms.authorized).toHaveLength(1);
    expect(
      house?.recorder.refusals.map(({ reason, certificateId }) => [reason, certificateId]),
    ).toContainEqual(['UNAUTHORIZED', secondClient.id]);
  });

  it('does not take a certificate of another CA for pinned', async () => {
    const port = await open({ tls: tls({ clientFingerprints: [stranger.id] }) });
    expect((await refusal(call(port, stranger))).code).toBe(UNAVAILABLE);
  });

  it('speaks no TLS older than 1.2, and plain text to nobody', async () => {
    const port = await open({ tls: tls() });
    const old = new Promise((resolve) => {
      const socket = connectTls({
        port,
        host: '127.0.0.1',
        maxVersion: 'TLSv1.1',
        minVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
        rejectUnauthorized: false,
        key: client.keyPem,
        cert: client.pem,
      });
      socket.on('error', () => resolve('refused'));
      socket.on('secureConnect', () => resolve('served'));
    });
    expect(await old).toBe('refused');
    const plain = new Caller(`127.0.0.1:${port}`);
    callers.push(plain);
    expect((await refusal(plain.call('AuthorizeClientDeviceAction', action))).code).toBe(UNAVAILABLE);
  });

  it('takes new files when told to, and keeps the old ones when they are unusable', async () => {
    const port = await open({ tls: tls() });
    expect(await call(port, client)).toEqual({ isAuthorized: true });
    write('ca.pem', otherCa.pem);
    expect(house?.endpoints.reloadCertificates()).toEqual([]);
    expect((await refusal(call(port, client))).code).toBe(UNAVAILABLE);
    expect(await call(port, stranger)).toEqual({ isAuthorized: true });
    write('server.key', 'nonsense');
    expect(house?.endpoints.reloadCertificates().map(({ listener }) => listener)).toEqual(['broker']);
    expect(await call(port, stranger)).toEqual({ isAuthorized: true });
  });

  it('names the file that cannot be read', async () => {
    const missing = join(directory, 'missing.pem');
    await expect(open({ tls: tls({ clientCaFile: missing }) })).rejects.toThrow(
      /tls\.clientCaFile.*missing\.pem/,
    );
  });
});

describe('a TCP listener without TLS', () => {
  it('is refused, unless insecureLoopback is set and the address is a loopback one', async () => {
    await expect(open({})).rejects.toThrow('a TCP port needs tls');
    const everywhere = House.open(() => ({ broker: listener({ host: '0.0.0.0', insecureLoopback: true }) }));
    await expect(everywhere).rejects.toThrow('0.0.0.0 is not a loopback address');
  });

  it('serves any local user, and is a finding', async () => {
    const port = await open({ insecureLoopback: true });
    const caller = new Caller(`127.0.0.1:${port}`);
    callers.push(caller);
    expect(await caller.call('AuthorizeClientDeviceAction', action)).toEqual({ isAuthorized: true });
    expect(house?.endpoints.findings()).toMatchObject([
      { code: 'listener.insecure-loopback', severity: 'WARNING' },
    ]);
  });

  it('says which listener has a port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(open({ port, insecureLoopback: true })).rejects.toThrow(
      new RegExp(`listener "broker".*EADDRINUSE.*${port}`),
    );
    await new Promise((resolve) => taken.close(resolve));
  });
});
