import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../src/contract/index.ts';
import { type AclRule, aclOf } from '../../../src/endpoints/emqx-http/acl.ts';
import { compileDeviceGroups } from '../../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../../src/policy/policy-engine.ts';
import { isWellFormedResource } from '../../../src/policy/well-formed.ts';
import { emqxDecides } from '../../support/emqx-acl.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { isSoak } from '../../support/runs.ts';

const codec = loadContract().grantSet;
const THING = '${iot:Connection.Thing.ThingName}';

interface Statement {
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** What a thing may do, and the rules made of it. */
class Case {
  readonly #engine = new PolicyEngine({ codec, clock: new ManualClock() });
  readonly #thing: string;

  constructor(thing: string, statements: readonly Statement[]) {
    this.#thing = thing;
    this.#engine.apply(
      compileDeviceGroups({
        definitions: { g: { selectionRule: 'thingName: *', policyName: 'p' } },
        policies: { p: Object.fromEntries(statements.map((statement, index) => [`s${index}`, statement])) },
      }),
    );
  }

  get #grants() {
    const properties = { thingType: '', attributes: {}, groups: [] };
    return this.#engine.grantsFor({ thingName: this.#thing, clientId: this.#thing, ...properties });
  }

  rules(mode: 'exact' | 'prefixes'): readonly AclRule[] {
    const sets = this.#grants.setIds.map((id) => {
      const set = this.#engine.grantSet(id);
      if (set === undefined) throw new Error('no set');
      return codec.deserialize(Buffer.from(set.bytes));
    });
    return aclOf(this.#grants, sets, { mode, evaluate: (...asked) => this.#engine.evaluate(...asked) });
  }

  allows(action: 'publish' | 'subscribe', name: string): boolean {
    return this.#engine.evaluate(this.#grants, `mqtt:${action}`, resourceOf(action, name)).allowed;
  }
}

function resourceOf(action: 'publish' | 'subscribe', name: string): string {
  return `${action === 'publish' ? 'mqtt:topic:' : 'mqtt:topicfilter:'}${name}`;
}

function publishing(...topics: string[]): Case {
  return new Case('lamp', [
    { operations: ['mqtt:publish'], resources: topics.map((topic) => `mqtt:topic:${topic}`) },
  ]);
}

const NOTHING_ELSE = { permission: 'deny', action: 'all', topic: '#' };
const allow = (topic: string) => ({ permission: 'allow', action: 'publish', topic });
const deny = (topic: string) => ({ permission: 'deny', action: 'publish', topic });

describe('Rights without wildcards', () => {
  it('are told as they are, the thing’s name put in, and nothing else is allowed', () => {
    const rules = publishing('a/b', `things/${THING}/state`, '+/#').rules('exact');
    expect(rules).toEqual([allow('eq +/#'), allow('eq a/b'), allow('eq things/lamp/state'), NOTHING_ELSE]);
  });

  it('that no request can have, because it would be malformed, are left out', () => {
    expect(publishing('a/\u{1f600}', 'ok').rules('exact')).toEqual([allow('eq ok'), NOTHING_ELSE]);
  });

  it('to publish and to subscribe are told apart', () => {
    const both = new Case('lamp', [
      { operations: ['mqtt:*'], resources: ['mqtt:topic:t', 'mqtt:topicfilter:f/+', 'mqtt:clientId:c'] },
    ]);
    expect(both.rules('exact')).toEqual([
      allow('eq t'),
      { ...allow('eq f/+'), action: 'subscribe' },
      NOTHING_ELSE,
    ]);
  });

  it('of other services, and none at all, leave nothing', () => {
    expect(new Case('lamp', [{ operations: ['other:*'], resources: ['*'] }]).rules('exact')).toEqual([
      NOTHING_ELSE,
    ]);
    expect(new Case('lamp', []).rules('exact')).toEqual([NOTHING_ELSE]);
  });
});

describe('Wildcards', () => {
  it('are not told, so that EMQX asks about what they may allow', () => {
    expect(publishing('a', 'b/*').rules('exact')).toEqual([allow('eq a')]);
    expect(publishing('b/*').rules('exact')).toEqual([]);
  });

  it('at the end of a level are told where the operator wants it, without the level above', () => {
    expect(publishing('b/*').rules('prefixes')).toEqual([deny('eq b'), allow('b/#'), NOTHING_ELSE]);
    expect(publishing('b/*', 'b').rules('prefixes')).toEqual([
      allow('eq b'),
      allow('eq b'),
      allow('b/#'),
      NOTHING_ELSE,
    ]);
    expect(publishing('a/*', 'a/b/*').rules('prefixes')).toEqual([deny('eq a'), allow('a/#'), NOTHING_ELSE]);
  });

  it('for everything are one rule', () => {
    const all = new Case('lamp', [{ operations: ['*'], resources: ['*'] }]).rules('prefixes');
    expect(all).toEqual([allow('#'), { ...allow('#'), action: 'subscribe' }, NOTHING_ELSE]);
  });

  it.each(['b*', '*/b', 'a/*/b', '+/*', 'a/#/*', 'eq a/*'])(
    'that EMQX has no words for are left to asking: %s',
    (topic) => {
      expect(publishing('a', topic).rules('prefixes')).toEqual([allow('eq a')]);
    },
  );
});

