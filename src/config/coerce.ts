/**
 * The reference's coercions (class `Coerce` of the Greengrass nucleus), so that a value means here
 * what it meant there. `exact` is false where a person would not have read the value that way.
 */
const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

export interface CoercedInteger {
  readonly value: number;
  readonly exact: boolean;
  /** The number needs more than 32 bits; `value` is then the lowest there is, as the reference's overflow is below every minimum. */
  readonly overflow: 'above' | 'below' | undefined;
}

/** Undefined for what the reference has no number for: lists and maps. */
export function coerceInteger(raw: unknown): CoercedInteger | undefined {
  if (typeof raw === 'boolean') return { value: raw ? 1 : 0, exact: false, overflow: undefined };
  if (typeof raw === 'number') return inInt32(Number.isNaN(raw) ? 0 : Math.trunc(raw), Number.isInteger(raw));
  if (typeof raw === 'string') return inInt32(leadingInteger(raw), /^-?(?:0|[1-9][0-9]*)$/.test(raw));
  return undefined;
}

function inInt32(value: number, exact: boolean): CoercedInteger {
  if (value > INT32_MAX) return { value: INT32_MIN, exact: false, overflow: 'above' };
  if (value < INT32_MIN) return { value: INT32_MIN, exact: false, overflow: 'below' };
  return { value: value === 0 ? 0 : value, exact, overflow: undefined };
}

/** Spaces and signs, then `0x`, `0b`, `0` (octal) or decimal digits; whatever follows is ignored, nothing at all is 0. */
function leadingInteger(text: string): number {
  const match = /^([ +-]*)(0+[xX][0-9a-fA-F]*|0+[bB][01]*|0[0-7]*|[0-9]*)/.exec(text.slice(0, 1000));
  const signs = match?.[1] ?? '';
  const digits = match?.[2] ?? '';
  const negative = (signs.split('-').length - 1) % 2 === 1;
  const magnitude = parseDigits(digits);
  return negative ? -magnitude : magnitude;
}

function parseDigits(digits: string): number {
  if (/^0+[xX]/.test(digits)) return Number.parseInt(digits.replace(/^0+[xX]/, ''), 16) || 0;
  if (/^0+[bB]/.test(digits)) return Number.parseInt(digits.replace(/^0+[bB]/, ''), 2) || 0;
  if (digits.startsWith('0')) return Number.parseInt(digits, 8) || 0;
  return Number.parseInt(digits, 10) || 0;
}

/** Undefined for lists and maps. */
export function coerceFlag(raw: unknown): { readonly value: boolean; readonly exact: boolean } | undefined {
  if (typeof raw === 'boolean') return { value: raw, exact: true };
  if (typeof raw === 'number') return { value: (coerceInteger(raw)?.value ?? 0) !== 0, exact: false };
  if (typeof raw === 'string') {
    return {
      value: ['true', 'yes', 'on', 't', 'y', 'Y'].includes(raw),
      exact: raw === 'true' || raw === 'false',
    };
  }
  return undefined;
}

/** A list of strings, from a list or from text as `A, B` or `[A, B]`. Undefined for maps. */
export function coerceList(raw: unknown): readonly string[] | undefined {
  if (Array.isArray(raw)) {
    if (raw.some((item) => typeof item === 'object' && item !== null)) return undefined;
    return raw.map((item: unknown) => (item === null ? '' : String(item)));
  }
  if (typeof raw === 'object' && raw !== null) return undefined;
  const text = String(raw).trim();
  const body = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1).trim() : text;
  return body === '' ? [] : body.split(',').map((item) => item.trim());
}
