/**
 * What EMQX asks by ExHook and by HTTP beside the same questions in our own contract: one daemon in a process of its own with all
 * six ways in, in short rounds in turn, so that all meet the same machine. gRPC comes from one client (HTTP/2 of Node, four
 * connections as EMQX has, EMQX's headers), HTTP from a pool of eight that pipelines as EMQX's does. Each authentication is a
 * connection of its own: the certificate is checked anew; by HTTP its answer has the list of rights.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { MethodDefinition } from '@grpc/proto-loader';
import { SystemClock } from '../src/clock.ts';
import { ConfigurationWatcher } from '../src/config/watcher.ts';
import { loadContract } from '../src/contract/index.ts';
import { startDaemon } from '../src/daemon.ts';
import { compileDeviceGroups } from '../src/policy/device-groups.ts';
import { CertificateMaker } from '../test/support/certificates.ts';
import { CONFIGURATION, enrol, THING } from './daemon.ts';
import type { Device } from './grpc.ts';
import { HttpPool } from './http-pool.ts';
import type { Row } from './row.ts';

const CONNECTIONS = 4;
const POOL = 8;
const ROUNDS = 11;
const ROUND_MS = 300;
const IN_FLIGHT = 64;
const SEQUENTIAL_CALLS = 1_000;
const RATE = 1_000;
const RATE_SECONDS = 3;
const MUTUAL_TLS_PORT = 8883;
const LIMITS = { maxConcurrentCalls: 100_000, maxCallsPerSecond: 10_000_000 };

interface Tls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Served {
  readonly devices: readonly Device[];
  readonly tls: Tls;
  readonly secret: string;
  readonly ports: Readonly<Record<'plain' | 'secure' | 'own' | 'http' | 'https', number>>;
  readonly socket: string;
}

async function serve(directory: string): Promise<Served> {
  const stateDirectory = join(directory, 'state');
  const devices = await enrol(stateDirectory);
  const maker = new CertificateMaker();
  const server = maker.make({ subject: 'localhost', hosts: ['localhost'] });
  const callers = maker.ca('callers');
  const client = maker.make({ subject: 'emqx', issuer: callers });
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const tls = {
    certificateFile: file('server.pem', server.pem),
    keyFile: file('server.key', server.keyPem),
    clientCaFile: file('callers.pem', callers.pem),
    clientFingerprints: [client.id],
  };
  const [plain = 0, secure = 0, own = 0, http = 0, https = 0] = await freePorts(5);
  const secret = randomBytes(16).toString('hex');
  const socket = join(directory, 'own.sock');
  const port = (number: number, more: object): object => ({
    host: '127.0.0.1',
    port: number,
    limits: LIMITS,
    ...more,
  });
  const configuration = {
    ...CONFIGURATION,
    stateDirectory,
    admin: { socket: join(directory, 'admin.sock') },
    listeners: {
      socket: { socket, operations: ['broker'], limits: LIMITS },
      own: port(own, { tls, operations: ['broker'] }),
    },
    emqx: {
      plain: {
        mutualTlsPorts: [MUTUAL_TLS_PORT],
        exhook: port(plain, { insecureLoopback: true }),
        http: port(http, {
          acl: 'prefixes',
          insecureLoopback: true,
          sharedSecretFile: file('secret', secret),
        }),
      },
      secure: {
        mutualTlsPorts: [MUTUAL_TLS_PORT],
        exhook: port(secure, { tls }),
        http: port(https, { acl: 'prefixes', tls }),
      },
    },
  };
  const clock = new SystemClock();
  const watched = await ConfigurationWatcher.open({
    file: file('deviceauthd.json', JSON.stringify(configuration)),
    clock,
    validateDeviceGroups: compileDeviceGroups,
  });
  await startDaemon({ configuration: watched, clock });
  return {
    devices,
    tls: { ca: server.pem, cert: client.pem, key: client.keyPem },
    secret,
    ports: { plain, secure, own, http, https },
    socket,
  };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

class Server {
  readonly served: Served;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, served: Served) {
    this.#child = child;
    this.served = served;
  }

  static async start(directory: string): Promise<Server> {
    const child = fork(fileURLToPath(import.meta.url), ['--serve', directory]);
    const served = await new Promise<Served>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Served));
      child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
    });
    return new Server(child, served);
  }

  /** Processor time of its process so far, in microseconds. */
  processorTime(): Promise<number> {
    const answer = new Promise<number>((resolve) =>
      this.#child.once('message', (message) => resolve(Number(message))),
    );
    this.#child.send('cpu');
    return answer;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** The connections of one way in. */
class Way {
  readonly name: string;
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  static async open(name: string, sessions: readonly ClientHttp2Session[]): Promise<Way> {
    await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
    return new Way(name, sessions);
  }

  private constructor(name: string, sessions: readonly ClientHttp2Session[]) {
    this.name = name;
    this.#sessions = sessions;
  }

  /** The message of an answer. */
  call(path: string, bytes: Buffer): Promise<Buffer> {
    this.#next += 1;
    const session = this.#sessions[this.#next % this.#sessions.length];
    if (session === undefined) throw new Error('there are no connections');
    const frame = Buffer.alloc(5 + bytes.length);
    frame.writeUInt32BE(bytes.length, 1);
    bytes.copy(frame, 5);
    return new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc+proto',
        'user-agent': 'grpc-erlang/0.1.0',
        'grpc-encoding': 'identity',
        'grpc-timeout': '5S',
        te: 'trailers',
      });
      const parts: Buffer[] = [];
      let status: unknown;
      stream.on('data', (data: Buffer) => parts.push(data));
      stream.on('trailers', (trailers) => {
        status = trailers['grpc-status'];
      });
      stream.on('error', reject);
      stream.on('close', () => {
        if (status === '0') resolve(Buffer.concat(parts).subarray(5));
        else reject(new Error(`${this.name}: ${path} ended with ${status}`));
      });
      stream.end(frame);
    });
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