describe('Grants that no device groups make', () => {
  const given = { effect: 'ALLOW', operation: 'mqtt:publish', resource: 'mqtt:topic:a/*' } as const;
  const set = {
    format: 1,
    requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
    deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
    grants: [given],
  } as const;
  /** Whoever asks what a literal may is told yes, so that only the rules themselves can say no. */
  const rulesOf = (...sets: Parameters<typeof aclOf>[1]) =>
    aclOf({ setIds: [], variables: new Map() }, sets, {
      mode: 'prefixes',
      evaluate: () => ({ allowed: true, reason: 'ALLOWED' }),
    });

  it.each<[string, Partial<Parameters<typeof aclOf>[1][number]>]>([
    ['a denial', { grants: [given, { ...given, effect: 'DENY', resource: 'mqtt:topic:a/b' }] }],
    ['an effect that nobody knows', { grants: [given, { ...given, effect: 'EFFECT_UNSPECIFIED' }] }],
    ['another rule for requests', { requestRule: 'REQUEST_RULE_IOT_POLICY' }],
    ['another rule for delivery', { deliveryRule: 'DELIVERY_RULE_EXPLICIT' }],
    ['a later format', { format: 2 }],
  ])('are not told where there is %s, in any of the sets', (_, change) => {
    const plain = { ...set, grants: [given] };
    expect(rulesOf(plain)).toEqual([allow('eq a'), allow('a/#'), NOTHING_ELSE]);
    expect(rulesOf(plain, { ...plain, ...change })).toEqual([]);
  });

  it('allow nothing by a variable that the session has no value for', () => {
    const grants = [{ ...given, resource: 'mqtt:topic:${other}a/*' }];
    expect(rulesOf({ ...set, grants })).toEqual([NOTHING_ELSE]);
  });

  it('are left to asking where EMQX would put something in', () => {
    const grants = [{ ...given, resource: 'mqtt:topic:\\${clientid}/*' }];
    expect(rulesOf({ ...set, grants })).toEqual([]);
  });
});

it('More rules than EMQX should try for each message are not told', () => {
  const many = Array.from({ length: 250 }, (_, index) => `t/${index}`);
  expect(publishing(...many).rules('exact')).toEqual([]);
  expect(publishing(...many.slice(0, 150)).rules('exact')).toHaveLength(151);
  expect(publishing('x'.repeat(60_000), 'y'.repeat(10_000)).rules('exact')).toEqual([]);
});

const text = (...parts: string[]) =>
  fc.array(fc.constantFrom(...parts), { maxLength: 5 }).map((some) => some.join(''));
const patterns = text('a', 'b', '/', '/', '*', '*', '+', '#', '$', THING, '😀', 'eq ', '–');
const resources = fc.oneof(
  { weight: 8, arbitrary: patterns.map((name) => `mqtt:topic:${name}`) },
  { weight: 8, arbitrary: patterns.map((name) => `mqtt:topicfilter:${name}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '*',
      'mqtt:*',
      'mqtt:t*',
      'mqtt:topic:*',
      'mqtt:topic*',
      'm*a',
      'mqtt:clientId:a',
    ),
  },
);
const statements = fc.array(
  fc.record({
    operations: fc.array(
      fc.constantFrom('mqtt:publish', 'mqtt:subscribe', 'mqtt:*', '*', 'mqtt:connect', 'other:*'),
      { minLength: 1, maxLength: 2 },
    ),
    resources: fc.array(resources, { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const things = fc.constantFrom('a', 'b', 'lamp');
const topics = text('a', 'b', '/', '/', '$', 'lamp', '😀', '–', 'eq ', '$SYS').filter((name) => name !== '');
const filters = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: text('a', 'b', '$', 'lamp', '😀') },
      { weight: 3, arbitrary: fc.constant('+') },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((levels) => fc.constantFrom(levels, [...levels, '#'], ['#']))
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '');
const asked = fc.oneof(
  topics.map((name) => ['publish', name] as const),
  filters.map((name) => ['subscribe', name] as const),
);

/** 10,000 policies, and ten requests for each. */
it('EMQX decides by the rules as the evaluator does by the grants, for 100,000 random policies and topics', () => {
  const seen = { told: 0, asked: 0, wider: 0 };
  fc.assert(
    fc.property(
      things,
      statements,
      fc.array(asked, { minLength: 10, maxLength: 10 }),
      (thing, given, questions) => {
        const one = new Case(thing, given);
        const [exact, prefixes] = [one.rules('exact'), one.rules('prefixes')];
        for (const [action, name] of questions) {
          const may = one.allows(action, name);
          const decided = emqxDecides(exact, action, name);
          if (decided === undefined) seen.asked += 1;
          else {
            seen.told += 1;
            expect(decided).toBe(may);
          }
          const wider = emqxDecides(prefixes, action, name) ?? may;
          if (wider !== may) {
            seen.wider += 1;
            // What the operator was told: below a granted prefix, and malformed.
            expect([wider, isWellFormedResource(resourceOf(action, name))]).toEqual([true, false]);
            expect(prefixes.some(({ topic }) => topic.endsWith('#') && !topic.startsWith('eq '))).toBe(true);
          }
        }
      },
    ),
    { numRuns: isSoak() ? 100_000 : 10_000 },
  );
  // All of it happens, and often.
  expect(Math.min(seen.told, seen.asked) / (seen.told + seen.asked)).toBeGreaterThan(0.1);
  expect(seen.wider).toBeGreaterThan(0);
});
