// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import { Evaluator, innerFilter } from '../../src/policy/evaluator.ts';
import { GrantSet } from '../../src/policy/grants.ts';
import { deliveries, filterPatterns, topics, variables } from '../support/random-policies.ts';
import { runs } from '../support/runs.ts';
import { coveringFilters, covers, decide, fromSubscribe, isValidFilter } from './oracles.ts';

const codec = loadContract().grantSet;
const evaluator = new Evaluator();
const none = new Map<string, string>();

function delivered(patterns: readonly string[], topic: string, variables = none): boolean {
  const grants = patterns.map((resource) => ({
    effect: 'ALLOW' as const,
    operation: 'mqtt:subscribe',
    resource,
  }));
  const set = GrantSet.fromGrants(codec, fromSubscribe(grants));
  return evaluator.evaluate([set], variables, 'mqtt:receive', `mqtt:topic:${topic}`).allowed;
}

const filter = (pattern: string): string => `mqtt:topicfilter:${pattern}`;

describe('delivery derived from subscribe grants', () => {
  it.each([
    ['a/*', 'a/b', true],
    ['a/*', 'a', true],
    ['a/*', 'a/b/c', true],
    ['a/*', 'ab', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['+/x', 'a/x', true],
    ['+/x', '$SYS/x', false],
    ['#', 'a', true],
    ['#', '$SYS/x', false],
    ['*', '$SYS/x', true],
    ['$SYS/#', '$SYS/x', true],
    ['a+', 'a', false],
    ['a+', 'ab', false],
    ['a#', 'a', false],
    ['#/a', 'a', false],
    ['*a', 'b', false],
    ['*a', 'b/a', true],
    ['*/+', 'a/b', true],
    ['*/+', 'a', false],
    ['*+', 'a/b', true],
    ['dev*', 'device/1', true],
    ['a/+/c', 'a//c', true],
    ['a//c', 'a//c', true],
    ['+', '/', false],
    ['+/+', '/', true],
    ['/#', '/', true],
    ['a/', 'a/', true],
    ['a/', 'a', false],
  ])('a device that may subscribe to %s is sent %s: %s', (pattern, topic, expected) => {
    expect(delivered([filter(pattern)], topic)).toBe(expected);
  });

  it('covers characters that no filter may hold by a wildcard, and only so', () => {
    expect(delivered([filter('*')], 'a/😀')).toBe(true);
    expect(delivered([filter('a/+')], 'a/😀')).toBe(true);
    expect(delivered([filter('a/😀')], 'a/😀')).toBe(false);
    expect(delivered([filter('*b')], '😀/b')).toBe(true);
    expect(delivered([filter('*')], '$😀/a')).toBe(false);
  });

  it('takes a variable as the text it stands for, MQTT wildcards included', () => {
    const pattern = [filter('${v}/x')];
    expect(delivered(pattern, 'dev/x', new Map([['v', 'dev']]))).toBe(true);
    expect(delivered(pattern, 'dev/x', new Map([['v', 'd*']]))).toBe(false);
    expect(delivered(pattern, 'dev/x', new Map([['v', '+']]))).toBe(true);
    expect(delivered(pattern, 'a/b/x', new Map([['v', 'a/b']]))).toBe(true);
    expect(delivered(pattern, 'a/b', new Map())).toBe(false);
    expect(delivered([filter('a/${v}')], 'a/b/c', new Map([['v', '#']]))).toBe(true);
    expect(delivered([filter('a/${v}x')], 'a/bx', new Map([['v', 'b']]))).toBe(true);
  });

  it('never counts a shared subscription: its inner filter is what is decided', () => {
    expect(delivered([filter('$share/g/a')], 'a')).toBe(false);
    expect(delivered([filter('*')], '$share/g/a')).toBe(false);
    expect(delivered([filter('$share')], '$share')).toBe(true);
    expect(delivered([filter('$share/*')], '$share')).toBe(false);
    expect(innerFilter('$share/g/a/#')).toBe('a/#');
    expect(innerFilter('$share/g//a')).toBe('/a');
    for (const plain of ['a', '$SYS/a', '$shared', 'a/$share/b/c']) expect(innerFilter(plain)).toBe(plain);
    for (const malformed of [
      '$share',
      '$share/',
      '$share/g',
      '$share/g/',
      '$share//a',
      '$share/+/a',
      '$share/g/$share/g/a',
    ]) {
      expect(innerFilter(malformed)).toBeUndefined();
    }
  });

  it.each(['', 'a+', 'a/#', 'a\0b', '\ud800', 'a'.repeat(65_536), 'é'.repeat(32_768)])(
    'delivers nothing on what is no topic name (%#)',
    (topic) => {
      const set = GrantSet.fromGrants(
        codec,
        fromSubscribe([{ effect: 'ALLOW', operation: '*', resource: '*' }]),
      );
      expect(evaluator.evaluate([set], none, 'mqtt:receive', `mqtt:topic:${topic}`)).toEqual({
        allowed: false,
        reason: 'MALFORMED_RESOURCE',
      });
    },
  );

  it('knows that a filter is no longer than 65,535 bytes', () => {
    const slashes = '/'.repeat(65_535);
    expect(delivered([filter('*')], slashes)).toBe(true);
    expect(delivered([filter(slashes)], slashes)).toBe(true);
    expect(delivered([filter('*/#')], slashes)).toBe(true);
    // Every level must be `+`: 65,536 of them and the slashes between are too long.
    expect(delivered([filter(Array(65_536).fill('+').join('/'))], slashes)).toBe(false);
    const short = '/'.repeat(1_000);
    expect(delivered([filter(Array(1_001).fill('+').join('/'))], short)).toBe(true);
    const longest = `${'a'.repeat(65_533)}/b`;
    expect(delivered([filter(`${'a'.repeat(65_533)}/b/#`)], longest)).toBe(false);
    expect(delivered([filter(`${'a'.repeat(65_533)}/+`)], longest)).toBe(true);
  });

  it('never lets grants of receive itself allow what cannot be subscribed to', () => {
    const grants = [{ effect: 'ALLOW' as const, operation: 'mqtt:receive', resource: '*' }];
    const set = GrantSet.fromGrants(codec, fromSubscribe(grants));
    expect(evaluator.evaluate([set], none, 'mqtt:receive', 'mqtt:topic:a').allowed).toBe(false);
  });

  it('is asked of topics only', () => {
    const set = GrantSet.fromGrants(
      codec,
      fromSubscribe([{ effect: 'ALLOW', operation: '*', resource: '*' }]),
    );
    const ask = (resource: string): string =>
      evaluator.evaluate([set], none, 'mqtt:receive', resource).reason;
    expect(ask('mqtt:clientId:a')).toBe('IMPLICIT_DENY');
    expect(ask('foo:topic:a')).toBe('SERVICE_MISMATCH');
    expect(ask('mqtt:topic')).toBe('MALFORMED_RESOURCE');
  });

  it('is denied by a deny of any covering filter, and by a deny of receive', () => {
    const allow = { effect: 'ALLOW' as const, operation: 'mqtt:subscribe', resource: '*' };
    const with_ = (operation: string, resource: string, topic: string): string => {
      const set = GrantSet.fromGrants(codec, fromSubscribe([allow, { effect: 'DENY', operation, resource }]));
      return evaluator.evaluate([set], none, 'mqtt:receive', `mqtt:topic:${topic}`).reason;
    };
    expect(with_('mqtt:subscribe', filter('secret/*'), 'secret/x')).toBe('EXPLICIT_DENY');
    expect(with_('mqtt:subscribe', filter('secret/*'), 'open/x')).toBe('ALLOWED');
    expect(with_('mqtt:subscribe', filter('#'), 'open/x')).toBe('EXPLICIT_DENY');
    expect(with_('mqtt:subscribe', filter('😀'), '😀')).toBe('EXPLICIT_DENY');
    expect(with_('mqtt:receive', 'mqtt:topic:open/*', 'open/x')).toBe('EXPLICIT_DENY');
    expect(with_('mqtt:*', 'mqtt:topic:open/*', 'open/x')).toBe('EXPLICIT_DENY');
  });

  it('is as fast under a topic of empty levels and a pattern of stars as it must be', () => {
    const topic = '/'.repeat(60_000);
    expect(delivered([filter(`${'*/+'.repeat(20)}x`), filter('*a*a*a*a*b')], topic)).toBe(false);
  });
});

describe('the oracle of these tests', () => {
  it('lists exactly the filters that cover a topic', () => {
    const alphabet = ['a', 'b', '/', '+', '#', '$'];
    let words = [''];
    const filters: string[] = [];
    for (let length = 1; length <= 7; length++) {
      words = words.flatMap((word) => alphabet.map((letter) => word + letter)).filter(mayGoOn);
      filters.push(...words.filter(isValidFilter));
    }
    for (const topic of ['a', '/', 'ab', 'a/', '/a', '//', '$', '$a', '$/', 'a/b', '$/a']) {
      const expected = filters.filter((each) => covers(each, topic));
      expect(coveringFilters(topic).sort(), topic).toEqual(expected.sort());
    }
    function mayGoOn(word: string): boolean {
      return isValidFilter(word.split('/').slice(0, -1).join('/') || 'a') && !/#./.test(word);
    }
  });
});

describe('delivery, at random', () => {
  it('is allowed exactly when listing every covering filter finds one that is', () => {
    let allowed = 0;
    let all = 0;
    fc.assert(
      fc.property(deliveries, variables, fc.boolean(), ({ some, topic }, values, wide) => {
        const input = {
          ...fromSubscribe(some),
          ...(wide ? { requestRule: 'REQUEST_RULE_IOT_POLICY' as const } : {}),
        };
        const set = GrantSet.fromGrants(codec, input);
        const resource = `mqtt:topic:${topic}`;
        const expected = decide([{ format: 1, ...input, grants: some }], values, 'mqtt:receive', resource);
        const { allowed: actual } = evaluator.evaluate([set], values, 'mqtt:receive', resource);
        all++;
        if (actual) allowed++;
        expect(actual).toBe(expected);
      }),
      runs(),
    );
    expect(allowed).toBeGreaterThan(all / 10);
  });

  it('finds one grant among many by its index as alone', () => {
    fc.assert(
      fc.property(
        fc.array(filterPatterns, { minLength: 1, maxLength: 12 }),
        topics,
        variables,
        (some, topic, values) => {
          const expected = some.some((pattern) => delivered([pattern], topic, values));
          expect(delivered(some, topic, values)).toBe(expected);
        },
      ),
      { numRuns: runs().numRuns / 4 },
    );
  });
});
