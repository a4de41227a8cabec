/**
 * Literal runs of text, found by the hash of a part of the request: open addressing, at most half
 * full, behind a filter of sixteen bits a run that ends most look-ups. The run itself is compared
 * before it counts as found.
 *
 * Runs that begin a text are looked for by each length that occurs, shortest first. At the first
 * few lengths a gate, another filter, knows the beginnings of all longer runs: a text that none of
 * them shares is done.
 */
import type { RequestText } from './request-text.ts';
import { hashOf } from './request-text.ts';

interface Entry<T> {
  readonly hash: number;
  readonly run: string;
  readonly value: T;
}

const SMALLEST = 4;
/** How many lengths have a gate. */
const GATES = 4;

export class RunTable<T> {
  #entries: (Entry<T> | undefined)[] = empty(SMALLEST);
  /** One bit by hash: clear where no run has it. */
  #filter = new Int32Array(1);
  /** One bit by hash: clear where no longer run begins so. Made at the first look-up. */
  #gates: Int32Array | undefined;
  #size = 0;
  /** Lengths of the runs, ascending, without repetition. */
  readonly lengths: number[] = [];
  /** Set by `nextRun`. */
  found: T | undefined;

  /** The value of this run, made if there is none. */
  at(run: string, make: () => T): T {
    const hash = spread(hashOf(run));
    const mask = this.#entries.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#entries[slot];
      if (entry === undefined) break;
      if (entry.hash === hash && entry.run === run) return entry.value;
    }
    if (2 * (this.#size + 1) > this.#entries.length) this.#resize();
    const value = make();
    this.#gates = undefined;
    this.#place({ hash, run, value });
    this.#size++;
    this.#addLength(run.length);
    return value;
  }

  /** The value of the run that is `request.text[from..to)`. */
  find(request: RequestText, from: number, to: number): T | undefined {
    const hash = spread(request.hash(from, to));
    const filter = this.#filter;
    if (((filter[(hash >>> 5) & (filter.length - 1)] as number) & (1 << hash)) === 0) return undefined;
    return this.#lookUp(request, from, to, hash);
  }

  /**
   * Of the lengths from the `first`th on, the next at which a run begins `request.text[from..)`
   * and ends by `end`; -1 if there is none. Its value is then `found`.
   */
  nextRun(request: RequestText, from: number, end: number, first: number): number {
    const { lengths } = this;
    const { hashes, powers } = request;
    const before = hashes[from] as number;
    const filter = this.#filter;
    const mask = filter.length - 1;
    const gates = this.#gates ?? this.#makeGates();
    for (let i = first; i < lengths.length; i++) {
      const length = lengths[i] as number;
      const to = from + length;
      if (to > end) return -1;
      const hash = spread((hashes[to] as number) - Math.imul(before, powers[length] as number));
      if (((filter[(hash >>> 5) & mask] as number) & (1 << hash)) !== 0) {
        this.found = this.#lookUp(request, from, to, hash);
        if (this.found !== undefined) return i;
      }
      if (i < GATES && ((gates[(hash >>> 5) & (gates.length - 1)] as number) & (1 << hash)) === 0) return -1;
    }
    return -1;
  }

  #makeGates(): Int32Array {
    let words = 1;
    while (words < 2 * this.#size) words *= 2;
    const gates = new Int32Array(words);
    for (const entry of this.#entries) {
      if (entry === undefined) continue;
      for (let i = 0; i < GATES; i++) {
        const length = this.lengths[i];
        if (length === undefined || length >= entry.run.length) break;
        const hash = spread(hashOf(entry.run.slice(0, length)));
        const word = (hash >>> 5) & (words - 1);
        gates[word] = (gates[word] as number) | (1 << hash);
      }
    }
    this.#gates = gates;
    return gates;
  }

  #lookUp(request: RequestText, from: number, to: number, hash: number): T | undefined {
    const entries = this.#entries;
    const mask = entries.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = entries[slot];
      if (entry === undefined) return undefined;
      if (entry.hash === hash && entry.run.length === to - from && request.has(entry.run, from)) {
        return entry.value;
      }
    }
  }

  #addLength(length: number): void {
    const { lengths } = this;
    let low = 0;
    let high = lengths.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lengths[middle] as number) < length) low = middle + 1;
      else high = middle;
    }
    if (lengths[low] !== length) lengths.splice(low, 0, length);
  }

  #place(entry: Entry<T>): void {
    const mask = this.#entries.length - 1;
    let slot = entry.hash & mask;
    while (this.#entries[slot] !== undefined) slot = (slot + 1) & mask;
    this.#entries[slot] = entry;
    const word = (entry.hash >>> 5) & (this.#filter.length - 1);
    this.#filter[word] = (this.#filter[word] as number) | (1 << entry.hash);
  }

  #resize(): void {
    const old = this.#entries;
    this.#entries = empty(2 * old.length);
    this.#filter = new Int32Array(Math.max(1, this.#entries.length / SMALLEST));
    for (const entry of old) if (entry !== undefined) this.#place(entry);
  }
}

function empty<T>(size: number): (T | undefined)[] {
  return Array.from({ length: size }, () => undefined);
}

/** The low bits of a polynomial hash know only the last characters. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}
