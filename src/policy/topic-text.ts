/**
 * A topic name about to be delivered, read once: whether it is a valid MQTT topic name, and its
 * levels. A topic name is not empty, has no `+`, `#` or NUL, is Unicode, and at most 65,535 bytes
 * of UTF-8. One instance belongs to one evaluator and its memory is reused.
 */
import { isNameCharacter } from './well-formed.ts';

/** Longest topic name or topic filter, in bytes of UTF-8. */
export const LONGEST = 65_535;

const SLASH = 0x2f;

export class TopicText {
  text = '';
  /** Of levels; at least one. */
  count = 0;
  /** Where a level begins and ends in `text`. */
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1 where every character of a level may stand in a request of the device groups' rule. */
  plain = new Uint8Array(64);
  /** Begins with `$`: wildcards of a filter's first level do not cover it. */
  dollar = false;
  /** Its first level is `$share`: a filter that begins so and goes on is a shared subscription. */
  share = false;
  /** A filter that covers it could be too long to be valid. */
  extreme = false;

  /** False: `text` from `from` on is not a topic name. */
  prepare(text: string, from: number): boolean {
    const length = text.length;
    this.text = text;
    this.dollar = text.charCodeAt(from) === 0x24;
    if (length === from || length - from > LONGEST) return false;
    let level = 0;
    let bytes = 0;
    let empty = 0;
    let plain = 1;
    let start = from;
    for (let i = from; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === SLASH) {
        if (i === start) empty++;
        this.#level(level++, start, i, plain);
        start = i + 1;
        plain = 1;
        bytes++;
      } else if (unit < 0x80) {
        if (unit === 0x2b || unit === 0x23 || unit === 0) return false;
        if (unit < 0x20 || unit === 0x7f) plain = 0;
        bytes++;
      } else if (unit < 0xd800 || unit > 0xdfff) {
        if (!isNameCharacter(unit)) plain = 0;
        bytes += unit < 0x800 ? 2 : 3;
      } else {
        const low = i + 1 < length ? text.charCodeAt(i + 1) : 0;
        if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return false;
        if (!isNameCharacter(((unit - 0xd800) << 10) + (low - 0xdc00) + 0x10000)) plain = 0;
        bytes += 4;
        i++;
      }
    }
    if (length === start) empty++;
    this.#level(level++, start, length, plain);
    this.count = level;
    this.share = this.dollar && (this.ends[0] as number) - from === 6 && text.startsWith('$share', from);
    // The longest filter has `+` in every empty level, and `/#` at its end.
    this.extreme = bytes + empty + 2 > LONGEST;
    return bytes <= LONGEST;
  }

  #level(level: number, start: number, end: number, plain: number): void {
    if (level === this.starts.length) this.#grow();
    this.starts[level] = start;
    this.ends[level] = end;
    this.plain[level] = plain;
  }

  #grow(): void {
    const size = 4 * this.starts.length;
    const wider = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(size);
      made.set(old);
      return made;
    };
    this.starts = wider(this.starts);
    this.ends = wider(this.ends);
    const plain = new Uint8Array(size);
    plain.set(this.plain);
    this.plain = plain;
  }
}
