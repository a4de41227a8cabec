import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TroubleKind } from '../../../src/cloud/outcome.ts';
import type { ConnectionMode } from '../../support/fake-aws/door.ts';
import type { Fault } from '../../support/fake-aws/faults.ts';
import type { ServerIdentity } from '../../support/fake-aws/identities.ts';
import { IotRoom } from './iot-room.ts';

let room: IotRoom;

beforeEach(async () => {
  room = await IotRoom.open();
});
afterEach(() => room.close());

const signal = () => new AbortController().signal;

/** What an answer is taken for, and that no verifier makes a verdict of it. */
async function meets(kind: TroubleKind, message: RegExp = /./) {
  const certificate = room.activeDevice();
  room.aws.account.attach(certificate.id, 'pump-1', true);
  const outcome = await room.controlPlane.describeCertificate(certificate.id, signal());
  expect(outcome).toMatchObject({ kind: 'trouble', trouble: kind, message: expect.stringMatching(message) });
  const { verifier } = room;
  const asking = room.asking();
  expect(await verifier.verifyCertificate(certificate, asking)).toMatchObject({ kind: 'unavailable' });
  expect(await verifier.verifyAttachment(certificate.id, 'pump-1', asking)).toMatchObject({
    kind: 'unavailable',
  });
  expect(await verifier.exclusiveThingOf(certificate.id, asking)).toMatchObject({ kind: 'unavailable' });
  expect(await verifier.isThing('pump-1', asking)).toBeUndefined();
  return outcome;
}

function error(status: number, type: string): Fault {
  return { kind: 'error', status, type };
}

