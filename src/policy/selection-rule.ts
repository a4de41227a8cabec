/**
 * Selection rules of device groups: `thingName: a* AND thingName: *b OR thingName: c`.
 *
 * The grammar is the reference's: AND binds tighter than OR, no parentheses; values are
 * `[A-Za-z0-9_-]` and `\:`, with `*` allowed at either end; keywords are upper-case; blanks are
 * space, tab and CR. Tokens are read one by one, longest match first, so of two errors the one
 * that stands first is reported. `\:` means a colon (the reference never removes the backslash).
 *
 * Without parentheses a rule is already a list of alternatives, each a list of terms. Parsing is
 * one loop over the text and a match touches each term once: no recursion on the input.
 */

export type SelectionRuleErrorKind = 'lexical' | 'syntax';

export class SelectionRuleError extends Error {
  override readonly name = 'SelectionRuleError';
  readonly kind: SelectionRuleErrorKind;
  /** Both count from 1; a column is a code point. */
  readonly line: number;
  readonly column: number;

  constructor(kind: SelectionRuleErrorKind, line: number, column: number, message: string) {
    super(`line ${line}, column ${column}: ${message}`);
    this.kind = kind;
    this.line = line;
    this.column = column;
  }
}

type TermKind = 'all' | 'exact' | 'prefix' | 'suffix' | 'contains';

interface Term {
  readonly kind: TermKind;
  /** The text to compare, without wildcards and escapes. */
  readonly text: string;
  /** As the rule has it. */
  readonly source: string;
}

export class SelectionRule {
  readonly source: string;
  /** Every thing is in. */
  readonly everything: boolean;
  /** Things named one by one, as alternatives of a single term without wildcard. */
  readonly names: ReadonlySet<string>;
  readonly #alternatives: readonly (readonly Term[])[];
  /** The alternatives that `everything` and `names` do not speak for. */
  readonly #rest: readonly (readonly Term[])[];

  constructor(source: string, alternatives: readonly (readonly Term[])[]) {
    this.source = source;
    this.#alternatives = alternatives;
    const names = new Set<string>();
    const rest: (readonly Term[])[] = [];
    let everything = false;
    for (const terms of alternatives) {
      const only = terms.length === 1 ? terms[0] : undefined;
      if (only?.kind === 'exact') names.add(only.text);
      else if (only?.kind === 'all') everything = true;
      else rest.push(terms);
    }
    this.everything = everything;
    this.names = names;
    this.#rest = rest;
  }

  /** Whether alternatives remain that only `matchesRest` can decide. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  matches(thingName: string): boolean {
    return this.everything || this.names.has(thingName) || this.matchesRest(thingName);
  }

  matchesRest(thingName: string): boolean {
    for (const terms of this.#rest) {
      if (terms.every((term) => holds(term, thingName))) return true;
    }
    return false;
  }

  /** Why the rule does not match, for a person; empty when it does. */
  describeMiss(thingName: string): string {
    if (this.matches(thingName)) return '';
    const misses = this.#alternatives
      .map((terms) => terms.filter((term) => !holds(term, thingName)))
      .map((failed) => ({ failed, closeness: closeness(failed, thingName) }))
      .sort((a, b) => a.failed.length - b.failed.length || b.closeness - a.closeness);
    const shown = misses.slice(0, 3).map(({ failed }) => failed.slice(0, 3).map(say).join(' and '));
    const more = misses.length > shown.length ? `, nor any of ${misses.length - shown.length} more` : '';
    return `"${thingName}" ${shown.join(', and ')}${more}`;
  }
}

function say(term: Term): string {
  switch (term.kind) {
    case 'exact':
      return `is not "${term.text}"`;
    case 'prefix':
      return `does not begin with "${term.text}"`;
    case 'suffix':
      return `does not end with "${term.text}"`;
    default:
      return `does not contain "${term.text}"`;
  }
}

function closeness(failed: readonly Term[], thingName: string): number {
  let most = 0;
  for (const { text } of failed.slice(0, 3)) {
    let same = 0;
    while (same < text.length && text[same] === thingName[same]) same++;
    most = Math.max(most, same);
  }
  return most;
}

function holds(term: Term, thingName: string): boolean {
  switch (term.kind) {
    case 'all':
      return true;
    case 'exact':
      return thingName === term.text;
    case 'prefix':
      return thingName.startsWith(term.text);
    case 'suffix':
      return thingName.endsWith(term.text);
    case 'contains':
      return thingName.includes(term.text);
  }
}

