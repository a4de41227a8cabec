/**
 * The connections of one listener, bounded. A connection counts from its acceptance; until it has proved to be worth
 * keeping (the HTTP/2 preface on a plain socket, the handshake on a TLS one) it is pending, has a few seconds, and
 * makes room when the bound is reached. So neither silent peers nor random bytes keep callers out or reach HTTP/2.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const PENDING_MS = 5000;
export const DEFAULT_MAX_CONNECTIONS = 1000;

export interface ConnectionOptions {
  readonly maxConnections: number;
  readonly clock: Clock;
  /** How long one may be pending; five seconds when left out. */
  readonly pendingMs?: number;
}

export class Connections {
  readonly #options: ConnectionOptions;
  readonly #open = new Set<Socket>();
  /** In order of acceptance. */
  readonly #pending = new Map<Socket, () => void>();
  #refused = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** False if there is no room; the connection is then closed. */
  accept(socket: Socket): boolean {
    socket.on('error', () => {});
    if (this.#open.size >= this.#options.maxConnections && !this.#dropOldestPending()) {
      this.#refused += 1;
      socket.destroy();
      return false;
    }
    this.#open.add(socket);
    this.#pending.set(
      socket,
      this.#options.clock.after(this.#options.pendingMs ?? PENDING_MS, () => socket.destroy()),
    );
    socket.once('close', () => {
      this.#settle(socket);
      this.#open.delete(socket);
      if (this.#open.size === 0) this.#whenEmpty?.();
    });
    return true;
  }

  /** The connection is worth keeping. */
  keep(socket: Socket): void {
    this.#settle(socket);
  }

  /** Reads the preface without consuming it, then hands the connection on; closes it if it is something else. */
  awaitPreface(socket: Socket, accepted: () => void): void {
    const look = (): void => {
      // Null until that many bytes are there; fewer if the peer has ended.
      const start: Buffer | null = socket.read(PREFACE.length);
      if (start === null) return;
      socket.off('readable', look);
      if (!start.equals(PREFACE)) {
        socket.destroy();
        return;
      }
      socket.unshift(start);
      this.keep(socket);
      accepted();
    };
    socket.on('readable', look);
  }

  count(): number {
    return this.#open.size;
  }

  refused(): number {
    return this.#refused;
  }

  /** Calls back as soon as there are none: at once, or when the last one is closed. */
  emptied(done: () => void): void {
    if (this.#open.size === 0) done();
    else this.#whenEmpty = done;
  }

  destroyAll(): void {
    for (const socket of [...this.#open]) socket.destroy();
  }

  destroyPending(): void {
    for (const socket of [...this.#pending.keys()]) socket.destroy();
  }

  #settle(socket: Socket): void {
    this.#pending.get(socket)?.();
    this.#pending.delete(socket);
  }

  #dropOldestPending(): boolean {
    const oldest = this.#pending.keys().next();
    if (oldest.done === true) return false;
    this.#settle(oldest.value);
    this.#open.delete(oldest.value);
    oldest.value.destroy();
    return true;
  }
}
