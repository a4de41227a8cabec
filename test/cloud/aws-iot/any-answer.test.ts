import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classifyCredentials, classifyRequest } from '../../../src/cloud/aws-iot/sdk-failure.ts';
import { runs } from '../../support/runs.ts';
import { IotRoom } from './iot-room.ts';

const OPERATION = { name: 'DescribeCertificate', service: 'AWS IoT', permission: 'iot:DescribeCertificate' };
const KINDS = ['throttled', 'misconfigured', 'unreachable', 'server-error', 'unexpected'];
/** A hundredth: each is a request over HTTPS. */
const few = { numRuns: Math.ceil(runs().numRuns / 100) };

const word = fc.constantFrom('ACTIVE', 'active', ' ACTIVE', 'INACTIVE', '', null, 0, true, ['ACTIVE'], {});

describe('Whatever is thrown', () => {
  const secret = 'sesame-sesame';
  const thrown = fc.oneof(
    fc.anything(),
    fc.record(
      {
        name: fc.oneof(fc.constantFrom('ThrottlingException', 'Error', 'AbortError', 'Unknown'), fc.string()),
        message: fc.constant(secret),
        code: fc.oneof(fc.constantFrom('ECONNRESET', 'ENOTFOUND', secret), fc.anything()),
        $fault: fc.constantFrom('client', 'server', secret),
        $metadata: fc.record({ httpStatusCode: fc.oneof(fc.integer({ min: 100, max: 599 }), fc.anything()) }),
        $response: fc.record({
          headers: fc.dictionary(fc.constant('retry-after'), fc.anything()),
          body: fc.constant(secret),
        }),
      },
      { requiredKeys: [] },
    ),
  );

  it('is some trouble, in words of ours, and not for long', () => {
    fc.assert(
      fc.property(thrown, (error) => {
        for (const failure of [classifyRequest(error, OPERATION, 0), classifyCredentials(error, 0)]) {
          expect(KINDS).toContain(failure.trouble);
          expect(failure.message.length).toBeLessThan(400);
          expect(failure.message).not.toMatch(/sesame/);
          expect(failure.message).toMatch(/^[\x20-\x7e]+$/);
          expect(failure.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
          expect(failure.retryAfterMs ?? 0).toBeLessThanOrEqual(300_000);
        }
      }),
      runs(),
    );
  });
});

describe('Whatever is answered', () => {
  let room: IotRoom;

  beforeEach(async () => {
    room = await IotRoom.open();
  });
  afterEach(() => room.close());

  it('a certificate is active only if AWS says ACTIVE of it', async () => {
    const certificate = room.activeDevice();
    const answer = fc.oneof(
      fc.jsonValue(),
      fc.record({
        certificateDescription: fc.oneof(
          word,
          fc.record(
            { certificateId: fc.oneof(fc.constant(certificate.id), word), status: word },
            { requiredKeys: [] },
          ),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        answer,
        fc.constantFrom(200, 200, 200, 204, 299, 400, 404, 500),
        async (body, status) => {
          room.aws.faults.clear();
          room.aws.faults.add({ kind: 'answer', status, body });
          const { kind } = await room.verifier.verifyCertificate(certificate, room.asking());
          const described = (
            body as { certificateDescription?: { certificateId?: unknown; status?: unknown } } | null
          )?.certificateDescription;
          const isActive = described?.status === 'ACTIVE' && described.certificateId === certificate.id;
          expect(kind === 'active').toBe(isActive && status >= 200 && status < 300 && status !== 204);
          // A refusal takes as much: the very certificate, and a status.
          if (kind === 'rejected')
            expect(described).toEqual({ certificateId: certificate.id, status: 'INACTIVE' });
        },
      ),
      few,
    );
  });

  it('a certificate is attached only to what AWS lists, and not attached only by a whole list', async () => {
    const { id } = room.activeDevice();
    await room.verifier.verifyAttachment(id, 'pump-1', room.asking());
    const name = fc.constantFrom('pump-1', 'pump-10', 'PUMP-1', null, 7, '');
    const type = fc.constantFrom('EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING', 'exclusive_thing', null, 7);
    const entry = fc.oneof(
      word,
      fc.record({ thingName: name, thingPrincipalType: type }, { requiredKeys: [] }),
    );
    const answer = fc.record(
      { principalThingObjects: fc.oneof(word, fc.array(entry, { maxLength: 4 })), nextToken: word },
      { requiredKeys: ['principalThingObjects'] },
    );
    await fc.assert(
      fc.asyncProperty(answer, async (body) => {
        room.aws.faults.clear();
        room.aws.faults.add({ kind: 'answer', status: 200, body });
        const verdict = await room.verifier.verifyAttachment(id, 'pump-1', room.asking());
        const list: readonly unknown[] = Array.isArray(body.principalThingObjects)
          ? body.principalThingObjects
          : [];
        const named = list.filter((each) => (each as { thingName?: unknown } | null)?.thingName === 'pump-1');
        if (verdict.kind === 'active') {
          expect(named.length).toBeGreaterThan(0);
          const types = named.map((each) => (each as { thingPrincipalType?: unknown }).thingPrincipalType);
          if (verdict.exclusive) expect(types).toContain('EXCLUSIVE_THING');
        }
        if (verdict.kind === 'rejected') {
          expect(named).toEqual([]);
          expect(Array.isArray(body.principalThingObjects)).toBe(true);
          expect(body.nextToken ?? '').toBe('');
        }
      }),
      few,
    );
  });
});
