/**
 * A Mosquitto to be measured, as a child process: one listener, plain or with client certificates,
 * that is configured as an operator would, with Mosquitto's default log; under callgrind if asked for.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/e2e/support/free-port.ts';
import type { MosquittoRelease } from '../../test/e2e/support/mosquitto-broker.ts';
import { until } from '../../test/e2e/support/until.ts';
import { onBrokerCore, processorTime } from './processor.ts';

/** Under callgrind the libraries' symbols are read first. */
const START_MS = 60_000;

export interface Files {
  readonly deviceCaPem: string;
  readonly serverCertificatePem: string;
  readonly serverKeyPem: string;
}

export interface BrokerOptions {
  readonly release: MosquittoRelease;
  readonly tls: boolean;
  readonly files: Files;
  /** Lines that say who may do what; given a directory for what they refer to. */
  readonly authorization: (directory: string) => readonly string[];
  /** Of the broker's process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** To the first core, by itself; whoever asks for it leaves that core. Otherwise the kernel decides. */
  readonly bound?: boolean;
  /** A command to run it with, such as valgrind; given the directory. */
  readonly under?: (directory: string) => readonly string[];
}

export class MeasuredBroker {
  readonly directory: string;
  readonly port: number;
  readonly tls: boolean;
  readonly #child: ChildProcess;
  #log = '';

  private constructor(directory: string, port: number, tls: boolean, child: ChildProcess) {
    this.directory = directory;
    this.port = port;
    this.tls = tls;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        // Its end is enough.
        this.#log = (this.#log + data.toString()).slice(-20_000);
      });
    }
  }

  static async start(options: BrokerOptions): Promise<MeasuredBroker> {
    const { release, tls, files } = options;
    const directory = mkdtempSync(join(tmpdir(), 'dab-'));
    const port = await freePort();
    const file = (name: string) => join(directory, name);
    mkdirSync(file('authorization'));
    writeFileSync(file('device-cas.pem'), files.deviceCaPem);
    writeFileSync(file('server.pem'), files.serverCertificatePem);
    writeFileSync(file('server.key'), files.serverKeyPem, { mode: 0o600 });
    const lines = [
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      'log_dest stderr',
      'set_tcp_nodelay true',
      'max_queued_messages 100000',
      'max_inflight_messages 1000',
      'sys_interval 0',
      ...options.authorization(file('authorization')),
      `listener ${port} 127.0.0.1`,
      ...(tls
        ? [
            `cafile ${file('device-cas.pem')}`,
            `certfile ${file('server.pem')}`,
            `keyfile ${file('server.key')}`,
            'require_certificate true',
          ]
        : []),
    ];
    writeFileSync(file('mosquitto.conf'), `${lines.join('\n')}\n`);
    const under = options.under?.(directory) ?? [];
    const line = [...under, release.binary, '-c', file('mosquitto.conf')];
    const [command = '', ...args] = options.bound === true ? onBrokerCore(line) : line;
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    });
    const broker = new MeasuredBroker(directory, port, tls, child);
    try {
      const hasPlugin = lines.some((line) => line.startsWith('plugin_opt_socket'));
      await broker.#logged(/mosquitto version \S+ running/);
      if (hasPlugin) await broker.#logged(/deviceauthd: in step with the daemon/);
      return broker;
    } catch (error) {
      await broker.stop();
      throw new Error(`the broker did not start:\n${broker.log}`, { cause: error });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The last it logged. */
  get log(): string {
    return this.#log;
  }

  /** Of all its threads, in seconds. */
  processorTime(): number {
    return processorTime(this.pid);
  }

  async #logged(pattern: RegExp): Promise<void> {
    const seen = await until(
      `the broker logs ${pattern}`,
      () => pattern.test(this.#log) || (this.#ended() ? 'ended' : undefined),
      START_MS,
    );
    if (seen === 'ended') throw new Error('it ended');
  }

  #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async stop(): Promise<void> {
    if (!this.#ended()) {
      const closed = once(this.#child, 'close');
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
      await closed;
      clearTimeout(timer);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
