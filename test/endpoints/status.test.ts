import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCallError } from '../../src/contract/errors.ts';
import { StatusMapper } from '../../src/endpoints/grpc/status.ts';
import { DaemonError, type ErrorReason } from '../../src/errors.ts';
import { runs } from '../support/runs.ts';
import { contract } from './support/caller.ts';
import { Recorder } from './support/rooms.ts';

const TABLE: readonly (readonly [ErrorReason, status, boolean])[] = [
  ['UNAUTHORIZED', status.PERMISSION_DENIED, false],
  ['INVALID_ARGUMENTS', status.INVALID_ARGUMENT, false],
  ['INVALID_CREDENTIAL', status.UNAUTHENTICATED, false],
  ['INVALID_CLIENT_DEVICE_AUTH_TOKEN', status.UNAUTHENTICATED, false],
  ['CLOUD_QUEUE_FULL', status.RESOURCE_EXHAUSTED, true],
  ['TOKEN_CACHE_FULL', status.RESOURCE_EXHAUSTED, true],
  ['LIMIT_EXCEEDED', status.RESOURCE_EXHAUSTED, true],
  ['VERIFICATION_UNAVAILABLE', status.UNAVAILABLE, false],
  ['NOT_FOUND', status.NOT_FOUND, false],
  ['ALREADY_EXISTS', status.ALREADY_EXISTS, false],
  ['CLOCK_SUSPECT', status.FAILED_PRECONDITION, false],
  ['SERVICE_ERROR', status.INTERNAL, false],
  ['UNIMPLEMENTED', status.UNIMPLEMENTED, false],
];

const recorder = new Recorder();
const mapper = new StatusMapper(contract, recorder);

/** As a client would see it. */
function asReceived(error: unknown) {
  return readCallError(contract, Object.assign(new Error('x'), mapper.statusOf(error, {})));
}

describe('an error on the wire', () => {
  it.each(TABLE)(
    '%s is status %i, and says when to try again if it is for lack of room',
    (reason, code, retry) => {
      const read = asReceived(new DaemonError(reason, 'because'));
      expect(read).toMatchObject({ reason, code, message: 'because', metadata: {} });
      expect(read.retryAfterMs !== undefined).toBe(retry);
    },
  );

  it('is google.rpc.Status, which any gRPC client can read', () => {
    const { metadata } = mapper.statusOf(new DaemonError('LIMIT_EXCEEDED', 'm', { retryAfterMs: 1500 }), {});
    const [bytes] = metadata.get('grpc-status-details-bin');
    const read = contract.status.deserialize(Buffer.from(bytes ?? ''));
    expect(read.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(read.details.map((detail) => detail.type_url)).toEqual([
      'type.googleapis.com/google.rpc.ErrorInfo',
      'type.googleapis.com/google.rpc.RetryInfo',
    ]);
    const [info, retry] = read.details;
    expect(contract.errorInfo.deserialize(info?.value ?? Buffer.alloc(0))).toMatchObject({
      reason: 'LIMIT_EXCEEDED',
      domain: 'deviceauthd',
    });
    expect(contract.retryInfo.deserialize(retry?.value ?? Buffer.alloc(0)).retryDelay).toEqual({
      seconds: 1,
      nanos: 500_000_000,
    });
  });

  it('carries whatever text, metadata and delay it was given, or a readable part of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.dictionary(fc.string(), fc.string({ unit: 'binary' }), { maxKeys: 3 }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (message, metadata, retryAfterMs) => {
          const read = asReceived(new DaemonError('CLOUD_QUEUE_FULL', message, { metadata, retryAfterMs }));
          expect(read.reason).toBe('CLOUD_QUEUE_FULL');
          expect(read.retryAfterMs).toBe(retryAfterMs);
          expect(() => encodeURI(read.message)).not.toThrow();
          expect(read.message.length).toBeLessThanOrEqual(1024);
          expect(Object.keys(read.metadata)).toHaveLength(Object.keys(metadata).length);
        },
      ),
      { ...runs(), numRuns: runs().numRuns / 10 },
    );
  });

  it('of a defect tells the caller nothing', () => {
    for (const thrown of [new Error('secret'), 'secret', undefined, { code: 7, details: 'secret' }]) {
      const read = asReceived(thrown);
      expect(read).toMatchObject({ reason: 'SERVICE_ERROR', code: status.INTERNAL });
      expect(read.message).not.toContain('secret');
    }
    expect(recorder.lines.filter(({ level }) => level === 'error').length).toBeGreaterThanOrEqual(4);
  });
});

describe('an error of somebody else', () => {
  it('has no reason of ours', () => {
    expect(readCallError(contract, new Error('no connection')).reason).toBeUndefined();
    expect(readCallError(contract, 'nonsense').reason).toBeUndefined();
  });

  it('whose details are not what they claim is still an error, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const error = mapper.statusOf(new DaemonError('NOT_FOUND', 'm'), {});
        error.metadata.set('grpc-status-details-bin', Buffer.from(bytes));
        const read = readCallError(contract, Object.assign(new Error('x'), error));
        expect(read.code).toBe(status.NOT_FOUND);
      }),
      { ...runs(), numRuns: runs().numRuns / 10 },
    );
  });
});
