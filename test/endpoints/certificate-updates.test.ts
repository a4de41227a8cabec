import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DaemonError } from '../../src/errors.ts';
import type { CertificateUpdate } from '../../src/pki/certificates-api.ts';
import type { Caller, Request } from './support/caller.ts';
import { House, unixListener } from './support/rooms.ts';

const OPERATION = 'SubscribeToCertificateUpdates';
const SERVER = { certificateOptions: { certificateType: 'SERVER' as const } };
const UPDATE: CertificateUpdate = {
  certificatePem: 'certificate',
  privateKeyPem: 'private key',
  publicKeyPem: 'public key',
  caPems: ['new CA', 'old CA'],
  deviceCaPems: ['device CA'],
  deviceCaCrlPems: ['CRL'],
  notAfter: 1_800_000_000_000,
};
const MESSAGE = {
  certificate: 'certificate',
  privateKey: 'private key',
  publicKey: 'public key',
  caCertificates: ['new CA', 'old CA'],
  deviceCaCertificates: ['device CA'],
  deviceCaCrls: ['CRL'],
  notAfter: 1_800_000_000_000,
};

describe('SubscribeToCertificateUpdates', () => {
  let house: House;
  let caller: Caller;

  beforeEach(async () => {
    house = await House.open();
    caller = house.caller();
  });
  afterEach(() => house.close());

  const subscribe = (request: Request<typeof OPERATION>) => caller.serverStream(OPERATION, request);

  async function subscription(index = 0) {
    return await vi.waitFor(() => {
      const found = house.rooms.certificates.subscriptions[index];
      if (found === undefined) throw new Error('nobody has subscribed');
      return found;
    });
  }

  it('carries each update, whole, in the listener’s name', async () => {
    const stream = subscribe({ ...SERVER, subscriberName: 'mosquitto', keyType: 'RSA_2048' });
    const { request, tell } = await subscription();
    expect(request).toEqual({ owner: 'broker', name: 'mosquitto', keyType: 'RSA_2048' });
    tell(UPDATE);
    expect((await stream.next()).certificateUpdate).toEqual({ ...MESSAGE, pkcs12: Buffer.alloc(0) });
    tell({ ...UPDATE, notAfter: 5 });
    expect((await stream.next()).certificateUpdate?.notAfter).toBe(5);
  });

  it('is for this stream alone without a name, and of the configured kind without a key type', async () => {
    subscribe(SERVER);
    expect((await subscription()).request).toEqual({ owner: 'broker', name: undefined, keyType: undefined });
  });

  it('has PKCS#12 on request', async () => {
    const stream = subscribe({ ...SERVER, pkcs12: { password: 'changeit', alias: '' } });
    (await subscription()).tell(UPDATE);
    const { certificateUpdate } = await stream.next();
    expect(certificateUpdate?.pkcs12.toString()).toBe('deviceauthd:changeit');
  });

  it('ends its subscription when the caller leaves, and is counted then', async () => {
    const stream = subscribe(SERVER);
    await subscription();
    stream.call.cancel();
    await vi.waitFor(() => expect(house.rooms.certificates.ends).toBe(1));
    await vi.waitFor(() =>
      expect(house.recorder.calls).toMatchObject([{ operation: OPERATION, result: 'success' }]),
    );
  });

  it('ends when the daemon stops, after what was told before', async () => {
    const stream = subscribe(SERVER);
    (await subscription()).tell(UPDATE);
    await stream.next();
    await house.close();
    await stream.ended;
    expect(house.rooms.certificates.ends).toBe(1);
  });

  it('tells a caller that reads slowly the latest, not all that came in between', async () => {
    const stream = subscribe(SERVER);
    const { tell } = await subscription();
    tell(UPDATE);
    await stream.next();
    stream.call.pause();
    const large = 'x'.repeat(256 * 1024);
    for (let notAfter = 1; notAfter <= 200; notAfter += 1) {
      tell({ ...UPDATE, certificatePem: large, notAfter });
      await new Promise(setImmediate);
    }
    stream.call.resume();
    await vi.waitFor(() => expect(stream.received.at(-1)?.certificateUpdate?.notAfter).toBe(200));
    expect(stream.received.length).toBeLessThan(100);
  });

  it.each<[string, Request<typeof OPERATION>]>([
    ['certificate_options', {}],
    ['certificate_options.certificate_type', { certificateOptions: {} }],
    ['subscriber_name', { ...SERVER, subscriberName: '../etc' }],
    ['subscriber_name', { ...SERVER, subscriberName: '-x' }],
    ['subscriber_name', { ...SERVER, subscriberName: 'x'.repeat(65) }],
    ['key_type', { ...SERVER, keyType: 77 as unknown as 'EC_P256' }],
    ['pkcs12.password', { ...SERVER, pkcs12: { password: '' } }],
    ['pkcs12.password', { ...SERVER, pkcs12: { password: 'käse12345' } }],
    ['pkcs12.alias', { ...SERVER, pkcs12: { password: 'changeit', alias: '\n' } }],
  ])('refuses a wrong %s by its name', async (field, request) => {
    const error = await subscribe(request).ended;
    expect(error).toMatchObject({ reason: 'INVALID_ARGUMENTS', message: expect.stringContaining(field) });
    expect(house.rooms.certificates.subscriptions).toEqual([]);
  });

  it('says what the room refuses it for', async () => {
    house.rooms.certificates.refusal = new DaemonError('LIMIT_EXCEEDED', 'too many names', {
      retryAfterMs: 5,
    });
    expect(await subscribe(SERVER).ended).toMatchObject({ reason: 'LIMIT_EXCEEDED' });
  });

  it('is one of a listener’s few streams', async () => {
    for (let index = 0; index < 32; index += 1) subscribe({ ...SERVER, subscriberName: `s${index}` });
    await subscription(31);
    expect(await subscribe(SERVER).ended).toMatchObject({ reason: 'LIMIT_EXCEEDED' });
  });

  it('is refused where the listener does not allow it, before anything is read', async () => {
    const closed = await House.open((directory) => ({
      broker: unixListener(join(directory, 'broker.sock'), { operations: ['GetGrantSet'] }),
    }));
    expect(await closed.caller().serverStream(OPERATION, {}).ended).toMatchObject({ reason: 'UNAUTHORIZED' });
    await closed.close();
  });
});
