/**
 * A reconnect storm: 2,500 devices come at once after the daemon's restart, each answer of AWS takes 50 ms, 8 requests may be under
 * way: `npm run bench -- cloud`. First calls of a client of the daemon, cold and with trust records; then the same devices through
 * Mosquitto 2.1 over mutual TLS at 100 a second, while another client's pings are timed (see mosquitto/stall.ts).
 */

import { DaemonProcess } from '../test/e2e/support/daemon-process.ts';
import { Caller } from '../test/endpoints/support/caller.ts';
import { CertificateMaker } from '../test/support/certificates.ts';
import { CoreDirectory } from '../test/support/fake-aws/core-directory.ts';
import { type Known, SlowAws } from './cloud/slow-aws.ts';
import { planOf } from './mosquitto/plan.ts';
import { measureStalls, type VerifyingDaemon } from './mosquitto/stall.ts';
import { quantile } from './mosquitto/statistics.ts';
import { deviceGroups } from './mosquitto/variants.ts';
import type { Row } from './row.ts';

const LATENCY_MS = 50;
const WORKERS = 8;
const ROUNDS = 3;
const PATIENCE_MS = 300_000;

export async function run(words: readonly string[]): Promise<readonly Row[]> {
  const plan = planOf(words);
  const devices = plan.quick ? 200 : 2_500;
  const rows = await reconnects(devices, plan.quick ? 1 : ROUNDS);
  const stalls = await measureStalls({
    plan,
    devices,
    openDaemon: async (known) => {
      const gateway = await Gateway.start(known, 0);
      return { socket: gateway.daemon.brokerSocket, stop: () => gateway.stop() } satisfies VerifyingDaemon;
    },
  });
  return [...rows, ...stalls];
}

/** A daemon and its AWS. */
class Gateway {
  readonly aws: SlowAws;
  readonly daemon: DaemonProcess;
  readonly #core: CoreDirectory;

  private constructor(aws: SlowAws, daemon: DaemonProcess, core: CoreDirectory) {
    this.aws = aws;
    this.daemon = daemon;
    this.#core = core;
  }

  static async start(known: Known, revalidateAfterSeconds: number): Promise<Gateway> {
    const aws = await SlowAws.start(LATENCY_MS, known);
    const { core: identity, devicePort, paths, rootCaPem } = aws.place;
    const core = new CoreDirectory(identity, rootCaPem);
    const { certificateFile, keyFile, rootCaFile } = core.files;
    const daemon = await DaemonProcess.start({
      verifier: 'greengrass',
      deviceGroups: deviceGroups(),
      performance: {
        maxConcurrentCloudRequests: WORKERS,
        cloudRequestQueueSize: 6_000,
        maxActiveAuthTokens: 10_000,
      },
      security: { clientDeviceTrustDurationMinutes: 60, revalidateAfterSeconds },
      connectivity: { interfaces: false },
      log: { level: 'warn' },
      // More than a storm takes: who waits to its end is let in.
      cloud: {
        verificationDeadlineSeconds: 120,
        requestsPerSecond: 0,
        coreThingName: identity.thingName,
        certificateFile,
        keyFile,
        rootCaFile,
        dataPlane: { endpoint: 'localhost', port: devicePort, paths, connectivityPollSeconds: 0 },
      },
      listeners: {
        broker: {
          socket: '%/run/broker.sock',
          operations: ['broker'],
          limits: { maxConcurrentCalls: 10_000 },
        },
      },
    });
    return new Gateway(aws, daemon, core);
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    await this.aws.stop();
    this.#core.remove();
  }
}

interface Storm {
  readonly totalMs: number;
  readonly requests: number;
  readonly refused: number;
}

async function reconnects(count: number, rounds: number): Promise<readonly Row[]> {
  const maker = new CertificateMaker();
  const devices = Array.from({ length: count }, (_, n) => {
    const thing = `storm-${n}`;
    return { thing, ...maker.make({ subject: thing }) };
  });
  const cold: Storm[] = [];
  const known: Storm[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const gateway = await Gateway.start(
      devices.map(({ id, thing }) => [id, thing]),
      600,
    );
    cold.push(await storm(gateway, devices));
    await gateway.daemon.kill('SIGTERM');
    await gateway.daemon.restart();
    known.push(await storm(gateway, devices));
    await gateway.stop();
  }
  return [...rowsOf('cold', cold), ...rowsOf('with trust records', known)];
}

/** All at once; until the last one has its answer. */
async function storm(
  { aws, daemon }: Gateway,
  devices: readonly { readonly thing: string; readonly pem: string }[],
): Promise<Storm> {
  await aws.asked();
  const broker = new Caller(`unix:${daemon.brokerSocket}`);
  let refused = 0;
  const begun = performance.now();
  await Promise.all(
    devices.map(async ({ thing, pem }) => {
      const credential = { mqttCredential: { clientId: thing, certificatePem: pem } };
      try {
        await broker.call('GetClientDeviceAuthToken', { credential }, PATIENCE_MS);
      } catch {
        refused += 1;
      }
    }),
  );
  const totalMs = performance.now() - begun;
  broker.close();
  return { totalMs, requests: await aws.asked(), refused };
}

function rowsOf(name: string, storms: readonly Storm[]): readonly Row[] {
  const totals = storms.map(({ totalMs }) => totalMs);
  const requests = Math.max(...storms.map((each) => each.requests));
  const refused = storms.reduce((sum, each) => sum + each.refused, 0);
  const rows: Row[] = [
    {
      name: `${name}: total`,
      value: quantile(totals, 0.5) / 1_000,
      unit: 's',
      note: `${storms.length} storms, worst ${(Math.max(...totals) / 1_000).toFixed(2)}; ${refused} refused`,
    },
    { name: `${name}: requests to AWS`, value: requests, unit: 'a storm' },
  ];
  if (requests === 0) return rows;
  const ratios = storms.map(({ requests: asked, totalMs }) => totalMs / ((asked * LATENCY_MS) / WORKERS));
  return [
    ...rows,
    {
      name: `${name}: of what the workers allow`,
      value: quantile(ratios, 0.5),
      unit: '×',
      note: `aim: 1.1; worst ${Math.max(...ratios).toFixed(3)}`,
    },
  ];
}
