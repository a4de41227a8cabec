/**
 * Cuts a stream of bytes into event-stream frames by their length prefix; what is in a frame it leaves to others. Always true:
 * - A length is checked before a byte is kept for it, and memory grows with what has come, not with what was announced.
 * - Each frame has its memory to itself, so that no length within it, however wrong, can reach other bytes.
 */

/** Total length, length of the headers, checksum of both; then at the end the checksum of all. */
const LENGTHS = 8;
const SHORTEST_FRAME = 16;
const FIRST_CAPACITY = 512;
/** A client sends four headers of some hundred bytes. To read many costs what others then wait for, and no limit of calls counts it. */
const LARGEST_HEADERS = 16 * 1024;

/** The peer broke the protocol; what follows is not read any more. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export class FrameSplitter {
  #largest: number;
  #chunk: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** The beginning of a frame, of earlier chunks. */
  #kept: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Counts from the next frame on. */
  set largest(bytes: number) {
    this.#largest = bytes;
  }

  /** Bytes held for a frame that is not complete. */
  get held(): number {
    return this.#kept.length;
  }

  /** To be followed by `next` until it answers undefined. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /** Undefined: more bytes are needed. Throws a `FrameError`, and is of no use after it. */
  next(): Buffer | undefined {
    const there = this.#chunk.length - this.#offset;
    if (this.#length === 0 && there >= LENGTHS) {
      const length = this.#frameLength(this.#chunk, this.#offset);
      if (there >= length) {
        const frame = Buffer.alloc(length);
        this.#chunk.copy(frame, 0, this.#offset, this.#offset + length);
        this.#offset += length;
        return frame;
      }
    }
    this.#keep(LENGTHS);
    if (this.#length < LENGTHS) return undefined;
    const length = this.#frameLength(this.#kept, 0);
    this.#keep(length);
    if (this.#length < length) return undefined;
    const frame = this.#kept.length === length ? this.#kept : Buffer.alloc(length);
    if (frame !== this.#kept) this.#kept.copy(frame, 0, 0, length);
    this.#kept = Buffer.alloc(0);
    this.#length = 0;
    return frame;
  }

  /** Takes bytes of the chunk until `wanted` are kept. */
  #keep(wanted: number): void {
    const taken = Math.min(wanted - this.#length, this.#chunk.length - this.#offset);
    if (taken <= 0) return;
    const needed = this.#length + taken;
    if (needed > this.#kept.length) {
      const capacity = Math.min(wanted, Math.max(needed, this.#kept.length * 2, FIRST_CAPACITY));
      const larger = Buffer.alloc(capacity);
      this.#kept.copy(larger, 0, 0, this.#length);
      this.#kept = larger;
    }
    this.#chunk.copy(this.#kept, this.#length, this.#offset, this.#offset + taken);
    this.#length = needed;
    this.#offset += taken;
  }

  #frameLength(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32BE(at);
    if (length < SHORTEST_FRAME) throw new FrameError(`a frame has at least ${SHORTEST_FRAME} bytes`);
    if (length > this.#largest) throw new FrameError(`a frame may have at most ${this.#largest} bytes`);
    const headers = bytes.readUInt32BE(at + 4);
    if (headers > length - SHORTEST_FRAME) throw new FrameError('the headers of a frame must fit into it');
    if (headers > LARGEST_HEADERS)
      throw new FrameError(`the headers of a frame may have at most ${LARGEST_HEADERS} bytes`);
    return length;
  }
}
