import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';

const errorsOf = (text: string) => loadConfiguration(text).errors;

describe('A document that cannot be read', () => {
  it.each([
    ['performance: [\n  1', 'line 2, column'],
    ['{"performance": {"maxActiveAuthTokens": 1,}, "a": }x', 'line 1, column'],
    ['a: b: c', 'line 1, column'],
    ['performance:\n\tmaxActiveAuthTokens: 5', 'line 2, column 1'],
    ['a: "unclosed', 'line 1, column'],
    ['a: 1\n---\nb: 2', 'line 2, column 1: the file must hold one document only'],
  ])('says in which line and column: %j', (text, rule) => {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.some((error) => error.rule.includes(rule))).toBe(true);
  });

  it.each([
    [
      'performance: {}\nsecurity: {}\nperformance: {}',
      'performance',
      'line 3, column 1: the key is there twice',
    ],
    [
      '{"security":{"clockSkewSeconds":1,"clockSkewSeconds":2}}',
      'security.clockSkewSeconds',
      'line 1, column 35: the key is there twice',
    ],
    ['"a": 1\na: 2', 'a', 'line 2, column 1: the key is there twice'],
    ['1: a\n"1": b', '["1"]', 'line 2, column 1: the key is there twice'],
    ['__proto__: {performance: {}}', '__proto__', 'line 1, column 1: this name is not allowed'],
    [
      '{"listeners": {"__proto__": {"socket": "/x"}}}',
      'listeners.__proto__',
      'line 1, column 16: this name is not allowed',
    ],
    ['performance: &p {x: *p}', 'performance.x', 'line 1, column 21: the alias *p contains itself'],
    ['a: *nowhere', 'a', 'line 1, column 4: no anchor &nowhere before the alias'],
    ['a: !!binary aGk=', 'a', 'line 1, column 13: the tag tag:yaml.org,2002:binary is not allowed'],
  ])('names the path and the rule: %j', (text, path, rule) => {
    expect(errorsOf(text)).toEqual([{ path, value: null, rule }]);
  });

  it.each(['- a\n- b', '"text"', '5', 'true', '[{"performance": {}}]'])('is one without keys: %j', (text) => {
    expect(errorsOf(text)).toMatchObject([
      { path: '', rule: 'the document must be a map of keys, not a list or a single value' },
    ]);
  });

  it('is one with keys that are not text, custom tags, or the code of another language', () => {
    for (const text of ['? [a, b]\n: 1', 'a: !foo 1', 'a: !!js/function "x"', 'a: !!set {x, y}']) {
      expect(errorsOf(text).length).toBeGreaterThan(0);
    }
  });
});

describe('A document that is made to exhaust the daemon', () => {
  it('by aliases of aliases is an error', () => {
    let bomb = 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n';
    for (let i = 1; i < 12; i += 1)
      bomb += `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(',')}]\n`;
    expect(errorsOf(bomb)).toMatchObject([{ rule: 'more than 1000 aliases' }]);
  });

  it('by an alias of something large is an error', () => {
    const large = `a: &a [${Array(20_000).fill('x').join(',')}]\nb: [${Array(100).fill('*a').join(',')}]`;
    expect(errorsOf(large)).toMatchObject([{ rule: 'more than 1000000 values' }]);
  });

  it('by depth is an error', () => {
    expect(errorsOf('['.repeat(100_000)).length).toBeGreaterThan(0);
    expect(errorsOf('{"a":'.repeat(100_000)).length).toBeGreaterThan(0);
    expect(errorsOf(`${'{"a":'.repeat(150)}1${'}'.repeat(150)}`)[0]?.rule).toContain(
      'nested more than 100 deep',
    );
  });

  it('by size is an error', () => {
    expect(errorsOf(`a: ${'x'.repeat(9 * 1024 * 1024)}`)).toMatchObject([
      { rule: expect.stringContaining('larger') },
    ]);
  });

  it('by the number of its keys is read in time', () => {
    const groups = Array.from(
      { length: 5000 },
      (_, i) => `"g${i}": {"selectionRule": "thingName: a", "policyName": "p"}`,
    );
    const { errors, effective } = loadConfiguration(
      `{"deviceGroups": {"definitions": {${groups.join(',')}}}}`,
    );
    expect(errors).toEqual([]);
    expect(Object.keys(effective.deviceGroups['definitions'] as object)).toHaveLength(5000);
  });
});
