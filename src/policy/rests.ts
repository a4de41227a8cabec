/**
 * Patterns that begin alike and go on with a wildcard, such as a thousand of `*` + `/x1/` + `*`.
 * A few are tried one by one. Of many, one pass over the text tells which can match at all: each is
 * kept under a piece of its longest text, and a pattern whose piece is nowhere cannot match.
 */
import { matches, type Variables } from './glob.ts';
import type { Pattern } from './patterns.ts';
import type { RequestText } from './request-text.ts';
import { RunTable } from './run-table.ts';

const FEW = 16;
/** Lengths of pieces; each pattern uses the longest that it has. */
const PIECES = [16, 8, 4, 2] as const;

interface Sharing {
  readonly patterns: Pattern[];
  /** The question for which these were tried last. */
  asked: number;
}

export class Rests {
  readonly #all: Pattern[] = [];
  #byPiece: readonly RunTable<Sharing>[] | undefined;
  #withoutPiece: readonly Pattern[] = [];
  #question = 0;

  add(pattern: Pattern): void {
    this.#all.push(pattern);
    this.#byPiece = undefined;
  }

  /** Any pattern matches the request from `from` on. */
  match(request: RequestText, from: number, variables: Variables): boolean {
    if (this.#all.length <= FEW) return anyMatches(this.#all, request.text, from, variables);
    const tables = this.#byPiece ?? this.#arrange();
    if (anyMatches(this.#withoutPiece, request.text, from, variables)) return true;
    const question = ++this.#question;
    for (let i = 0; i < tables.length; i++) {
      const table = tables[i] as RunTable<Sharing>;
      const length = table.lengths[0] as number;
      for (let at = from; at + length <= request.length; at++) {
        const sharing = table.find(request, at, at + length);
        if (sharing === undefined || sharing.asked === question) continue;
        sharing.asked = question;
        if (anyMatches(sharing.patterns, request.text, from, variables)) return true;
      }
    }
    return false;
  }

  #arrange(): readonly RunTable<Sharing>[] {
    const tables = new Map<number, RunTable<Sharing>>();
    const without: Pattern[] = [];
    for (const pattern of this.#all) {
      const text = longestText(pattern);
      const length = PIECES.find((piece) => piece <= text.length);
      if (length === undefined) {
        without.push(pattern);
        continue;
      }
      let table = tables.get(length);
      if (table === undefined) {
        table = new RunTable();
        tables.set(length, table);
      }
      table.at(text.slice(0, length), () => ({ patterns: [], asked: 0 })).patterns.push(pattern);
    }
    this.#withoutPiece = without;
    this.#byPiece = [...tables.values()];
    return this.#byPiece;
  }
}

function longestText({ segments }: Pattern): string {
  let longest = '';
  for (const { atoms } of segments) {
    for (const atom of atoms)
      if (atom.kind === 'text' && atom.text.length > longest.length) longest = atom.text;
  }
  return longest;
}

function anyMatches(patterns: readonly Pattern[], text: string, from: number, variables: Variables): boolean {
  for (let i = 0; i < patterns.length; i++) {
    if (matches(patterns[i] as Pattern, text, from, variables)) return true;
  }
  return false;
}
