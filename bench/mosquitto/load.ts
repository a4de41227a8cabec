/**
 * One publisher and one subscriber: load.cpp, built once and given what it is to send. Every message costs the broker one
 * check to publish and one to deliver. Before any figure is taken it is seen that the topics arrive, and that where there
 * are rules a forbidden one does not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate, type Packet } from 'mqtt-packet';
import type { Identity } from '../../test/e2e/support/device.ts';
import { topic } from '../workload.ts';
import { Generator } from './generator.ts';
import { bytes, connectPacket, connectPatiently, type Endpoint } from './mqtt-connection.ts';
import { ALLOWED, FORBIDDEN, type Variant } from './variants.ts';

const TOPICS = 1_000;
const PAYLOAD = Buffer.alloc(128, 'p');
/** Messages under way at once. */
const WINDOW = 200;

export type Qos = 0 | 1;

/** What the load generator shows of a client id; undefined: the listener is plain. */
export type IdentityOf = ((clientId: string) => Identity & { readonly serverCaPem: string }) | undefined;

function publish(qos: Qos, name: string, messageId: number): Buffer {
  const packet: Packet = { cmd: 'publish', qos, dup: false, retain: false, topic: name, payload: PAYLOAD };
  return generate(qos === 0 ? packet : { ...packet, messageId });
}

function subscribe(qos: Qos): Buffer {
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${ALLOWED}/#`, qos }] });
}

export interface LoadOptions {
  /** What `buildGenerator` made. */
  readonly program: string;
  readonly endpoint: Endpoint;
  readonly identityOf: IdentityOf;
  readonly variant: Variant;
  readonly qos: Qos;
}

export class Load {
  readonly #generator: Generator;
  readonly #directory: string;

  private constructor(generator: Generator, directory: string) {
    this.#generator = generator;
    this.#directory = directory;
  }

  static async start(options: LoadOptions): Promise<Load> {
    const { program, endpoint, variant, qos } = options;
    await verify(endpoint, variant, qos);
    const directory = mkdtempSync(join(tmpdir(), 'dal-'));
    const messages = Array.from({ length: TOPICS }, (_, i) => publish(qos, topic(ALLOWED, i), i + 1));
    writeFileSync(join(directory, 'messages'), Buffer.concat(messages));
    writeClients(directory, options);
    const length = messages[0]?.length ?? 0;
    const args = [directory, endpoint.port, qos, length, WINDOW];
    // A broker slowed down by callgrind may refuse for now; the daemon's verdict is there at the next attempt.
    for (let attempt = 1; ; attempt += 1) {
      const generator = new Generator(program, args);
      try {
        await generator.line();
        return new Load(generator, directory);
      } catch (error) {
        await generator.stop();
        if (attempt === 10) throw error;
      }
    }
  }

  /** Publishes so many; resolves with the seconds from the first one's leaving to the last one's arrival. */
  async run(count: number): Promise<number> {
    const [nanoseconds = Number.NaN] = await this.#generator.run(count);
    return nanoseconds / 1e9;
  }

  async stop(): Promise<void> {
    await this.#generator.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function writeClients(directory: string, { identityOf, variant, qos }: LoadOptions): void {
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
    // Refused or not (an acl_file says nothing about subscribing), what is forbidden does not come.
    const also = [{ topic: `${FORBIDDEN}/#`, qos }];
    subscriber.write(generate({ cmd: 'subscribe', messageId: 2, subscriptions: also }));
    await bytes(subscriber, 5);
    if (variant.hasRules) publisher.write(publish(0, topic(FORBIDDEN, 1), 1));
    const sent = Array.from({ length: TOPICS }, (_, i) => publish(0, topic(ALLOWED, i), i));
    publisher.write(Buffer.concat(sent));
    const came = await bytes(subscriber, sent.length * (sent[0]?.length ?? 0));
    if (!came.equals(Buffer.concat(sent)))
      throw new Error(`${variant.name}: other messages came than were sent`);
  } finally {
    subscriber.destroy();
    publisher.destroy();
  }
}
