/**
 * Resource patterns of one operation and one effect: does any match a text?
 *
 * A pattern without wildcard is one hash look-up. Any other is found by what it begins with, up
 * to its first wildcard: literal runs by hash, one look-up for each length that occurs; variables
 * as edges between them, followed where the text has the session's value, so that a thousand
 * patterns beginning with `…${iot:Connection.Thing.ThingName}/` cost as much as one. Only patterns
 * whose whole beginning is in the text are matched further. A node of the index fixes the text
 * before it and so its place: each is visited once at most for one text.
 */
import type { Variables } from './glob.ts';
import { type Atom, type Pattern, pattern, segment } from './patterns.ts';
import { type RequestText, standsAt } from './request-text.ts';
import { Rests } from './rests.ts';
import { RunTable } from './run-table.ts';

/** Variables beyond this many at a pattern's beginning are left to the matcher. */
const DEEPEST = 8;

interface Bucket {
  /** The run is followed by a star and nothing else. */
  open: boolean;
  /** What follows the run, when that is neither a star alone nor begins with a variable. */
  readonly rests: Rests;
  readonly edges: { readonly name: string; readonly node: Node }[];
}

interface Node {
  /** The run ends the pattern. */
  readonly exact: RunTable<true>;
  readonly prefixes: RunTable<Bucket>;
}

function node(): Node {
  return { exact: new RunTable(), prefixes: new RunTable() };
}

function bucket(): Bucket {
  return { open: false, rests: new Rests(), edges: [] };
}

export class TextIndex {
  readonly #root = node();
  readonly #nodes: Node[] = [];
  readonly #places: number[] = [];

  add(added: Pattern): void {
    let at = this.#root;
    const [first, ...others] = added.segments;
    let atoms: readonly Atom[] = first?.atoms ?? [];
    for (let depth = 0; ; depth++) {
      const leading = atoms[0];
      const run = leading?.kind === 'text' ? leading.text : '';
      if (leading?.kind === 'text') atoms = atoms.slice(1);
      if (atoms.length === 0 && others.length === 0) {
        at.exact.at(run, () => true);
        return;
      }
      const place = at.prefixes.at(run, bucket);
      if (atoms.length === 0 && others.length === 1 && others[0]?.text === '') {
        place.open = true;
        return;
      }
      const next = atoms[0];
      if (next?.kind !== 'variable' || depth === DEEPEST) {
        place.rests.add(pattern([segment(atoms), ...others]));
        return;
      }
      atoms = atoms.slice(1);
      let edge = place.edges.find(({ name }) => name === next.name);
      if (edge === undefined) {
        edge = { name: next.name, node: node() };
        place.edges.push(edge);
      }
      at = edge.node;
    }
  }

  matches(request: RequestText, variables: Variables): boolean {
    const { text, length } = request;
    let at = this.#root;
    let from = 0;
    let waiting = 0;
    for (;;) {
      if (at.exact.find(request, from, length) !== undefined) return true;
      const { prefixes } = at;
      for (let i = prefixes.nextRun(request, from, length, 0); i >= 0; ) {
        const place = prefixes.found as Bucket;
        const to = from + (prefixes.lengths[i] as number);
        if (place.open || place.rests.match(request, to, variables)) return true;
        for (let j = 0; j < place.edges.length; j++) {
          const edge = place.edges[j] as Bucket['edges'][number];
          const value = variables.get(edge.name);
          if (value === undefined || !standsAt(value, text, to)) continue;
          this.#nodes[waiting] = edge.node;
          this.#places[waiting] = to + value.length;
          waiting++;
        }
        i = prefixes.nextRun(request, from, length, i + 1);
      }
      if (waiting === 0) return false;
      waiting--;
      at = this.#nodes[waiting] as Node;
      from = this.#places[waiting] as number;
    }
  }
}
