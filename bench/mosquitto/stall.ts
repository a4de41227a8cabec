/**
 * Does the broker stand still while devices are being verified? 1,000 devices connect over mutual TLS at 100 a second, while
 * every call of the daemon's verifier takes 200 ms; another client's pings are timed meanwhile, with the plugin and without,
 * in turn: `npm run bench -- mosquitto stall`. Of 2.1 alone: 2.0 cannot put an answer off.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import { CertificateMaker, type TestCertificate } from '../../test/support/certificates.ts';
import type { Row } from '../row.ts';
import { MeasuredBroker } from './broker.ts';
import { connectDevice, type Endpoint } from './mqtt-connection.ts';
import type { PingerOrder } from './pinger.ts';
import type { Plan } from './plan.ts';
import { secureContexts, serverFiles } from './site.ts';
import type { SlowDaemonOrder } from './slow-daemon.ts';
import { median, quantile } from './statistics.ts';
import { deviceGroups, NONE, OURS_NAME, variants } from './variants.ts';

const LATENCY_MS = 200;
const A_SECOND = 100;
const PAIRS = 5;
const LONG_MS = 20;
const PINGER = 'fifty-pinger';

interface Measured {
  /** Of each run, in milliseconds. */
  readonly trips: (readonly number[])[];
  refused: number;
  slowestConnectMs: number;
}

/** The daemon that verifies the devices, in processes of its own. */
export interface VerifyingDaemon {
  /** Of its listener for brokers. */
  readonly socket: string;
  stop(): Promise<void>;
}

export interface StallOptions {
  readonly plan: Plan;
  readonly devices: number;
  /** Told who there is: certificate ids and things. It verifies each device whenever it connects. */
  readonly openDaemon: (devices: readonly (readonly [string, string])[]) => Promise<VerifyingDaemon>;
}

export async function run(plan: Plan): Promise<readonly Row[]> {
  return await measureStalls({ plan, devices: plan.quick ? 200 : 1_000, openDaemon: openSlowDaemon });
}

export async function measureStalls({
  plan,
  devices: count,
  openDaemon,
}: StallOptions): Promise<readonly Row[]> {
  const release = plan.releases.find(({ series }) => series === '2.1');
  if (release === undefined) return [];
  const devices = Array.from({ length: count }, (_, i) => `fifty-${i}`);
  await using scene = await Scene.open(release, devices, openDaemon);
  const without = { trips: [], refused: 0, slowestConnectMs: 0 };
  const withUs = { trips: [], refused: 0, slowestConnectMs: 0 };
  for (let pair = 0; pair < (plan.quick ? 1 : PAIRS); pair += 1) {
    await scene.measure(pair % 2 === 0 ? without : withUs, pair % 2 === 1);
    await scene.measure(pair % 2 === 0 ? withUs : without, pair % 2 === 0);
  }
  return [...rowsOf('2.1, none', without, ''), ...rowsOf('2.1, deviceauthd', withUs, 'aim: under 20; ')];
}

function rowsOf(name: string, measured: Measured, aim: string): Row[] {
  const { trips, refused, slowestConnectMs } = measured;
  const all = trips.flat();
  const runs = trips.map((run) => quantile(run, 0.99));
  const long = all.filter((trip) => trip > LONG_MS).length;
  const p99 = `${aim}${runs.length} runs, worst ${Math.max(...runs).toFixed(1)}; p50 ${median(all).toFixed(2)}, longest ${Math.max(...all).toFixed(0)}`;
  const connects = `${refused} refused; slowest connect ${slowestConnectMs.toFixed(0)} ms`;
  return [
    { name: `${name}: ping p99`, value: median(runs), unit: 'ms', note: p99 },
    {
      name: `${name}: pings over ${LONG_MS} ms`,
      value: (100 * long) / all.length,
      unit: '%',
      note: `${long} of ${all.length}; ${connects}`,
    },
  ];
}

class Scene {
  readonly #release: MosquittoRelease;
  readonly #devices: readonly string[];
  readonly #ca: TestCertificate;
  readonly #certificates: ReadonlyMap<string, TestCertificate>;
  readonly #daemon: VerifyingDaemon;
  readonly #server: Awaited<ReturnType<typeof serverFiles>>;

