// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/**
 * Sessions in this process: `sh scripts/node bench/sessions.ts`, or as a part of `npm run bench`. A policy of 1,000
 * rules changes under 10,000 sessions of one broker, whose events are made into bytes as the endpoint does; memory
 * and time of a session, from a verdict that is there at once to the token.
 */
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SystemClock } from '../src/clock.ts';
import { loadContract } from '../src/contract/index.ts';
import { sessionUpdate } from '../src/endpoints/grpc/wire.ts';
import { compileDeviceGroups } from '../src/policy/device-groups.ts';
import { PolicyEngine } from '../src/policy/policy-engine.ts';
import type { SessionEvent } from '../src/sessions/session-events.ts';
import { SessionService } from '../src/sessions/session-service.ts';
import type { Row } from './row.ts';

const SESSIONS = 10_000;
const RULES = 1_000;
const BROKER = { listener: 'mosquitto', instanceId: 'bench' };
const ROUNDS = 5;

const contract = loadContract();
const toBytes = contract.deviceAuth.SubscribeToSessionUpdates.responseSerialize;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A string that shares nothing with another, as one that came off a socket. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

class Bench {
  readonly #clock = new SystemClock();
  readonly #engine = new PolicyEngine({ codec: contract.grantSet, clock: this.#clock });
  readonly service: SessionService;
  readonly #pemBytes: number;

  /** With `pemBytes`, sessions keep a certificate of that size, as they do for a cloud verifier. */
  constructor(pemBytes = 0) {
    this.#pemBytes = pemBytes;
    const notAfter = this.#clock.now() + 365 * 86_400_000;
    this.service = new SessionService({
      clock: this.#clock,
      trusted: this.#clock,
      authenticator: {
        authenticate: async ({ clientId, certificatePem }) => ({
          kind: 'authenticated',
          thingName: clientId,
          clientId,
          certificateId: flat(createHash('sha256').update(clientId).digest('hex')),
          certificatePem,
          issuer: flat('O=deviceauthd\nCN=default device CA'),
          serialNumber: flat(randomBytes(16).toString('hex').toUpperCase()),
          notAfter,
        }),
        recheck: async () => 'confirmed',
      },
      things: { thing: async () => undefined },
      policy: this.#engine,
      settings: () => ({
        maxActiveAuthTokens: SESSIONS + 1,
        minimumHeldSeconds: 60,
        maxPerClientId: 4,
        outageGraceSeconds: 300,
        liveRevalidationSeconds: 3_600,
      }),
      liveRechecks: pemBytes > 0,
    });
  }

  change(document: object): Promise<void> {
    this.#engine.apply(compileDeviceGroups(document));
    return this.service.policyChanged();
  }

  async open(index: number): Promise<string> {
    const request = {
      clientId: flat(`thing-${index}`),
      certificatePem: this.#pemBytes === 0 ? '' : flat(randomBytes(this.#pemBytes / 2).toString('hex')),
      broker: BROKER,
      correlationId: flat(`correlation-${index}`),
    };
    const result = await this.service.open(request, signal);
    if (result.kind === 'refused') throw result.error;
    return result.session.token;
  }

  async openAll(): Promise<string[]> {
    const tokens: string[] = [];
    for (let index = 0; index < SESSIONS; index += 1) tokens.push(await this.open(index));
    return tokens;
  }

  stop(): void {
    this.service.stop();
  }
}

const { signal } = new AbortController();

/** One group of everything, and a policy of so many rules, half of which name the thing. */
function rules(count: number, name: string): object {
  const resources = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `mqtt:topic:${name}/${index}/*`
      : `mqtt:topic:\${iot:Connection.Thing.ThingName}/${name}/${index}`,
  );
  return {
    formatVersion: '2021-03-05',
    definitions: { all: { selectionRule: 'thingName: *', policyName: 'p' } },
    policies: { p: { s: { operations: ['mqtt:publish'], resources } } },
  };
}

/** 10 groups, each with its policy of 20 statements of 5 operations and 5 resources. */
function large(): object {
  const definitions: Record<string, object> = {};
  const policies: Record<string, object> = {};
  const operations = ['mqtt:connect', 'mqtt:subscribe', 'mqtt:unsubscribe', 'mqtt:other', 'mqtt:publish'];
  for (let group = 0; group < 10; group += 1) {
    definitions[`group${group}`] = { selectionRule: 'thingName: thing-*', policyName: `policy${group}` };
    const statements: Record<string, object> = {};
    for (let statement = 0; statement < 20; statement += 1) {
      const resources = Array.from(
        { length: 5 },
        (_, index) => `mqtt:topic:g${group}/s${statement}/r${index}/\${iot:Connection.Thing.ThingName}/*`,
      );
      statements[`statement${statement}`] = { operations, resources };
    }
    policies[`policy${group}`] = statements;
  }
  return { formatVersion: '2021-03-05', definitions, policies };
}

interface Change {
  readonly lastEventMs: number;
  readonly delayMs: number;
  /** Processor time of the turn that took most: what is left of the delay on a machine that does nothing else. */
  readonly turnMs: number;
}

