/**
 * Requests by HTTP/1.1 as EMQX sends them: a pool of connections that stay open, several requests under way on each, answered in
 * turn. Of an answer only what our own server says is understood: a status, a Content-Length, a body.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

class HttpConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #heard: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#read(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('a connection was closed'));
    });
  }

  send(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    this.#heard = this.#heard.length === 0 ? data : Buffer.concat([this.#heard, data]);
    for (;;) {
      const end = this.#heard.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const head = this.#heard.toString('latin1', 0, end);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
      const from = end + END_OF_HEAD.length;
      if (this.#heard.length < from + length) return;
      const body = this.#heard.subarray(from, from + length);
      this.#heard = this.#heard.subarray(from + length);
      this.#waiting.shift()?.resolve({ status: Number(head.slice(9, 12)), body });
    }
  }
}

export class HttpPool {
  readonly #connections: readonly HttpConnection[];
  readonly #headers: string;
  #next = 0;

  /** `opened`: what a connection says when it is ready. */
  static async open(
    sockets: readonly Socket[],
    opened: 'connect' | 'secureConnect',
    secret: string | undefined,
  ): Promise<HttpPool> {
    await Promise.all(sockets.map((socket) => once(socket, opened)));
    return new HttpPool(sockets, secret);
  }

  private constructor(sockets: readonly Socket[], secret: string | undefined) {
    this.#connections = sockets.map((socket) => new HttpConnection(socket));
    const authorization = secret === undefined ? '' : `authorization: Bearer ${secret}\r\n`;
    this.#headers = `host: localhost\r\n${authorization}content-type: application/json\r\n`;
  }

  post(path: string, body: string): Promise<HttpAnswer> {
    this.#next += 1;
    const connection = this.#connections[this.#next % this.#connections.length];
    if (connection === undefined) throw new Error('there are no connections');
    const length = Buffer.byteLength(body);
    return connection.send(
      Buffer.from(`POST ${path} HTTP/1.1\r\n${this.#headers}content-length: ${length}\r\n\r\n${body}`),
    );
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
