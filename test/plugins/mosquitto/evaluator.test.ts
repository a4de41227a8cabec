// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GrantSet as WireGrantSet } from '../../../src/contract/generated/deviceauth/v1/GrantSet.ts';
import { loadContract } from '../../../src/contract/index.ts';
import { compileDeviceGroups } from '../../../src/policy/device-groups.ts';
import { Evaluator, innerFilter } from '../../../src/policy/evaluator.ts';
import { GrantSet } from '../../../src/policy/grants.ts';
import { PolicyEngine } from '../../../src/policy/policy-engine.ts';
import cases from '../../conformance/cda.json' with { type: 'json' };
import { ManualClock } from '../../support/manual-clock.ts';
import { deliveries, requests, topics, variables, wireSets } from '../../support/random-policies.ts';
import { isSoak, runs } from '../../support/runs.ts';
import { BUILD_MS, buildDriver, bytesOf, missingTool, Questions } from './support/build.ts';

const codec = loadContract().grantSet;
const evaluator = new Evaluator();
const none = new Map<string, string>();
const FILTER = 'mqtt:topicfilter:';

const plain = {
  format: 1,
  requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
  deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
} as const;

type Variables = ReadonlyMap<string, string>;

/** Questions for the driver, and the daemon's answer to each. */
class Comparison {
  readonly #questions = new Questions();
  readonly #expected: { readonly what: () => string; readonly answer: string }[] = [];
  #sets: GrantSet[] = [];
  #variables: Variables = none;

  grants(sets: readonly (GrantSet | WireGrantSet)[], variables: Variables): void {
    this.#questions.forget();
    this.#sets = sets.map((set) => (set instanceof GrantSet ? set : fetched(set)));
    this.#variables = variables;
    for (const { id, bytes } of this.#sets) {
      this.#questions.set(id, bytes);
      this.#expected.push({ what: () => id, answer: 'set' });
    }
    this.#questions.grants([...this.#sets.keys()], variables);
  }

  /** The daemon's answer. `prefix`: see `Questions.decision`; otherwise divided as the plugin does it. */
  decision(operation: string, resource: string, prefix = prefixOf(resource)): string {
    const { reason } = evaluator.evaluate(this.#sets, this.#variables, operation, resource);
    this.#questions.decision(operation, resource, prefix);
    const [sets, variables] = [this.#sets, this.#variables];
    const what = (): string =>
      JSON.stringify({
        sets: sets.map(({ bytes }) => codec.deserialize(Buffer.from(bytes))),
        variables: [...variables],
        operation,
        resource,
        prefix,
      });
    this.#expected.push({ what, answer: reason });
    return reason;
  }

  innerFilter(filter: string): void {
    const inner = innerFilter(filter);
    this.#questions.innerFilter(filter);
    const answer = inner === undefined ? 'none' : String(bytesOf(filter).length - bytesOf(inner).length);
    this.#expected.push({ what: () => filter, answer });
  }

  async agreesWith(driver: string): Promise<void> {
    const answers = await this.#questions.ask(driver);
    expect(answers.length).toBe(this.#expected.length);
    for (const [i, { what, answer }] of this.#expected.entries()) {
      if (answers[i] !== answer) expect.fail(`${answers[i]} instead of ${answer}: ${what()}`);
    }
  }
}

function fetched(wire: WireGrantSet): GrantSet {
  const bytes = codec.serialize(wire);
  return GrantSet.fromBytes(codec, createHash('sha256').update(bytes).digest('hex'), bytes);
}

function prefixOf(resource: string): number {
  return /^[a-zA-Z]+:[a-zA-Z]+:/.exec(resource)?.[0].length ?? 0;
}

interface Case {
  readonly sets: readonly object[];
  readonly variables: Variables;
  /** Operations and resources. */
  readonly asked: readonly (readonly [string, string])[];
}

const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 3 });

/** Some values that no reader of today knows. */
function strange<T extends object>(sets: T[], field: number, value: number): object[] {
  const fields = ['requestRule', 'deliveryRule', 'format'];
  const name = fields[field];
  return name === undefined
    ? sets
    : sets.map((set, i) => (i === value % sets.length ? { ...set, [name]: 99 } : set));
}

const sets: fc.Arbitrary<Case> = fc.record({
  sets: fc.tuple(wireSets, fc.nat(60), fc.nat(5)).map(([sets, field, value]) => strange(sets, field, value)),
  variables,
  asked: some(requests),
});

const filters: fc.Arbitrary<Case> = fc
  .tuple(deliveries, variables, fc.boolean(), fc.boolean(), topics)
  .map(([{ some, topic }, variables, wide, explicit, other]) => ({
    sets: [
      {
        ...plain,
        ...(wide ? { requestRule: 'REQUEST_RULE_IOT_POLICY' } : {}),
        ...(explicit && wide ? { deliveryRule: 'DELIVERY_RULE_EXPLICIT' } : {}),
        grants: some,
      },
    ],
    variables,
    asked: [
      ['mqtt:receive', `mqtt:topic:${topic}`],
      ['mqtt:receive', `mqtt:topic:${other}`],
      ['mqtt:subscribe', FILTER + topic],
      ['mqtt:subscribe', `${FILTER}${topic}/#`],
    ],
  }));

/** Levels of every length about eight, sixteen and sixty-four bytes, and texts that go wrong at their ends. */
const levels = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'sensors',
      'sensors0',
      'sensors01',
      'a',
      'b',
      '',
      '+',
      'é😀é😀é',
      'thing-0001',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('x', 'y'), fc.nat(70)).map(([of, size]) => of.repeat(size)),
  },
);
const longPaths = fc.array(levels, { minLength: 1, maxLength: 9 }).map((some) => some.join('/'));
const wildcards = fc.constantFrom('', '', '*', '/*', '?', '/#', '${v}', '/${v}/*', '/+/*', '*/x');
const many = fc.array(fc.tuple(longPaths, fc.nat(60), wildcards, wildcards, fc.nat(30)), {
  minLength: 1,
  maxLength: 30,
});
const longValues = fc.constantFrom('thing-0001', 'a', '', 'sensors/x', 'é😀');

