/**
 * One connection of a component: the handshake, then streams of calls. Always true:
 * - Nothing is written, and nothing closed without need, before the peer's first whole frame: AWS's client ends its process over that.
 *   A refusal is told by the acknowledgement, and the connection closed a second later.
 * - A call that is open when the connection is closed from here is answered first, since AWS's client would wait for ever.
 * - While much is unsent nothing is read, and a peer that takes nothing for half a minute is gone.
 * - Whatever the peer sends ends at most its own connection.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../ports.ts';
import type { Call, CallStream } from './call.ts';
import { type ComponentService, unauthorized } from './component-service.ts';
import { FrameError, FrameSplitter } from './frame-splitter.ts';
import {
  CONNECT,
  CONNECT_ACK,
  CONNECTION_ACCEPTED,
  ERROR,
  MESSAGE,
  type MessageCodec,
  OPERATION_HEADER,
  PING,
  PING_RESPONSE,
  PROTOCOL_ERROR,
  type ReceivedMessage,
  type SentMessage,
  TERMINATE_STREAM,
  VERSION_HEADER,
} from './message.ts';
import { type Dismissal, STOPPING } from './service-errors.ts';

const VERSION = '0.1.0';
const SERVED_VERSIONS = /^0\.1\.\d{1,9}$/;
/** The client's first frame has some hundred bytes: a token and a version. */
const LARGEST_CONNECT = 16 * 1024;
const CONNECT_WITHIN_MS = 5_000;
/** For the peer to read what was said last, and to close. */
const LINGER_MS = 1_000;
const STALLED_MS = 30_000;

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly codec: MessageCodec;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
  /** Who calls; undefined: nobody who may. */
  readonly admit: (request: ConnectRequest) => ComponentService | undefined;
  readonly closed: () => void;
}

export interface ConnectRequest {
  /** Undefined: there is none. */
  readonly token: string | undefined;
  /** Is the version of the protocol one of ours? */
  readonly isServed: boolean;
}

/** `waiting` for the first frame; `closing`: the last was said, and whatever comes is thrown away. */
type State = 'waiting' | 'open' | 'closing' | 'closed';

