/**
 * The messages of event-stream RPC: a frame's bytes by a library, checksums and headers included, and what the protocol wants of
 * each message in either direction. `:message-type`, `:message-flags` and `:stream-id` are 32-bit integers and nothing else.
 */
import { EventStreamCodec } from '@smithy/core/event-streams';
import { FrameError } from './frame-splitter.ts';

export const MESSAGE = 0;
export const ERROR = 1;
export const PING = 2;
export const PING_RESPONSE = 3;
export const CONNECT = 4;
export const CONNECT_ACK = 5;
export const PROTOCOL_ERROR = 6;

/** Flags. */
export const CONNECTION_ACCEPTED = 1;
export const TERMINATE_STREAM = 2;

export const VERSION_HEADER = ':version';
export const OPERATION_HEADER = 'operation';
const SHAPE_HEADER = 'service-model-type';
const CONTENT_HEADER = ':content-type';
const JSON_CONTENT = 'application/json';

type Headers = ReturnType<EventStreamCodec['decode']>['headers'];

export interface ReceivedMessage {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
  /** Of a header that is a string. */
  text(header: string): string | undefined;
}

export interface SentMessage {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly version?: string;
  /** With it goes JSON. */
  readonly shape?: string;
  /** JSON; empty when left out. */
  readonly json?: string;
}

export class MessageCodec {
  readonly #codec = new EventStreamCodec(
    (bytes) =>
      typeof bytes === 'string'
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    (text) => Buffer.from(text, 'utf8'),
  );

  /** Throws a `FrameError`. The frame must have its memory to itself. */
  decode(frame: Uint8Array): ReceivedMessage {
    const { headers, body } = this.#read(frame);
    return {
      type: integer(headers, ':message-type'),
      flags: integer(headers, ':message-flags'),
      stream: integer(headers, ':stream-id'),
      payload: body,
      text: (header) => {
        const found = Object.hasOwn(headers, header) ? headers[header] : undefined;
        return found?.type === 'string' ? found.value : undefined;
      },
    };
  }

  encode({ type, flags, stream, version, shape, json = '' }: SentMessage): Uint8Array {
    const headers: Headers = {
      ':message-type': { type: 'integer', value: type },
      ':message-flags': { type: 'integer', value: flags },
      ':stream-id': { type: 'integer', value: stream },
    };
    if (version !== undefined) headers[VERSION_HEADER] = { type: 'string', value: version };
    if (shape !== undefined) headers[SHAPE_HEADER] = { type: 'string', value: shape };
    if (json !== '') headers[CONTENT_HEADER] = { type: 'string', value: JSON_CONTENT };
    return this.#codec.encode({ headers, body: Buffer.from(json, 'utf8') });
  }

  #read(frame: Uint8Array): ReturnType<EventStreamCodec['decode']> {
    try {
      return this.#codec.decode(frame);
    } catch {
      // What it throws may quote what the peer sent.
      throw new FrameError('the checksum or a header of a frame is wrong');
    }
  }
}

function integer(headers: Headers, name: string): number {
  const found = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (found?.type !== 'integer') throw new FrameError(`a message needs ${name}, a 32-bit integer`);
  return found.value;
}