describe('What AWS IoT answers', () => {
  const answers: readonly (readonly [string, Fault, TroubleKind, RegExp])[] = [
    ['ThrottlingException, which is HTTP 400 there', { kind: 'throttle' }, 'throttled', /too many requests/],
    ['TooManyRequestsException', error(429, 'TooManyRequestsException'), 'throttled', /TooManyRequests/],
    ['RequestLimitExceeded', error(503, 'RequestLimitExceeded'), 'throttled', /RequestLimitExceeded/],
    ['429 without a type', { kind: 'answer', status: 429 }, 'throttled', /429/],
    [
      'UnauthorizedException',
      error(401, 'UnauthorizedException'),
      'misconfigured',
      /iot:DescribeCertificate/,
    ],
    [
      'AccessDeniedException',
      error(403, 'AccessDeniedException'),
      'misconfigured',
      /iot:DescribeCertificate/,
    ],
    [
      '403 without a type',
      { kind: 'answer', status: 403, body: { message: null } },
      'misconfigured',
      /HTTP 403/,
    ],
    [
      'UnrecognizedClientException',
      error(403, 'UnrecognizedClientException'),
      'misconfigured',
      /credentials are not valid/,
    ],
    ['ExpiredTokenException', error(403, 'ExpiredTokenException'), 'misconfigured', /no longer/],
    [
      'InvalidSignatureException',
      error(403, 'InvalidSignatureException'),
      'misconfigured',
      /clock of this host/,
    ],
    ['RequestTimeTooSkewed', error(403, 'RequestTimeTooSkewed'), 'misconfigured', /clock of this host/],
    ['InternalFailureException', error(500, 'InternalFailureException'), 'server-error', /InternalFailure/],
    ['ServiceUnavailableException', error(503, 'ServiceUnavailableException'), 'server-error', /HTTP 503/],
    ['502 with a page of text', { kind: 'answer', status: 502, body: '<html>' }, 'server-error', /HTTP 502/],
    ['InvalidRequestException', error(400, 'InvalidRequestException'), 'unexpected', /InvalidRequest/],
    ['an error nobody knows', error(418, 'TeapotException'), 'unexpected', /TeapotException/],
    ['no HTTP', { kind: 'malformed-head' }, 'unexpected', /cannot be read/],
    ['a redirection', { kind: 'redirect' }, 'unexpected', /HTTP 307/],
    ['half of a JSON', { kind: 'malformed-json' }, 'unexpected', /cannot be read/],
    ['a page of text', { kind: 'answer', status: 200, body: '<html>' }, 'unexpected', /cannot be read/],
    [
      'other types than it says',
      { kind: 'answer', status: 200, body: { certificateDescription: 7, thingName: 7 } },
      'unexpected',
      /./,
    ],
    ['without an end', { kind: 'endless-body' }, 'unexpected', /cannot be read/],
  ];

  it.each(answers)('%s is what it is', async (_what, fault, kind, message) => {
    room.aws.faults.add(fault);
    await meets(kind, message);
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['86400', 300_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('Retry-After %s is how long it is to wait', async (retryAfter, retryAfterMs) => {
    room.aws.faults.add({ kind: 'throttle', retryAfter });
    const outcome = await room.controlPlane.describeCertificate('a'.repeat(64), signal());
    expect('retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
  });

  it('Retry-After may be a date', async () => {
    room.clock.setWall(Date.UTC(2026, 0, 1));
    room.aws.faults.add({ kind: 'throttle', retryAfter: 'Thu, 01 Jan 2026 00:00:20 GMT' });
    const outcome = await room.controlPlane.describeCertificate('a'.repeat(64), signal());
    expect(outcome).toMatchObject({ trouble: 'throttled', retryAfterMs: 20_000 });
  });

  it('goes into no message: it may hold what is secret', async () => {
    const message =
      "The Canonical String should have been 'x-amz-security-token:sesame' -----BEGIN CERTIFICATE-----";
    room.aws.faults.add({ kind: 'error', status: 403, type: 'InvalidSignatureException', message });
    expect(JSON.stringify(await meets('misconfigured'))).not.toMatch(/sesame|BEGIN|Canonical/);
    room.aws.faults.clear();
    room.aws.faults.add({ kind: 'answer', status: 400, body: { __type: 'sesame <-----BEGIN', message } });
    expect(JSON.stringify(await meets('unexpected'))).not.toMatch(/sesame|BEGIN|Canonical/);
  });
});

describe('Where AWS IoT does not answer', () => {
  it.each<readonly [string, Fault]>([
    ['closes the connection', { kind: 'close' }],
    ['resets the connection', { kind: 'close', how: 'reset' }],
    ['answers by half', { kind: 'half-answer' }],
    ['answers by half and resets', { kind: 'half-answer', how: 'reset' }],
  ])('because it %s, it is unreachable', async (_how, fault) => {
    room.aws.faults.add(fault);
    await meets('unreachable', /cannot be reached/);
  });

  it.each<ConnectionMode>(['close-at-once', 'close-after-handshake', 'not-tls'])(
    'because its connections %s, it is unreachable',
    async (mode) => {
      room.aws.connections(mode);
      await meets('unreachable');
    },
  );

  it('in time, it is unreachable', async () => {
    room.requestTimeoutMs = 50;
    room.aws.faults.add({ kind: 'stall', after: 'nothing' });
    await meets('unreachable');
    room.aws.connections('stall-handshake');
    room.agent.destroy();
    await meets('unreachable');
  });

  it('with more than a head, whoever asked ends it', async () => {
    room.aws.faults.add({ kind: 'stall', after: 'head' });
    const controller = new AbortController();
    const asked = room.controlPlane.describeCertificate('a'.repeat(64), controller.signal);
    await room.aws.requests.until(1);
    controller.abort();
    expect(await asked).toMatchObject({ trouble: 'unreachable', message: expect.stringMatching(/in time/) });
    await expect.poll(() => room.aws.requests.underWay).toBe(0);
  });

  it('because the network is cut, it is unreachable, and answers when it is back', async () => {
    await room.aws.cut();
    await meets('unreachable', /refuses connections/);
    await room.aws.restore();
    const { id } = room.activeDevice();
    expect(await room.controlPlane.describeCertificate(id, signal())).toMatchObject({ kind: 'answered' });
  });

  it('to whom nobody waits for, it is not asked', async () => {
    const outcome = await room.controlPlane.describeCertificate('a'.repeat(64), AbortSignal.abort());
    expect(outcome).toMatchObject({ trouble: 'unreachable' });
    expect(room.aws.requests.count()).toBe(0);
  });
});

describe('A server that answers for AWS IoT', () => {
  it.each<readonly [ServerIdentity, RegExp]>([
    ['other-ca', /none of the trusted roots/],
    ['other-name', /other names/],
    ['expired', /clock/],
    ['not-yet-valid', /clock/],
  ])('with a certificate that is %s is not spoken to', async (identity, message) => {
    room.aws.showCertificate(identity);
    await meets('misconfigured', message);
    expect(room.aws.requests.count()).toBe(0);
  });

  it('is asked on one connection, again and again', async () => {
    const { id } = room.activeDevice();
    for (let times = 0; times < 5; times += 1) await room.controlPlane.describeCertificate(id, signal());
    expect(room.aws.requests.connections.length).toBe(1);
  });

  it('may close a connection that nobody uses: it costs another one, not the answer', async () => {
    const { id } = room.activeDevice();
    await room.controlPlane.describeCertificate(id, signal());
    room.aws.faults.add({ kind: 'close', onlyReused: true });
    expect(await room.controlPlane.describeCertificate(id, signal())).toMatchObject({ kind: 'answered' });
    room.aws.faults.clear();
    room.aws.faults.add({ kind: 'close' });
    room.aws.requests.clear();
    expect(await room.controlPlane.describeCertificate(id, signal())).toMatchObject({
      trouble: 'unreachable',
    });
    expect(room.aws.requests.count()).toBe(2);
  });

  it('may close all that nobody uses', async () => {
    const { id } = room.activeDevice();
    const cancel = room.aws.faults.add({ kind: 'latency', ms: 50 });
    await Promise.all([1, 2, 3].map(() => room.controlPlane.describeCertificate(id, signal())));
    expect(room.aws.requests.connections.length).toBe(3);
    cancel();
    room.aws.faults.add({ kind: 'close', onlyReused: true });
    expect(await room.controlPlane.describeCertificate(id, signal())).toMatchObject({ kind: 'answered' });
  });

  it('is asked once for each call: retries are the queue’s', async () => {
    room.aws.faults.add(error(503, 'ServiceUnavailableException'));
    await room.controlPlane.describeCertificate('a'.repeat(64), signal());
    expect(room.aws.requests.count()).toBe(1);
  });
});