export class IpcConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #frames = new FrameSplitter(LARGEST_CONNECT);
  readonly #calls = new Map<number, Call>();
  readonly #blocked = new Map<number, () => void>();
  #state: State = 'waiting';
  #service: ComponentService | undefined;
  #latestStream = 0;
  #isBlocked = false;
  #cancelTimer: () => void;
  #cancelStalled: () => void = () => {};
  #whenIdle: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { socket, clock } = options;
    this.#socket = socket;
    this.#cancelTimer = clock.after(CONNECT_WITHIN_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#unblock());
    // A peer that has closed its half waits for nothing.
    socket.once('end', () => socket.destroy());
    socket.once('close', () => this.#gone());
  }

  /** Undefined before the handshake, and after a refused one. */
  get component(): string | undefined {
    return this.#service?.component;
  }

  /** Every open call is answered with this error, and the connection closed. */
  close(why: Dismissal): void {
    if (this.#state !== 'open') return;
    this.#dismissAll(why);
    this.#finish();
  }

  /** What the component may not call any more ends. */
  permissionsChanged(): void {
    for (const call of [...this.#calls.values()]) {
      const { operation } = call;
      if (operation !== undefined && this.#service?.mayCall(operation) === false)
        call.fail(unauthorized(this.#service.component, operation));
    }
  }

  /** Streams end at once, other calls when they are answered or when the grace is over; then it is closed. */
  async drain(graceMs: number): Promise<void> {
    if (this.#state !== 'open') return;
    for (const call of [...this.#calls.values()]) if (call.isOpenEnded) call.dismiss(STOPPING);
    if (this.#calls.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(graceMs, resolve);
        this.#whenIdle = () => {
          cancel();
          resolve();
        };
      });
    }
    this.close(STOPPING);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#socket.cork();
    try {
      this.#frames.push(chunk);
      while (this.#state === 'waiting' || this.#state === 'open') {
        const frame = this.#frames.next();
        if (frame === undefined) break;
        this.#receive(this.#options.codec.decode(frame));
      }
    } catch (error) {
      if (!(error instanceof FrameError)) {
        this.#options.logger.error(
          { component: this.component, err: error },
          'a connection failed by a defect',
        );
      }
      this.#violated(error instanceof FrameError ? error.message : 'the message cannot be handled');
    } finally {
      this.#socket.uncork();
    }
  }

  #receive(message: ReceivedMessage): void {
    if (this.#state === 'waiting') this.#connect(message);
    else if (message.stream === 0) this.#receiveOnConnection(message);
    else this.#receiveOnStream(message);
  }

  #connect(message: ReceivedMessage): void {
    this.#cancelTimer();
    this.#state = 'open';
    if (message.type !== CONNECT || message.stream !== 0)
      throw new FrameError('the first message must be a connect');
    const isServed = SERVED_VERSIONS.test(message.text(VERSION_HEADER) ?? '');
    const service = this.#options.admit({ token: authToken(message.payload), isServed });
    const acknowledgement = { type: CONNECT_ACK, stream: 0, version: VERSION };
    if (service === undefined) {
      this.#send({ ...acknowledgement, flags: 0 });
      this.#state = 'closing';
      this.#cancelTimer = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy());
      return;
    }
    this.#service = service;
    this.#frames.largest = this.#options.maxMessageBytes;
    this.#send({ ...acknowledgement, flags: CONNECTION_ACCEPTED });
  }

  #receiveOnConnection({ type }: ReceivedMessage): void {
    if (type === PING) this.#send({ type: PING_RESPONSE, flags: 0, stream: 0 });
    // The peer has found fault with us, and closes.
    else if (type === PROTOCOL_ERROR) this.#socket.destroy();
    else if (type !== PING_RESPONSE)
      throw new FrameError('a message of this type needs a stream, or is not for a server');
  }

  #receiveOnStream(message: ReceivedMessage): void {
    const { stream: id, type, flags } = message;
    if (id < 0) throw new FrameError('a stream id must not be negative');
    if (type !== MESSAGE && type !== ERROR)
      throw new FrameError('a message of this type must not have a stream');
    const operation = message.text(OPERATION_HEADER);
    const isEnd = (flags & TERMINATE_STREAM) !== 0;
    if (id > this.#latestStream) {
      if (operation === undefined || type !== MESSAGE)
        throw new FrameError('the first message of a stream must name an operation');
      this.#latestStream = id;
      // Opened and ended at once: nobody waits for an answer.
      if (!isEnd) this.#begin(id, operation, message.payload);
    } else if (operation !== undefined) {
      throw new FrameError('a stream id must be above those before it');
    } else if (isEnd) {
      this.#calls.get(id)?.abandon();
    }
    // What else a client says on a stream has no meaning in these operations; one that is over may be said something still.
  }

  #begin(id: number, operation: string, payload: Uint8Array): void {
    const call = this.#service?.begin(operation, payload, this.#stream(id));
    if (call !== undefined && !call.isOver) this.#calls.set(id, call);
  }

  #stream(id: number): CallStream {
    const isBlocked = (): boolean => this.#isBlocked;
    return {
      send: (type, flags, shape, json) => this.#send({ type, flags, stream: id, shape, json }),
      get isBlocked() {
        return isBlocked();
      },
      whenUnblocked: (task) => this.#blocked.set(id, task),
      ended: () => {
        this.#calls.delete(id);
        this.#blocked.delete(id);
        if (this.#calls.size === 0) this.#whenIdle();
      },
    };
  }

  #send(message: SentMessage): void {
    if (this.#state === 'closed' || !this.#socket.writable) return;
    if (this.#socket.write(this.#options.codec.encode(message)) || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#socket.pause();
    this.#cancelStalled = this.#options.clock.after(STALLED_MS, () => this.#socket.destroy());
  }

  #unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#cancelStalled();
    // Those for whom there is no room yet will say so again.
    for (const [id, task] of [...this.#blocked]) {
      this.#blocked.delete(id);
      task();
    }
    if (!this.#isBlocked) this.#socket.resume();
  }

  /** Garbage in the place of a first frame is no client of AWS's. */
  #violated(message: string): void {
    if (this.#state === 'waiting') {
      this.#socket.destroy();
      return;
    }
    if (this.#state !== 'open') return;
    this.#dismissAll({ name: 'ServiceError', message: 'the connection broke the protocol' });
    this.#send({ type: PROTOCOL_ERROR, flags: 0, stream: 0, json: JSON.stringify({ message }) });
    this.#finish();
  }

  #dismissAll(why: Dismissal): void {
    for (const call of [...this.#calls.values()]) call.dismiss(why);
  }

  #finish(): void {
    this.#state = 'closing';
    this.#socket.end();
    // Its end is heard only while it is read.
    this.#socket.resume();
    this.#cancelTimer = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy());
  }

  #gone(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cancelTimer();
    this.#cancelStalled();
    for (const call of [...this.#calls.values()]) call.abandon();
    this.#whenIdle();
    this.#options.closed();
  }
}

/** Undefined: there is none. */
function authToken(payload: Uint8Array): string | undefined {
  try {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null || !('authToken' in read)) return undefined;
    return typeof read.authToken === 'string' && read.authToken !== '' ? read.authToken : undefined;
  } catch {
    return undefined;
  }
}
