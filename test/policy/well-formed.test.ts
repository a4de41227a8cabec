import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNICODE_VERSION } from '../../src/policy/character-classes.ts';
import { RequestText } from '../../src/policy/request-text.ts';
import { isWellFormedOperation, isWellFormedResource } from '../../src/policy/well-formed.ts';
import { runs } from '../support/runs.ts';
import * as oracle from './oracles.ts';

function wellFormed(resource: string): boolean {
  const request = new RequestText();
  request.prepare(resource);
  return request.wellFormed;
}

describe('a well-formed request', () => {
  it.each([
    ['mqtt:publish', true],
    ['mqtt:my-op_1', true],
    ['é:ß٣', true],
    ['mqtt:', false],
    [':publish', false],
    ['mqtt', false],
    ['', false],
    ['mqtt::publish', false],
    ['mqtt:a:b', false],
    ['m1:a', false],
    ['mqtt:a b', false],
    // A letter, but beyond the Basic Multilingual Plane, where the reference looks at halves of it.
    ['mqtt:𝐀', false],
  ])('has an operation such as %j: %s', (operation, expected) => {
    expect(isWellFormedOperation(operation)).toBe(expected);
  });

  it.each([
    ['mqtt:topic:a', true],
    ['mqtt:topic::', true],
    ['mqtt:topic: ~', true],
    ['mqtt:topic:𝐀', true],
    ['mqtt:topic:a\u200d', true],
    ['mqtt:topic:', false],
    ['mqtt:topic', false],
    ['mqtt::a', false],
    [':topic:a', false],
    ['mqtt:topic-filter:a', false],
    ['mqtt:topic:\x7f', false],
    ['mqtt:topic:\x1f', false],
    ['mqtt:topic:😀', false],
    ['mqtt:topic:\u00d7', false],
    ['mqtt:topic:a\ud800', false],
    ['mqtt:topic:\udc00\ud800', false],
    ['𝐀:topic:a', false],
    ['', false],
  ])('has a resource such as %j: %s', (resource, expected) => {
    expect(isWellFormedResource(resource)).toBe(expected);
    expect(wellFormed(resource)).toBe(expected);
  });

  it('is made of exactly the characters of the classes, for every code point there is', () => {
    const different: number[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const inName = isWellFormedResource(`m:t:${character}`);
      const inAction = isWellFormedOperation(`m:${character}`);
      const inService = isWellFormedOperation(`${character}:a`);
      const same =
        inName === oracle.isWellFormedResource(`m:t:${character}`) &&
        inAction === oracle.isWellFormedOperation(`m:${character}`) &&
        inService === oracle.isWellFormedOperation(`${character}:a`);
      if (!same) different.push(code);
    }
    expect(different).toEqual([]);
    expect(UNICODE_VERSION).toBe(process.versions['unicode']);
  });

  const unit = fc.constantFrom(
    'm',
    'é',
    ':',
    ':',
    '-',
    '1',
    '_',
    '/',
    '𝐀',
    '😀',
    '\ud800',
    '\udc00',
    '\n',
    '\0',
    ' ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(unit).map((parts) => parts.join('')),
    fc.array(unit).map((parts) => `m:t:${parts.join('')}`),
  );

  it('is told from any other, whatever is sent', () => {
    fc.assert(
      fc.property(text, (sent) => {
        expect(isWellFormedOperation(sent)).toBe(oracle.isWellFormedOperation(sent));
        expect(isWellFormedResource(sent)).toBe(oracle.isWellFormedResource(sent));
        expect(wellFormed(sent)).toBe(oracle.isWellFormedResource(sent));
      }),
      runs(),
    );
  });
});
