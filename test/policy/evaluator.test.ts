// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrantSet as WireGrantSet } from '../../src/contract/generated/deviceauth/v1/GrantSet.ts';
import { loadContract } from '../../src/contract/index.ts';
import { Evaluator } from '../../src/policy/evaluator.ts';
import { compareUtf8, type Grant, GrantSet, GrantSetError } from '../../src/policy/grants.ts';
import { requests, wireSets } from '../support/random-policies.ts';
import { runs } from '../support/runs.ts';
import { decide, fromSubscribe } from './oracles.ts';

const codec = loadContract().grantSet;
const evaluator = new Evaluator();
const none = new Map<string, string>();

const allow = (operation: string, resource: string): Grant => ({ effect: 'ALLOW', operation, resource });
const deny = (operation: string, resource: string): Grant => ({ effect: 'DENY', operation, resource });
const groups = (...grants: Grant[]): GrantSet => GrantSet.fromGrants(codec, fromSubscribe(grants));

function fetched(wire: WireGrantSet): GrantSet {
  const bytes = codec.serialize(wire);
  return GrantSet.fromBytes(codec, createHash('sha256').update(bytes).digest('hex'), bytes);
}

const plain = {
  format: 1,
  requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
  deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
} as const;

function reason(sets: readonly GrantSet[], operation: string, resource: string, variables = none): string {
  return evaluator.evaluate(sets, variables, operation, resource).reason;
}

describe('a grant set', () => {
  it('is the same whatever the order and repetition of its grants', () => {
    const a = groups(allow('mqtt:publish', 'a'), allow('mqtt:*', 'b'), deny('*', 'c'));
    const b = groups(deny('*', 'c'), allow('mqtt:*', 'b'), allow('mqtt:publish', 'a'), allow('mqtt:*', 'b'));
    expect(a.id).toBe(b.id);
    expect(Buffer.from(a.bytes).equals(b.bytes)).toBe(true);
    expect(a.size).toBe(3);
    expect(a.id).toBe(createHash('sha256').update(a.bytes).digest('hex'));
    expect(a.id).not.toBe(groups(allow('mqtt:publish', 'a')).id);
  });

  it('sorts as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      runs(),
    );
    expect(compareUtf8('\uffff', '\u{10000}')).toBeLessThan(0);
  });

  it('comes off the wire as it went on it', () => {
    const set = groups(allow('mqtt:publish', 'mqtt:topic:é/${v}/*'), deny('*', 'mqtt:topic:x'));
    const copy = GrantSet.fromBytes(codec, set.id, set.bytes);
    const variables = new Map([['v', 'dev']]);
    for (const [resource, expected] of [
      ['mqtt:topic:é/dev/1', 'ALLOWED'],
      ['mqtt:topic:é/other/1', 'IMPLICIT_DENY'],
      ['mqtt:topic:x', 'EXPLICIT_DENY'],
    ] as const) {
      expect(reason([set], 'mqtt:publish', resource, variables)).toBe(expected);
      expect(reason([copy], 'mqtt:publish', resource, variables)).toBe(expected);
    }
    expect(copy.variables).toEqual(new Set(['v']));
  });

  it('is refused when its bytes are not what its id says, or are no set', () => {
    const set = groups(allow('a:b', 'c'));
    const other = groups(allow('a:b', 'd'));
    expect(() => GrantSet.fromBytes(codec, set.id, other.bytes)).toThrow(GrantSetError);
    const garbage = Buffer.from([0xff, 0xff, 0xff]);
    const id = createHash('sha256').update(garbage).digest('hex');
    expect(() => GrantSet.fromBytes(codec, id, garbage)).toThrow(GrantSetError);
  });

  it('is not made of what is no pattern', () => {
    expect(() => groups(allow('mqtt:publish', '${'))).toThrow(GrantSetError);
    expect(() => groups(allow('${v}', 'a'))).toThrow(GrantSetError);
  });
});

