/**
 * A day, of which only the clock is not real: a network that comes and goes, devices that do the same, strangers with ever new
 * certificates, devices that try ever new client ids, the refresh of all that are known. Nothing may grow with time but what
 * has a bound, and when it is quiet nothing may be left under way.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateParser } from '../../src/identity/certificate.ts';
import { openRegistry, type SqliteRegistry } from '../../src/identity/registry/sqlite-registry.ts';
import { CertificateMaker, type TestCertificate } from '../support/certificates.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { StormCloud, StormVerifier, type Weather } from './support/storm-cloud.ts';
import { BROKER, StormDaemon, type StormSettings } from './support/storm-daemon.ts';
import { drawing } from './support/storm-steps.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TURN = 20_000;
const STRANGERS_A_TURN = 3;
const TRUST_CAPACITY = 1_000;
const DEVICES = 300;
/** Of the devices, in one turn. */
const COME_OR_GO = 0.01;
const MIB = 1024 * 1024;
const WEATHERS: readonly Weather[] = [
  'fine',
  'fine',
  'fine',
  'cut',
  'cut',
  'failing',
  'throttling',
  'stalling',
];
const RECHECKS_AND_REFRESH = 9;

const SETTINGS: StormSettings = {
  requests: { size: 100, workers: 2, requestsPerSecond: 20, timeoutSeconds: 10 },
  identity: {
    clientIdRule: 'exact',
    clockSkewSeconds: 0,
    negativeCacheSeconds: 30,
    revalidateAfterSeconds: 60,
    trustDurationMinutes: 60,
    verificationDeadlineSeconds: 30,
  },
  sessions: {
    maxActiveAuthTokens: 2_500,
    minimumHeldSeconds: 60,
    maxPerClientId: 4,
    outageGraceSeconds: 300,
    liveRevalidationSeconds: 1_800,
  },
  refresh: { intervalHours: 6, questionsPerSecond: 2 },
  writeMs: 0,
};
const POLICY = { formatVersion: '2021-03-05', definitions: {}, policies: {} };

const maker = new CertificateMaker();

