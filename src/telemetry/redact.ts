/**
 * Takes secrets out of text and values before they are logged, audited or shown: PEM blocks and
 * bare base64 of keys and certificates, session tokens (any UUID v4 keeps its first eight
 * characters only), passwords. Pure, linear in the length of the text, and never throws.
 * A false positive costs a readable word; a false negative costs a key.
 */
const BEGIN = '-----BEGIN';
const END = '-----END';
const UUID_V4 = /([0-9a-f]{8})-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/gi;
/** DER begins with a SEQUENCE (0x30), which is `M` and `A` to `P` in base64; line breaks may be escaped any number of times. */
const DER_BEGINS = /M[A-P][A-Za-z0-9+/=\\\r\n\t]{60}/g;
const DER_GOES_ON = /[A-Za-z0-9+/=\\\r\n\t]/;
/** Matched where it begins only. Repetition of a group is bounded: V8 takes stack for each turn. */
const BASE64_LINES = /(?:[A-Za-z0-9+/]{64}(?:\\{1,9}[rn]|[\r\n]){1,4}){1,1000}[A-Za-z0-9+/=]{0,64}/y;
const LINE = 64;
const ASSIGNED =
  /((?:password|passphrase|passwd|pin-value|pin-source|secret)\\*["']?\s{0,3}[=:]\s{0,3})(?:\\*"(?:[^"\\]|\\.){0,4096}"?|'[^']*'?|[^\s"',;&]+)/gi;
const USER_INFO = /(:\/\/[^\s/:@]{0,64}:)[^\s/@]+@/g;
const SECRET_NAME =
  /pass(?:word|phrase|wd)|secret|private_?key(?:_?pem)?$|^pin$|pin[-_]?value|^authorization$/i;
const TOKEN_NAME = /(?:^|auth_?)tokens?$/i;

const DEEPEST = 12;
export const REDACTED = '[redacted]';

/** Is this the name of something that must not be shown, whatever it holds? */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The first eight characters: enough to name a token, not to use it. */
export function tokenPrefix(token: string): string {
  return token.length <= 8 ? token : `${token.slice(0, 8)}…`;
}

export function redactText(text: string): string {
  let result = text;
  if (result.includes('-----')) result = withoutBlocks(result);
  if (result.length >= 60) {
    result = withoutLines(withoutBareDer(result));
  }
  return result
    .replace(UUID_V4, '$1…')
    .replace(ASSIGNED, `$1${REDACTED}`)
    .replace(USER_INFO, `$1${REDACTED}@`);
}

/** A copy in which every string and every key is redacted; what is too deep is left out. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[too deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const entries = Object.entries(value);
  if (isBufferJson(value)) return '[bytes]';
  return Object.fromEntries(
    entries.map(([name, inner]) => [redactText(name), redactNamed(name, inner, depth + 1)]),
  );
}

function redactNamed(name: string, value: unknown, depth: number): unknown {
  if (SECRET_NAME.test(name) && value !== undefined && value !== null) return REDACTED;
  if (TOKEN_NAME.test(name)) {
    if (typeof value === 'string') return tokenPrefix(redactText(value));
    if (Array.isArray(value)) {
      return value.map((item) => (typeof item === 'string' ? tokenPrefix(item) : redactValue(item, depth)));
    }
  }
  return redactValue(value, depth);
}

function isBufferJson(value: object): boolean {
  return 'type' in value && value.type === 'Buffer' && 'data' in value && Array.isArray(value.data);
}

/** Letters of both cases and digits: not a hash in hex, not a word in capitals. */
function looksEncoded(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run);
}

function withoutBareDer(text: string): string {
  let result = '';
  let from = 0;
  const begins = new RegExp(DER_BEGINS);
  for (let match = begins.exec(text); match !== null; match = begins.exec(text)) {
    let end = match.index + match[0].length;
    while (end < text.length && DER_GOES_ON.test(text.charAt(end))) end += 1;
    const run = text.slice(match.index, end);
    result += text.slice(from, match.index) + (looksEncoded(run) ? REDACTED : run);
    from = end;
    begins.lastIndex = end;
  }
  return result + text.slice(from);
}

/** Looks for the ends of lines: to look for a line at each character would cost as much as the line is long. */
function withoutLines(text: string): string {
  let result = '';
  let from = 0;
  let run = 0;
  const lines = new RegExp(BASE64_LINES);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (isBase64(unit)) {
      run += 1;
      continue;
    }
    if (run >= LINE) {
      lines.lastIndex = at - LINE;
      const match = lines.exec(text);
      if (match !== null) {
        result += text.slice(from, match.index) + (looksEncoded(match[0]) ? REDACTED : match[0]);
        from = lines.lastIndex;
        at = from - 1;
      }
    }
    run = 0;
  }
  return result + text.slice(from);
}

/** `A-Z`, `a-z`, `0-9`, `+`, `/`. */
function isBase64(unit: number): boolean {
  const letter = unit | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (unit >= 0x2f && unit <= 0x39) || unit === 0x2b;
}

function withoutBlocks(text: string): string {
  let result = '';
  let from = 0;
  let begin = text.indexOf(BEGIN);
  let end = text.indexOf(END);
  for (;;) {
    // Not found once is not found for good: looking again each time would be quadratic.
    if (begin >= 0 && begin < from) begin = text.indexOf(BEGIN, from);
    if (end >= 0 && end < from) end = text.indexOf(END, from);
    if (begin < 0 && end < 0) return result + text.slice(from);
    if (begin >= 0 && (end < 0 || begin < end)) {
      result += `${text.slice(from, begin)}[redacted PEM]`;
      if (end < 0) return result;
    } else {
      // The head of this block was cut off somewhere; its body is before the marker.
      result += `${text.slice(from, startOfBody(text, from, end))}[redacted PEM]`;
    }
    const close = text.indexOf('-----', end + END.length);
    if (close < 0) return result;
    from = close + 5;
  }
}

function startOfBody(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && /[A-Za-z0-9+/=\\\r\n]/.test(text.charAt(at - 1))) at -= 1;
  return at;
}
