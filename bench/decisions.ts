// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/**
 * Decisions in this process, on one core: `sh scripts/node bench/decisions.ts`, or as a part of
 * `npm run bench`. Resources are 1,000 distinct strings of 40 bytes in five levels (behind
 * `mqtt:topic:` and the like), asked in turn. Memory is counted only with `--expose-gc`.
 */
import { fileURLToPath } from 'node:url';
import { SystemClock } from '../src/clock.ts';
import { loadContract } from '../src/contract/index.ts';
import type { Device } from '../src/policy/device.ts';
import { compileDeviceGroups } from '../src/policy/device-groups.ts';
import type { SessionGrants } from '../src/policy/grants.ts';
import { PolicyEngine } from '../src/policy/policy-engine.ts';
import type { Row } from './row.ts';
import { type Groups, largePolicy, type Policies, topic } from './workload.ts';

const THING = 'thing-0001';
const COUNT = 1_000;
const ROUND_MS = 400;
const ROUNDS = 5;

const codec = loadContract().grantSet;

function device(thingName: string): Device {
  return { thingName, clientId: thingName, thingType: '', attributes: {}, groups: [] };
}

function topics(first: string): string[] {
  return Array.from({ length: COUNT }, (_, i) => topic(first, i));
}

function asked(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => Buffer.from(`${prefix}${name}`).toString());
}

/** The same texts over and over, each a string of its own. */
function copies(texts: readonly string[]): string[] {
  return Array.from({ length: COUNT }, (_, i) => Buffer.from(texts[i % texts.length] ?? '').toString());
}

function engineOf(definitions: Groups, policies: Policies): PolicyEngine {
  const engine = new PolicyEngine({ codec, clock: new SystemClock() });
  engine.apply(compileDeviceGroups({ formatVersion: '2021-03-05', definitions, policies }));
  return engine;
}

function single(operation: string, resources: string[]): PolicyEngine {
  return engineOf(
    { g: { selectionRule: 'thingName: *', policyName: 'p' } },
    { p: { s: { operations: [operation], resources } } },
  );
}

function large(resource: (i: number) => string, extra: string[]): PolicyEngine {
  const { definitions, policies } = largePolicy('thingName: thing-*', resource, extra);
  return engineOf(definitions, policies);
}

/** The best of several rounds, decisions per second. Throws when the verdict is not the expected one. */
function rate(
  engine: PolicyEngine,
  operation: string,
  resources: readonly string[],
  expected: boolean | undefined,
): number {
  const grants = engine.grantsFor(device(THING));
  if (expected !== undefined) {
    for (const resource of resources) {
      if (engine.evaluate(grants, operation, resource).allowed !== expected) {
        throw new Error(
          `${operation} on ${resource.slice(0, 100)} is not ${expected ? 'allowed' : 'denied'}`,
        );
      }
    }
  }
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Processor time of this thread: what others do on the machine counts little.
    const start = process.threadCpuUsage();
    const until = performance.now() + ROUND_MS;
    let made = 0;
    do {
      for (const resource of resources) engine.evaluate(grants, operation, resource);
      made += resources.length;
    } while (performance.now() < until);
    const { user, system } = process.threadCpuUsage(start);
    best = Math.max(best, (1e6 * made) / (user + system));
  }
  return best;
}

const collect = (globalThis as { gc?: () => void }).gc;

/** What is left when everything that can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collect?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What the first session costs (compiled, indexed, decided once) and each of the next 10,000. */
async function sessionCosts(
  name: string,
  make: () => PolicyEngine,
  operation: string,
  resource: string,
): Promise<Row[]> {
  make();
  const devices = Array.from({ length: 10_000 }, (_, i) => device(`thing-${i}`));
  const before = await heap();
  const start = performance.now();
  const engine = make();
  const first = engine.grantsFor(device(THING));
  engine.evaluate(first, operation, resource);
  const firstMs = performance.now() - start;
  const between = await heap();
  const sessions: SessionGrants[] = [];
  const nextStart = performance.now();
  for (const each of devices) {
    const grants = engine.grantsFor(each);
    engine.evaluate(grants, operation, resource);
    sessions.push(grants);
  }
  const nextUs = (1000 * (performance.now() - nextStart)) / sessions.length;
  const after = await heap();
  // Also what keeps all of it alive until it was counted.
  if (engine.setCount === 0 || sessions.length !== devices.length) throw new Error('nothing was measured');
  const rows: Row[] = [
    { name: `${name}: first session`, value: firstMs, unit: 'ms', note: 'compile, hash, index, decide once' },
    { name: `${name}: each further session`, value: nextUs, unit: 'µs', note: 'aim: under 50' },
  ];
  if (collect !== undefined) {
    rows.push(
      { name: `${name}: first session`, value: between - before, unit: 'bytes' },
      {
        name: `${name}: each further session`,
        value: (after - between) / devices.length,
        unit: 'bytes',
        note: 'aim: under 2,048',
      },
    );
  }
  return rows;
}

