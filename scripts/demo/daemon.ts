/** The daemon as a child process; its log goes to a file. */
import { join } from 'node:path';
import type { Contract } from '../../src/contract/index.ts';
import { Admin } from './admin.ts';
import { Child } from './child.ts';
import type { Places } from './places.ts';
import { lastLines, Problem, until } from './problem.ts';
import type { Running } from './running.ts';

const STARTS_WITHIN = 20_000;

export class DemoDaemon {
  readonly admin: Admin;
  readonly #child: Child;
  readonly #places: Places;

  private constructor(child: Child, places: Places, admin: Admin) {
    this.#child = child;
    this.#places = places;
    this.admin = admin;
  }

  /** Resolves when it answers. */
  static async start(places: Places, contract: Contract, running: Running): Promise<DemoDaemon> {
    const child = new Child(running, {
      command: join(places.root, 'bin', 'deviceauthd'),
      args: ['serve', '--config', places.configuration],
      cwd: places.root,
      log: places.log,
    });
    const admin = new Admin(contract, places.adminSocket);
    running.add(() => admin.close());
    const daemon = new DemoDaemon(child, places, admin);
    await daemon.#answers();
    return daemon;
  }

  /** Calls back when the daemon ends. */
  onExit(tell: () => void): void {
    void this.#child.ended.then(tell);
  }

  async #answers(): Promise<void> {
    const answered = await until(async () => {
      if (!this.#child.running) return false;
      // Ours, not one that another start left running.
      const status = await this.admin.call('GetStatus', {}).catch(() => undefined);
      return status?.processId === this.#child.pid ? true : undefined;
    }, STARTS_WITHIN);
    if (answered === true) return;
    throw new Problem(
      `The daemon did not start. It said:\n  ${lastLines(this.#child.output)}`,
      `Its whole log is in ${this.#places.log}.`,
    );
  }
}
