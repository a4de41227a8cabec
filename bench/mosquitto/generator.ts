/** A load generator in C++: built from a file beside this one, started, told numbers, one a line, and answered with a line each. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program's path. */
export function buildGenerator(name: 'load' | 'connect', directory: string): string {
  const program = join(directory, name);
  const source = fileURLToPath(new URL(`${name}.cpp`, import.meta.url));
  execFileSync('g++', ['-O2', '-std=c++17', '-pthread', '-o', program, source, '-lssl', '-lcrypto']);
  return program;
}

export class Generator {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaint = '';

  constructor(program: string, args: readonly (string | number)[]) {
    this.#child = spawn(program, args.map(String));
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#complaint += data.toString();
    });
    // It ended; the next line tells.
    this.#child.stdin.on('error', () => {});
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the load generator ended: ${this.#complaint}`);
    return value;
  }

  /** Resolves with the numbers of its answer. */
  async run(count: number): Promise<readonly number[]> {
    this.#child.stdin.write(`${count}\n`);
    return (await this.line()).split(' ').map(Number);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}
