/**
 * One publisher and one subscriber: load.cpp, built once and given what it is to send. Every message costs the broker one
 * check to publish and one to deliver. Before any figure is taken it is seen that the topics arrive, and that where there
 * are rules a forbidden one does not.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generate, type Packet } from 'mqtt-packet';
import type { Identity } from '../../test/e2e/support/device.ts';
import { topic } from '../workload.ts';
import { bytes, connectPacket, connectPatiently, type Endpoint } from './mqtt-connection.ts';
import { ALLOWED, FORBIDDEN, type Variant } from './variants.ts';

const TOPICS = 1_000;
const PAYLOAD = Buffer.alloc(128, 'p');
/** Messages under way at once. */
const WINDOW = 200;

export type Qos = 0 | 1;

/** What the load generator shows of a client id; undefined: the listener is plain. */
export type IdentityOf = ((clientId: string) => Identity & { readonly serverCaPem: string }) | undefined;

export function buildLoad(directory: string): string {
  const program = join(directory, 'load');
  const source = fileURLToPath(new URL('load.cpp', import.meta.url));
  execFileSync('g++', ['-O2', '-std=c++17', '-o', program, source, '-lssl', '-lcrypto']);
  return program;
}

function publish(qos: Qos, name: string, messageId: number): Buffer {
  const packet: Packet = { cmd: 'publish', qos, dup: false, retain: false, topic: name, payload: PAYLOAD };
  return generate(qos === 0 ? packet : { ...packet, messageId });
}

function subscribe(qos: Qos): Buffer {
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${ALLOWED}/#`, qos }] });
}

export interface LoadOptions {
  /** What `buildLoad` made. */
  readonly program: string;
  readonly endpoint: Endpoint;
  readonly identityOf: IdentityOf;
  readonly variant: Variant;
  readonly qos: Qos;
}

export class Load {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #directory: string;
  readonly #lines: AsyncIterator<string>;
  #complaint = '';

  private constructor(child: ChildProcessWithoutNullStreams, directory: string) {
    this.#child = child;
    this.#directory = directory;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (data: Buffer) => {
      this.#complaint += data.toString();
    });
  }

  static async start(options: LoadOptions): Promise<Load> {
    const { program, endpoint, variant, qos } = options;
    await verify(endpoint, variant, qos);
    const directory = mkdtempSync(join(tmpdir(), 'dal-'));
    const messages = Array.from({ length: TOPICS }, (_, i) => publish(qos, topic(ALLOWED, i), i + 1));
    writeFileSync(join(directory, 'messages'), Buffer.concat(messages));
    writeClients(directory, options);
    const length = messages[0]?.length ?? 0;
    const args = [directory, endpoint.port, qos, length, WINDOW].map(String);
    const load = new Load(spawn(program, args), directory);
    await load.#line();
    return load;
  }

  /** Publishes so many; resolves with the seconds from the first one's leaving to the last one's arrival. */
  async run(count: number): Promise<number> {
    this.#child.stdin.write(`${count}\n`);
    return Number(await this.#line()) / 1e9;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.stdin.end();
      await closed;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the load generator ended: ${this.#complaint}`);
    return value;
  }
}

function writeClients(directory: string, { identityOf, variant, qos }: LoadOptions): void {
  mkdirSync(directory, { recursive: true });
  const write = (name: string, content: Buffer | string) =>
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  for (const role of ['publisher', 'subscriber'] as const) {
    write(`${role}.connect`, connectPacket(variant[role], variant.password));
    const identity = identityOf?.(variant[role]);
    if (identity === undefined) continue;
    write('ca.pem', identity.serverCaPem);
    write(`${role}.pem`, identity.certificatePem);
    write(`${role}.key`, identity.privateKeyPem);
  }
  write('subscriber.subscribe', subscribe(qos));
}

/** Every topic arrives as it was sent, in order, and nothing of a forbidden one before them. */
async function verify(endpoint: Endpoint, variant: Variant, qos: Qos): Promise<void> {
  const subscriber = await connectPatiently(endpoint, variant.subscriber, variant.password);
  const publisher = await connectPatiently(endpoint, variant.publisher, variant.password);
  try {
    subscriber.write(subscribe(qos));
    const answer = await bytes(subscriber, 5);
    if (answer[4] !== qos) throw new Error(`${variant.name}: the subscription is refused`);
    if (variant.hasRules) publisher.write(publish(0, topic(FORBIDDEN, 1), 1));
    subscriber.write(generate({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: `${FORBIDDEN}/#`, qos }] }));
    const refused = await bytes(subscriber, 5);
    if (variant.hasRules !== (refused[4] === 128)) throw new Error(`${variant.name}: ${FORBIDDEN}: ${refused[4]}`);
    const sent = Array.from({ length: TOPICS }, (_, i) => publish(0, topic(ALLOWED, i), i));
    publisher.write(Buffer.concat(sent));
    const came = await bytes(subscriber, sent.length * (sent[0]?.length ?? 0));
    if (!came.equals(Buffer.concat(sent))) throw new Error(`${variant.name}: other messages came than were sent`);
  } finally {
    subscriber.destroy();
    publisher.destroy();
  }
}
