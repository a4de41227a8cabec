/**
 * A peer that says on the socket whatever a test likes, with framing of its own, made from the protocol's description: what the
 * daemon writes is read here by other code than it was written with.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import { until } from '../../../e2e/support/until.ts';

export type HeaderValue = number | string | { readonly tag: number; readonly bytes: Buffer };

export interface RawFrame {
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly payload: string;
}

/** One that keeps the protocol unless a header says otherwise. */
export function frame(
  type: number,
  stream: number,
  {
    flags = 0,
    headers = {},
    payload = '',
  }: { flags?: number; headers?: Readonly<Record<string, HeaderValue>>; payload?: string } = {},
): Buffer {
  return encode(
    { ':message-type': type, ':message-flags': flags, ':stream-id': stream, ...headers },
    Buffer.from(payload),
  );
}

export function connectFrame(token: string, version = '0.1.0'): Buffer {
  return frame(4, 0, { headers: { ':version': version }, payload: JSON.stringify({ authToken: token }) });
}

export function requestFrame(stream: number, operation: string, request: unknown): Buffer {
  return frame(0, stream, {
    headers: { operation: `aws.greengrass#${operation}` },
    payload: typeof request === 'string' ? request : JSON.stringify(request),
  });
}

export function endFrame(stream: number): Buffer {
  return frame(0, stream, { flags: 2 });
}

export function encode(headers: Readonly<Record<string, HeaderValue>>, payload: Buffer): Buffer {
  const block = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + block.length + payload.length, 0);
  prelude.writeUInt32BE(block.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const body = Buffer.concat([prelude, block, payload]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(body));
  return Buffer.concat([body, end]);
}

function encodeHeader(name: string, value: HeaderValue): Buffer {
  const head = Buffer.concat([Buffer.from([Buffer.byteLength(name)]), Buffer.from(name)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8(4);
    bytes.writeInt32BE(value, 1);
    return Buffer.concat([head, bytes]);
  }
  if (typeof value === 'object') return Buffer.concat([head, Buffer.from([value.tag]), value.bytes]);
  const bytes = Buffer.alloc(3);
  bytes.writeUInt8(7);
  bytes.writeUInt16BE(Buffer.byteLength(value), 1);
  return Buffer.concat([head, bytes, Buffer.from(value)]);
}

/** Of the daemon: it writes integers and strings only. Throws for a wrong checksum. */
export function decode(bytes: Buffer): RawFrame {
  const block = bytes.readUInt32BE(4);
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw new Error('the prelude’s checksum');
  if (crc32(bytes.subarray(0, -4)) !== bytes.readUInt32BE(bytes.length - 4)) throw new Error('the checksum');
  const headers: Record<string, HeaderValue> = {};
  let at = 12;
  while (at < 12 + block) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const tag = bytes.readUInt8(nameEnd);
    if (tag === 4) {
      headers[name] = bytes.readInt32BE(nameEnd + 1);
      at = nameEnd + 5;
    } else if (tag === 7) {
      at = nameEnd + 3 + bytes.readUInt16BE(nameEnd + 1);
      headers[name] = bytes.toString('utf8', nameEnd + 3, at);
    } else throw new Error(`a header of type ${tag}`);
  }
  return { headers, payload: bytes.toString('utf8', 12 + block, bytes.length - 4) };
}

export class RawPeer {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];
  /** As they came. */
  readonly bytes: Buffer[] = [];
  #rest = Buffer.alloc(0);
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('data', (chunk) => this.#take(chunk));
  }

  static async open(path: string): Promise<RawPeer> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  /** With the handshake done. */
  static async connect(path: string, token: string): Promise<RawPeer> {
    const peer = await RawPeer.open(path);
    peer.send(connectFrame(token));
    const ack = await peer.next();
    if (ack.headers[':message-type'] !== 5 || ack.headers[':message-flags'] !== 1) throw new Error('refused');
    peer.frames.length = 0;
    return peer;
  }

  send(...frames: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(frames));
    return this;
  }

  /** The frame of this number, from 0. */
  async next(index = 0): Promise<RawFrame> {
    return await until(`frame ${index}`, () => this.frames[index]);
  }

  /** Of this stream, in order. */
  of(stream: number): readonly RawFrame[] {
    return this.frames.filter(({ headers }) => headers[':stream-id'] === stream);
  }

  async answer(stream: number): Promise<RawFrame> {
    return await until(`an answer on stream ${stream}`, () => this.of(stream)[0]);
  }

  async closed(withinMs?: number): Promise<void> {
    await until('the connection is closed', () => this.isClosed, withinMs);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4 && this.#rest.length >= this.#rest.readUInt32BE(0)) {
      const bytes = this.#rest.subarray(0, this.#rest.readUInt32BE(0));
      this.#rest = this.#rest.subarray(bytes.length);
      this.bytes.push(bytes);
      this.frames.push(decode(bytes));
    }
  }
}
