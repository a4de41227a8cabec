// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileDeviceGroups, grantsOf, PolicyError } from '../../src/policy/device-groups.ts';
import { runs } from '../support/runs.ts';

function config(resources: unknown, operations: unknown = ['mqtt:publish'], more = {}): unknown {
  return {
    definitions: { g: { selectionRule: 'thingName: *', policyName: 'p' } },
    policies: { p: { s: { operations, resources, ...more } } },
  };
}

function problems(value: unknown): { path: string; value: unknown; rule: string }[] {
  try {
    compileDeviceGroups(value);
  } catch (error) {
    if (error instanceof PolicyError) return [...error.problems];
    throw error;
  }
  return [];
}

function patterns(value: unknown): string[] {
  const [policy] = compileDeviceGroups(value).policies;
  return policy === undefined
    ? []
    : [...grantsOf(policy)].map((grant) => `${grant.operation} ${grant.resource}`);
}

describe('device groups', () => {
  it.each([undefined, null, {}, { foo: 'bar' }, { definitions: null, policies: null, formatVersion: null }])(
    'may be empty: %j',
    (value) => expect(compileDeviceGroups(value)).toMatchObject({ groups: [], policies: [] }),
  );

  it('become grants in which only stars and the variable mean more than themselves', () => {
    expect(
      patterns(config(['mqtt:topic:a?\\${', 'mqtt:topic:***', '$${iot:Connection.Thing.ThingName}}'])),
    ).toEqual([
      'mqtt:publish mqtt:topic:a\\?\\\\\\${',
      'mqtt:publish mqtt:topic:*',
      'mqtt:publish $${iot:Connection.Thing.ThingName}}',
    ]);
    expect(patterns(config(['r'], ['*', 'mqtt:*', 'mqtt:pub*', 'a:b:*', 'x?', '${v}']))).toEqual([
      '* r',
      'mqtt:* r',
      'mqtt:pub\\* r',
      'a:b:\\* r',
      'x\\? r',
      '\\${v} r',
    ]);
  });

  it('read property names and effects without regard to case, and names of groups with it', () => {
    const document = compileDeviceGroups({
      FORMATVERSION: '2021-03-05',
      Definitions: { G: { SELECTIONRULE: 'thingName: a', policyname: 'P' } },
      policies: { P: { S: { Effect: 'allow', OPERATIONS: ['a:b'], Resources: ['c'] } } },
    });
    expect(document.groups[0]?.name).toBe('G');
    expect(
      problems({
        definitions: { g: { selectionRule: 'thingName: a', policyName: 'p' } },
        policies: { P: {} },
      }),
    ).toEqual([
      {
        path: 'deviceGroups.definitions.g.policyName',
        value: 'p',
        rule: 'must name one of deviceGroups.policies',
      },
    ]);
  });

  it('tell every problem at once, with its place, the value and the rule', () => {
    const found = problems({
      formatVersion: '2099-01-01',
      definitions: {
        one: { selectionRule: 'thingName: a.b', policyName: 'none' },
        two: { policyName: 'p' },
        'a.b': 'text',
        four: { selectionRule: 'thingName: *', policyName: 'p' },
      },
      policies: {
        p: {
          deny: { effect: 'DENY', operations: ['a:b'], resources: ['c'] },
          odd: { operations: 'mqtt:publish', resources: [{}, ['x']], statementDescription: [] },
          unknown: { operations: ['a:b'], resources: ['${iot:ClientId}'] },
          none: null,
        },
        list: [],
      },
    });
    expect(found.map(({ path }) => path).sort()).toEqual([
      'deviceGroups.definitions.one.policyName',
      'deviceGroups.definitions.one.selectionRule',
      'deviceGroups.definitions.two.selectionRule',
      'deviceGroups.definitions["a.b"]',
      'deviceGroups.formatVersion',
      'deviceGroups.policies.list',
      'deviceGroups.policies.p.deny.effect',
      'deviceGroups.policies.p.none',
      'deviceGroups.policies.p.odd.operations',
      'deviceGroups.policies.p.odd.resources[0]',
      'deviceGroups.policies.p.odd.resources[1]',
      'deviceGroups.policies.p.odd.statementDescription',
      'deviceGroups.policies.p.unknown.resources',
    ]);
    expect(found.find(({ path }) => path.endsWith('one.selectionRule'))?.rule).toContain('line 1, column 13');
    expect(found.find(({ path }) => path.endsWith('effect'))).toMatchObject({ value: 'DENY' });
  });

  it('mind unknown variables only where a group uses the policy', () => {
    const policies = { p: {}, q: { s: { operations: ['a:b'], resources: ['${x}'] } } };
    const group = (policyName: string): unknown => ({
      definitions: { g: { selectionRule: 'thingName: *', policyName } },
      policies,
    });
    expect(problems(group('p'))).toEqual([]);
    expect(problems(group('q'))).toHaveLength(1);
  });

  it('find a variable as the reference does: the shortest, on one line', () => {
    expect(problems(config(['${']))).toEqual([]);
    expect(problems(config(['${a\n}']))).toEqual([]);
    expect(problems(config(['${\n${iot:Connection.Thing.ThingName}']))).toEqual([]);
    expect(problems(config(['${\n${iot}}']))).toHaveLength(1);
    expect(problems(config(['${${iot:Connection.Thing.ThingName}}']))).toHaveLength(1);
  });

  it('skip empty texts, and read numbers as text, with a warning', () => {
    const document = compileDeviceGroups(config(['', null, 7], ['', 'a:b']));
    expect(document.policies[0]?.statements[0]?.resources).toEqual([{ source: '7', pattern: '7' }]);
    expect(document.warnings.map(({ path }) => path)).toEqual([
      'deviceGroups.policies.p.s.operations[0]',
      'deviceGroups.policies.p.s.resources[0]',
      'deviceGroups.policies.p.s.resources[1]',
      'deviceGroups.policies.p.s.resources[2]',
    ]);
  });

  it('warn of what is ignored or never matches', () => {
    const { warnings } = compileDeviceGroups({
      ...(config(['r'], ['mqtt:pub*', 'mqtt:*', '*', 'publish'], { resource: [] }) as object),
      defnitions: {},
    });
    expect(warnings.map(({ path, value }) => [path, value])).toEqual([
      ['deviceGroups.defnitions', '(an object)'],
      ['deviceGroups.policies.p.s.resource', '(a list of 0)'],
      ['deviceGroups.policies.p.s.operations', 'mqtt:pub*'],
      ['deviceGroups.policies.p.s.operations', 'publish'],
    ]);
    expect(warnings[0]?.rule).toContain('did you mean definitions?');
    expect(compileDeviceGroups({ policies: { unused: {} } }).warnings).toHaveLength(1);
  });

  it('may be named like what every object has', () => {
    const hostile = JSON.parse(`{
      "definitions": { "__proto__": { "selectionRule": "thingName: a", "policyName": "constructor" },
                       "toString": { "selectionRule": "thingName: a", "policyName": "__proto__" } },
      "policies": { "constructor": { "__proto__": { "operations": ["a:b"], "resources": ["c"] } }, "__proto__": {} }
    }`);
    const document = compileDeviceGroups(hostile);
    expect(document.groups.map(({ name, policy }) => [name, policy.name])).toEqual([
      ['__proto__', 'constructor'],
      ['toString', '__proto__'],
    ]);
    expect(document.groups[0]?.policy.statements[0]?.name).toBe('__proto__');
    const missing = {
      definitions: { g: { selectionRule: 'thingName: a', policyName: 'toString' } },
      policies: {},
    };
    expect(problems(missing)).toHaveLength(1);
    expect(
      problems({ definitions: { g: JSON.parse('{"__proto__":{"selectionRule":"thingName: a"}}') } }),
    ).toHaveLength(2);
  });

  it('are refused when they would make more grants than fit', () => {
    const many = Array.from({ length: 400 }, (_, i) => `m:t:${i}`);
    expect(problems(config(many, many))[0]?.rule).toContain('at most 100000');
  });

  it('stand huge and hostile text', () => {
    expect(problems(config([`m:t:${'${'.repeat(1_000_000)}`]))).toEqual([]);
    expect(problems(config([`m:t:${'${\n'.repeat(500_000)}}`]))).toEqual([]);
    expect(problems(config([`m:t:${'*'.repeat(1_000_000)}`]))).toEqual([]);
    expect(problems(config(['m:t:\ud800']))).toHaveLength(1);
    const list = problems(config(Array.from({ length: 10_000 }, () => ({}))));
    expect(list.length).toBeLessThan(1_100);
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { policies: deep };
    expect(problems(deep)).toEqual([]);
    expect(problems({ policies: { p: { s: { resources: deep } } } })).toHaveLength(1);
  });

  it('are compiled or refused, whatever they hold', () => {
    const key = fc.oneof(
      fc.constantFrom(
        'definitions',
        'policies',
        'formatVersion',
        'selectionRule',
        'policyName',
        'operations',
        'resources',
        'effect',
        'p',
        'g',
        '__proto__',
      ),
      fc.string(),
    );
    const leaf = fc.oneof(fc.constantFrom('p', 'thingName: *', 'ALLOW', '${x}', '*', null), fc.anything());
    const level = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(key, inner, { maxKeys: 4 }));
    const shaped = fc.record({
      definitions: fc.dictionary(key, fc.record({ selectionRule: leaf, policyName: leaf }), { maxKeys: 2 }),
      policies: fc.dictionary(key, level(level(leaf)), { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(fc.oneof(shaped, level(level(level(leaf))), fc.anything()), (value) => {
        for (const { path, rule } of problems(value)) {
          expect(typeof path).toBe('string');
          expect(rule).not.toBe('');
        }
      }),
      runs(),
    );
  });
});