function ruleTest(): number {
  const definitions: Groups = {};
  for (let i = 0; i < 1_000; i++) {
    definitions[`g${i}`] = {
      selectionRule: `thingName: thing-${i}* AND thingName: *${i % 10}`,
      policyName: `p${i}`,
    };
  }
  const policies: Policies = {};
  for (let i = 0; i < 1_000; i++) {
    policies[`p${i}`] = { s: { operations: ['mqtt:publish'], resources: [`mqtt:topic:${i}`] } };
  }
  const engine = engineOf(definitions, policies);
  const devices = Array.from({ length: 1_000 }, (_, i) => device(`thing-${i}`));
  for (const each of devices) engine.grantsFor(each);
  const start = performance.now();
  for (const each of devices) engine.grantsFor(each);
  return (1e9 * (performance.now() - start)) / 1000 / devices.length / 1_000;
}

export async function run(): Promise<readonly Row[]> {
  const names = topics('a1234');
  const publish = 'mqtt:publish';
  const variable = topics(THING);
  const six = asked(
    'mqtt:topic:',
    names.map((name) => `${name.slice(0, 38)}/${name.slice(39)}`),
  );
  const resources = asked('mqtt:topic:', names);
  const others = asked('mqtt:topic:', topics('z9876'));
  const literal = (i: number): string => `mqtt:topic:${topic('n5555', i)}`;
  const starred = (i: number): string => `mqtt:topic:${topic('n5555', i).slice(0, 20 + (i % 8))}*`;
  const subscribed = (i: number): string => `mqtt:topicfilter:${topic('n5555', i).slice(0, 12)}/+/${i}/*`;
  const aim3 = 'aim: 3 million';
  const aim1 = 'aim: 1 million';
  const rows: Row[] = [];
  const add = (name: string, value: number, note?: string): void => {
    rows.push({ name, value, unit: 'decisions/s', ...(note === undefined ? {} : { note }) });
  };
  const one = resources[0] as string;
  add('(a) one literal grant, allowed', rate(single(publish, [one]), publish, copies([one]), true), aim3);
  add(
    '(a) one literal grant, 1,000 resources',
    rate(single(publish, [one]), publish, resources, undefined),
    aim3,
  );
  add(
    '(b) one with the thing-name variable',
    rate(
      single(publish, ['mqtt:topic:${iot:Connection.Thing.ThingName}/*']),
      publish,
      asked('mqtt:topic:', variable),
      true,
    ),
    aim3,
  );
  add(
    '(c) mqtt:topic:*/*/*/*/*/* on six levels',
    rate(single(publish, ['mqtt:topic:*/*/*/*/*/*']), publish, six, true),
    aim3,
  );
  const five = resources.slice(0, 5);
  const lastLiteral = large(literal, five);
  add('(d) literals, the last statement decides', rate(lastLiteral, publish, copies(five), true), aim1);
  add('(d) literals, none matches', rate(lastLiteral, publish, others, false), aim1);
  const lastStar = large(starred, ['mqtt:topic:a1234/*']);
  add('(d) trailing stars, the last statement decides', rate(lastStar, publish, resources, true), aim1);
  add('(d) trailing stars, none matches', rate(lastStar, publish, others, false), aim1);
  const lastFilter = large(subscribed, ['mqtt:topicfilter:a1234/*']);
  add('(d) delivery, the last statement decides', rate(lastFilter, 'mqtt:receive', resources, true));
  add('(d) delivery, none matches', rate(lastFilter, 'mqtt:receive', others, false));
  const long = Buffer.from(`mqtt:topic:${'abcdefg/'.repeat(8_192)}`).toString();
  const searching = Array.from({ length: 1_000 }, (_, i) => `*/x${i}/*`);
  const ending = Array.from({ length: 1_000 }, (_, i) => `*/x${i}`);
  add('(e) 1,000 × `*/x…/*` on 64 KiB', rate(single(publish, searching), publish, [long], false));
  add('(e) 1,000 × `*/x…` on 64 KiB', rate(single(publish, ending), publish, [long], false));
  rows.push(
    ...(await sessionCosts(
      'small policy',
      () => single(publish, ['mqtt:topic:${iot:Connection.Thing.ThingName}/*']),
      publish,
      one,
    )),
  );
  rows.push(
    ...(await sessionCosts('(d) policy', () => large(starred, ['mqtt:topic:a1234/*']), publish, one)),
  );
  rows.push({
    name: 'one selection rule of 1,000 for one thing',
    value: ruleTest(),
    unit: 'ns',
    note: 'aim: under 2,000',
  });
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, value, unit, note } of await run()) {
    const figure = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
    console.log(
      `${name.padEnd(50)} ${figure.padStart(14)} ${unit}${note === undefined ? '' : `  (${note})`}`,
    );
  }
}