const long: fc.Arbitrary<Case> = fc
  .tuple(
    many,
    longValues,
    fc.array(fc.tuple(longPaths, fc.nat(29), fc.nat(80)), { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([written, value, more, alike]) => {
    const grants = written.flatMap(([path, cut, first, last, denied]) => {
      const pattern = `${alike ? '*' : ''}${path.slice(0, cut).toWellFormed()}${first}${path.slice(cut, 2 * cut).toWellFormed()}${last}`;
      const effect = denied === 0 ? 'DENY' : 'ALLOW';
      return [
        { effect, operation: 'mqtt:publish', resource: `mqtt:topic:${pattern}` },
        { effect, operation: denied % 3 === 0 ? 'mqtt:s*' : 'mqtt:subscribe', resource: FILTER + pattern },
      ];
    });
    const resources = more.flatMap(([path, which, cut]) => {
      const [pattern = ''] = written[which % written.length] ?? [];
      return [path, pattern, (pattern + path).slice(0, cut)];
    });
    return {
      sets: [
        { ...plain, grants },
        { ...plain, requestRule: 'REQUEST_RULE_IOT_POLICY', grants: grants.slice(0, 2) },
      ],
      variables: new Map([['v', value]]),
      asked: resources.flatMap((path) => [
        ['mqtt:publish', `mqtt:topic:${path}`] as const,
        ['mqtt:receive', `mqtt:topic:${path.replace(/\+/g, value)}`] as const,
        ['mqtt:subscribe', FILTER + path] as const,
      ]),
    };
  });

/** What is decided without looking further, and what nearly is: long topics, several sets that can be one. */
const level = fc.constantFrom(
  'devices',
  'sensors0',
  'thing-0001',
  'thing-00017-of-many',
  'a',
  'b',
  '',
  'x y',
);
const path = fc.array(level, { minLength: 2, maxLength: 7 }).map((levels) => levels.join('/'));
const stop = fc.constantFrom('', '', '/*', '/*', '*', '/#', '/+', '/+/*', '/+/a', '/?', '+', '#');
const frequent: fc.Arbitrary<Case> = fc
  .tuple(
    fc.array(
      fc.array(fc.tuple(path, fc.nat(80), stop, fc.nat(40), fc.constantFrom('thing-0001', 'a', 'é')), {
        minLength: 1,
        maxLength: 8,
      }),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom(
      'thing-0001',
      'thing-00017-of-many',
      'thing-00017',
      'a',
      '',
      '+',
      'a/b',
      'devices/thing-0001',
    ),
    fc.array(fc.tuple(path, fc.nat(60), fc.nat(12)), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([written, value, more, wide, explicit]) => {
    const rules = {
      ...plain,
      ...(wide ? { requestRule: 'REQUEST_RULE_IOT_POLICY' as const } : {}),
      ...(explicit ? { deliveryRule: 'DELIVERY_RULE_EXPLICIT' as const } : {}),
    };
    const patterns = written.map((set) =>
      set.map(([text, cut, end, denied, replaced]) => {
        const pattern = (text.slice(0, cut) + end).replaceAll(replaced, '${v}');
        return { pattern, effect: denied === 0 ? 'DENY' : 'ALLOW' };
      }),
    );
    const sets = patterns.map((some) => ({
      ...rules,
      grants: some.flatMap(({ pattern, effect }) => [
        { effect, operation: 'mqtt:publish', resource: `mqtt:topic:${pattern}` },
        {
          effect,
          operation: explicit ? 'mqtt:receive' : 'mqtt:subscribe',
          resource: (explicit ? 'mqtt:topic:' : FILTER) + pattern,
        },
      ]),
    }));
    const all = patterns.flat();
    const topics = more.flatMap(([text, which, size]) => {
      const { pattern } = all[which % all.length] ?? { pattern: '' };
      const filled = pattern.replaceAll('${v}', value);
      const goesOn = filled.replace(/\/?[*#]$/, size % 3 === 0 ? '' : `/${text}`).replaceAll('+', 'b');
      const odd = `${goesOn.slice(0, which)}${['+', '#', '$', 'é', '\u007f', ' '][size % 6]}${goesOn.slice(which)}`;
      return [text, goesOn, `${goesOn}/`, goesOn.slice(0, -size), odd];
    });
    return {
      sets,
      variables: new Map([['v', value]]),
      asked: topics.flatMap((topic) => [
        ['mqtt:publish', `mqtt:topic:${topic}`] as const,
        ['mqtt:receive', `mqtt:topic:${topic}`] as const,
      ]),
    };
  });

const anything = fc.string({ unit: 'binary', maxLength: 40 });
const hostile: fc.Arbitrary<Case> = fc.record({
  sets: fc.constantFrom(
    [{ ...plain, grants: [{ effect: 'ALLOW', operation: 'mqtt:*', resource: 'mqtt:*' }] }],
    [
      {
        ...plain,
        requestRule: 'REQUEST_RULE_IOT_POLICY',
        grants: [
          { effect: 'ALLOW', operation: '*', resource: '*' },
          { effect: 'DENY', operation: 'mqtt:s*', resource: '*a/+*' },
          { effect: 7, operation: 'mqtt:p*', resource: '*b?' },
        ],
      },
    ],
  ),
  variables,
  asked: some(
    fc.tuple(
      fc.oneof(fc.constantFrom('mqtt:publish', 'mqtt:receive', 'mqtt:subscribe', 'mqtt:connect'), anything),
      fc.oneof(
        fc.tuple(fc.constantFrom('mqtt:topic:', FILTER, 'a:b:'), anything).map((parts) => parts.join('')),
        anything,
      ),
    ),
  ),
});

// Without a compiler there is nothing to compare; in CI that is a failure.
const isLeftOut = missingTool() !== undefined && process.env['CI'] !== 'true';

describe.skipIf(isLeftOut)('the evaluator of the Mosquitto plugin', () => {
  let driver: string;
  let sanitized: string;
  let portable: string;

  beforeAll(async () => {
    driver = await buildDriver('evaluate', 'plain');
    sanitized = await buildDriver('evaluate', 'sanitized');
    portable = await buildDriver('evaluate_portable', isSoak() ? 'sanitized' : 'plain');
  }, BUILD_MS);

  it("decides the reference's cases as the daemon does", async () => {
    const comparison = new Comparison();
    let compared = 0;
    for (const { policyDocs, session, operation, resource } of cases.authorization) {
      if (session.type !== 'thing') continue;
      const engine = new PolicyEngine({ codec, clock: new ManualClock() });
      engine.apply(compileDeviceGroups(policyDocs));
      const thingName = session.thingName ?? '';
      const device = { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
      const { setIds, variables } = engine.grantsFor(device);
      comparison.grants(
        setIds.map((id) => engine.grantSet(id) as GrantSet),
        variables,
      );
      comparison.decision(operation, resource);
      comparison.decision(operation, resource, 0);
      compared++;
    }
    expect(compared).toBe(cases.authorization.filter(({ session }) => session.type === 'thing').length);
    await comparison.agreesWith(driver);
    await comparison.agreesWith(sanitized);
    await comparison.agreesWith(portable);
  });

  it.each([
    ['sets of every kind', sets],
    ['filters and deliveries', filters],
    ['longer texts and many grants', long],
    ['long topics and many sets', frequent],
    ['whatever is sent', hostile],
  ] as const)('decides as the daemon does, at random: %s', async (_, arbitrary) => {
    // In CI 5,000 each; the first of them by the other builds too.
    const policies = 2.5 * runs().numRuns;
    const batch = 2_500;
    let allowed = 0;
    let all = 0;
    for (let made = 0; made < policies; made += batch) {
      const comparison = new Comparison();
      for (const [i, { sets, variables, asked }] of fc.sample(arbitrary, batch).entries()) {
        comparison.grants(sets as unknown as WireGrantSet[], variables);
        for (const [operation, resource] of asked) {
          all++;
          const prefix = i % 4 === 0 ? i % (bytesOf(resource).length + 1) : prefixOf(resource);
          if (comparison.decision(operation, resource, prefix) === 'ALLOWED') allowed++;
        }
      }
      await comparison.agreesWith(driver);
      if (made > 0) continue;
      await comparison.agreesWith(sanitized);
      await comparison.agreesWith(portable);
    }
    expect(allowed).toBeGreaterThan(all / 100);
  });

  it('is sure of what the frequent kinds of grants allow, and of nothing else', async () => {
    const thing = 'thing-0001';
    const patterns = ['literal/of/a/topic', 'prefix/*', 'cut/in/the/midd*', 'things/${v}/*', '${v}/own/*'];
    patterns.push('things/${v}/state', 'filters/#', 'levels/+/and/${v}/+', '*/inner');
    const grants = patterns.flatMap((pattern) => [
      { effect: 'ALLOW' as const, operation: 'mqtt:publish', resource: `mqtt:topic:${pattern}` },
      { effect: 'ALLOW' as const, operation: 'mqtt:subscribe', resource: FILTER + pattern },
    ]);
    const set = fetched({ ...plain, grants });
    const denies = fetched({
      ...plain,
      grants: [{ effect: 'DENY', operation: 'mqtt:*', resource: '*denied*' }],
    });
    const questions = new Questions();
    questions.set(set.id, set.bytes);
    questions.set(denies.id, denies.bytes);
    questions.grants([0], new Map([['v', thing]]));
    const expected = ['set', 'set'];
    const ask = (topic: string, publish: boolean, delivery: boolean): void => {
      questions.sure('mqtt:publish', topic);
      questions.sure('mqtt:receive', topic);
      expected.push(publish ? 'sure' : 'not sure', delivery ? 'sure' : 'not sure');
    };
    ask('literal/of/a/topic', true, true);
    ask('literal/of/a/topic/', false, false);
    ask('prefix/and/what/follows', true, true);
    ask('prefix/', true, true);
    ask('prefix', false, true);
    ask('cut/in/the/middle/of', true, true);
    ask('things/thing-0001/and/more', true, true);
    ask('things/thing-0001', false, true);
    ask('things/thing-0002/and/more', false, false);
    ask('thing-0001/own/and/more', true, true);
    ask('things/thing-0001/state', true, true);
    ask('filters/of/some/kind', false, true);
    ask('levels/any/and/thing-0001/any', false, true);
    ask('levels/any/and/thing-0001/any/more', false, false);
    // Allowed, but not known at a glance.
    ask('prefix/not as/frequent', false, false);
    ask('an/inner/wildcard/inner', false, false);
    // Where something is denied that is not known in full.
    questions.grants([0, 1], new Map([['v', thing]]));
    ask('prefix/and/what/follows', false, false);
    expect(await questions.ask(driver)).toEqual(expected);
  });

  it('uses the sets of a session as one, as long as there is room', async () => {
    const questions = new Questions();
    const expected: string[] = [];
    let added = 0;
    const add = (rules: object, resources: string[]): number => {
      const grants = resources.map((resource) => ({ effect: 'ALLOW', operation: 'mqtt:publish', resource }));
      const { id, bytes } = fetched({ ...plain, ...rules, grants } as WireGrantSet);
      questions.set(id, bytes);
      expected.push('set');
      return added++;
    };
    const unite = (sets: number[], answer: string): void => {
      questions.unite(sets);
      expected.push(answer);
    };
    const small = Array.from({ length: 67 }, (_, i) => add({}, [`mqtt:topic:${i}`]));
    const wide = add({ requestRule: 'REQUEST_RULE_IOT_POLICY' }, ['*']);
    const strange = add({ format: 2 }, ['*']);
    const large = add(
      {},
      Array.from({ length: 20_000 }, (_, i) => `mqtt:topic:${i}`),
    );
    const [first = 0, second = 0] = small;
    unite([first, second], 'one');
    unite([second, first], 'one');
    // Another rule, not understood, too large.
    unite([first, wide], 'apart');
    unite([first, strange], 'apart');
    unite([first, large], 'apart');
    // Sixty-four, of which those that stay apart make room.
    for (const other of small.slice(2, 65)) unite([first, other], 'one');
    unite([first, small[65] ?? 0], 'apart');
    questions.forget();
    added = 0;
    const [again = 0, other = 0] = [add({}, ['mqtt:topic:again']), add({}, ['mqtt:topic:other'])];
    unite([again, other], 'one');
    expect(await questions.ask(sanitized)).toEqual(expected);
  });

  it('takes the same filter out of a shared subscription', async () => {
    const comparison = new Comparison();
    const parts = fc.constantFrom('$share', '$share/', '/', 'a', '+', '#', '$', 'é', 'g/');
    for (const some of fc.sample(fc.array(parts, { maxLength: 6 }), 10_000))
      comparison.innerFilter(some.join(''));
    await comparison.agreesWith(sanitized);
  });

  it('knows how long topics and filters may be', async () => {
    const comparison = new Comparison();
    const slashes = '/'.repeat(65_535);
    const topics = [slashes, `${slashes}/`, 'a'.repeat(65_536), '/'.repeat(1_000), `${'a'.repeat(65_533)}/b`];
    topics.push(
      'é'.repeat(32_767),
      'é'.repeat(32_768),
      '/'.repeat(40_000),
      '/'.repeat(32_766),
      '/'.repeat(32_767),
    );
    const patterns = [
      '*',
      slashes,
      '*/#',
      Array(65_536).fill('+').join('/'),
      Array(1_001).fill('+').join('/'),
    ];
    patterns.push(
      `${'a'.repeat(65_533)}/b/#`,
      `${'a'.repeat(65_533)}/+`,
      `${'*/+'.repeat(20)}x`,
      '*a*a*a*a*b',
    );
    patterns.push('é*', '${v}', '+/${v}', '#');
    for (const pattern of patterns) {
      const grants = [{ effect: 'ALLOW' as const, operation: 'mqtt:*', resource: FILTER + pattern }];
      comparison.grants([{ ...plain, grants }], new Map([['v', '+']]));
      for (const topic of topics) comparison.decision('mqtt:receive', `mqtt:topic:${topic}`);
      comparison.decision('mqtt:subscribe', `${FILTER}${'a'.repeat(1_000_000)}b`);
    }
    await comparison.agreesWith(driver);
  });

  describe('a decision that would take too long', () => {
    const TOO_COSTLY = 'TOO_COSTLY';
    const long = 'ab'.repeat(32_767);
    const usual = 'sites/7/lines/ab/machines/abab/state';
    const allow = (operation: string, resource: string) => ({
      effect: 'ALLOW' as const,
      operation,
      resource,
    });
    const deny = (operation: string, resource: string) => ({ effect: 'DENY' as const, operation, resource });
    const hundred = <T>(of: (n: number) => T): T[] => Array.from({ length: 100 }, (_, n) => of(n));
    const ask = async (
      grants: NonNullable<WireGrantSet['grants']>[],
      asked: [string, string][],
    ): Promise<string[]> => {
      const sets = grants.map((some) => fetched({ ...plain, grants: some }));
      const questions = new Questions();
      for (const { id, bytes } of sets) questions.set(id, bytes);
      questions.grants([...sets.keys()], new Map([['v', 'ab']]));
      for (const [operation, resource] of asked) questions.decision(operation, resource, prefixOf(resource));
      const answers = (await questions.ask(driver)).slice(sets.length);
      // Steps are counted, not time: it is the same for another build on any machine.
      expect((await questions.ask(sanitized)).slice(sets.length)).toEqual(answers);
      return answers;
    };

    it.each([
      ['a delivery, by stars', 'mqtt:subscribe', (n: number) => `${FILTER}*a*b*${n}*b`, 'mqtt:receive'],
      [
        'a delivery, by variables',
        'mqtt:subscribe',
        (n: number) => `${FILTER}*${'${v}'}*${n}*b`,
        'mqtt:receive',
      ],
      ['a delivery, by any service', 'mqtt:subscribe', (n: number) => `mqtt:*:*a*b*${n}*b`, 'mqtt:receive'],
      ['a publish', 'mqtt:publish', (n: number) => `mqtt:topic:*${'?a?b'.repeat(20)}*${n}*b`, 'mqtt:publish'],
    ] as const)('is a denial that says so: %s', async (_, operation, resource, asked) => {
      const grants = hundred(resource).map((each) => allow(operation, each));
      expect(await ask([grants], [[asked, `mqtt:topic:${long}`]])).toEqual([TOO_COSTLY]);
    });

    it('is a denial of a subscription that says so', async () => {
      const grants = hundred((n) => allow('mqtt:subscribe', `${FILTER}*${'?a?b'.repeat(20)}*${n}*b`));
      expect(await ask([grants], [['mqtt:subscribe', FILTER + long]])).toEqual([TOO_COSTLY]);
    });

    it('denies although a grant that is quickly found would have allowed it, behind denies that are undecided', async () => {
      const denies = hundred((n) => deny('mqtt:subscribe', `${FILTER}*a*b*${n}*b`));
      const everything = allow('mqtt:subscribe', `${FILTER}*`);
      const asked: [string, string][] = [['mqtt:receive', `mqtt:topic:${long}`]];
      expect(await ask([[everything]], asked)).toEqual(['ALLOWED']);
      expect(await ask([[...denies, everything]], asked)).toEqual([TOO_COSTLY]);
      expect(await ask([[everything], denies], asked)).toEqual([TOO_COSTLY]);
      expect(await ask([denies, [everything]], asked)).toEqual([TOO_COSTLY]);
    });

    it('counts all sets of a session together', async () => {
      const few = (set: number) =>
        Array.from({ length: 3 }, (_, n) => allow('mqtt:subscribe', `${FILTER}*a*b*${set}/${n}*b`));
      const asked: [string, string][] = [['mqtt:receive', `mqtt:topic:${long.slice(0, 20_000)}`]];
      expect(await ask([few(0)], asked)).toEqual(['IMPLICIT_DENY']);
      expect(
        await ask(
          Array.from({ length: 20 }, (_, set) => few(set)),
          asked,
        ),
      ).toEqual([TOO_COSTLY]);
    });

    it('takes nothing from the next one', async () => {
      const grants = hundred((n) => allow('mqtt:subscribe', `${FILTER}*a*b*${n}*b`));
      const some = [...grants, allow('mqtt:subscribe', `${FILTER}sites/*/state`)];
      const costly: [string, string] = ['mqtt:receive', `mqtt:topic:${long}`];
      const cheap: [string, string] = ['mqtt:receive', `mqtt:topic:${usual}`];
      expect(await ask([some], [costly, cheap, costly, cheap])).toEqual([
        TOO_COSTLY,
        'ALLOWED',
        TOO_COSTLY,
        'ALLOWED',
      ]);
    });

    it('is none on a topic of usual length: the daemon decides the same by the same grants', async () => {
      const comparison = new Comparison();
      const resources = hundred((n) => `*a*b*${n}*`).concat(
        hundred((n) => `*${'*a*b'.repeat(10)}*${n}`),
        hundred((n) => `*${n}/${'${v}'}`),
      );
      const grants = resources.flatMap((each, n) => [
        { effect: n % 50 === 49 ? 'DENY' : 'ALLOW', operation: 'mqtt:subscribe', resource: FILTER + each },
        { effect: 'ALLOW', operation: 'mqtt:publish', resource: `mqtt:topic:${each}` },
      ]);
      comparison.grants([{ ...plain, grants } as WireGrantSet], new Map([['v', 'ab']]));
      for (const end of ['', '/7', '/7/ab', '/49', '/49/ab', '/x', '7', '/+', '/#']) {
        comparison.decision('mqtt:receive', `mqtt:topic:${usual}${end}`);
        comparison.decision('mqtt:publish', `mqtt:topic:${usual}${end}`);
        comparison.decision('mqtt:subscribe', FILTER + usual + end);
      }
      await comparison.agreesWith(driver);
      await comparison.agreesWith(sanitized);
    });
  });

  it('refuses a set whose bytes are not what its id says, or are no set', async () => {
    const set = fetched({ ...plain, grants: [{ effect: 'ALLOW', operation: '*', resource: '*' }] });
    const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const questions = new Questions();
    const garbage = Buffer.from([0xff, 0xff, 0xff]);
    const notText = Buffer.from([0x08, 0x01, 0x22, 0x05, 0x12, 0x03, 0xed, 0xa0, 0x80]);
    questions.set(set.id, set.bytes);
    questions.set(set.id.toUpperCase(), set.bytes);
    questions.set(set.id, set.bytes.subarray(1));
    questions.set(sha256(garbage), garbage);
    questions.set(sha256(notText), notText);
    // A set that was not understood denies, whatever others allow.
    questions.grants([0, 3], none);
    questions.decision('mqtt:publish', 'mqtt:topic:a', 11);
    questions.grants([0], none);
    questions.decision('mqtt:publish', 'mqtt:topic:a', 11);
    const answers = await questions.ask(sanitized);
    expect(answers.slice(0, 2)).toEqual([
      'set',
      expect.stringContaining(`no set: the SHA-256 of its bytes is ${set.id}`),
    ]);
    expect(answers[2]).toContain('no set: the SHA-256 of its bytes is');
    expect(answers.slice(3, 5)).toEqual(['no set: not a GrantSet', 'no set: not a GrantSet']);
    expect(answers.slice(5)).toEqual(['EXPLICIT_DENY', 'ALLOWED']);
  });

  it('finds every kind of invalid UTF-8 malformed', async () => {
    const wide = { ...plain, requestRule: 'REQUEST_RULE_IOT_POLICY' as const };
    const everything = [{ effect: 'ALLOW' as const, operation: '*', resource: '*' }];
    const sets = [fetched({ ...plain, grants: everything }), fetched({ ...wide, grants: everything })];
    const questions = new Questions();
    for (const { id, bytes } of sets) questions.set(id, bytes);
    questions.grants([0, 1], none);
    const fine = ['61', 'c280', 'dfbf', 'e0a080', 'ed9fbf', 'ee8080', 'f0908080', 'f48fbfbf'];
    const bad = [
      '80',
      'bf',
      'c0af',
      'c1bf',
      'c3',
      'e09fbf',
      'eda080',
      'edbfbf',
      'e282',
      'f08fbfbf',
      'f4908080',
      'f5808080',
    ];
    bad.push('ff', 'f09f98', 'c328', 'e28228');
    const expected = ['set', 'set'];
    for (const [answer, some] of [
      ['ALLOWED', fine],
      ['MALFORMED_RESOURCE', bad],
    ] as const) {
      for (const hex of some) {
        for (const operation of ['mqtt:publish', 'mqtt:receive']) {
          for (const around of ['', 'b', 'a/b/c/d/e/f/g/h/i']) {
            const topic = Buffer.concat([Buffer.from(`mqtt:topic:${around}`), Buffer.from(hex, 'hex')]);
            questions.decision(operation, topic, 11);
            questions.decision(operation, Buffer.concat([topic, Buffer.from(around)]), 0);
            expected.push(answer, answer);
          }
        }
      }
    }
    questions.decision(Buffer.from([0x6d, 0x3a, 0xff]), 'm:t:a', 4);
    expect(await questions.ask(sanitized)).toEqual([...expected, 'MALFORMED_OPERATION']);
  });
});