/** From the document to the last byte, and the longest time in which the event loop did not turn. */
async function change(bench: Bench, tokens: readonly string[], document: object): Promise<Change> {
  let told = 0;
  let last = 0;
  const subscription = bench.service.subscribe({ broker: BROKER, caller: 'bench', epoch: '' }, (update) => {
    toBytes(sessionUpdate(update));
    told += changes(update.event);
    last = performance.now();
  });
  subscription.held(tokens, true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const sampler = new TurnSampler();
  await new Promise((resolve) => setImmediate(resolve));
  sampler.reset();
  told = 0;
  const start = performance.now();
  await bench.change(document);
  await new Promise((resolve) => setTimeout(resolve, 5));
  sampler.stop();
  subscription.end();
  if (told !== tokens.length) throw new Error(`${told} of ${tokens.length} sessions were told`);
  return { lastEventMs: last - start, delayMs: sampler.longestMs, turnMs: sampler.busiestMs };
}

/** How long the event loop takes to come round, while there is always something to come round for. */
class TurnSampler {
  longestMs = 0;
  busiestMs = 0;
  #turned = performance.now();
  #processor = process.threadCpuUsage();
  #stopped = false;

  constructor() {
    this.#turn();
  }

  reset(): void {
    this.longestMs = 0;
    this.busiestMs = 0;
  }

  stop(): void {
    this.#stopped = true;
  }

  #turn(): void {
    const { system, user } = process.threadCpuUsage(this.#processor);
    this.#processor = process.threadCpuUsage();
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.#turned);
    this.busiestMs = Math.max(this.busiestMs, (system + user) / 1_000);
    this.#turned = now;
    if (!this.#stopped) setImmediate(() => this.#turn());
  }
}

function changes(event: SessionEvent): number {
  if (event.kind !== 'changed') return 0;
  return event.changes.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

async function changeRows(): Promise<Row[]> {
  const measured: Record<'narrowing' | 'widening', Change[]> = { narrowing: [], widening: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const bench = new Bench();
    await bench.change(rules(RULES, `before${round}`));
    const tokens = await bench.openAll();
    measured.narrowing.push(await change(bench, tokens, rules(RULES, `after${round}`)));
    measured.widening.push(await change(bench, tokens, rules(2 * RULES, `after${round}`)));
    bench.stop();
  }
  return (['narrowing', 'widening'] as const).flatMap((name) => {
    const title = `10,000 sessions × 1,000 rules ${name === 'narrowing' ? 'replaced' : 'added'}`;
    const of = (figure: keyof Change): number[] => measured[name].map((one) => one[figure]);
    const worst = `worst ${Math.round(Math.max(...of('delayMs')))}`;
    const note = `median of ${ROUNDS}`;
    return [
      { name: `${title}: last event`, value: median(of('lastEventMs')), unit: 'ms', note },
      {
        name: `${title}: longest event-loop delay`,
        value: median(of('delayMs')),
        unit: 'ms',
        note: `${note}, ${worst}; aim: under 50`,
      },
      {
        name: `${title}: busiest turn`,
        value: Math.max(...of('turnMs')),
        unit: 'ms',
        note: `processor time, worst of ${ROUNDS}`,
      },
    ];
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What is left when everything that can go has gone. */
async function heap(): Promise<number> {
  for (let times = 0; times < 4; times += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function costRows(name: string, document: object, pemBytes = 0): Promise<Row[]> {
  const bench = new Bench(pemBytes);
  await bench.change(document);
  const start = performance.now();
  const first = await bench.open(SESSIONS);
  bench.service.authorize(BROKER.listener, first, 'mqtt:publish', 'mqtt:topic:a/b/c/d/e');
  const firstMs = performance.now() - start;
  const before = await heap();
  const begun = process.threadCpuUsage();
  for (let index = 0; index < SESSIONS; index += 1) await bench.open(index);
  const { system, user } = process.threadCpuUsage(begun);
  const after = await heap();
  if (bench.service.stats().active !== SESSIONS + 1) throw new Error('sessions are missing');
  bench.stop();
  const aim = 'aim: under 2';
  return [
    {
      name: `first session and decision, ${name}`,
      value: firstMs,
      unit: 'ms',
      note: 'the index is made at the first decision',
    },
    { name: `next session, ${name}`, value: (user + system) / SESSIONS, unit: 'µs', note: 'aim: under 50' },
    {
      name: `1,000 sessions, ${name}`,
      value: (after - before) / SESSIONS / 1.024,
      unit: 'KiB',
      note: `${aim},000`,
    },
  ];
}

export async function run(): Promise<Row[]> {
  const small = rules(1, 'small');
  // Once unmeasured, so that the code is compiled and its caches exist.
  await costRows('', small);
  return [
    ...(await changeRows()),
    ...(await costRows('small policy', small)),
    ...(await costRows('(d) policy', large())),
    ...(await costRows('(d) policy, RSA certificate kept for a cloud verifier', large(), 1_200)),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, value, unit, note } of await run()) {
    const figure = value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
    console.log(`${name.padEnd(76)} ${figure.padStart(8)} ${unit}${note === undefined ? '' : `  (${note})`}`);
  }
}
