import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsErrorOf } from '../../src/cloud/aws-error.ts';
import { runs } from '../support/runs.ts';

const NOW = Date.UTC(2026, 0, 1);

function error(headers: Readonly<Record<string, string>>, body: unknown = '') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return awsErrorOf({ status: 400, headers, body: text }, NOW);
}

describe('an error of AWS', () => {
  it.each([
    [{ 'x-amzn-errortype': 'ValidationException' }, {}, 'ValidationException'],
    [
      { 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/x#y/' },
      {},
      'ValidationException',
    ],
    [{}, { __type: 'com.amazonaws.greengrass#ThrottlingException' }, 'ThrottlingException'],
    [{}, { code: 'ResourceNotFoundException' }, 'ResourceNotFoundException'],
    [{ 'x-amzn-errortype': 'A' }, { __type: 'B' }, 'A'],
    [{ 'x-amzn-errortype': '' }, { __type: 'B' }, 'B'],
    [{}, { message: 'no' }, undefined],
    [{}, { __type: { a: 1 } }, undefined],
    [{}, [{ __type: 'A' }], undefined],
    [{}, '<html>', undefined],
    [{}, 'null', undefined],
    [{ 'x-amzn-errortype': 'bad type' }, {}, undefined],
    [{ 'x-amzn-errortype': `A${'a'.repeat(200)}` }, {}, undefined],
  ])('has its type in a header or in the body: %o %o', (headers, body, type) => {
    expect(error(headers as Record<string, string>, body).type).toBe(type);
  });

  it.each([{ message: 'no' }, { Message: 'no' }, { message: null, errorMessage: 'no' }])(
    'has its message in the body: %o',
    (body) => {
      expect(error({}, body).message).toBe('no');
    },
  );

  it('does not repeat a certificate that was not accepted', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
    const message = `Value '${pem}' at 'x' is bad, ${pem.slice(0, 40)}`;
    expect(error({}, { message }).message).toBe("Value '(PEM)' at 'x' is bad, (PEM)");
  });

  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['86400', 300_000],
    ['99999999999999', undefined],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['Fri, 02 Jan 2026 00:00:00 GMT', 300_000],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('says when to come back, within bounds: Retry-After: %s', (header, delay) => {
    expect(error({ 'retry-after': header }).retryAfterMs).toBe(delay);
  });

  it('is plain, short and bounded, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
        ),
        (text, header, body) =>
          [
            error({ 'x-amzn-errortype': header, 'retry-after': header }, { message: text, __type: text }),
            error({}, body),
          ].every(
            ({ message, retryAfterMs = 0, type = 'A' }) =>
              /^[A-Za-z][A-Za-z0-9]{0,99}$/.test(type) &&
              message.length <= 201 &&
              !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message) &&
              retryAfterMs >= 0 &&
              retryAfterMs <= 300_000,
          ),
      ),
      runs(),
    );
  });
});
