import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeviceCertificate, parseCertificate } from '../../../src/identity/certificate.ts';
import { CertificateMaker } from '../../support/certificates.ts';
import type { CertificateStatus } from '../../support/fake-aws/account.ts';
import type { Fault } from '../../support/fake-aws/faults.ts';
import { asking } from '../../support/identity-room.ts';
import { GreengrassRoom } from './greengrass-room.ts';

const IDENTITY = 'VerifyClientDeviceIdentity';
const ASSOCIATION = 'VerifyClientDeviceIoTCertificateAssociation';
const THING = 'Pump-1';

const maker = new CertificateMaker();
const device = maker.make({ subject: THING });
const certificate = parsed(device.pem);

let room: GreengrassRoom;

beforeEach(async () => {
  room = await GreengrassRoom.open();
  room.aws.account.setCertificate(device.id);
});

afterEach(() => room.close());

function parsed(pem: string): DeviceCertificate {
  const result = parseCertificate(pem);
  if (!result.ok) throw new Error(result.message);
  return result.certificate;
}

/** The two questions there are. */
const QUESTIONS = [
  [IDENTITY, () => room.verifier.verifyCertificate(certificate, asking())],
  [ASSOCIATION, () => room.verifier.verifyAttachment(device.id, THING, asking())],
] as const;

describe('a certificate, to Greengrass', () => {
  it('is active when AWS confirms it', async () => {
    expect(await room.verifier.verifyCertificate(certificate, asking())).toEqual({ kind: 'active' });
    const [request] = room.aws.requests.of(IDENTITY);
    expect(JSON.parse(request!.body)).toEqual({ clientDeviceCertificate: device.pem });
  });

  it.each<CertificateStatus>([
    'INACTIVE',
    'REVOKED',
    'PENDING_TRANSFER',
    'PENDING_ACTIVATION',
    'REGISTER_INACTIVE',
  ])('is unknown when it is %s: AWS does not tell them apart', async (status) => {
    room.aws.account.setCertificate(device.id, status);
    expect(await room.verifier.verifyCertificate(certificate, asking())).toEqual({
      kind: 'rejected',
      reason: 'CERTIFICATE_UNKNOWN',
      message:
        'AWS has no active device with this certificate (ValidationException: the certificate is not active)',
    });
  });

  it('is unknown when AWS does not have it', async () => {
    room.aws.account.deleteCertificate(device.id);
    expect(await room.verifier.verifyCertificate(certificate, asking())).toMatchObject({
      kind: 'rejected',
      reason: 'CERTIFICATE_UNKNOWN',
    });
  });

  it('is sent alone, whatever text it came in', async () => {
    const bundle = parsed(`${device.pem}${device.keyPem}${maker.make().pem}`);
    expect(await room.verifier.verifyCertificate(bundle, asking())).toEqual({ kind: 'active' });
    expect(room.aws.requests.all[0]!.body).not.toContain('PRIVATE KEY');
  });

  it('is let in by an answer that writes the name of its member with a capital letter', async () => {
    room.aws.faults.add({ kind: 'answer', status: 200, body: { ClientDeviceCertificateId: device.id } });
    expect(await room.verifier.verifyCertificate(certificate, asking())).toEqual({ kind: 'active' });
  });

  it.each([
    ['names another certificate', { clientDeviceCertificateId: 'a'.repeat(64) }],
    ['names none', {}],
    ['is empty', undefined],
    ['names it in another form', { clientDeviceCertificateId: [device.id] }],
  ])('is not let in by an answer that %s', async (_what, body) => {
    room.aws.faults.add({ kind: 'answer', status: 200, body });
    expect(await room.verifier.verifyCertificate(certificate, asking())).toMatchObject({
      kind: 'unavailable',
    });
    expect(room.requests.outcomes).toMatchObject([{ trouble: 'unexpected' }]);
  });
});

