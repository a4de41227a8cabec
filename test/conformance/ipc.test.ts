/**
 * Every `ipc` entry of the reference, called over a real Unix socket on the whole daemon: `broker` is the listener of
 * a caller with permission, `closed` that of one without. An entry marked `divergence` is held to what we do instead.
 * Then the same in the reference's own protocol, by AWS's own SDK, with the reference's own errors and no divergence.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/clock.ts';
import type { ErrorReason } from '../../src/errors.ts';
import { AwsComponent, failureOf } from '../endpoints/greengrass-ipc/support/aws-component.ts';
import { RawPeer, requestFrame } from '../endpoints/greengrass-ipc/support/raw-peer.ts';
import { refusal } from '../endpoints/support/caller.ts';
import { RunningDaemon } from '../endpoints/support/daemon.ts';
import { openssl } from '../pki/openssl.ts';
import { CertificateMaker } from '../support/certificates.ts';
import { ScriptedVerifier } from '../support/scripted-verifier.ts';

interface Entry {
  readonly id: string;
  readonly operation: string;
  readonly callerHasPermission: boolean;
  readonly request: object | 'queue full';
  readonly response?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly divergence?: boolean;
  readonly recommended?: string;
}

/** The reference's errors by our reasons; of a ServiceError the entry says which it is. */
const REASONS: Readonly<Record<string, ErrorReason>> = {
  InvalidArgumentsError: 'INVALID_ARGUMENTS',
  UnauthorizedError: 'UNAUTHORIZED',
  InvalidCredentialError: 'INVALID_CREDENTIAL',
  InvalidClientDeviceAuthTokenError: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const file = JSON.parse(readFileSync(new URL('cda.json', import.meta.url), 'utf8')) as {
  readonly ipc: readonly Entry[];
};
const maker = new CertificateMaker();
const device = maker.make({ subject: 'some-client-id' });
const verifier = new ScriptedVerifier({ clock: new SystemClock() });
verifier.setCertificate(device.id, 'active');
verifier.attach(device.id, 'some-client-id');

let daemon: RunningDaemon;

beforeAll(async () => {
  daemon = await RunningDaemon.start({}, verifier, undefined, true);
});
afterAll(() => daemon.stop());

/** Placeholders of the case file become what they stand for. */
function filledIn(value: unknown): unknown {
  if (value === 'PEM' || value === '<valid>') return device.pem;
  if (value === '<base64>') return device.der.toString('base64');
  if (Array.isArray(value)) return value.map(filledIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, filledIn(part)]));
}

/** JSON of the reference as a message of ours: enumeration values that we do not know stay unspecified on the wire. */
function message(request: object): object {
  const { certificateOptions } = request as { certificateOptions?: { certificateType?: string } };
  if (certificateOptions === undefined || certificateOptions.certificateType === 'SERVER') return request;
  return { ...request, certificateOptions: { certificateType: 77 } };
}

async function perform(entry: Entry): Promise<unknown> {
  const caller = daemon.caller(entry.callerHasPermission ? 'broker' : 'closed');
  const name = entry.operation as 'VerifyClientDeviceIdentity';
  return await withRequest(entry, (request) => caller.call(name, message(request)));
}

async function withRequest(entry: Entry, call: (request: object) => Promise<unknown>): Promise<unknown> {
  if (entry.request !== 'queue full') return await call(filledIn(entry.request) as object);
  verifier.call = 'queue-full';
  // One the daemon has not seen, so that it has to ask.
  const certificatePem = maker.make({ subject: 'unseen' }).pem;
  const credential =
    entry.operation === 'GetClientDeviceAuthToken'
      ? { mqttCredential: { clientId: 'some-client-id', certificatePem } }
      : { clientDeviceCertificate: certificatePem };
  return await call({ credential }).finally(() => {
    verifier.call = 'ok';
  });
}

function expectedReason(entry: Entry): string {
  const named =
    entry.divergence === true && entry.recommended !== undefined ? entry.recommended : (entry.error ?? '');
  return REASONS[named] ?? named;
}