describe('a decision', () => {
  it('says what was wrong with the request, in order', () => {
    const everything = groups(allow('*', '*'));
    expect(reason([everything], 'mqtt', 'mqtt')).toBe('MALFORMED_OPERATION');
    expect(reason([everything], 'mqtt:publish', 'mqtt')).toBe('MALFORMED_RESOURCE');
    expect(reason([everything], 'mqtt:publish', 'foo:topic:a')).toBe('SERVICE_MISMATCH');
    expect(reason([everything], 'mqt:publish', 'mqtt:topic:a')).toBe('SERVICE_MISMATCH');
    expect(reason([everything], 'mqtts:publish', 'mqtt:topic:a')).toBe('SERVICE_MISMATCH');
    expect(reason([], 'mqtt:publish', 'foo:topic:a')).toBe('SERVICE_MISMATCH');
    expect(reason([], 'mqtt:publish', 'mqtt:topic:a')).toBe('IMPLICIT_DENY');
  });

  it('is a deny when any set denies, whichever comes first', () => {
    const yes = groups(allow('mqtt:*', '*'));
    const no = groups(deny('mqtt:publish', 'mqtt:topic:secret*'));
    for (const sets of [
      [yes, no],
      [no, yes],
    ]) {
      expect(reason(sets, 'mqtt:publish', 'mqtt:topic:secret/1')).toBe('EXPLICIT_DENY');
      expect(reason(sets, 'mqtt:publish', 'mqtt:topic:open')).toBe('ALLOWED');
    }
  });

  it('keeps grants of a variable without value from matching', () => {
    const set = groups(allow('mqtt:publish', 'mqtt:topic:${v}'), deny('mqtt:publish', 'mqtt:topic:*${w}'));
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:a')).toBe('IMPLICIT_DENY');
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:a', new Map([['v', 'a']]))).toBe('ALLOWED');
  });

  it('keeps both kinds of sets apart: each judges what it knows', () => {
    const iot = GrantSet.fromGrants(codec, {
      requestRule: 'REQUEST_RULE_IOT_POLICY',
      deliveryRule: 'DELIVERY_RULE_EXPLICIT',
      grants: [allow('mqtt:publish', 'mqtt:topic:*'), allow('mqtt:receive', 'mqtt:topic:r/*')],
    });
    const devices = groups(
      deny('mqtt:publish', 'mqtt:topic:no*'),
      allow('mqtt:subscribe', 'mqtt:topicfilter:s/*'),
    );
    const both = [iot, devices];
    expect(reason(both, 'mqtt:publish', 'mqtt:topic:😀')).toBe('ALLOWED');
    expect(reason([devices], 'mqtt:publish', 'mqtt:topic:😀')).toBe('MALFORMED_RESOURCE');
    expect(reason(both, 'mqtt:publish', 'mqtt:topic:no😀')).toBe('EXPLICIT_DENY');
    expect(reason(both, 'mqtt:publish', 'mqtt:topic:a\0')).toBe('MALFORMED_RESOURCE');
    expect(reason(both, 'mqtt:publish', 'other:topic:😀')).toBe('SERVICE_MISMATCH');
    expect(reason(both, 'mqtt:receive', 'mqtt:topic:r/1')).toBe('ALLOWED');
    expect(reason(both, 'mqtt:receive', 'mqtt:topic:s/1')).toBe('ALLOWED');
    expect(reason(both, 'mqtt:receive', 'mqtt:topic:t/1')).toBe('IMPLICIT_DENY');
  });

  it('forgets the operation asked before', () => {
    const set = groups(allow('mqtt:publish', '*'));
    expect(reason([set], 'bad', 'mqtt:topic:a')).toBe('MALFORMED_OPERATION');
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:a')).toBe('ALLOWED');
    expect(reason([set], 'mqtt:receive', 'mqtt:topic:a')).toBe('IMPLICIT_DENY');
    expect(reason([set], '', 'mqtt:topic:a')).toBe('MALFORMED_OPERATION');
  });

  it('stands a resource of a megabyte', () => {
    const set = groups(
      allow('mqtt:publish', 'mqtt:topic:*x'),
      allow('mqtt:publish', `mqtt:topic:*${'ab*'.repeat(500)}y`),
    );
    const long = `mqtt:topic:${'ab'.repeat(500_000)}`;
    expect(reason([set], 'mqtt:publish', long)).toBe('IMPLICIT_DENY');
    expect(reason([set], 'mqtt:publish', `${long}x`)).toBe('ALLOWED');
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:x')).toBe('ALLOWED');
  });
});