describe('an attachment, to Greengrass', () => {
  it('is there when AWS confirms it, and never exclusive', async () => {
    room.aws.account.attach(device.id, THING, true);
    expect(await room.verifier.verifyAttachment(device.id, THING, asking())).toEqual({
      kind: 'active',
      exclusive: false,
    });
    const [request] = room.aws.requests.of(ASSOCIATION);
    expect(request!.path).toBe('/fake/client-device/Pump-1/association');
    expect(JSON.parse(request!.body)).toEqual({ clientDeviceCertificateId: device.id });
  });

  it('is not there when AWS has none', async () => {
    room.aws.account.attach(device.id, 'Pump-2');
    expect(await room.verifier.verifyAttachment(device.id, THING, asking())).toMatchObject({
      kind: 'rejected',
      reason: 'NOT_ATTACHED',
      message: expect.stringContaining('AWS does not have the certificate attached to Pump-1'),
    });
  });

  it('is asked for under the name as it is', async () => {
    room.aws.account.attach(device.id, 'a:b_c-D');
    expect(await room.verifier.verifyAttachment(device.id, 'a:b_c-D', asking())).toMatchObject({
      kind: 'active',
    });
  });

  it('is known to be exclusive by nobody, nor are names of things', async () => {
    expect(await room.verifier.exclusiveThingOf()).toMatchObject({ kind: 'unavailable' });
    expect(await room.verifier.isThing()).toBeUndefined();
    expect(room.aws.requests.count()).toBe(0);
  });
});

describe.each(QUESTIONS)('the answer to %s', (operation, ask) => {
  beforeEach(() => room.aws.account.attach(device.id, THING));

  it.each<[string, Fault]>([
    ['ValidationException', { kind: 'error', status: 400, type: 'ValidationException' }],
    ['ResourceNotFoundException', { kind: 'error', status: 404, type: 'ResourceNotFoundException' }],
    [
      'a type in the body alone',
      { kind: 'answer', status: 404, body: { code: 'ns#ResourceNotFoundException', message: 'no' } },
    ],
  ])('is a no, with %s', async (_what, fault) => {
    room.aws.faults.add(fault);
    expect(await ask()).toMatchObject({ kind: 'rejected' });
  });

  it.each<[string, Fault, string]>([
    ['400 without a type', { kind: 'answer', status: 400, body: { message: 'bad' } }, 'unexpected'],
    ['404 without a type', { kind: 'answer', status: 404, body: '<html>' }, 'unexpected'],
    ['400 of another type', { kind: 'error', status: 400, type: 'SerializationException' }, 'unexpected'],
    ['404 of another type', { kind: 'error', status: 404, type: 'UnknownOperationException' }, 'unexpected'],
    [
      'a type under another status',
      { kind: 'error', status: 400, type: 'ResourceNotFoundException' },
      'unexpected',
    ],
    ['a type under 500', { kind: 'error', status: 500, type: 'ValidationException' }, 'server-error'],
    ['401', { kind: 'error', status: 401, type: 'UnauthorizedException' }, 'misconfigured'],
    ['403 of the service', { kind: 'error', status: 403, type: 'AccessDeniedException' }, 'misconfigured'],
    [
      '403 of the gateway',
      { kind: 'answer', status: 403, body: { message: null, traceId: 'x' } },
      'misconfigured',
    ],
    ['409', { kind: 'error', status: 409, type: 'ConflictException' }, 'unexpected'],
    ['418', { kind: 'answer', status: 418 }, 'unexpected'],
    ['429', { kind: 'throttle' }, 'throttled'],
    ['429 without a type', { kind: 'answer', status: 429 }, 'throttled'],
    ['throttling under 400', { kind: 'error', status: 400, type: 'ThrottlingException' }, 'throttled'],
    ['500', { kind: 'error', status: 500, type: 'InternalServerException' }, 'server-error'],
    ['503 of a proxy', { kind: 'answer', status: 503, body: '<html>' }, 'server-error'],
    ['a redirect', { kind: 'redirect' }, 'unexpected'],
    ['304', { kind: 'answer', status: 304 }, 'unexpected'],
    ['malformed JSON', { kind: 'malformed-json' }, 'unexpected'],
    ['a page', { kind: 'answer', status: 200, body: '<html>Welcome</html>' }, 'unexpected'],
    ['a list', { kind: 'answer', status: 200, body: [] }, 'unexpected'],
    ['a body without an end', { kind: 'endless-body' }, 'unexpected'],
    ['no HTTP', { kind: 'malformed-head' }, 'unexpected'],
    ['half of one', { kind: 'half-answer' }, 'unreachable'],
    ['a closed connection, again and again', { kind: 'close' }, 'misconfigured'],
  ])('is no verdict, with %s', async (_what, fault, trouble) => {
    room.aws.faults.add(fault);
    expect(await ask()).toMatchObject({ kind: 'unavailable', cause: expect.stringContaining(operation) });
    expect(room.requests.outcomes).toMatchObject([{ kind: 'trouble', trouble }]);
  });

  it.each([
    [429, 'throttled', '7', 7_000],
    [503, 'server-error', '2', 2_000],
  ])('says when to come back (%i)', async (status, trouble, header, retryAfterMs) => {
    room.aws.faults.add({ kind: 'answer', status, headers: { 'Retry-After': header } });
    expect(await ask()).toMatchObject({ kind: 'unavailable', retryAfterMs });
    expect(room.requests.outcomes).toMatchObject([{ trouble, retryAfterMs }]);
  });

  it('is an alarm that names the permission, when the policy of the core lacks it', async () => {
    room.aws.account.deny(operation);
    await ask();
    expect(room.requests.outcomes).toMatchObject([
      { trouble: 'misconfigured', message: expect.stringContaining(`greengrass:${operation}`) },
    ]);
  });

  it('is an alarm that names the service role, when the account has none', async () => {
    room.aws.account.serviceRole = false;
    await ask();
    expect(room.requests.outcomes).toMatchObject([
      { trouble: 'misconfigured', message: expect.stringContaining('service role for Greengrass') },
    ]);
  });

  it("is an alarm about the core, not a verdict, when the core's own certificate is inactive", async () => {
    room.aws.account.setCertificate(room.aws.core.certificate.id, 'INACTIVE');
    expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(room.requests.outcomes).toMatchObject([
      { trouble: 'misconfigured', message: expect.stringContaining("is the core's certificate active?") },
    ]);
  });

  it('is none while the network is cut, and comes when it is back', async () => {
    await room.aws.cut();
    expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(room.requests.outcomes).toMatchObject([{ trouble: 'unreachable' }]);
    await room.aws.restore();
    expect(await ask()).toMatchObject({ kind: 'active' });
  });

  it('carries nothing onto the log that could not be printed', async () => {
    const message = `\u001b[2J\u202e${'x'.repeat(5_000)}`;
    room.aws.faults.add({ kind: 'error', status: 400, type: 'ValidationException', message });
    const verdict = await ask();
    expect(verdict).toMatchObject({ kind: 'rejected' });
    const told = 'message' in verdict ? verdict.message : '';
    expect(told).not.toMatch(/\p{C}/u);
    expect(told.length).toBeLessThan(400);
  });
});

