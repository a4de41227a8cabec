/**
 * A process of the demo's; what it writes goes to a file. It is in a process group of its own, so that Ctrl-C is the
 * demo's to hear, which stops things in order; and it ends with the demo however that ends, kill -9 included.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Running } from './running.ts';

const STOPS_WITHIN = 5_000;
/** Of util-linux: the kernel sends the signal when the parent has died. Elsewhere kill -9 leaves the child running. */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'TERM'] as const;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Appended to. */
  readonly log: string;
}

export class Child {
  /** Resolves when it has ended, or could not be started at all. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: string;
  /** Where this life's lines begin in the log. */
  readonly #logFrom: number;

  constructor(running: Running, { command, args, cwd, log }: ChildOptions) {
    const [setpriv, ...options] = DIES_WITH_US;
    const bound = spawnSync(setpriv, [...options, 'true']).status === 0;
    const [program = '', ...rest] = [...(bound ? DIES_WITH_US : []), command, ...args];
    const file = openSync(log, 'a', 0o600);
    this.#log = log;
    this.#logFrom = statSync(log).size;
    this.#child = spawn(program, rest, { cwd, detached: true, stdio: ['ignore', file, file] });
    closeSync(file);
    const leftover = () => this.#signal('SIGKILL');
    process.once('exit', leftover);
    this.ended = once(this.#child, 'exit').then(
      () => undefined,
      () => undefined,
    );
    void this.ended.then(() => process.off('exit', leftover));
    running.add(() => this.stop());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get succeeded(): boolean {
    return this.#child.exitCode === 0;
  }

  /** What it has written. */
  get output(): string {
    return readFileSync(this.#log).subarray(this.#logFrom).toString();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#signal('SIGTERM');
    const late = setTimeout(() => this.#signal('SIGKILL'), STOPS_WITHIN);
    await this.ended;
    clearTimeout(late);
  }

  /** To its group: a build has children. */
  #signal(signal: NodeJS.Signals): void {
    if (!this.running || this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It was just ending.
    }
  }
}