type TokenKind = 'selector' | 'value' | 'AND' | 'OR' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const SELECTOR = 'thingName:';
const SHOWN = 40;

/** Reads tokens where the text stands; throws `SelectionRuleError` (lexical). */
class Tokenizer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    const text = this.#text;
    while (text[this.#at] === ' ' || text[this.#at] === '\t' || text[this.#at] === '\r') this.#at++;
    const start = this.#at;
    if (start === text.length) return { kind: 'end', text: '', start };
    let end = start;
    if (text[end] === '*') end++;
    const body = end;
    for (;;) {
      if (isNameCharacter(text.charCodeAt(end))) end++;
      else if (text[end] === '\\' && text[end + 1] === ':') end += 2;
      else break;
    }
    // The selector is one token, colon included; a value ends before a bare colon, so it is longer.
    if (end === start + SELECTOR.length - 1 && text.startsWith(SELECTOR, start)) {
      this.#at = start + SELECTOR.length;
      return { kind: 'selector', text: SELECTOR, start };
    }
    if (end === start) this.#illegal(start);
    if (end > body && text[end] === '*') end++;
    this.#at = end;
    const image = text.slice(start, end);
    if (image === 'AND' || image === 'OR') return { kind: image, text: image, start };
    return { kind: 'value', text: image, start };
  }

  fail(kind: SelectionRuleErrorKind, at: number, message: string): never {
    const text = this.#text;
    let line = 1;
    let lineStart = 0;
    for (let i = 0; i < at; i++) {
      if (text[i] !== '\r' || text[i + 1] === '\n') continue;
      line++;
      lineStart = i + 1;
    }
    const column = [...text.slice(lineStart, at)].length + 1;
    throw new SelectionRuleError(kind, line, column, message);
  }

  #illegal(at: number): never {
    const codePoint = this.#text.codePointAt(at) ?? 0;
    const hex = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    const character = String.fromCodePoint(codePoint);
    this.fail('lexical', at, `illegal character ${JSON.stringify(character)} (${hex})${hint(character)}`);
  }
}

function hint(character: string): string {
  switch (character) {
    case ':':
      return '; a colon inside a name is written "\\:"';
    case '\\':
      return '; only a colon can be escaped, as "\\:"';
    case '\n':
      return '; a rule is one line: join the lines with spaces';
    case '(':
    case ')':
      return '; there are no parentheses, AND binds tighter than OR';
    case '?':
      return '; the only wildcard is "*", at the beginning or end of a name';
    default:
      return '; names are made of A-Z a-z 0-9 - _ and "\\:"';
  }
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x5f
  );
}

function term(image: string): Term {
  if (image === '*') return { kind: 'all', text: '', source: image };
  const open = image.startsWith('*');
  const close = image.endsWith('*');
  const text = image.slice(open ? 1 : 0, close ? -1 : undefined).replaceAll('\\:', ':');
  const kind = open ? (close ? 'contains' : 'suffix') : close ? 'prefix' : 'exact';
  return { kind, text, source: image };
}

/** Throws `SelectionRuleError`. Time and memory are linear in the text. */
export function parseSelectionRule(text: string): SelectionRule {
  const tokens = new Tokenizer(text);
  const expect = (token: Token, wanted: string): never =>
    tokens.fail(
      'syntax',
      token.start,
      token.kind === 'end'
        ? `the rule ends where ${wanted} is expected`
        : `${JSON.stringify(shorten(token.text))} where ${wanted} is expected${advice(token)}`,
    );
  const alternatives: Term[][] = [];
  let terms: Term[] = [];
  for (;;) {
    const selector = tokens.next();
    if (selector.kind !== 'selector') expect(selector, '"thingName:"');
    const value = tokens.next();
    if (value.kind !== 'value') expect(value, 'a thing name or a pattern');
    terms.push(term(value.text));
    const joint = tokens.next();
    if (joint.kind === 'AND') continue;
    alternatives.push(terms);
    terms = [];
    if (joint.kind === 'end') return new SelectionRule(text, alternatives);
    if (joint.kind !== 'OR') expect(joint, 'AND, OR or the end of the rule');
  }
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function advice(token: Token): string {
  if (token.text.startsWith('*')) return '; "*" stands only at the beginning or end of a name';
  const lower = token.text.toLowerCase();
  if (lower === 'or' || lower === 'and') return `; operators are upper-case: ${lower.toUpperCase()}`;
  if (lower === 'not') return '; there is no NOT';
  if (lower === 'thingname') return '; the selector is written "thingName:", with this case and its colon';
  return '';
}