describe('paths that are not configured', () => {
  it('are named, and nothing is asked for want of them', async () => {
    await room.close();
    room = await GreengrassRoom.open({}, {});
    for (const [, ask] of QUESTIONS) expect(await ask()).toMatchObject({ kind: 'unavailable' });
    expect(await room.verifier.verifyCertificate(certificate, asking())).toEqual({
      kind: 'unavailable',
      cause: 'cloud.dataPlane.paths.verifyClientDeviceIdentity is not set; AWS does not publish it',
    });
    expect(room.requests.operations).toEqual([]);
    expect(room.dataPlane.missingPaths()).toEqual([
      'cloud.dataPlane.paths.verifyClientDeviceIdentity',
      'cloud.dataPlane.paths.verifyClientDeviceIoTCertificateAssociation',
      'cloud.dataPlane.paths.putCertificateAuthorities',
    ]);
  });

  it('are as good as missing where they name what the operation does not have', async () => {
    await room.close();
    const verifyClientDeviceIdentity = '/identity/{certificate}';
    room = await GreengrassRoom.open({}, { verifyClientDeviceIdentity });
    expect(await room.verifier.verifyCertificate(certificate, asking())).toMatchObject({
      kind: 'unavailable',
      cause: expect.stringContaining('has {certificate}, which the operation does not have'),
    });
    expect(room.dataPlane.missingPaths()).toContain('cloud.dataPlane.paths.verifyClientDeviceIdentity');
  });

  it('are not missing where all are there', () => {
    expect(room.dataPlane.missingPaths()).toEqual([]);
  });
});
