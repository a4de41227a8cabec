/**
 * Calls over a Unix socket beside a bare grpc-js service of the same messages: each server in a process of its own,
 * one pipelining client, short rounds of one and the other in turn, so that both meet the same machine. Throughput is
 * what the slower of client and server allows; the processor time of the server alone is told beside it.
 *
 * `run` measures the server that the module it is given makes (`serve`), by default the whole daemon of daemon.ts;
 * with this file's own it is the endpoints alone, on rooms that answer at once.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import { SystemClock } from '../src/clock.ts';
import type { ProtoGrpcType } from '../src/contract/generated/device_auth.ts';
import type { AuthorizeClientDeviceActionsRequest } from '../src/contract/generated/deviceauth/v1/AuthorizeClientDeviceActionsRequest.ts';
import type { DeviceAuthClient } from '../src/contract/generated/deviceauth/v1/DeviceAuth.ts';
import { loadContract } from '../src/contract/index.ts';
import { Endpoints } from '../src/endpoints/endpoints.ts';
import type { OpenedSession } from '../src/endpoints/ports.ts';
import type { Row } from './row.ts';

export interface Device {
  readonly clientId: string;
  readonly certificatePem: string;
}

/** What a measured server tells the client: devices it lets in, taken in turn, and actions it allows the first, taken in turn too. */
export interface Served {
  readonly devices: readonly Device[];
  readonly operation: string;
  readonly resources: readonly string[];
}

/** A module with this as `serve` can be measured. The server lives until its process is ended. */
export type Serve = (socketPath: string) => Promise<Served>;

const ROUNDS = 15;
const ROUND_MS = 350;
const IN_FLIGHT = 64;
const SEQUENTIAL_CALLS = 1500;
const STREAM_IN_FLIGHT = 64;
const BATCH = 100;
const NO_LIMITS = { maxMessageBytes: 1024 * 1024, maxConcurrentCalls: 0, maxCallsPerSecond: 0 };

const SESSION: OpenedSession = {
  token: '8d5f0cf4-35a0-4c0e-9d0b-6f3a0f8f1a11',
  grants: {
    setIds: ['a'.repeat(64), 'b'.repeat(64)],
    variables: new Map([['iot:Connection.Thing.ThingName', 'sensor-17']]),
  },
  leaseMs: 300_000,
  certificateRemainingMs: 4_000_000_000,
  epoch: '0f3a9c2e51b7d846',
  sequence: 12_345,
  thingName: 'sensor-17',
  certificateId: 'c'.repeat(64),
};

const TRIVIAL: Served = {
  devices: [
    {
      clientId: 'sensor-17',
      // As long as an EC device certificate.
      certificatePem: `-----BEGIN CERTIFICATE-----\n${`${'A'.repeat(64)}\n`.repeat(10)}-----END CERTIFICATE-----\n`,
    },
  ],
  operation: 'mqtt:publish',
  resources: Array.from({ length: 1000 }, (_, index) => `mqtt:topic:plant/sensor-17/a/${1000 + index}/temp`),
};

/** The real endpoints, whose rooms answer at once. */
export const serve: Serve = async (socketPath) => {
  const allowed = { kind: 'decision', decision: { allowed: true, reason: 'ALLOWED' } } as const;
  await Endpoints.open({
    contract: loadContract(),
    clock: new SystemClock(),
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: console.error },
    observer: { ended: () => {}, refused: () => {}, decided: () => {} },
    sessions: {
      open: () => Promise.resolve({ kind: 'opened', session: SESSION }),
      authorize: () => allowed,
      close: () => {},
      endListener: () => 0,
      hasClientId: () => false,
      subscribe: () => ({ held: () => {}, used: () => {}, closed: () => {}, end: () => {} }),
    },
    certificates: { subscribe: () => ({ end: () => {} }) },
    encodePkcs12: () => Promise.resolve(new Uint8Array()),
    identity: {
      verifyIdentity: () => Promise.resolve({ kind: 'active' }),
      isThing: () => Promise.resolve(false),
    },
    grantSets: { grantSet: () => undefined },
    admin: undefined,
    listeners: { bench: { socket: socketPath, mode: '0600', operations: ['broker'], limits: NO_LIMITS } },
  });
  return TRIVIAL;
};