/** One call, and an error if the answer is not a yes. */
type Ask = () => Promise<void>;

interface Asked {
  readonly name: string;
  readonly authenticate: Ask;
  readonly authorize: Ask;
}

const CONTRACT = loadContract();
const YES = Buffer.from('08021801', 'hex');

function encoder(methods: object, method: string): (message: object) => Buffer {
  const { requestSerialize } = (methods as Record<string, MethodDefinition<object, object>>)[method] ?? {};
  if (requestSerialize === undefined) throw new Error(`there is no ${method}`);
  return requestSerialize;
}

/** Messages are encoded beforehand where they may be, so that the client is not what is measured. */
function byExHook(way: Way, devices: readonly Device[]): Asked {
  const service = '/emqx.exhook.v3.HookProvider';
  const meta = { node: 'emqx@127.0.0.1', version: '5.8.9', sysdescr: 'EMQX', clusterName: 'emqxcl' };
  const authenticate = encoder(CONTRACT.exhook.v3, 'OnClientAuthenticate');
  const authorize = encoder(CONTRACT.exhook.v3, 'OnClientAuthorize');
  const infos = devices.map(({ clientId, certificatePem }) => {
    const { raw, subject } = new X509Certificate(certificatePem);
    const steps = subject.split('\n').reverse();
    return {
      node: meta.node,
      clientid: clientId,
      username: raw.toString('base64'),
      peerhost: '127.0.0.1',
      peerport: 0,
      sockport: MUTUAL_TLS_PORT,
      protocol: 'mqtt',
      anonymous: true,
      cn: clientId,
      dn: steps.join(','),
    };
  });
  const first = { ...infos[0], peerport: 1 };
  const actions = Array.from({ length: 1_000 }, (_, index) =>
    authorize({
      clientinfo: first,
      type: 'PUBLISH',
      topic: `plant/${THING}/a/${String(index).padStart(4, '0')}/temp`,
      meta,
    }),
  );
  const ask = async (method: string, bytes: Buffer): Promise<void> => {
    const answer = await way.call(`${service}/${method}`, bytes);
    if (!answer.equals(YES)) throw new Error(`${way.name}: ${method} was not answered with yes`);
  };
  let connection = 0;
  let action = 0;
  return {
    name: way.name,
    authenticate: () => {
      connection += 1;
      const info = infos[connection % infos.length];
      // No two of one client in a row have the same port.
      const peerport = 1_024 + (Math.floor(connection / infos.length) % 60_000);
      return ask('OnClientAuthenticate', authenticate({ clientinfo: { ...info, peerport }, meta }));
    },
    authorize: () => {
      action += 1;
      return ask('OnClientAuthorize', actions[action % actions.length] ?? Buffer.alloc(0));
    },
  };
}

