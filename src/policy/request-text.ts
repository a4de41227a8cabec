/**
 * A request's resource, read once: whether it is well-formed under the device groups' rule, and a
 * rolling hash of every prefix, so that the hash of any part of it costs two look-ups. Indexes
 * find literals and literal prefixes by these hashes and then compare the text, so a collision
 * costs time and never a decision.
 *
 * One instance belongs to one evaluator; its memory is reused and grows to the longest resource
 * seen, up to `KEPT`. Nothing else is allocated.
 */
import { isLetter, isWellFormedName } from './well-formed.ts';

const BASE = 0x01000193;
const COLON = 0x3a;
const KEPT = 1 << 18;
/** Texts up to this are compared without a call. */
const SHORT = 16;

/** The same hash as `RequestText.hash` gives for a part of a resource. */
export function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, BASE) + text.charCodeAt(i) + 1) | 0;
  return hash;
}

export class RequestText {
  text = '';
  length = 0;
  /** Under the rule of device groups. */
  wellFormed = false;
  /** Where the service ends; `length` if there is no colon. */
  serviceEnd = 0;
  /** Hashes of `text[0..i)` at `i`. */
  hashes = new Int32Array(512);
  /** Of the hash's base. */
  powers = new Int32Array(512);

  constructor() {
    this.#grow(512);
  }

  prepare(text: string): void {
    const length = text.length;
    this.text = text;
    this.length = length;
    if (this.hashes.length <= length || (this.hashes.length > KEPT && length < KEPT)) this.#grow(length + 1);
    const hashes = this.hashes;
    let good = true;
    let hash = 0;
    let i = 0;
    let unit = 0;
    for (; i < length; i++) {
      unit = text.charCodeAt(i);
      if (unit === COLON) break;
      if (isOdd(unit | 0x20, 0x61, 0x7a) && !isLetter(unit)) good = false;
      hash = (Math.imul(hash, BASE) + unit + 1) | 0;
      hashes[i + 1] = hash;
    }
    const first = i;
    this.serviceEnd = first;
    if (i < length) {
      hash = (Math.imul(hash, BASE) + COLON + 1) | 0;
      hashes[++i] = hash;
    }
    for (; i < length; i++) {
      unit = text.charCodeAt(i);
      if (unit === COLON) break;
      if (isOdd(unit | 0x20, 0x61, 0x7a) && !isLetter(unit)) good = false;
      hash = (Math.imul(hash, BASE) + unit + 1) | 0;
      hashes[i + 1] = hash;
    }
    const second = i;
    let odd = false;
    for (; i < length; i++) {
      unit = text.charCodeAt(i);
      if (isOdd(unit, 0x20, 0x7e)) odd = true;
      hash = (Math.imul(hash, BASE) + unit + 1) | 0;
      hashes[i + 1] = hash;
    }
    if (first === 0 || second <= first + 1 || second + 1 >= length) good = false;
    if (good && odd) good = isWellFormedName(text, second + 1, length);
    this.wellFormed = good;
  }

  /** Of `text[from..to)`. */
  hash(from: number, to: number): number {
    const hashes = this.hashes;
    if (from === 0) return hashes[to] as number;
    const before = Math.imul(hashes[from] as number, this.powers[to - from] as number);
    return ((hashes[to] as number) - before) | 0;
  }

  /** `text` stands here at `from`. */
  has(text: string, from: number): boolean {
    if (text.length === this.length) return text === this.text;
    return standsAt(text, this.text, from);
  }

  #grow(needed: number): void {
    const size = Math.max(512, 1 << Math.ceil(Math.log2(needed + 1)));
    this.hashes = new Int32Array(size);
    this.powers = new Int32Array(size);
    let power = 1;
    for (let i = 0; i < size; i++) {
      this.powers[i] = power;
      power = Math.imul(power, BASE);
    }
  }
}

/** Not from `first` to `last`. */
function isOdd(unit: number, first: number, last: number): boolean {
  return (unit - first) >>> 0 > last - first;
}

/** `part` stands in `text` at `from`. */
export function standsAt(part: string, text: string, from: number): boolean {
  const length = part.length;
  if (length > SHORT) return text.startsWith(part, from);
  for (let i = 0; i < length; i++) if (part.charCodeAt(i) !== text.charCodeAt(from + i)) return false;
  return true;
}