class Day {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1));
  readonly random = drawing(20_260_101);
  readonly faults: unknown[] = [];
  readonly ended = new Set<string>();
  readonly #devices: readonly TestCertificate[];
  readonly #tokens = new Map<number, string>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'a-day-'));
  readonly cloud = new StormCloud({ asked: () => {}, heard: () => {} });
  connecting = 0;
  strangers = 0;
  most = { waiting: 0, underWay: 0, tasks: 0 };
  registry!: SqliteRegistry;
  daemon!: StormDaemon;
  #weatherUntil = 0;

  constructor() {
    this.#devices = Array.from({ length: DEVICES }, (_, n) => maker.make({ subject: `device ${n}` }));
    for (const [n, { id }] of this.#devices.entries()) {
      this.cloud.set(id, true);
      this.cloud.set(`${id} thing-${n}`, true);
    }
  }

  async begin(): Promise<void> {
    this.registry = await openRegistry({ directory: this.#directory, clock: this.clock });
    this.daemon = await StormDaemon.start({
      clock: this.clock,
      stored: this.registry.trust,
      settings: SETTINGS,
      trustCapacity: TRUST_CAPACITY,
      parser: new CertificateParser(),
      policy: POLICY,
      random: this.random,
      openVerifier: (clock, requests) => new StormVerifier(this.cloud, clock, requests),
      tell: (event) => {
        if (event.kind === 'ended') for (const token of event.tokens) this.ended.add(token);
      },
      onFault: (error) => this.faults.push(error),
    });
  }

  async end(): Promise<void> {
    await this.daemon.stop();
    await this.registry.close();
    rmSync(this.#directory, { recursive: true });
  }

  get connected(): number {
    return this.#tokens.size;
  }

  get bytesOnDisk(): number {
    return readdirSync(this.#directory)
      .map((name) => statSync(join(this.#directory, name)).size)
      .reduce((sum, size) => sum + size, 0);
  }

  async turns(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= TURN) {
      this.#weatherTurns();
      this.#comeAndGo();
      this.#strangersTry();
      await this.clock.pass(TURN);
      this.#forgetEnded();
      this.#look();
    }
  }

  /** All who are away come; each hears of it. */
  async allCome(): Promise<number> {
    for (let n = 0; n < DEVICES; n += 1) {
      if (!this.#tokens.has(n)) this.#come(n);
      if (n % 10 === 0) await this.clock.pass(2_000);
    }
    await this.clock.pass(MINUTE);
    return this.connected;
  }

  async clears(): Promise<void> {
    this.cloud.weather = 'fine';
    // Two workers make more requests than those who come back need.
    this.cloud.latencyMs = 20;
    this.#weatherUntil = Number.POSITIVE_INFINITY;
    await this.clock.pass(2 * MINUTE);
  }

  #weatherTurns(): void {
    if (this.clock.monotonic() < this.#weatherUntil) return;
    this.cloud.weather = WEATHERS[Math.floor(this.random() * WEATHERS.length)] ?? 'fine';
    this.cloud.latencyMs = 20 + this.random() * 400;
    this.#weatherUntil = this.clock.monotonic() + MINUTE + this.random() * 15 * MINUTE;
  }

  #comeAndGo(): void {
    for (let times = 0; times < DEVICES * COME_OR_GO; times += 1) {
      const n = Math.floor(this.random() * DEVICES);
      if (this.#tokens.has(n)) this.#go(n);
      else this.#come(n);
    }
  }

  #strangersTry(): void {
    for (let times = 0; times < STRANGERS_A_TURN; times += 1) this.#strangerTries();
  }

  #strangerTries(): void {
    this.strangers += 1;
    this.#connect(`stranger-${this.strangers}`, maker.make({ subject: 'a stranger' }).pem);
    const device = this.#devices[this.strangers % DEVICES];
    if (device !== undefined) this.#connect(`never-seen-${this.strangers}`, device.pem);
  }

  #come(n: number): void {
    const device = this.#devices[n];
    if (device === undefined) return;
    this.#connect(`thing-${n}`, device.pem, (token) => {
      // It came twice, and the broker closes the older connection.
      this.#go(n);
      this.#tokens.set(n, token);
    });
  }

  #go(n: number): void {
    const token = this.#tokens.get(n);
    if (token !== undefined) this.daemon.sessions.close(BROKER.listener, token);
    this.#tokens.delete(n);
  }

  /** Half of them do not wait for as long as a verification may take. */
  #connect(clientId: string, pem: string, opened: (token: string) => void = () => {}): void {
    const caller = new AbortController();
    const leave = this.clock.after(this.random() < 0.5 ? 5_000 : 60_000, () => caller.abort());
    this.connecting += 1;
    this.daemon
      .connect(clientId, pem, caller.signal)
      .then((result) => result.kind === 'opened' && opened(result.session.token))
      .catch((error: unknown) => this.faults.push(error))
      .finally(() => {
        leave();
        this.connecting -= 1;
      });
  }

  #forgetEnded(): void {
    for (const [n, token] of this.#tokens) if (this.ended.has(token)) this.#tokens.delete(n);
    this.ended.clear();
  }

  #look(): void {
    const { waiting } = this.daemon.queue.status.queue;
    this.most = {
      waiting: Math.max(this.most.waiting, waiting),
      underWay: Math.max(this.most.underWay, this.daemon.authenticator.underWay),
      tasks: Math.max(this.most.tasks, this.clock.pending),
    };
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a day with a network that comes and goes', () => {
  let day: Day;
  const heaps: number[] = [];

  beforeAll(async () => {
    day = new Day();
    await day.begin();
    for (let hour = 0; hour < 24; hour += 1) {
      await day.turns(HOUR);
      heaps.push(heap());
    }
  }, 300_000);
  afterAll(() => day.end());

  it('leaves no fault', () => {
    expect(day.faults).toEqual([]);
    expect(day.strangers).toBe(((24 * HOUR) / TURN) * STRANGERS_A_TURN);
  });

  it('never has more waiting than the queue has places, nor more under way than somebody waits for', () => {
    const { size, workers } = SETTINGS.requests;
    expect(day.most.waiting).toBeLessThanOrEqual(size + workers);
    expect(day.most.underWay).toBeLessThan(200);
    expect(day.most.tasks).toBeLessThan(1_000);
  });

  it('keeps trust of the devices and of nobody else', async () => {
    expect(await day.registry.trust.counts()).toEqual({
      certificates: DEVICES,
      attachments: DEVICES,
      pems: DEVICES,
    });
    expect(day.daemon.trust.sizes.kept).toBeLessThanOrEqual(TRUST_CAPACITY);
    expect(day.bytesOnDisk).toBeGreaterThan(0);
    expect(day.bytesOnDisk).toBeLessThan(16 * MIB);
  });

  it('needs no more memory at its end than six hours before', () => {
    const [before = 0] = heaps.slice(17);
    expect(heaps.at(-1)).toBeLessThan(before + 4 * MIB);
  });

  it('leaves nothing under way when the weather clears, and lets in all who belong here', async () => {
    await day.clears();
    expect(day.connecting).toBe(0);
    expect(day.daemon.authenticator.underWay).toBeLessThanOrEqual(RECHECKS_AND_REFRESH);
    expect(day.daemon.trust.sizes.unsettled).toBe(0);
    expect(day.daemon.queue.status).toMatchObject({
      queue: { waiting: 0 },
      breaker: { state: 'closed' },
      network: { state: 'up' },
    });
    expect(await day.allCome()).toBe(DEVICES);
    expect(day.daemon.sessions.stats().active).toBe(DEVICES);
    expect(day.clock.pending).toBeLessThan(30);
  });
});
