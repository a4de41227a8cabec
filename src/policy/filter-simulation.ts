/**
 * Is there a valid MQTT filter that covers a topic and that a pattern matches? Answered exactly
 * by walking the topic once with the set of places the pattern may be at, over all covering
 * filters together: at the beginning of a level a filter may have `+` for the whole level or end
 * with `#`; otherwise it goes on with the topic's own characters; after the last level it may end
 * or add `/#`. No filter is ever listed. At worst O(topic × pattern), no recursion, no allocation
 * but for scratch space that grows to the longest pattern seen.
 *
 * With each place goes the least number of bytes a filter needs to get there, since a filter has
 * at most 65,535.
 */
import type { Variables } from './glob.ts';
import type { Pattern } from './patterns.ts';
import { LONGEST, type TopicText } from './topic-text.ts';

const STAR = -1;
const ANY = -2;
/** Variable `k` of `names` is `FIRST_VARIABLE - k`. */
const FIRST_VARIABLE = -3;

const PLUS = 0x2b;
const HASH = 0x23;
const SLASH = 0x2f;

/** A pattern as code points, wildcards and variables. */
export interface FilterPattern {
  readonly tokens: Int32Array;
  readonly names: readonly string[];
  /** Text that is matched first, before the filter: `mqtt:topicfilter:`, or nothing. */
  readonly before: string;
}

export function filterPattern(pattern: Pattern, before: string): FilterPattern {
  const tokens: number[] = [];
  const names: string[] = [];
  pattern.segments.forEach(({ atoms }, index) => {
    if (index > 0) tokens.push(STAR);
    for (const atom of atoms) {
      if (atom.kind === 'any') tokens.push(ANY);
      else if (atom.kind === 'text') {
        for (const character of atom.text) tokens.push(character.codePointAt(0) ?? 0);
      } else {
        if (!names.includes(atom.name)) names.push(atom.name);
        tokens.push(FIRST_VARIABLE - names.indexOf(atom.name));
      }
    }
  });
  return { tokens: Int32Array.from(tokens), names, before };
}

/** Places in the pattern, each with the fewest bytes of a filter that gets there. */
class Places {
  list = new Int32Array(64);
  size = 0;
  #marks = new Int32Array(64);
  #bytes = new Int32Array(64);
  #stamp = 1;

  reserve(places: number): void {
    if (this.list.length >= places) return;
    this.list = new Int32Array(2 * places);
    this.#marks = new Int32Array(2 * places);
    this.#bytes = new Int32Array(2 * places);
    this.#stamp = 1;
  }

  clear(): void {
    this.size = 0;
    if (++this.#stamp === 0x7fffffff) {
      this.#marks.fill(0);
      this.#stamp = 1;
    }
  }

  add(tokens: Int32Array, count: number, first: number, bytes: number): void {
    // A star may match nothing, so the place behind it is reached too.
    for (let place = first; ; place++) {
      if (this.#marks[place] !== this.#stamp) {
        this.#marks[place] = this.#stamp;
        this.#bytes[place] = bytes;
        this.list[this.size++] = place;
      } else if (bytes < (this.#bytes[place] as number)) {
        this.#bytes[place] = bytes;
      } else {
        return;
      }
      if (place === count || tokens[place] !== STAR) return;
    }
  }

  bytes(place: number): number {
    return this.#bytes[place] as number;
  }

  has(place: number): boolean {
    return this.#marks[place] === this.#stamp && (this.#bytes[place] as number) <= LONGEST;
  }
}

export class FilterSimulation {
  #tokens: Int32Array = new Int32Array(64);
  /** A pattern with its variables filled in. */
  #filled = new Int32Array(64);
  #count = 0;
  #here = new Places();
  #next = new Places();
  #afterPlus = new Places();