/** What anybody gets who writes a service with grpc-js and nothing else. */
const serveBare: Serve = async (socketPath) => {
  const { deviceAuth } = loadContract();
  const server = new Server();
  const { token, grants, ...rest } = SESSION;
  const answer = {
    ...rest,
    clientDeviceAuthToken: token,
    grants: { grantSetIds: [...grants.setIds], variables: Object.fromEntries(grants.variables) },
    correlationId: '0123456789abcdef',
  };
  server.addService(deviceAuth, {
    AuthorizeClientDeviceAction: (_call: unknown, callback: (error: null, answer: object) => void) =>
      callback(null, { isAuthorized: true }),
    GetClientDeviceAuthToken: (_call: unknown, callback: (error: null, answer: object) => void) =>
      callback(null, answer),
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return TRIVIAL;
};

class Measured {
  readonly name: string;
  readonly served: Served;
  readonly client: DeviceAuthClient;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess, served: Served, socket: string) {
    this.name = name;
    this.#child = child;
    this.served = served;
    const contract = loadPackageDefinition(loadContract().packageDefinition) as unknown as ProtoGrpcType;
    this.client = new contract.deviceauth.v1.DeviceAuth(`unix:${socket}`, credentials.createInsecure());
  }

  static async start(name: string, module: string, directory: string): Promise<Measured> {
    const socket = join(directory, `${name}.sock`);
    const child = fork(fileURLToPath(import.meta.url), ['--serve', name, module, socket]);
    const served = await new Promise<Served>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Served));
      child.once('exit', (code) => reject(new Error(`the server "${name}" ended with ${code}`)));
    });
    return new Measured(name, child, served, socket);
  }

  /** Processor time of the server's process so far, in microseconds. */
  processorTime(): Promise<number> {
    const answer = new Promise<number>((resolve) =>
      this.#child.once('message', (message) => resolve(Number(message))),
    );
    this.#child.send('cpu');
    return answer;
  }

  stop(): void {
    this.client.close();
    this.#child.kill('SIGKILL');
  }
}

type Call = (done: (error: Error | null) => void) => void;

interface Rate {
  readonly perSecond: number;
  /** Of the server's processor time. */
  readonly microseconds: number;
}

/** Keeps that many calls in flight for one round. */
async function pipelined(server: Measured, call: Call): Promise<Rate> {
  const before = await server.processorTime();
  const start = performance.now();
  let done = 0;
  await new Promise<void>((resolve, reject) => {
    let open = 0;
    const next = (): void => {
      open += 1;
      call((error) => {
        open -= 1;
        if (error !== null) {
          reject(error);
          return;
        }
        done += 1;
        if (performance.now() - start < ROUND_MS) next();
        else if (open === 0) resolve();
      });
    };
    for (let index = 0; index < IN_FLIGHT; index += 1) next();
  });
  const seconds = (performance.now() - start) / 1000;
  const spent = (await server.processorTime()) - before;
  return { perSecond: done / seconds, microseconds: spent / done };
}

async function sequential(call: Call): Promise<{ readonly p50: number; readonly p99: number }> {
  const taken: number[] = [];
  for (let index = 0; index < SEQUENTIAL_CALLS; index += 1) {
    const start = performance.now();
    await new Promise<void>((resolve, reject) =>
      call((error) => (error === null ? resolve() : reject(error))),
    );
    taken.push((performance.now() - start) * 1000);
  }
  taken.sort((one, other) => one - other);
  const at = (part: number): number => taken[Math.floor(taken.length * part)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Decisions a second over one stream, that many requests a message. */
async function streamed(server: Measured, token: string, batch: number): Promise<Rate> {
  const { operation, resources } = server.served;
  let sent = 0;
  const message = (): AuthorizeClientDeviceActionsRequest => {
    const requests = Array.from({ length: batch }, (_, index) => ({
      clientDeviceAuthToken: token,
      operation,
      resource: resources[(sent + index) % resources.length] ?? '',
    }));
    sent += batch;
    return { requests };
  };
  const stream = server.client.AuthorizeClientDeviceActions();
  const before = await server.processorTime();
  const start = performance.now();
  let done = 0;
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject);
    stream.on('end', resolve);
    stream.on('data', (answer: { readonly results: readonly { readonly isAuthorized: boolean }[] }) => {
      if (!answer.results.every((result) => result.isAuthorized)) reject(new Error('a decision was refused'));
      done += answer.results.length;
      if (performance.now() - start < ROUND_MS) stream.write(message());
      else stream.end();
    });
    for (let index = 0; index < STREAM_IN_FLIGHT; index += 1) stream.write(message());
  });
  const seconds = (performance.now() - start) / 1000;
  const spent = (await server.processorTime()) - before;
  return { perSecond: done / seconds, microseconds: spent / done };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function tokenCall({ client, served }: Measured): Call {
  const requests = served.devices.map((mqttCredential) => ({ credential: { mqttCredential } }));
  let next = 0;
  return (done) => {
    next += 1;
    client.GetClientDeviceAuthToken(requests[next % requests.length] ?? {}, (error) => done(error));
  };
}

