/** The real daemon as a child process, with everything it touches in one temporary directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contract, loadContract } from '../../../src/contract/index.ts';
import { Admin } from './admin.ts';
import { until } from './until.ts';

const LAUNCHER = fileURLToPath(new URL('../../../bin/deviceauthd', import.meta.url));

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

  readonly #launch: Launch;

  private constructor(configuration: Configuration, launch: Launch) {
    this.#launch = launch;
    mkdirSync(join(this.directory, 'run'), { mode: 0o700 });
    this.#configuration = configuration;
    this.configure(configuration);
  }

  static async start(configuration: Configuration, launch: Launch = {}): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(configuration, launch);
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
      metrics: { listen: '' },
      ...this.#configuration,
    };
    // JSON is YAML.
    writeFileSync(this.configurationFile, JSON.stringify(whole, undefined, 2));
  }

  async restart(): Promise<void> {
    const { before = [], environment } = this.#launch;
    const [command = '', ...args] = [...before, LAUNCHER, 'serve', '--config', this.configurationFile];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
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
