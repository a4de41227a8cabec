/**
 * What a request must look like before grants are asked (`RequestRule` of the contract).
 *
 * Device groups: operation `<service>:<action>`, resource `<service>:<type>:<name>`. Service and
 * type are letters, an action letters, digits, `-` and `_`, all of the Basic Multilingual Plane;
 * a name is anything but control characters and symbols beyond ASCII, colons included. Lone
 * surrogates are malformed. The classes come from one generated table; nothing here allocates.
 */
import { LETTERS, LETTERS_AND_DIGITS, NAME_CHARACTERS } from './character-classes.ts';

const COLON = 0x3a;

const letters = Int32Array.from(LETTERS);
const lettersAndDigits = Int32Array.from(LETTERS_AND_DIGITS);
const nameCharacters = Int32Array.from(NAME_CHARACTERS);

function within(ranges: Int32Array, code: number): boolean {
  let low = 0;
  let high = (ranges.length >> 1) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < (ranges[2 * middle] as number)) high = middle - 1;
    else if (code > (ranges[2 * middle + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}

/** One UTF-16 unit of a service or a type. */
export function isLetter(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
  return within(letters, unit);
}

function isActionCharacter(unit: number): boolean {
  if (unit < 0x80) return isLetter(unit) || (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x5f;
  return within(lettersAndDigits, unit);
}

/** One code point of a resource's name. */
export function isNameCharacter(code: number): boolean {
  if (code < 0x80) return code >= 0x20 && code <= 0x7e;
  return within(nameCharacters, code);
}

export function isWellFormedOperation(operation: string): boolean {
  const colon = operation.indexOf(':');
  if (colon <= 0 || colon === operation.length - 1) return false;
  for (let i = 0; i < colon; i++) if (!isLetter(operation.charCodeAt(i))) return false;
  for (let i = colon + 1; i < operation.length; i++) {
    if (!isActionCharacter(operation.charCodeAt(i))) return false;
  }
  return true;
}

export function isWellFormedResource(resource: string): boolean {
  const length = resource.length;
  let i = 0;
  while (i < length && resource.charCodeAt(i) !== COLON) {
    if (!isLetter(resource.charCodeAt(i))) return false;
    i++;
  }
  const first = i;
  i++;
  while (i < length && resource.charCodeAt(i) !== COLON) {
    if (!isLetter(resource.charCodeAt(i))) return false;
    i++;
  }
  const second = i;
  if (first === 0 || second === first + 1 || second + 1 >= length) return false;
  return isWellFormedName(resource, second + 1, length);
}

/** Characters from `from` to before `to` are all of the name class; true for none. */
export function isWellFormedName(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (unit < 0x20 || unit > 0x7e) return false;
      continue;
    }
    if (unit < 0xd800 || unit > 0xdfff) {
      if (!within(nameCharacters, unit)) return false;
      continue;
    }
    const low = i + 1 < to ? text.charCodeAt(i + 1) : 0;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return false;
    if (!within(nameCharacters, ((unit - 0xd800) << 10) + (low - 0xdc00) + 0x10000)) return false;
    i++;
  }
  return true;
}

/** AWS IoT policies: any text, but not empty, without NUL, and Unicode. */
export function isPlainText(text: string): boolean {
  return text.length > 0 && !text.includes('\0') && text.isWellFormed();
}
