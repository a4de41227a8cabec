import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationPath } from '../../../src/cloud/greengrass/operation-path.ts';
import { patient } from '../../support/identity-room.ts';
import { runs } from '../../support/runs.ts';

const signal = patient();
const request = (text: string, members: Record<string, unknown>) =>
  new OperationPath(text, Object.keys(members)).request(members, signal);

describe('the path of an operation', () => {
  it.each([
    ['/a', { x: '1' }, { method: 'POST', path: '/a', body: { x: '1' } }],
    ['PUT /a/{x}', { x: 'b/c', y: ['d'] }, { method: 'PUT', path: '/a/b%2Fc', body: { y: ['d'] } }],
    ['POST /{x}/{x}', { x: '1' }, { method: 'POST', path: '/1/1' }],
    ['GET /a/{x}', { x: '1', y: '2 3' }, { method: 'GET', path: '/a/1?y=2+3' }],
    ['GET /a?b=1', { y: '&' }, { method: 'GET', path: '/a?b=1&y=%26' }],
  ])('%s is filled in, and the rest is sent beside it', (text, members, expected) => {
    expect(request(text, members)).toEqual({ ...expected, signal });
  });

  it.each(['', 'a', 'DELETE /a', '/{z}', '/{x', '/x}', '/{}', '/{{x}}'])('%s is none', (text) => {
    expect(() => new OperationPath(text, ['x'])).toThrow(TypeError);
  });

  it('keeps every value within its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const { path } = request('POST /a/{x}/c', { x: value });
        const [, encoded = ''] = /^\/a\/([^/?#]*)\/c$/.exec(path) ?? [];
        return path.startsWith('/a/') && decodeURIComponent(encoded) === value && /^[!-~]*$/.test(path);
      }),
      runs(),
    );
  });
});
