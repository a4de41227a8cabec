/** Stands between broker and daemon on a Unix socket, and cuts a connection after so many bytes from the daemon. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

export class CuttingProxy {
  readonly path: string;
  /** Bytes that came from the daemon over all connections. */
  passed = 0;
  connections = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cutAt = Number.POSITIVE_INFINITY;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
  }

  static async start(path: string, target: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(path, server);
    server.on('connection', (near) => proxy.#join(near, createConnection(target)));
    server.listen(path);
    await once(server, 'listening');
    return proxy;
  }

  /** The connection over which the `bytes`-th byte from now comes is cut before that byte. */
  cutAfter(bytes: number): void {
    this.#cutAt = this.passed + bytes;
  }

  get armed(): boolean {
    return this.#cutAt !== Number.POSITIVE_INFINITY;
  }

  cutNow(): void {
    this.#cutAt = Number.POSITIVE_INFINITY;
    for (const socket of this.#open) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
    rmSync(this.path, { force: true });
  }

  #join(near: Socket, far: Socket): void {
    this.connections++;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      const left = this.#cutAt - this.passed;
      if (data.length < left) {
        this.passed += data.length;
        near.write(data);
        return;
      }
      this.#cutAt = Number.POSITIVE_INFINITY;
      this.passed += left;
      near.end(data.subarray(0, left), () => near.destroy());
      far.destroy();
    });
  }
}
