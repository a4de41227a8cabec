/**
 * Which serial numbers a CRL lists, as a hash table of places in the CRL's own bytes: a CRL of a hundred thousand entries
 * costs its bytes and some 2 MiB, and a look-up under a microsecond. Numbers are compared by value.
 */

const SMALLEST = 16;

export class SerialIndex {
  readonly #der: Buffer;
  /** Where a number's content begins, or 0; its length is the byte before. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  #size = 0;

  /** `most`: how many numbers will be added at most. */
  constructor(der: Buffer, most: number) {
    this.#der = der;
    let slots = SMALLEST;
    while (slots < most * 2) slots *= 2;
    this.#slots = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The content of an INTEGER of 1 to 127 bytes, at `start` of the bytes. */
  add(start: number): void {
    const length = this.#der[start - 1] ?? 0;
    const skip = padding(this.#der, start, length);
    for (
      let slot = hashOf(this.#der, start + skip, length - skip) & this.#mask;
      ;
      slot = (slot + 1) & this.#mask
    ) {
      const taken = this.#slots[slot] ?? 0;
      if (taken !== 0) {
        if (this.#equals(taken, this.#der, start + skip, length - skip)) return;
        continue;
      }
      this.#slots[slot] = start;
      this.#size += 1;
      return;
    }
  }

  /** In hex as OpenSSL prints it, with a minus sign where it is negative. False for what is no number. */
  has(serialNumber: string): boolean {
    const value = contentOfSerial(serialNumber);
    if (value === undefined) return false;
    for (let slot = hashOf(value, 0, value.length) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0) return false;
      if (this.#equals(taken, value, 0, value.length)) return true;
    }
  }

  #equals(taken: number, other: Uint8Array, from: number, length: number): boolean {
    const own = this.#der[taken - 1] ?? 0;
    const skip = padding(this.#der, taken, own);
    if (own - skip !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (this.#der[taken + skip + index] !== other[from + index]) return false;
    }
    return true;
  }
}

/** The content of the INTEGER in its shortest form; undefined for what is no number. */
export function contentOfSerial(serialNumber: string): Buffer | undefined {
  const negative = serialNumber.startsWith('-');
  const digits = negative ? serialNumber.slice(1) : serialNumber;
  if (!/^[0-9A-Fa-f]{1,2048}$/.test(digits)) return undefined;
  const magnitude = Buffer.from(`00${digits.length % 2 === 0 ? '' : '0'}${digits}`, 'hex');
  if (negative) {
    let carry = 1;
    for (let index = magnitude.length - 1; index >= 0; index -= 1) {
      const sum = ((magnitude[index] ?? 0) ^ 0xff) + carry;
      magnitude[index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
  return magnitude.subarray(padding(magnitude, 0, magnitude.length));
}

/** How many bytes at the beginning only repeat the sign. */
function padding(bytes: Uint8Array, start: number, length: number): number {
  let skip = 0;
  while (skip < length - 1) {
    const first = bytes[start + skip] ?? 0;
    const positive = (bytes[start + skip + 1] ?? 0) < 0x80;
    if (!((first === 0 && positive) || (first === 0xff && !positive))) break;
    skip += 1;
  }
  return skip;
}

/** FNV-1a, its bits mixed once more for the mask. */
function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < length; index += 1) {
    value = Math.imul(value ^ (bytes[start + index] ?? 0), 0x01000193);
  }
  value ^= value >>> 15;
  return Math.imul(value, 0x2c1b3c6d) >>> 0;
}