  private constructor(parts: {
    release: MosquittoRelease;
    devices: readonly string[];
    ca: TestCertificate;
    certificates: ReadonlyMap<string, TestCertificate>;
    daemon: VerifyingDaemon;
    server: Awaited<ReturnType<typeof serverFiles>>;
  }) {
    this.#release = parts.release;
    this.#devices = parts.devices;
    this.#ca = parts.ca;
    this.#certificates = parts.certificates;
    this.#daemon = parts.daemon;
    this.#server = parts.server;
  }

  static async open(
    release: MosquittoRelease,
    devices: readonly string[],
    openDaemon: StallOptions['openDaemon'],
  ): Promise<Scene> {
    const maker = new CertificateMaker();
    const ca = maker.ca('device CA');
    const certificates = new Map(
      [...devices, PINGER].map((thing) => [thing, maker.make({ subject: thing, issuer: ca })]),
    );
    const daemon = await openDaemon([...certificates].map(([thing, { id }]) => [id, thing]));
    return new Scene({ release, devices, ca, certificates, daemon, server: await serverFiles() });
  }

  async measure(measured: Measured, withPlugin: boolean): Promise<void> {
    const ours = variants(this.#daemon.socket).find(({ name }) => name === OURS_NAME);
    const variant = withPlugin && ours !== undefined ? ours : NONE;
    const broker = await MeasuredBroker.start({
      release: this.#release,
      tls: true,
      files: { ...this.#server.files, deviceCaPem: this.#ca.pem },
      authorization: (directory) => variant.configure(this.#release, directory),
    });
    const pinger = child('pinger.ts');
    const sockets: Socket[] = [];
    try {
      const order: PingerOrder = {
        port: broker.port,
        clientId: PINGER,
        caPem: this.#server.caPem,
        ...this.#identity(PINGER),
      };
      pinger.send(order);
      await once(pinger, 'message');
      await connectAtPace(measured, this.#endpoint(broker), this.#devices, sockets, () =>
        pinger.send('reset'),
      );
      pinger.send('report');
      const [trips] = (await once(pinger, 'message')) as [number[]];
      measured.trips.push(trips);
    } finally {
      pinger.disconnect();
      for (const socket of sockets) socket.destroy();
      await broker.stop();
    }
  }

  #endpoint(broker: MeasuredBroker): Endpoint {
    const secureContext = secureContexts(this.#server.caPem, (clientId) => this.#identity(clientId));
    for (const device of this.#devices) secureContext(device);
    return { port: broker.port, secureContext };
  }

  #identity(clientId: string): { certificatePem: string; privateKeyPem: string } {
    const certificate = this.#certificates.get(clientId);
    if (certificate === undefined) throw new Error(`${clientId} has no certificate`);
    return { certificatePem: certificate.pem, privateKeyPem: certificate.keyPem };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon.stop();
  }
}

async function openSlowDaemon(devices: SlowDaemonOrder['devices']): Promise<VerifyingDaemon> {
  const daemon = child('slow-daemon.ts');
  const order: SlowDaemonOrder = { latencyMs: LATENCY_MS, deviceGroups: deviceGroups(), devices };
  daemon.send(order);
  const [socket] = (await once(daemon, 'message')) as [string];
  const stop = async (): Promise<void> => {
    const exited = once(daemon, 'exit');
    daemon.disconnect();
    const timer = setTimeout(() => daemon.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  };
  return { socket, stop };
}

/** Resolves when the last one has its answer. */
async function connectAtPace(
  measured: Measured,
  endpoint: Endpoint,
  devices: readonly string[],
  sockets: Socket[],
  begin: () => void,
): Promise<void> {
  begin();
  const start = performance.now();
  const attempts: Promise<void>[] = [];
  for (const [index, device] of devices.entries()) {
    const due = start + (1_000 * index) / A_SECOND;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const began = performance.now();
    const connected = connectDevice(endpoint, device).then(
      (socket) => {
        sockets.push(socket);
        measured.slowestConnectMs = Math.max(measured.slowestConnectMs, performance.now() - began);
      },
      () => {
        measured.refused += 1;
      },
    );
    attempts.push(connected);
  }
  await Promise.all(attempts);
}

function child(module: string): ChildProcess {
  return fork(fileURLToPath(new URL(module, import.meta.url)), { execArgv: process.execArgv });
}
