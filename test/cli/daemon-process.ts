/** `deviceauthd serve` as a process of its own, in a directory that is removed with it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Outcome, outcomeOf, type RunOptions, start } from './launcher.ts';

const START_TIMEOUT = 20_000;
const BETWEEN_LOOKS = 20;

export const DEVICE_GROUPS = {
  definitions: { sensors: { selectionRule: 'thingName: sensor*', policyName: 'own' } },
  policies: {
    own: {
      publish: {
        operations: ['mqtt:publish'],
        resources: ['mqtt:topic:data/${iot:Connection.Thing.ThingName}/*'],
      },
    },
  },
};

export type Configuration = Readonly<Record<string, unknown>>;

export class DaemonProcess {
  readonly directory: string;
  readonly socket: string;
  readonly #child: ChildProcess;
  readonly outcome: Promise<Outcome>;

  private constructor(directory: string, more: Configuration) {
    this.directory = directory;
    this.socket = join(directory, 'admin.sock');
    this.configure(more);
    this.#child = start('deviceauthd', ['serve', '--config', this.configurationFile]);
    this.outcome = outcomeOf(this.#child);
    // A test that fails before it stops its daemon leaves none behind.
    const kill = (): void => {
      this.#child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    };
    process.once('exit', kill);
    this.#child.once('exit', () => process.off('exit', kill));
  }

  /** @param directory of an earlier one that was killed: its state is found again. */
  static async start(
    more: (directory: string) => Configuration = () => ({}),
    directory = mkdtempSync(join(tmpdir(), 'daemon-process-')),
  ): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(directory, more(directory));
    const deadline = Date.now() + START_TIMEOUT;
    while (!(await listens(daemon.socket))) {
      const { exitCode } = daemon.#child;
      if (exitCode !== null) throw new Error(`deviceauthd ended: ${(await daemon.outcome).stderr}`);
      if (Date.now() > deadline) throw new Error('deviceauthd did not open its socket');
      await wait(BETWEEN_LOOKS);
    }
    return daemon;
  }

  get configurationFile(): string {
    return join(this.directory, 'deviceauthd.yaml');
  }

  /** Writes the configuration, with these keys beside what a test needs. JSON is YAML. */
  configure(more: Configuration): void {
    const configuration = {
      stateDirectory: join(this.directory, 'state'),
      admin: { socket: this.socket },
      metrics: { listen: '' },
      deviceGroups: DEVICE_GROUPS,
      ...more,
    };
    writeFileSync(this.configurationFile, JSON.stringify(configuration));
  }

  ctl(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return outcomeOf(this.spawn(args, options), options.stdin);
  }

  /** The JSON of a command that must succeed. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.ctl([...args, '--json'], options);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  spawn(args: readonly string[], options: RunOptions = {}): ChildProcess {
    const env = { ...options.env, DEVICEAUTHD_ADMIN_SOCKET: this.socket };
    return start('deviceauthctl', args, { ...options, env });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** As a power failure would; the directory stays. */
  async kill(): Promise<void> {
    this.#child.removeAllListeners('exit');
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      await this.outcome;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

async function listens(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
