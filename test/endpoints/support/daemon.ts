/** The whole daemon in this process, on sockets in a directory of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../../src/clock.ts';
import { ConfigurationWatcher } from '../../../src/config/watcher.ts';
import { type Daemon, startDaemon } from '../../../src/daemon.ts';
import type { Verifier } from '../../../src/identity/verifier.ts';
import { compileDeviceGroups } from '../../../src/policy/device-groups.ts';
import { Caller } from './caller.ts';

export class RunningDaemon {
  readonly directory = mkdtempSync(join(tmpdir(), 'dad-'));
  readonly log: string[] = [];
  readonly #callers: Caller[] = [];
  #daemon: Daemon | undefined;

  static async start(change: object = {}, verifier?: Verifier): Promise<RunningDaemon> {
    const running = new RunningDaemon();
    const { directory } = running;
    const file = join(directory, 'deviceauthd.json');
    writeFileSync(
      file,
      JSON.stringify({
        stateDirectory: join(directory, 'state'),
        admin: { socket: running.path('admin') },
        listeners: {
          broker: { socket: running.path('broker'), mode: '0600', operations: ['broker'] },
          closed: { socket: running.path('closed'), mode: '0600' },
        },
        metrics: { listen: '' },
        ...change,
      }),
    );
    const clock = new SystemClock();
    const configuration = await ConfigurationWatcher.open({
      file,
      clock,
      validateDeviceGroups: compileDeviceGroups,
    });
    running.#daemon = await startDaemon({
      configuration,
      clock,
      writeLog: (line) => running.log.push(line),
      ...(verifier === undefined ? {} : { verifier }),
    });
    return running;
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