function byHttp(name: string, pool: HttpPool, devices: readonly Device[]): Asked {
  const clients = devices.map(({ clientId, certificatePem }) => {
    const { raw, subject } = new X509Certificate(certificatePem);
    const cert = raw.toString('base64');
    return {
      question: JSON.stringify({ clientid: clientId, cert }),
      action: {
        clientid: clientId,
        username: cert,
        cn: clientId,
        dn: subject.split('\n').reverse().join(','),
      },
    };
  });
  const actions = Array.from({ length: 1_000 }, (_, index) =>
    JSON.stringify({
      ...clients[0]?.action,
      action: 'publish',
      topic: `plant/${THING}/a/${String(index).padStart(4, '0')}/temp`,
    }),
  );
  const ask = async (path: string, body: string, expected: string): Promise<void> => {
    const answer = await pool.post(path, body);
    if (answer.status !== 200 || !answer.body.includes(expected)) {
      throw new Error(`${name}: ${path} was not answered with yes: ${answer.status} ${answer.body}`);
    }
  };
  let connection = 0;
  let action = 0;
  return {
    name,
    authenticate: () => {
      connection += 1;
      return ask('/authenticate', clients[connection % clients.length]?.question ?? '', '"acl":[{');
    },
    authorize: () => {
      action += 1;
      return ask('/authorize', actions[action % actions.length] ?? '', '"result":"allow"');
    },
  };
}

async function byOwnContract(way: Way, devices: readonly Device[]): Promise<Asked> {
  const service = '/deviceauth.v1.DeviceAuth';
  const { deviceAuth } = CONTRACT;
  const authenticate = encoder(deviceAuth, 'GetClientDeviceAuthToken');
  const authorize = encoder(deviceAuth, 'AuthorizeClientDeviceAction');
  const credentials = devices.map((mqttCredential) => authenticate({ credential: { mqttCredential } }));
  const given = await way.call(`${service}/GetClientDeviceAuthToken`, credentials[0] ?? Buffer.alloc(0));
  const { clientDeviceAuthToken } = deviceAuth.GetClientDeviceAuthToken.responseDeserialize(given);
  const actions = Array.from({ length: 1_000 }, (_, index) =>
    authorize({
      clientDeviceAuthToken,
      operation: 'mqtt:publish',
      resource: `mqtt:topic:plant/${THING}/a/${String(index).padStart(4, '0')}/temp`,
    }),
  );
  let device = 0;
  let action = 0;
  return {
    name: way.name,
    authenticate: async () => {
      device += 1;
      const bytes = credentials[device % credentials.length] ?? Buffer.alloc(0);
      await way.call(`${service}/GetClientDeviceAuthToken`, bytes);
    },
    authorize: async () => {
      action += 1;
      const bytes = actions[action % actions.length] ?? Buffer.alloc(0);
      const answer = await way.call(`${service}/AuthorizeClientDeviceAction`, bytes);
      // is_authorized = true.
      if (answer.toString('hex') !== '0801') throw new Error('an action was refused');
    },
  };
}

interface Rate {
  readonly perSecond: number;
  /** Of the server's processor time. */
  readonly microseconds: number;
}

async function pipelined(server: Server, ask: Ask): Promise<Rate> {
  const before = await server.processorTime();
  const start = performance.now();
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - start < ROUND_MS) {
      await ask();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: done / seconds, microseconds: ((await server.processorTime()) - before) / done };
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** In microseconds. */
function percentiles(taken: readonly number[]): Percentiles {
  const sorted = taken.toSorted((one, other) => one - other);
  const at = (part: number): number => (sorted[Math.floor(sorted.length * part)] ?? Number.NaN) * 1000;
  return { p50: at(0.5), p99: at(0.99) };
}