  /**
   * The pattern matches the rest of some covering filter whose first `level` levels, and the
   * slash after them, are matched already. `anyCharacter`: characters that the request rule of
   * device groups forbids may stand in a filter.
   */
  covers(
    topic: TopicText,
    level: number,
    pattern: FilterPattern,
    variables: Variables,
    anyCharacter: boolean,
  ): boolean {
    if (topic.share && (topic.count > 1 || level > 0)) return false;
    if (!this.#expand(pattern, variables)) return false;
    this.#here.clear();
    this.#here.add(this.#tokens, this.#count, 0, 0);
    for (let i = 0; i < pattern.before.length; i++) this.#step(pattern.before.charCodeAt(i), 0);
    for (let i = level; i < topic.count; i++) {
      if (this.#here.size === 0) return false;
      this.#afterPlus.clear();
      if (i > 0 || !topic.dollar) {
        if (this.#accepts(HASH)) return true;
        this.#into(this.#afterPlus, PLUS, 1);
      }
      if (anyCharacter || topic.plain[i] === 1) this.#literal(topic, i);
      else this.#here.clear();
      this.#merge();
      if (i + 1 === topic.count) {
        if (this.#here.has(this.#count)) return true;
        if (topic.share) return false;
      }
      this.#step(SLASH, 1);
    }
    return this.#accepts(HASH);
  }

  #literal(topic: TopicText, level: number): void {
    const { text } = topic;
    const end = topic.ends[level] as number;
    for (let i = topic.starts[level] as number; i < end && this.#here.size > 0; i++) {
      const code = text.codePointAt(i) as number;
      if (code > 0xffff) i++;
      this.#step(code, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
    }
  }

  /** The filter ends with this character. */
  #accepts(code: number): boolean {
    this.#into(this.#next, code, 1);
    return this.#next.has(this.#count);
  }

  #step(code: number, bytes: number): void {
    this.#into(this.#next, code, bytes);
    const here = this.#here;
    this.#here = this.#next;
    this.#next = here;
  }

  #into(target: Places, code: number, bytes: number): void {
    target.clear();
    const tokens = this.#tokens;
    const count = this.#count;
    const { list, size } = this.#here;
    for (let i = 0; i < size; i++) {
      const place = list[i] as number;
      if (place === count) continue;
      const token = tokens[place] as number;
      if (token === STAR) target.add(tokens, count, place, this.#here.bytes(place) + bytes);
      else if (token === ANY || token === code) {
        target.add(tokens, count, place + 1, this.#here.bytes(place) + bytes);
      }
    }
  }

  #merge(): void {
    const { list, size } = this.#afterPlus;
    for (let i = 0; i < size; i++) {
      const place = list[i] as number;
      this.#here.add(this.#tokens, this.#count, place, this.#afterPlus.bytes(place));
    }
  }

  /** Fills in the variables; false when one has no value. */
  #expand({ tokens, names }: FilterPattern, variables: Variables): boolean {
    if (names.length === 0) {
      this.#tokens = tokens;
      this.#count = tokens.length;
      this.#reserve(tokens.length + 1);
      return true;
    }
    let count = 0;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as number;
      if (token > FIRST_VARIABLE) {
        this.#put(count++, token);
        continue;
      }
      const value = variables.get(names[FIRST_VARIABLE - token] as string);
      if (value === undefined) return false;
      for (let j = 0; j < value.length; j++) {
        const code = value.codePointAt(j) as number;
        if (code > 0xffff) j++;
        this.#put(count++, code);
      }
    }
    this.#tokens = this.#filled;
    this.#count = count;
    this.#reserve(count + 1);
    return true;
  }

  #put(at: number, token: number): void {
    if (at === this.#filled.length) {
      const wider = new Int32Array(2 * at);
      wider.set(this.#filled);
      this.#filled = wider;
    }
    this.#filled[at] = token;
  }

  #reserve(places: number): void {
    this.#here.reserve(places);
    this.#next.reserve(places);
    this.#afterPlus.reserve(places);
  }
}
