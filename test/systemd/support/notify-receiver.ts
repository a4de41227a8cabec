/** The other end of `NOTIFY_SOCKET`: hears what a daemon tells its service manager. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../../e2e/support/until.ts';

const SCRIPT = fileURLToPath(new URL('receive-notifications.pl', import.meta.url));

export class NotifyReceiver {
  readonly address: string;
  /** Each with its assignments, in the order of arrival. */
  readonly messages: (readonly string[])[] = [];
  /** For each message: how many of the probes took no connection when it came. */
  readonly closed: number[] = [];
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  /** At a path, or at `@name` in the abstract namespace. The probes are sockets to call whenever a message comes. */
  static async open(address: string, probes: readonly string[] = []): Promise<NotifyReceiver> {
    const child = spawn('perl', [SCRIPT, address, ...probes], { stdio: ['ignore', 'pipe', 'inherit'] });
    const receiver = new NotifyReceiver(address, child);
    const lines = createInterface({ input: child.stdout });
    const [first] = await once(lines, 'line');
    if (first !== 'listening') throw new Error(`the receiver said ${first}`);
    lines.on('line', (line: string) => {
      const [closed, ...message] = line.split('\t');
      // systemd-notify's own, by which it waits until its message was taken.
      if (message[0] === 'BARRIER=1') return;
      receiver.messages.push(message);
      receiver.closed.push(Number(closed));
    });
    return receiver;
  }

  count(assignment: string): number {
    return this.messages.filter((message) => message.includes(assignment)).length;
  }

  /** Resolves when the assignment has come more often than `than`. */
  async heard(assignment: string, than = 0): Promise<void> {
    await until(`${assignment} is told`, () => this.count(assignment) > than);
  }

  /** Everything heard that is neither a ping nor only a line. */
  states(): readonly string[] {
    return this.messages.flat().filter((assignment) => /^(READY|RELOADING|STOPPING)=/.test(assignment));
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}
