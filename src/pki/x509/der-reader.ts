/**
 * Finds the parts of DER that is too large for an ASN.1 library, or from somebody who is not trusted yet: a cursor over
 * the bytes themselves. What is cut short, too long for its surroundings, indefinite or not in DER is undefined; nothing
 * throws, and every step goes forward.
 */

/** One element: where its tag, its content and its successor begin. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** The element at `at`, which must end by `limit`. */
export function elementAt(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  if (at < 0 || at + 2 > limit || limit > bytes.length) return undefined;
  const tag = bytes[at] ?? 0;
  // A tag of several bytes: nothing that is read here has one.
  if ((tag & 0x1f) === 0x1f) return undefined;
  const first = bytes[at + 1] ?? 0;
  let content = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4 || content + count > limit) return undefined;
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + (bytes[content + index] ?? 0);
    // DER: the shortest form.
    if (length < 0x80 || (count > 1 && bytes[content] === 0)) return undefined;
    content += count;
  }
  const end = content + length;
  return end > limit ? undefined : { tag, start: at, content, end };
}

/** The elements inside `parent`; undefined when they do not fill it exactly, or are more than `most`. */
export function elementsIn(bytes: Uint8Array, parent: Element, most: number): readonly Element[] | undefined {
  const found: Element[] = [];
  for (let at = parent.content; at < parent.end; ) {
    const element = elementAt(bytes, at, parent.end);
    if (element === undefined || found.length === most) return undefined;
    found.push(element);
    at = element.end;
  }
  return found;
}

export function contentOf(bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.content, element.end);
}

export function wholeOf(bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.start, element.end);
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Milliseconds since the Unix epoch; undefined when it is no time as RFC 5280 writes it. */
export function timeOf(bytes: Buffer, element: Element): number | undefined {
  if (element.end - element.content > 15) return undefined;
  const text = contentOf(bytes, element).toString('latin1');
  const short = element.tag === TAG.utcTime;
  if (!short && element.tag !== TAG.generalizedTime) return undefined;
  const parts = (short ? UTC_TIME : GENERALIZED_TIME).exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(short ? (year < 50 ? 2000 + year : 1900 + year) : year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same && hour < 24 && minute < 60 && second < 60 ? date.getTime() : undefined;
}

export interface Extension {
  /** Hex of the object identifier's content. */
  readonly id: string;
  readonly critical: boolean;
  /** The octets, as an element of the same bytes. */
  readonly value: Element;
}

/** Of a SEQUENCE OF Extension; undefined when it is none, or one is there twice. */
export function extensionsIn(bytes: Buffer, list: Element): readonly Extension[] | undefined {
  const all = list.tag === TAG.sequence ? elementsIn(bytes, list, 64) : undefined;
  if (all === undefined || all.length === 0) return undefined;
  const extensions: Extension[] = [];
  for (const each of all) {
    const [id, second, third, ...more] = each.tag === TAG.sequence ? (elementsIn(bytes, each, 3) ?? []) : [];
    const value = third ?? second;
    if (id?.tag !== TAG.oid || value?.tag !== TAG.octets || more.length > 0) return undefined;
    let critical = false;
    if (third !== undefined) {
      if (second?.tag !== TAG.boolean || second.end - second.content !== 1) return undefined;
      critical = bytes[second.content] !== 0;
    }
    const hex = contentOf(bytes, id).toString('hex');
    if (extensions.some((other) => other.id === hex)) return undefined;
    extensions.push({ id: hex, critical, value });
  }
  return extensions;
}
