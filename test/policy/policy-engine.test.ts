// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../src/contract/index.ts';
import type { Device } from '../../src/policy/device.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { type Grant, GrantSet } from '../../src/policy/grants.ts';
import { PolicyEngine } from '../../src/policy/policy-engine.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';

const codec = loadContract().grantSet;

function device(thingName: string): Device {
  return { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
}

type Policies = Record<string, readonly string[]>;

/** Groups `g0`, `g1`, … of `[rule, policy]`; a policy is a list of `operation resource`. */
function document(groups: readonly (readonly [string, string])[], policies: Policies) {
  return compileDeviceGroups({
    definitions: Object.fromEntries(
      groups.map(([rule, policyName], i) => [`g${i}`, { selectionRule: `thingName: ${rule}`, policyName }]),
    ),
    policies: Object.fromEntries(
      Object.entries(policies).map(([name, grants]) => [
        name,
        Object.fromEntries(
          grants.map((grant, i) => {
            const [operation, resource] = grant.split(' ');
            return [`s${i}`, { operations: [operation], resources: [resource] }];
          }),
        ),
      ]),
    ),
  });
}

function engineOf(...args: Parameters<typeof document>): { engine: PolicyEngine; clock: ManualClock } {
  const clock = new ManualClock();
  const engine = new PolicyEngine({ codec, clock });
  engine.apply(document(...args));
  return { engine, clock };
}

describe('the policy engine', () => {
  it('denies everything before it is given a document', () => {
    const engine = new PolicyEngine({ codec, clock: new ManualClock() });
    const grants = engine.grantsFor(device('a'));
    expect(grants.setIds).toEqual([]);
    expect(engine.evaluate(grants, 'mqtt:publish', 'mqtt:topic:a')).toEqual({
      allowed: false,
      reason: 'IMPLICIT_DENY',
    });
  });

  it('gives devices of the same groups one and the same combination', () => {
    const { engine } = engineOf(
      [
        ['a*', 'p'],
        ['*b', 'q'],
        ['a* AND thingName: *b', 'p'],
        ['*', 'r'],
      ],
      { p: ['m:o m:t:1'], q: ['m:o m:t:2'], r: ['m:o m:t:3'] },
    );
    const ab = engine.grantsFor(device('ab'));
    expect(ab.setIds).toBe(engine.grantsFor(device('axb')).setIds);
    expect(ab.setIds).toHaveLength(3);
    expect([...ab.setIds].sort()).toEqual(ab.setIds);
    expect(engine.grantsFor(device('x')).setIds).toHaveLength(1);
    expect(engine.grantsFor(device('xb')).setIds).not.toBe(engine.grantsFor(device('ax')).setIds);
  });

  it('names the thing only to sets that ask for it', () => {
    const { engine } = engineOf(
      [
        ['a', 'p'],
        ['b', 'q'],
      ],
      { p: ['m:o m:t:${iot:Connection.Thing.ThingName}'], q: ['m:o m:t:2'] },
    );
    expect(engine.grantsFor(device('a')).variables).toEqual(
      new Map([['iot:Connection.Thing.ThingName', 'a']]),
    );
    expect(engine.grantsFor(device('b')).variables.size).toBe(0);
    expect(engine.evaluate(engine.grantsFor(device('a')), 'm:o', 'm:t:a').allowed).toBe(true);
  });

  it('makes one set of two policies that say the same', () => {
    const { engine } = engineOf(
      [
        ['*', 'p'],
        ['*', 'q'],
      ],
      { p: ['m:o m:t:1'], q: ['m:o m:t:1'] },
    );
    expect(engine.setCount).toBe(1);
    expect(engine.grantsFor(device('a')).setIds).toHaveLength(1);
  });

  it('tells which sets came and went, and keeps what stayed', () => {
    const { engine } = engineOf(
      [
        ['*', 'p'],
        ['*', 'q'],
      ],
      { p: ['m:o m:t:1'], q: ['m:o m:t:2'] },
    );
    const before = engine.grantsFor(device('a'));
    const change = engine.apply(
      document(
        [
          ['*', 'p'],
          ['*', 'q'],
        ],
        { p: ['m:o m:t:1'], q: ['m:o m:t:3'] },
      ),
    );
    expect(change.added).toHaveLength(1);
    expect(change.removed).toHaveLength(1);
    expect(before.setIds).toContain(change.removed[0]);
    expect(engine.grantsFor(device('a')).setIds).toContain(change.added[0]?.id);
    expect(engine.apply(engine.document)).toEqual({ added: [], removed: [] });
  });

  it('goes on deciding for a session that still has the old sets', () => {
    const { engine, clock } = engineOf([['*', 'p']], { p: ['m:o m:t:1'] });
    const before = engine.grantsFor(device('a'));
    engine.apply(document([['*', 'p']], { p: ['m:o m:t:2'] }));
    clock.advance(10 * 60_000);
    expect(engine.evaluate(before, 'm:o', 'm:t:1').allowed).toBe(true);
    expect(engine.evaluate(engine.grantsFor(device('a')), 'm:o', 'm:t:1').allowed).toBe(false);
  });

  it('keeps a replaced set by its id for five minutes', () => {
    const { engine, clock } = engineOf([['*', 'p']], { p: ['m:o m:t:1'] });
    const [id] = engine.grantsFor(device('a')).setIds;
    engine.apply(document([['*', 'p']], { p: ['m:o m:t:2'] }));
    clock.advance(5 * 60_000 - 1);
    expect(engine.grantSet(id ?? '')?.id).toBe(id);
    clock.advance(1);
    expect(engine.grantSet(id ?? '')).toBeUndefined();
    engine.apply(document([['*', 'p']], { p: ['m:o m:t:1'] }));
    expect(engine.grantSet(id ?? '')?.id).toBe(id);
  });

  it('evaluates sets named by another list, and denies where one is unknown', () => {
    const { engine } = engineOf([['*', 'p']], { p: ['m:o m:t:1'] });
    const { setIds, variables } = engine.grantsFor(device('a'));
    expect(engine.evaluate({ setIds: [...setIds], variables }, 'm:o', 'm:t:1').allowed).toBe(true);
    const unknown = { setIds: [...setIds, 'f'.repeat(64)], variables };
    expect(engine.evaluate(unknown, 'm:o', 'm:t:1')).toEqual({ allowed: false, reason: 'EXPLICIT_DENY' });
  });

  it('changes nothing when a document cannot be made into sets', () => {
    const { engine } = engineOf([['*', 'p']], { p: ['m:o m:t:1'] });
    const before = engine.grantsFor(device('a'));
    const good = document(
      [
        ['*', 'p'],
        ['*', 'q'],
      ],
      { p: ['m:o m:t:2'], q: ['m:o m:t:3'] },
    );
    const policies = good.policies.map((policy) =>
      policy.name === 'p'
        ? policy
        : {
            name: 'q',
            statements: [
              {
                name: 's',
                effect: 'ALLOW',
                operations: [{ source: '', pattern: '\\' }],
                resources: [{ source: '', pattern: '' }],
              } as const,
            ],
          },
    );
    expect(() => engine.apply({ ...good, policies })).toThrow();
    expect(engine.grantsFor(device('a')).setIds).toBe(before.setIds);
    expect(engine.grantSet(before.setIds[0] ?? '')).toBeDefined();
  });

  describe('asked whether a change takes something away', () => {
    const base: Policies = { p: ['m:o m:t:1', 'm:o m:t:2'], q: ['m:o m:t:3'] };
    const both = [
      ['*', 'p'],
      ['*', 'q'],
    ] as const;
    const takes = (groups: readonly (readonly [string, string])[], policies: Policies): boolean => {
      const { engine } = engineOf(both, base);
      const before = engine.grantsFor(device('a'));
      engine.apply(document(groups, policies));
      const after = engine.grantsFor(device('a'));
      const answer = engine.takesAway(before, after);
      expect(engine.takesAway(before, after)).toBe(answer);
      return answer;
    };

    it.each([
      ['nothing changed', both, base, false],
      ['a grant was added', both, { ...base, q: ['m:o m:t:3', 'm:o m:t:4'] }, false],
      ['a grant moved to another policy', both, { p: ['m:o m:t:1'], q: ['m:o m:t:2', 'm:o m:t:3'] }, false],
      ['a grant is gone', both, { ...base, p: ['m:o m:t:1'] }, true],
      ['a group is gone', [['*', 'p']], { p: base['p'] ?? [] }, true],
      ['a grant became another', both, { ...base, q: ['m:o m:t:*'] }, true],
    ] as const)('%s: %s', (_, groups, policies, expected) => expect(takes(groups, policies)).toBe(expected));

    it('minds a variable that changed', () => {
      const { engine } = engineOf([['*', 'p']], { p: ['m:o m:t:${iot:Connection.Thing.ThingName}'] });
      expect(engine.takesAway(engine.grantsFor(device('a')), engine.grantsFor(device('b')))).toBe(true);
      expect(engine.takesAway(engine.grantsFor(device('a')), engine.grantsFor(device('a')))).toBe(false);
    });
  });

  it('never takes for harmless a change that takes away', () => {
    const name = fc.constantFrom('m:t:a', 'm:t:b', 'm:t:*', 'm:t:a*');
    const grants = fc.array(
      name.map((resource) => `m:o ${resource}`),
      { maxLength: 4 },
    );
    const policies = fc.record({ p: grants, q: grants });
    const groups = fc.constantFrom(
      [
        ['*', 'p'],
        ['*', 'q'],
      ],
      [['*', 'p']],
      [
        ['x', 'q'],
        ['d', 'p'],
      ],
    ) as fc.Arbitrary<[string, string][]>;
    const clock = new ManualClock();
    const engine = new PolicyEngine({ codec, clock });
    fc.assert(
      fc.property(policies, groups, policies, groups, (before, groupsBefore, after, groupsAfter) => {
        engine.apply(document(groupsBefore, before));
        const had = engine.grantsFor(device('d'));
        engine.apply(document(groupsAfter, after));
        const has = engine.grantsFor(device('d'));
        const lost = ['m:t:a', 'm:t:b', 'm:t:c', 'm:t:ab'].some(
          (resource) =>
            engine.evaluate(had, 'm:o', resource).allowed && !engine.evaluate(has, 'm:o', resource).allowed,
        );
        if (lost) expect(engine.takesAway(had, has)).toBe(true);
        if (JSON.stringify(before) === JSON.stringify(after) && groupsBefore === groupsAfter) {
          expect(engine.takesAway(had, has)).toBe(false);
        }
      }),
      { numRuns: runs().numRuns / 2 },
    );
  });

  it('gives a device exactly the policies of the groups it is in', () => {
    const term = fc.constantFrom('a', 'b', 'ab', 'a*', '*b', '*a*', '*');
    const rule = fc
      .array(fc.array(term, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
      .map((alternatives) =>
        alternatives.map((terms) => terms.join(' AND thingName: ')).join(' OR thingName: '),
      );
    const groups = fc.array(fc.tuple(rule, fc.constantFrom('p', 'q', 'r')), { maxLength: 5 });
    const policies = { p: ['m:o m:t:1'], q: ['m:o m:t:2'], r: ['m:o m:t:3'] };
    const resources = Object.entries({ p: 'm:t:1', q: 'm:t:2', r: 'm:t:3' });
    const engine = new PolicyEngine({ codec, clock: new ManualClock() });
    fc.assert(
      fc.property(groups, fc.constantFrom('a', 'b', 'ab', 'ba', 'c'), (some, thing) => {
        engine.apply(document(some, policies));
        const grants = engine.grantsFor(device(thing));
        const mine = engine.document.groups
          .filter(({ rule }) => rule.matches(thing))
          .map(({ policy }) => policy.name);
        for (const [policy, resource] of resources) {
          expect(engine.evaluate(grants, 'm:o', resource).allowed).toBe(mine.includes(policy));
        }
      }),
      { numRuns: runs().numRuns / 2 },
    );
  });

  it('knows a set with denies for a change that takes away', () => {
    const allow: Grant = { effect: 'ALLOW', operation: '*', resource: '*' };
    const rules = {
      requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
      deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
    } as const;
    const make = (...grants: Grant[]): GrantSet => GrantSet.fromGrants(codec, { ...rules, grants });
    const open = make(allow);
    const closed = make(allow, { effect: 'DENY', operation: '*', resource: 'm:t:x' });
    expect(open.isAllowedBy([closed])).toBe(true);
    expect(closed.deniesOnlyWhat([open])).toBe(false);
    expect(closed.deniesOnlyWhat([open, closed])).toBe(true);
    expect(open.deniesOnlyWhat([])).toBe(true);
  });
});