describe('what a reader does not understand', () => {
  const grants = [{ effect: 'ALLOW' as const, operation: '*', resource: '*' }];

  it.each([
    ['another format', { ...plain, format: 2, grants }],
    ['no format', { ...plain, format: 0, grants }],
    ['an unknown request rule', { ...plain, requestRule: 99 as never, grants }],
    ['no request rule', { ...plain, requestRule: 'REQUEST_RULE_UNSPECIFIED', grants }],
    ['an unknown delivery rule', { ...plain, deliveryRule: 99 as never, grants }],
    ['no delivery rule', { ...plain, deliveryRule: 'DELIVERY_RULE_UNSPECIFIED', grants }],
    [
      'an operation that is no pattern',
      { ...plain, grants: [...grants, { effect: 'ALLOW', operation: 'a\\', resource: 'b' }] },
    ],
  ] as const)('denies everything: %s', (_, wire) => {
    const set = fetched(wire as WireGrantSet);
    for (const operation of ['mqtt:publish', 'mqtt:receive', 'mqtt:subscribe']) {
      expect(reason([set, groups(allow('*', '*'))], operation, 'mqtt:topic:a')).toBe('EXPLICIT_DENY');
    }
  });

  it.each([
    ['an unknown effect', { effect: 99 as never, operation: 'mqtt:publish', resource: 'mqtt:topic:a*' }],
    ['no effect', { operation: 'mqtt:publish', resource: 'mqtt:topic:a*' }],
  ] as const)('denies what its patterns match: %s', (_, grant) => {
    const set = fetched({ ...plain, grants: [...grants, grant] });
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:ab')).toBe('EXPLICIT_DENY');
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:b')).toBe('ALLOWED');
    expect(reason([set], 'mqtt:connect', 'mqtt:topic:ab')).toBe('ALLOWED');
  });

  it('denies all of its operation: a resource that is no pattern', () => {
    const bad = { effect: 'ALLOW' as const, operation: 'mqtt:subscribe', resource: 'mqtt:topicfilter:${' };
    const set = fetched({ ...plain, grants: [...grants, bad] });
    expect(reason([set], 'mqtt:subscribe', 'mqtt:topicfilter:z')).toBe('EXPLICIT_DENY');
    expect(reason([set], 'mqtt:receive', 'mqtt:topic:z')).toBe('EXPLICIT_DENY');
    expect(reason([set], 'mqtt:publish', 'mqtt:topic:z')).toBe('ALLOWED');
  });
});

describe('decisions, at random', () => {
  it('are those of every grant of every set looked at one by one', () => {
    let allowed = 0;
    fc.assert(
      fc.property(
        wireSets,
        requests,
        fc.constantFrom('a', '', '*', 'a/b'),
        (sets, [operation, resource], value) => {
          const variables = new Map([['v', value]]);
          const expected = decide(sets as never, variables, operation, resource);
          const actual = evaluator.evaluate(
            sets.map((set) => fetched(set as never)),
            variables,
            operation,
            resource,
          );
          if (actual.allowed) allowed++;
          expect(actual.allowed).toBe(expected);
          expect(actual.allowed).toBe(actual.reason === 'ALLOWED');
        },
      ),
      runs(),
    );
    expect(allowed).toBeGreaterThan(runs().numRuns / 30);
  });

  it('are made whatever is sent', () => {
    const set = groups(allow('mqtt:*', 'mqtt:*/a'), deny('*', '*😀'), allow('mqtt:subscribe', '*a/+*'));
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((sent) => `mqtt:topic:${sent}`),
    );
    const operation = fc.oneof(hostile, fc.constantFrom('mqtt:publish', 'mqtt:receive'));
    fc.assert(
      fc.property(operation, hostile, fc.string({ unit: 'binary' }), (op, resource, value) => {
        const { allowed, reason } = evaluator.evaluate([set], new Map([['v', value]]), op, resource);
        expect(allowed).toBe(reason === 'ALLOWED');
      }),
      runs(),
    );
  });
});
