/** One Unix socket behind which stands what the test puts there: a real daemon, or anything that answers to a connection. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

export type Answering = (near: Socket) => void;

export class SocketSwitch {
  readonly path: string;
  connections = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #answering: Answering;

  private constructor(path: string, server: Server, answering: Answering) {
    this.path = path;
    this.#server = server;
    this.#answering = answering;
  }

  static async start(path: string, answering: Answering): Promise<SocketSwitch> {
    const server = createServer({ allowHalfOpen: true });
    const it = new SocketSwitch(path, server, answering);
    server.on('connection', (near) => it.#accept(near));
    server.listen(path);
    await once(server, 'listening');
    return it;
  }

  /** Who answers from now on; connections to the one before are cut, unless they are to hang. */
  to(answering: Answering, leaveOthersOpen = false): void {
    this.#answering = answering;
    if (!leaveOthersOpen) this.cut();
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
    rmSync(this.path, { force: true });
  }

  #accept(near: Socket): void {
    this.connections++;
    this.#open.add(near);
    near.on('error', () => {});
    near.on('close', () => this.#open.delete(near));
    this.#answering(near);
  }
}

export type Tampering = (data: Buffer, direction: 'to the daemon' | 'to the broker') => Buffer[];

/** Passes everything on, or what `tamper` makes of each piece. */
export function forwardTo(target: string, tamper?: Tampering): Answering {
  return (near) => {
    const far = createConnection(target);
    for (const [from, to, direction] of [
      [near, far, 'to the daemon'],
      [far, near, 'to the broker'],
    ] as const) {
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.on('end', () => to.end());
      from.on('data', (data) => {
        for (const piece of tamper?.(data, direction) ?? [data]) to.write(piece);
      });
    }
  };
}
