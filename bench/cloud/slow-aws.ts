/**
 * AWS on this host in a process of its own, each of whose answers takes its time. Started with `fork` and told who there is, it
 * says where it is, counts what it is asked, and lives until its parent lets go.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FakeAws } from '../../test/support/fake-aws/fake-aws.ts';

export type Known = readonly (readonly [certificateId: string, thing: string])[];

interface Order {
  readonly latencyMs: number;
  readonly devices: Known;
}

interface Place {
  readonly devicePort: number;
  readonly paths: FakeAws['paths'];
  readonly core: { readonly thingName: string; readonly pem: string; readonly keyPem: string };
  readonly rootCaPem: string;
}

export class SlowAws {
  readonly place: Place;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, place: Place) {
    this.#child = child;
    this.place = place;
  }

  static async start(latencyMs: number, devices: Known): Promise<SlowAws> {
    const child = fork(fileURLToPath(import.meta.url), ['--serve'], { execArgv: process.execArgv });
    const order: Order = { latencyMs, devices };
    child.send(order);
    const [place] = (await once(child, 'message')) as [Place];
    return new SlowAws(child, place);
  }

  /** How often it was asked about devices since the last call. */
  async asked(): Promise<number> {
    this.#child.send('asked');
    const [count] = (await once(this.#child, 'message')) as [number];
    return count;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

async function serve({ devices, latencyMs }: Order): Promise<void> {
  const aws = await FakeAws.start();
  aws.faults.add({ kind: 'latency', ms: latencyMs });
  for (const [id, thing] of devices) aws.account.attach(aws.account.setCertificate(id), thing);
  process.on('message', () => {
    const count = aws.requests.all.filter(({ operation }) =>
      operation.startsWith('VerifyClientDevice'),
    ).length;
    aws.requests.clear();
    process.send?.(count);
  });
  const { certificate, thingName } = aws.core;
  const place: Place = {
    devicePort: aws.devicePort,
    paths: aws.paths,
    core: { thingName, pem: certificate.pem, keyPem: certificate.keyPem },
    rootCaPem: aws.rootCaPem,
  };
  process.send?.(place);
}

if (process.argv[2] === '--serve') {
  process.once('disconnect', () => process.exit());
  process.once('message', (order: Order) => void serve(order));
}