async function sequential(ask: Ask): Promise<Percentiles> {
  const taken: number[] = [];
  for (let index = 0; index < SEQUENTIAL_CALLS; index += 1) {
    const start = performance.now();
    await ask();
    taken.push(performance.now() - start);
  }
  return percentiles(taken);
}

/** Whatever the answers take, calls go out at that rate; each is timed from when it went. */
async function atFixedRate(ask: Ask): Promise<Percentiles> {
  const taken: number[] = [];
  const calls: Promise<void>[] = [];
  const start = performance.now();
  const total = RATE * RATE_SECONDS;
  while (calls.length < total) {
    const due = Math.min(total, ((performance.now() - start) / 1000) * RATE);
    while (calls.length < due) {
      const sent = performance.now();
      calls.push(ask().then(() => void taken.push(performance.now() - sent)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  return percentiles(taken);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function rowsOf(
  what: 'authenticate' | 'authorize',
  server: Server,
  all: readonly Asked[],
): Promise<readonly Row[]> {
  const rates = all.map((): Rate[] => []);
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, asked] of all.entries()) {
      const rate = await pipelined(server, asked[what]);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  const rows: Row[] = [];
  const base = rates.at(-1) ?? [];
  for (const [index, { name, [what]: ask }] of all.entries()) {
    const own = rates[index] ?? [];
    const ratio = median(
      own.map(({ perSecond }, round) => perSecond / (base[round]?.perSecond ?? Number.NaN)),
    );
    const cost = median(own.map(({ microseconds }) => microseconds));
    const note = `${Math.round(ratio * 100)} % of the socket's; server ${cost.toFixed(0)} µs each`;
    const title = `${what}, ${name}`;
    rows.push({
      name: `${title}, a second`,
      value: median(own.map((one) => one.perSecond)),
      unit: '/s',
      note,
    });
    for (const [how, { p50, p99 }] of [
      ['one at a time', await sequential(ask)],
      [`at ${RATE} a second`, await atFixedRate(ask)],
    ] as const) {
      rows.push({ name: `${title}, ${how}, p50`, value: p50, unit: 'µs' });
      rows.push({ name: `${title}, ${how}, p99`, value: p99, unit: 'µs' });
    }
  }
  return rows;
}

export async function run(): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'deviceauthd-bench-'));
  const ways: { close(): void }[] = [];
  let server: Server | undefined;
  try {
    server = await Server.start(directory);
    const { devices, ports, secret, socket, tls } = server.served;
    const open = async (name: string, session: () => ClientHttp2Session): Promise<Way> => {
      const way = await Way.open(name, Array.from({ length: CONNECTIONS }, session));
      ways.push(way);
      return way;
    };
    const secure = { ...tls, servername: 'localhost', checkServerIdentity: () => undefined };
    const sockets = <S>(made: () => S): readonly S[] => Array.from({ length: POOL }, made);
    const http = await HttpPool.open(
      sockets(() => connectSocket(ports.http, '127.0.0.1')),
      'connect',
      secret,
    );
    ways.push(http);
    const https = await HttpPool.open(
      sockets(() => connectTls({ ...secure, host: '127.0.0.1', port: ports.https })),
      'secureConnect',
      undefined,
    );
    ways.push(https);
    const all = [
      byHttp('HTTP, TCP', http, devices),
      byHttp('HTTP, TLS', https, devices),
      byExHook(await open('ExHook, TCP', () => connect(`http://127.0.0.1:${ports.plain}`)), devices),
      byExHook(
        await open('ExHook, TLS', () => connect(`https://127.0.0.1:${ports.secure}`, secure)),
        devices,
      ),
      await byOwnContract(
        await open('own, TLS', () => connect(`https://127.0.0.1:${ports.own}`, secure)),
        devices,
      ),
      await byOwnContract(
        await open('own, socket', () =>
          connect('http://localhost', { createConnection: () => connectSocket(socket) }),
        ),
        devices,
      ),
    ];
    // Whoever acts was let in before.
    for (const asked of all) await asked.authenticate();
    return [...(await rowsOf('authenticate', server, all)), ...(await rowsOf('authorize', server, all))];
  } finally {
    for (const way of ways) way.close();
    server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[2] === '--serve') {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit());
  process.send?.(await serve(process.argv[3] ?? ''));
}
