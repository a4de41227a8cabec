/** The daemon as a child process; its log goes to a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../../src/contract/index.ts';
import { Admin } from './admin.ts';
import type { Places } from './places.ts';
import { Problem, until } from './problem.ts';

const STARTS_WITHIN = 20_000;
const STOPS_WITHIN = 5_000;

export class DemoDaemon {
  readonly admin: Admin;
  readonly #child: ChildProcess;
  readonly #places: Places;
  /** Where this life's lines begin in the log. */
  readonly #logFrom: number;

  private constructor(child: ChildProcess, places: Places, admin: Admin, logFrom: number) {
    this.#child = child;
    this.#places = places;
    this.admin = admin;
    this.#logFrom = logFrom;
  }

  static async start(places: Places, contract: Contract): Promise<DemoDaemon> {
    const log = openSync(places.log, 'a', 0o600);
    const logFrom = statSync(places.log).size;
    const child = spawn(
      join(places.root, 'bin', 'deviceauthd'),
      ['serve', '--config', places.configuration],
      {
        cwd: places.root,
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    const daemon = new DemoDaemon(child, places, new Admin(contract, places.adminSocket), logFrom);
    try {
      await daemon.#answers();
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return daemon;
  }

  /** Calls back when the daemon ends by itself. */
  onExit(tell: () => void): void {
    this.#child.once('exit', tell);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    this.admin.close();
    if (!this.running || this.#child.pid === undefined) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOPS_WITHIN);
    await exited;
    clearTimeout(late);
  }

  async #answers(): Promise<void> {
    const failed = once(this.#child, 'error').then(([error]: Error[]) => error);
    const answered = await Promise.race([
      failed,
      until(async () => {
        if (!this.running) return false;
        // Ours, not one that another start left running.
        const status = await this.admin.call('GetStatus', {}).catch(() => undefined);
        return status?.processId === this.#child.pid ? true : undefined;
      }, STARTS_WITHIN),
    ]);
    if (answered === true) return;
    const said = readFileSync(this.#places.log)
      .subarray(this.#logFrom)
      .toString()
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n  ');
    throw new Problem(
      `The daemon did not start${answered instanceof Error ? `: ${answered.message}` : `. It said:\n  ${said}`}`,
      `Its whole log is in ${this.#places.log}.`,
    );
  }
}
