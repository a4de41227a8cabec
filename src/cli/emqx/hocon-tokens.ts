/**
 * HOCON as EMQX's own scanner takes it apart, which is less than HOCON's specification: the longest token wins, ends of lines
 * separate nothing, there is no `+=`. What EMQX would not scan is a `HoconError` with line and column, and so is what it
 * would scan in a way that surprises whoever wrote it.
 */

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export class HoconError extends Error {
  override readonly name = 'HoconError';
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}

export type Scalar = string | number | boolean | null;

export type Token =
  | { readonly kind: 'punctuation'; readonly text: string; readonly at: Place }
  /** Stands alone: the only kind that is never joined with its neighbours. */
  | { readonly kind: 'literal'; readonly value: Scalar; readonly at: Place }
  | { readonly kind: 'text'; readonly value: string; readonly quoted: boolean; readonly at: Place }
  | { readonly kind: 'quantity'; readonly value: string; readonly at: Place }
  | {
      readonly kind: 'variable';
      readonly path: readonly string[];
      readonly optional: boolean;
      readonly at: Place;
    }
  | { readonly kind: 'include'; readonly at: Place }
  | { readonly kind: 'required'; readonly at: Place };

type Make = (text: string, at: Place) => Token | undefined;

const UNQUOTED = '[A-Za-z][A-Za-z0-9_.@%|-]*';

/** The first of equally long ones wins. */
const RULES: readonly (readonly [RegExp, Make])[] = [
  [/[\t\v\f \u00a0\n\r\u2028\u2029]+/y, () => undefined],
  [/(?:#|\/\/)[^\n\r\u2028\u2029]*/y, () => undefined],
  [/[{}[\],:=]/y, (text, at) => ({ kind: 'punctuation', text, at })],
  [/true|false/y, (text, at) => ({ kind: 'literal', value: text === 'true', at })],
  [/null/y, (_, at) => ({ kind: 'literal', value: null, at })],
  [/required(?=\()/y, (_, at) => ({ kind: 'required', at })],
  [
    new RegExp(UNQUOTED, 'y'),
    (value, at) =>
      value === 'include' ? { kind: 'include', at } : { kind: 'text', value, quoted: false, at },
  ],
  [/[+-]?\d+/y, (text, at) => ({ kind: 'literal', value: Number(text), at })],
  [/[+-]?\d*\.\d+(?:[eE][+-]?\d+)?/y, (text, at) => ({ kind: 'literal', value: Number(text), at })],
  [/"""[\s\S]*?"""/y, multiline],
  [/"(?:\\["\\bfnrt]|\\u[0-9A-Fa-f]{4}|[^"\\\n\r\u2028\u2029])*"/y, quoted],
  [/\d+(?:%|[kKmMgG]?[bB]|[dDhHmMsS]|ms|MS)/y, (value, at) => ({ kind: 'quantity', value, at })],
  [
    new RegExp(`\\$\\{\\??${UNQUOTED}\\}`, 'y'),
    (text, at) => {
      const optional = text.startsWith('${?');
      return { kind: 'variable', path: keyPath(text.slice(optional ? 3 : 2, -1)), optional, at };
    },
  ],
];

export function scan(text: string, file: string): readonly Token[] {
  const tokens: Token[] = [];
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  const places = new Places(source, file);
  let offset = 0;
  while (offset < source.length) {
    let longest = 0;
    let make: Make | undefined;
    for (const [rule, maker] of RULES) {
      rule.lastIndex = offset;
      const length = rule.exec(source)?.[0].length ?? 0;
      if (length > longest) [longest, make] = [length, maker];
    }
    if (make === undefined) throw new HoconError(places.at(offset), complaint(source.slice(offset)));
    const token = make(source.slice(offset, offset + longest), places.at(offset));
    if (token?.kind === 'text' && token.quoted) noQuoteAfter(source[offset + longest], token.at);
    if (token !== undefined) tokens.push(token);
    offset += longest;
    // `required("file")`: the bracket is a part of the word, the file a token of its own.
    if (token?.kind === 'required') offset = unwrap(source, offset, places, tokens);
  }
  return tokens;
}

export function keyPath(text: string): readonly string[] {
  return text.split('.').filter((part) => part !== '');
}

function unwrap(source: string, offset: number, places: Places, tokens: Token[]): number {
  const wrapped = /\(\s*("(?:\\["\\bfnrt]|[^"\\\n\r])*")\s*\)/y;
  wrapped.lastIndex = offset;
  const match = wrapped.exec(source);
  if (match === null)
    throw new HoconError(places.at(offset), 'required( must be followed by one quoted file name and )');
  const token = quoted(match[1] ?? '', places.at(offset));
  if (token !== undefined) tokens.push(token);
  return offset + match[0].length;
}

function multiline(text: string, at: Place): Token {
  const inner = text.slice(3, -3);
  return { kind: 'text', value: inner.startsWith('~') ? unindented(inner) : inner, quoted: true, at };
}

/** `"""~` takes the common indentation away. */
function unindented(inner: string): string {
  const body = /^~\r?\n([\s\S]*?)~?$/.exec(inner)?.[1];
  if (body === undefined) return inner;
  const lines = body.split('\n');
  const widths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const width = Math.min(...widths, Number.MAX_SAFE_INTEGER);
  return lines.map((line) => (line.trim() === '' ? line.trimStart() : line.slice(width))).join('\n');
}

function quoted(text: string, at: Place): Token {
  const inner = text.slice(1, -1);
  // EMQX's scanner takes the longest string there is: after `\\"` it goes on to the next quote.
  if (inner.endsWith('\\\\'))
    throw new HoconError(at, 'a string that ends in a backslash: EMQX reads on past its end');
  try {
    return {
      kind: 'text',
      value: JSON.parse(`"${inner.replaceAll('\t', '\\t')}"`) as string,
      quoted: true,
      at,
    };
  } catch {
    throw new HoconError(at, 'a string with a control character in it');
  }
}

function noQuoteAfter(next: string | undefined, at: Place): void {
  if (next === '"') throw new HoconError(at, 'a quote directly after a string');
}

function complaint(rest: string): string {
  const first = rest[0] ?? '';
  if (first === '"') return 'a string that does not end, or with an escape that does not exist';
  if (rest.startsWith('+=')) return '+= is not understood by EMQX';
  if (first === '$') return 'a substitution must be ${some.key} or ${?some.key}';
  return `unexpected ${JSON.stringify(first)}: put the value in double quotes`;
}

/** Lines and columns from offsets that only grow. */
class Places {
  readonly #source: string;
  readonly #file: string;
  #line = 1;
  #lineStart = 0;
  #seen = 0;

  constructor(source: string, file: string) {
    this.#source = source;
    this.#file = file;
  }

  at(offset: number): Place {
    for (; this.#seen < offset; this.#seen += 1) {
      if (this.#source[this.#seen] !== '\n') continue;
      this.#line += 1;
      this.#lineStart = this.#seen + 1;
    }
    return { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 };
  }
}
