/** The real daemon as a child process, with everything it touches in one temporary directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contract, loadContract } from '../../../src/contract/index.ts';
import { Admin } from './admin.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const LAUNCHER = fileURLToPath(new URL('../../../bin/deviceauthd', import.meta.url));
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../../../var/compiled', import.meta.url));

export type Configuration = Readonly<Record<string, unknown>>;

/** How the process is started, where it is not simply run. */
export interface Launch {
  /** A command that runs the one that follows it. */
  readonly before?: readonly string[];
  /** Beside the test's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class DaemonProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'dad-'));
  readonly adminSocket = join(this.directory, 'run', 'admin.sock');
  readonly brokerSocket = join(this.directory, 'run', 'broker.sock');
  readonly configurationFile = join(this.directory, 'deviceauthd.yaml');
  readonly contract: Contract = loadContract();
  readonly admin = new Admin(this.contract, this.adminSocket);
  output = '';
  #child: ChildProcess | undefined;
  #configuration: Configuration;
  readonly #metrics: string;

  readonly #launch: Launch;

  private constructor(configuration: Configuration, metricsPort: number, launch: Launch) {
    this.#launch = launch;
    mkdirSync(join(this.directory, 'run'), { mode: 0o700 });
    this.#configuration = configuration;
    this.#metrics = `127.0.0.1:${metricsPort}`;
    this.configure(configuration);
  }

  static async start(configuration: Configuration, launch: Launch = {}): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(configuration, await freePort(), launch);
    await daemon.restart();
    return daemon;
  }

  /** Rewrites the configuration file, keeping what it does not name; the running daemon sees it by itself. */
  configure(change: Configuration): void {
    this.#configuration = { ...this.#configuration, ...change };
    const { directory } = this;
    const whole = {
      stateDirectory: join(directory, 'state'),
      admin: { socket: this.adminSocket },
      listeners: { broker: { socket: this.brokerSocket, operations: ['broker'] } },
      metrics: { listen: this.#metrics },
      ...this.#configuration,
    };
    // JSON is YAML. `%/`: the directory.
    const text = JSON.stringify(whole, undefined, 2).replaceAll('"%/', `"${directory}/`);
    writeFileSync(this.configurationFile, text);
  }

  async restart(): Promise<void> {
    const { before = [], environment } = this.#launch;
    const [command = '', ...args] = [...before, LAUNCHER, 'serve', '--config', this.configurationFile];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Compiled once for all daemons of the suite: it halves what a start costs.
      env: { ...process.env, NODE_COMPILE_CACHE, ...environment },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.output += data.toString();
      });
    }
    await until(
      'the daemon answers',
      async () => {
        if (child.exitCode !== null) throw new Error(`the daemon ended:\n${this.output}`);
        return await this.admin.call('GetStatus', {});
      },
      25_000,
    ).catch((error: unknown) => {
      throw new Error(`the daemon did not start:\n${this.output}`, { cause: error });
    });
  }

  /** How many calls brokers have made, by the daemon's own count; the update stream is one. */
  async callsOfBrokers(): Promise<number> {
    const answer = await fetch(`http://${this.#metrics}/metrics`);
    const text = await answer.text();
    const count = /^deviceauthd_listener_calls_total\{listener="broker"\} (\d+)$/m.exec(text)?.[1];
    if (count === undefined) throw new Error(`no count of calls in:\n${text}`);
    return Number(count);
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.kill('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
