/** The drivers of the plugin's parts (plugins/mosquitto/test), and what is said to the evaluator's. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BUILD = fileURLToPath(new URL('../../../../scripts/build-plugin', import.meta.url));

/** For the hook that builds; on a machine that builds something else meanwhile. */
export const BUILD_MS = 600_000;

/** As installed; under the sanitizers. */
const KINDS = { plain: [], sanitized: ['--sanitize'] } as const;

/** Why it cannot be built here; undefined if it can. */
export function missingTool(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(':');
  return ['c++', 'cmake', 'protoc', 'pkg-config'].find(
    (tool) => !places.some((place) => existsSync(join(place, tool))),
  );
}

/** The path of the driver. Fails with what the compiler said, warnings included. */
export async function buildDriver(
  name: 'evaluate' | 'evaluate_portable' | 'tls_directory',
  kind: keyof typeof KINDS,
): Promise<string> {
  const { stdout } = await run('sh', [BUILD, '--driver', name, ...KINDS[kind]]);
  return stdout.trim();
}

/** UTF-8, and a lone surrogate as three bytes as if it were a character, which no UTF-8 has. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(
    [...text].map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0xd800 || code > 0xdfff) return Buffer.from(character);
      return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
    }),
  );
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** What is said to the driver, in its own format; see evaluate.cpp. */
export class Questions {
  readonly #said: Buffer[] = [];

  forget(): void {
    this.#said.push(Buffer.from('C'));
  }

  /** Sets are numbered from 0 since the last `forget`. */
  set(id: string, bytes: Uint8Array): void {
    this.#say('S', Buffer.from(id), Buffer.from(bytes));
  }

  grants(sets: readonly number[], variables: ReadonlyMap<string, string>): void {
    this.#said.push(Buffer.from('G'), number(sets.length), ...sets.map(number), number(variables.size));
    for (const [name, value] of variables) this.#text(Buffer.from(name), bytesOf(value));
  }

  /** `prefix`: how many bytes of the resource go into its first part. */
  decision(operation: string | Buffer, resource: string | Buffer, prefix: number): void {
    const whole = typeof resource === 'string' ? bytesOf(resource) : resource;
    const asked = typeof operation === 'string' ? bytesOf(operation) : operation;
    this.#say('D', asked, whole.subarray(0, prefix), whole.subarray(prefix));
  }

  /** Is the topic surely allowed, which is what makes a message cheap? */
  sure(operation: string, topic: string): void {
    this.#say('T', Buffer.from(operation), bytesOf(topic));
  }

  /** Sets that a session would have, from now on until `forget`. */
  unite(sets: readonly number[]): void {
    this.#said.push(Buffer.from('U'), number(sets.length), ...sets.map(number));
  }

  innerFilter(filter: string): void {
    this.#say('F', bytesOf(filter));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#said);
  }

  /** One answer for each set, decision and filter. */
  async ask(driver: string): Promise<string[]> {
    const child = spawn(driver, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(this.bytes);
    const status = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ?? code));
    });
    if (status !== 0) throw new Error(`${basename(driver)} ended with ${status}: ${Buffer.concat(err)}`);
    return Buffer.concat(out).toString().split('\n').slice(0, -1);
  }

  #say(letter: string, ...texts: Buffer[]): void {
    this.#said.push(Buffer.from(letter));
    this.#text(...texts);
  }

  #text(...texts: Buffer[]): void {
    for (const text of texts) this.#said.push(number(text.length), text);
  }
}
