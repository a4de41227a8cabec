// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../src/policy/glob.ts';
import { escapeLiteral, parsePattern } from '../../src/policy/patterns.ts';
import { hashOf, RequestText } from '../../src/policy/request-text.ts';
import { TextIndex } from '../../src/policy/text-index.ts';
import { runs } from '../support/runs.ts';
import { globs, toRegExp } from './oracles.ts';

const none = new Map<string, string>();

function matchesText(pattern: string, text: string, variables = none): boolean {
  const parsed = parsePattern(pattern, 'variables');
  if (parsed === undefined) throw new Error(`${pattern} is no pattern`);
  return matches(parsed, text, 0, variables);
}

const pieces = [
  'a',
  'a',
  'b',
  '*',
  '*',
  '?',
  '/',
  '\\*',
  '\\\\',
  '\\?',
  '$',
  '${v}',
  '${w}',
  '😀',
  '\\😀',
  '}',
  '{',
];
const patterns = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
const texts = fc
  .array(fc.constantFrom('a', 'a', 'b', '/', '*', '?', '\\', '$', '😀', '{', '}'), { maxLength: 8 })
  .map((parts) => parts.join(''));
const values = fc.constantFrom('a', 'ab', '', '*', '?', '😀', '/');
const variables = fc.record({ v: values, w: values }).map((record) => new Map(Object.entries(record)));

/** Texts that have something to do with the pattern beside them. */
const pairs = fc
  .tuple(
    patterns,
    texts,
    fc.array(fc.constantFrom('a', 'b', '', 'ab', '😀'), { minLength: 3, maxLength: 3 }),
    fc.boolean(),
  )
  .map(([pattern, text, fill, related]) => {
    let i = 0;
    const filled = pattern.replace(/\$\{.\}|\\.|[*?]/gu, (part) =>
      part.startsWith('\\') ? part.slice(1) : (fill[i++ % 3] ?? ''),
    );
    return [pattern, related ? filled : text] as const;
  });

describe('a pattern', () => {
  it.each(['\\', 'a\\', '${', '${}', '${a', '${a$b}', '${*}', '${a\\}', '${${v}}', '\ud800', 'a\udc00*'])(
    'that is written wrongly is none: %s',
    (text) => expect(parsePattern(text, 'variables')).toBeUndefined(),
  );

  it('of an operation has no variables', () => {
    expect(parsePattern('mqtt:${v}', 'no-variables')).toBeUndefined();
    expect(parsePattern('mqtt:\\${v}', 'no-variables')?.literal).toBe('mqtt:${v}');
  });

  it('counts code points under a question mark', () => {
    expect(matchesText('?', '😀')).toBe(true);
    expect(matchesText('??', '😀')).toBe(false);
    expect(matchesText('*?', '😀')).toBe(true);
    expect(matchesText('a*??', 'a😀😀')).toBe(true);
    expect(matchesText('*?b*', '😀b')).toBe(true);
  });

  it('takes the value of a variable as text', () => {
    expect(matchesText('${v}', 'a*', new Map([['v', 'a*']]))).toBe(true);
    expect(matchesText('${v}', 'ab', new Map([['v', 'a*']]))).toBe(false);
    expect(matchesText('*${v}*', 'ab')).toBe(false);
  });

  it('does not get lost in stars', () => {
    const text = 'a'.repeat(50_000);
    expect(matchesText(`${'*a'.repeat(2_000)}*b`, text)).toBe(false);
    expect(matchesText(`${'*a?'.repeat(200)}b*`, text)).toBe(false);
    expect(matchesText(`${'*a'.repeat(2_000)}*`, text)).toBe(true);
  });

  it('of escaped text matches that text and no other', () => {
    fc.assert(
      fc.property(texts, texts, (text, other) => {
        expect(parsePattern(escapeLiteral(text), 'variables')?.literal).toBe(text);
        expect(matchesText(escapeLiteral(text), other)).toBe(text === other);
      }),
      runs(),
    );
  });

  it('matches what a regular expression made of it matches', () => {
    let matched = 0;
    fc.assert(
      fc.property(pairs, variables, ([pattern, text], values) => {
        const expression = toRegExp(pattern, values);
        expect(parsePattern(pattern, 'variables') === undefined).toBe(expression === undefined);
        if (expression === undefined) return;
        const actual = matchesText(pattern, text, values);
        if (actual) matched++;
        expect(actual).toBe(expression.test(text));
      }),
      runs(),
    );
    expect(matched).toBeGreaterThan(runs().numRuns / 10);
  });

  it('is found among many as it is alone', () => {
    const many = fc.array(patterns, { minLength: 1, maxLength: 20 });
    // More than sixteen that begin alike are kept otherwise than a few.
    const alike = fc.array(
      patterns.map((each) => `*${each}`),
      { minLength: 17, maxLength: 30 },
    );
    const related = fc.tuple(fc.oneof(many, alike), texts, variables);
    const request = new RequestText();
    fc.assert(
      fc.property(related, ([some, text, values]) => {
        const index = new TextIndex();
        for (const pattern of some) {
          const parsed = parsePattern(pattern, 'variables');
          if (parsed !== undefined) index.add(parsed);
        }
        request.prepare(text);
        expect(index.matches(request, values)).toBe(some.some((pattern) => globs(pattern, text, values)));
      }),
      runs(),
    );
  });
});

describe('an index of patterns', () => {
  it('holds a hundred thousand literals and prefixes', () => {
    const index = new TextIndex();
    for (let i = 0; i < 50_000; i++) {
      index.add(parsePattern(`mqtt:topic:a/${i}`, 'variables') as never);
      index.add(parsePattern(`mqtt:topic:b/${i}/*`, 'variables') as never);
    }
    const request = new RequestText();
    const ask = (text: string): boolean => {
      request.prepare(text);
      return index.matches(request, none);
    };
    expect(ask('mqtt:topic:a/49999')).toBe(true);
    expect(ask('mqtt:topic:a/50000')).toBe(false);
    expect(ask('mqtt:topic:b/49999/x')).toBe(true);
    expect(ask('mqtt:topic:b/4999')).toBe(false);
  });

  it('follows more variables than it has levels for', () => {
    const index = new TextIndex();
    index.add(parsePattern('${v}'.repeat(1_000), 'variables') as never);
    const request = new RequestText();
    request.prepare('ab'.repeat(1_000));
    expect(index.matches(request, new Map([['v', 'ab']]))).toBe(true);
    expect(index.matches(request, new Map([['v', 'a']]))).toBe(false);
  });
});

describe('the text of a request', () => {
  it('knows the hash of every part', () => {
    const request = new RequestText();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), fc.nat(20), (text, x, y) => {
        const from = Math.min(x, y, text.length);
        const to = Math.min(Math.max(x, y), text.length);
        request.prepare(text);
        expect(request.hash(from, to)).toBe(hashOf(text.slice(from, to)));
      }),
      runs(),
    );
  });

  it('may be longer than what is kept', () => {
    const request = new RequestText();
    for (const length of [10, 300_000, 20, 511, 512, 513]) {
      const text = 'ab:c'.repeat(length);
      request.prepare(text);
      expect(request.hash(3, text.length)).toBe(hashOf(text.slice(3)));
    }
  });
});
