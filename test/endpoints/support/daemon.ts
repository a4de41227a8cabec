/** The whole daemon in this process, on sockets in a directory of its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../../../src/clock.ts';
import { ConfigurationWatcher } from '../../../src/config/watcher.ts';
import { type Daemon, startDaemon } from '../../../src/daemon.ts';
import type { Verifier } from '../../../src/identity/verifier.ts';
import { compileDeviceGroups } from '../../../src/policy/device-groups.ts';
import { Caller } from './caller.ts';

export class RunningDaemon {
  readonly directory = mkdtempSync(join(tmpdir(), 'daw-'));
  readonly log: string[] = [];
  readonly #callers: Caller[] = [];
  #daemon: Daemon | undefined;
  #startAgain: () => Promise<Daemon> = () => Promise.reject(new Error('not started'));

  static async start(
    change: object = {},
    verifier?: Verifier,
    clock: Clock = new SystemClock(),
    hasComponents = false,
  ): Promise<RunningDaemon> {
    const running = new RunningDaemon();
    try {
      await running.#start(change, verifier, clock, hasComponents);
      return running;
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  async #start(
    change: object,
    verifier: Verifier | undefined,
    clock: Clock,
    hasComponents: boolean,
  ): Promise<void> {
    const { directory } = this;
    const file = join(directory, 'deviceauthd.json');
    writeFileSync(
      file,
      JSON.stringify({
        stateDirectory: join(directory, 'state'),
        admin: { socket: this.path('admin') },
        listeners: {
          broker: { socket: this.path('broker'), mode: '0600', operations: ['broker'] },
          closed: { socket: this.path('closed'), mode: '0600' },
        },
        metrics: { listen: '' },
        ...(hasComponents ? { greengrassIpc: { socket: this.path('ipc'), mode: '0600' } } : {}),
        ...change,
      }),
    );
    this.#startAgain = async () => {
      const configuration = await ConfigurationWatcher.open({
        file,
        clock,
        validateDeviceGroups: compileDeviceGroups,
      });
      return await startDaemon({
        configuration,
        clock,
        writeLog: (line) => this.log.push(line),
        ...(verifier === undefined ? {} : { verifier }),
      });
    };
    this.#daemon = await this.#startAgain();
  }

  /** A component that may call this; its token. */
  async component(name: string, operations: readonly string[] = ['*']): Promise<string> {
    return (await this.caller('admin').call('AddComponent', { name, operations: [...operations] })).token;
  }

  /** As the service manager would: the same configuration and state. */
  async restart(): Promise<void> {
    await this.#daemon?.stop();
    this.#daemon = await this.#startAgain();
  }

  /** Sections of the configuration file become these; whoever wants them in force reloads it. */
  configure(sections: object): void {
    const file = join(this.directory, 'deviceauthd.json');
    const before = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...before, ...sections }));
  }

  path(name: string): string {
    return join(this.directory, `${name}.sock`);
  }

  caller(name: 'admin' | 'broker' | 'closed'): Caller {
    const caller = new Caller(`unix:${this.path(name)}`);
    this.#callers.push(caller);
    return caller;
  }

  async stop(): Promise<void> {
    for (const caller of this.#callers) caller.close();
    await this.#daemon?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