describe('IPC of the reference', () => {
  it.each(file.ipc)('$id: $operation', async (entry) => {
    if (entry.error === undefined) {
      const answer = (await perform(entry)) as Record<string, unknown>;
      for (const [field, value] of Object.entries(entry.response ?? {})) {
        if (value === '<uuid>') expect(answer[field]).toMatch(UUID);
        else expect(answer[field]).toEqual(value);
      }
    } else {
      expect((await refusal(perform(entry))).reason).toBe(expectedReason(entry));
    }
  });

  it('takes base64 without a header, as EMQX sends it', async () => {
    const answer = await daemon.caller('broker').call('GetClientDeviceAuthToken', {
      credential: {
        mqttCredential: { clientId: 'some-client-id', certificatePem: device.der.toString('base64') },
      },
    });
    expect(answer.clientDeviceAuthToken).toMatch(UUID);
  });

  it('answers a right subscription to certificates with one, at once', async () => {
    const options = { certificateOptions: { certificateType: 'SERVER' as const } };
    const stream = daemon.caller('broker').serverStream('SubscribeToCertificateUpdates', options);
    const { certificateUpdate } = await stream.next();
    stream.call.cancel();
    const certificate = new X509Certificate(certificateUpdate?.certificate ?? '');
    expect(certificate.checkPrivateKey(createPrivateKey(certificateUpdate?.privateKey ?? ''))).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    const [ca = ''] = certificateUpdate?.caCertificates ?? [];
    expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
  });

  it('gives it as a key store, too, to whoever asks for one', async () => {
    const stream = daemon.caller('broker').serverStream('SubscribeToCertificateUpdates', {
      certificateOptions: { certificateType: 'SERVER' },
      pkcs12: { password: 'changeit', alias: 'broker' },
    });
    const { certificateUpdate } = await stream.next();
    stream.call.cancel();
    const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-pkcs12-'));
    const file = join(directory, 'server.p12');
    writeFileSync(file, certificateUpdate?.pkcs12 ?? '');
    const text = openssl(['pkcs12', '-in', file, '-passin', 'pass:changeit', '-nodes']);
    rmSync(directory, { recursive: true });
    expect(text).toContain('friendlyName: broker');
    const [pem = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text) ?? [];
    const certificate = new X509Certificate(pem);
    expect(certificate.fingerprint256).toBe(
      new X509Certificate(certificateUpdate?.certificate ?? '').fingerprint256,
    );
    expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
  });
});

describe('IPC of the reference in its own protocol', () => {
  const clients = new Map<string, AwsComponent>();
  let token = '';

  beforeAll(async () => {
    token = await daemon.component('broker');
    clients.set('broker', await AwsComponent.connect(daemon.path('ipc'), token));
    // Of each operation one may not call it.
    for (const operation of ['AuthorizeClientDeviceAction', 'VerifyClientDeviceIdentity']) {
      const closed = await daemon.component(`only-${operation}`, [operation]);
      clients.set(operation, await AwsComponent.connect(daemon.path('ipc'), closed));
    }
  });
  afterAll(() => Promise.all([...clients.values()].map((client) => client.stop())));

  function inSdk(entry: Entry, request: object): Promise<unknown> {
    const closed =
      entry.operation === 'AuthorizeClientDeviceAction'
        ? 'VerifyClientDeviceIdentity'
        : 'AuthorizeClientDeviceAction';
    const client = clients.get(entry.callerHasPermission ? 'broker' : closed);
    if (client === undefined) throw new Error('no client');
    if (entry.operation === 'SubscribeToCertificateUpdates') return client.subscribe(request);
    return client.call(entry.operation.charAt(0).toLowerCase() + entry.operation.slice(1), request);
  }

  /** The SDK itself refuses to send a request without what is required. */
  async function raw(entry: Entry): Promise<string> {
    const peer = await RawPeer.connect(daemon.path('ipc'), token);
    peer.send(requestFrame(1, entry.operation, entry.request));
    const { headers, payload } = await peer.answer(1);
    peer.destroy();
    const { _errorCode } = JSON.parse(payload) as { _errorCode?: string };
    expect(headers).toMatchObject({
      ':message-type': 1,
      ':message-flags': 2,
      'service-model-type': `aws.greengrass#${_errorCode}`,
    });
    return _errorCode ?? '';
  }

  it.each(file.ipc)('$id: $operation', async (entry) => {
    const call = withRequest(entry, (request) => inSdk(entry, request));
    if (entry.error === undefined) {
      const answer = (await call) as Record<string, unknown>;
      for (const [field, value] of Object.entries(entry.response ?? {})) {
        if (value === '<uuid>') expect(answer[field]).toMatch(UUID);
        else expect(answer[field]).toEqual(value);
      }
      return;
    }
    const failure = await failureOf(call);
    if (failure.type !== 'ServiceError') {
      expect(await raw(entry)).toBe(entry.error);
    } else {
      expect(failure.serviceError).toMatchObject({
        message: expect.any(String),
        _errorCode: entry.error,
      });
    }
  });
});