function authorizeCall({ client, served }: Measured, token: string): Call {
  const { operation, resources } = served;
  const requests = resources.map((resource) => ({ clientDeviceAuthToken: token, operation, resource }));
  let next = 0;
  return (done) => {
    next += 1;
    client.AuthorizeClientDeviceAction(requests[next % requests.length] ?? {}, (error) => done(error));
  };
}

async function tokenOf({ client, served }: Measured): Promise<string> {
  const [mqttCredential] = served.devices;
  if (mqttCredential === undefined) throw new Error('the server names no device');
  return new Promise((resolve, reject) => {
    client.GetClientDeviceAuthToken({ credential: { mqttCredential } }, (error, answer) =>
      error === null ? resolve(answer?.clientDeviceAuthToken ?? '') : reject(error),
    );
  });
}

async function unaryRows(
  name: string,
  ours: [Measured, Call],
  bare: [Measured, Call],
): Promise<readonly Row[]> {
  await pipelined(...ours);
  await pipelined(...bare);
  const rates: Rate[] = [];
  const bareRates: Rate[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.push(await pipelined(...ours));
    bareRates.push(await pipelined(...bare));
  }
  const alone = await sequential(ours[1]);
  const bareAlone = await sequential(bare[1]);
  const rate = median(rates.map((one) => one.perSecond));
  const bareRate = median(bareRates.map((one) => one.perSecond));
  const cost = median(rates.map((one) => one.microseconds));
  const bareCost = median(bareRates.map((one) => one.microseconds));
  const ratio = median(
    rates.map((one, index) => one.perSecond / (bareRates[index]?.perSecond ?? Number.NaN)),
  );
  return [
    {
      name: `${name} a second`,
      value: rate,
      unit: '/s',
      note: `${IN_FLIGHT} in flight; bare ${Math.round(bareRate)}`,
    },
    { name: `${name}, of the bare rate`, value: ratio * 100, unit: '%', note: 'median of rounds' },
    { name: `${name}, server processor time`, value: cost, unit: 'µs', note: `bare ${bareCost.toFixed(1)}` },
    {
      name: `${name} p50, one at a time`,
      value: alone.p50,
      unit: 'µs',
      note: `bare ${bareAlone.p50.toFixed(0)}`,
    },
    {
      name: `${name} p99, one at a time`,
      value: alone.p99,
      unit: 'µs',
      note: `bare ${bareAlone.p99.toFixed(0)}`,
    },
  ];
}

async function streamRows(ours: Measured, token: string, unary: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const batch of [1, BATCH]) {
    await streamed(ours, token, batch);
    const rates: Rate[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rates.push(await streamed(ours, token, batch));
    const rate = median(rates.map((one) => one.perSecond));
    const cost = median(rates.map((one) => one.microseconds));
    const note = `${(rate / unary).toFixed(1)} times the unary rate; server ${cost.toFixed(1)} µs each`;
    rows.push({ name: `stream decisions a second, ${batch} a message`, value: rate, unit: '/s', note });
  }
  return rows;
}

/** @param words the URL of a module that exports `serve`; without one, the whole daemon. */
export async function run(words: readonly string[] = []): Promise<readonly Row[]> {
  const [serverModule = new URL('daemon.ts', import.meta.url).href] = words;
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-bench-'));
  const servers: Measured[] = [];
  try {
    const ours = await Measured.start('deviceauthd', serverModule, directory);
    servers.push(ours);
    const bare = await Measured.start('bare', import.meta.url, directory);
    servers.push(bare);
    const token = await tokenOf(ours);
    const authorize = await unaryRows(
      'AuthorizeClientDeviceAction',
      [ours, authorizeCall(ours, token)],
      [bare, authorizeCall(bare, token)],
    );
    const streams = await streamRows(ours, token, authorize[0]?.value ?? Number.NaN);
    const tokens = await unaryRows(
      'GetClientDeviceAuthToken',
      [ours, tokenCall(ours)],
      [bare, tokenCall(bare)],
    );
    return [...authorize, ...streams, ...tokens];
  } finally {
    for (const server of servers) server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function serveInThisProcess(name: string, module: string, socket: string): Promise<void> {
  const make = name === 'bare' ? serveBare : await serveOf(module);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit());
  process.send?.(await make(socket));
}

async function serveOf(module: string): Promise<Serve> {
  // Importing this file from itself would wait for ever.
  return module === import.meta.url ? serve : ((await import(module)) as { readonly serve: Serve }).serve;
}

if (process.argv[2] === '--serve') {
  const [, , , name = '', module = '', socket = ''] = process.argv;
  await serveInThisProcess(name, module, socket);
}
