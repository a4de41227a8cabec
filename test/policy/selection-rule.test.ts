import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSelectionRule, SelectionRuleError } from '../../src/policy/selection-rule.ts';
import { runs } from '../support/runs.ts';

function failure(text: string): SelectionRuleError {
  try {
    parseSelectionRule(text);
  } catch (error) {
    if (error instanceof SelectionRuleError) return error;
    throw error;
  }
  throw new Error(`${text} parses`);
}

describe('a selection rule', () => {
  it('says where and what is wrong', () => {
    expect(failure('thingName: a.b')).toMatchObject({ kind: 'lexical', line: 1, column: 13 });
    expect(failure('thingName: a.b').message).toContain('illegal character "." (U+002E)');
    expect(failure('thingName: a OR')).toMatchObject({ kind: 'syntax', line: 1, column: 16 });
    expect(failure('thingName: a OR').message).toContain('ends where "thingName:" is expected');
    expect(failure('thingName: a or thingName: b').message).toContain('upper-case: OR');
    expect(failure('thingName:\r\tb c')).toMatchObject({ kind: 'syntax', line: 2, column: 4 });
    expect(failure('thingName: a\nOR')).toMatchObject({ kind: 'lexical', line: 1, column: 13 });
    expect(failure('thingName: 😀')).toMatchObject({ kind: 'lexical', column: 12 });
    expect(failure('')).toMatchObject({ kind: 'syntax', line: 1, column: 1 });
    expect(failure('thingName: a:b').message).toContain('"\\:"');
    expect(failure('thingName: a\\b')).toMatchObject({ kind: 'lexical', column: 13 });
  });

  it('reports the first of two errors, whatever its kind', () => {
    expect(failure('a (')).toMatchObject({ kind: 'syntax', column: 1 });
    expect(failure('( a')).toMatchObject({ kind: 'lexical', column: 1 });
    expect(failure('thingName: a b (')).toMatchObject({ kind: 'syntax', column: 14 });
  });

  it('takes keywords only as whole words', () => {
    expect(parseSelectionRule('thingName: ORacle').matches('ORacle')).toBe(true);
    expect(parseSelectionRule('thingName: *OR').matches('floOR')).toBe(true);
    expect(parseSelectionRule('thingName: thingName').matches('thingName')).toBe(true);
    expect(failure('thingName: OR')).toMatchObject({ kind: 'syntax' });
    expect(failure('xthingName: a')).toMatchObject({ kind: 'syntax', column: 1 });
  });

  it('reads an escaped colon as a colon', () => {
    const rule = parseSelectionRule('thingName: a\\:b* AND thingName: *\\:c');
    expect(rule.matches('a:b:c')).toBe(true);
    expect(rule.matches('a\\:b\\:c')).toBe(false);
  });

  it('stands a hundred thousand alternatives, and conditions', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `thing-${i}`);
    const either = parseSelectionRule(names.map((name) => `thingName: ${name}`).join(' OR '));
    expect(either.matches('thing-99999')).toBe(true);
    expect(either.matches('thing')).toBe(false);
    expect(either.describeMiss('thing').length).toBeLessThan(300);
    const all = parseSelectionRule(names.map(() => 'thingName: t*').join(' AND '));
    expect(all.matches('thing')).toBe(true);
    expect(all.matches('x')).toBe(false);
  });

  it('says why a thing is not in', () => {
    const rule = parseSelectionRule(
      'thingName: sensor* AND thingName: *-out OR thingName: gate OR thingName: *mid*',
    );
    expect(rule.describeMiss('sensor-in')).toContain('does not end with "-out"');
    expect(rule.describeMiss('sensor-in')).toContain('is not "gate"');
    expect(rule.describeMiss('gate')).toBe('');
  });

  const words = fc.stringMatching(/^[ab:]{1,3}$/);
  const term = fc.tuple(fc.constantFrom('', '*'), words, fc.constantFrom('', '*'));
  const rules = fc.array(fc.array(term, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });

  it('agrees with its grammar read as plainly as it can be', () => {
    fc.assert(
      fc.property(rules, words, (alternatives, thing) => {
        const text = alternatives
          .map((terms) =>
            terms
              .map(([open, word, close]) => `thingName:${open}${word.replaceAll(':', '\\:')}${close}`)
              .join('\tAND '),
          )
          .join(' OR\r');
        const holds = ([open, word, close]: [string, string, string]): boolean =>
          new RegExp(`^${open && '.*'}${word}${close && '.*'}$`).test(thing);
        const or = (rest: typeof alternatives): boolean =>
          rest.length > 0 && ((rest[0] ?? []).every(holds) || or(rest.slice(1)));
        const rule = parseSelectionRule(text);
        expect(rule.matches(thing)).toBe(or(alternatives));
        expect(rule.describeMiss(thing) === '').toBe(rule.matches(thing));
      }),
      runs(),
    );
  });

  it('answers or complains, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            'thingName:',
            'thingName',
            ' ',
            'AND',
            'OR',
            '*',
            'a',
            '\\:',
            '\\',
            ':',
            '\r',
            '\n',
            '(',
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.string(), (rule, thing) => {
        let parsed: ReturnType<typeof parseSelectionRule>;
        try {
          parsed = parseSelectionRule(rule);
        } catch (error) {
          expect(error).toBeInstanceOf(SelectionRuleError);
          const { line, column } = error as SelectionRuleError;
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(rule.length + 1);
          return;
        }
        expect(typeof parsed.matches(thing)).toBe('boolean');
      }),
      runs(),
    );
  });
});
