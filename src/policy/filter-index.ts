/**
 * Resource patterns of `mqtt:subscribe`, of one effect: does any match a valid MQTT filter that
 * covers a topic?
 *
 * Patterns are kept in a trie over their complete leading levels: text, `+`, or a variable alone.
 * A topic walks it along its own levels and along `+`. Patterns that go on with a wildcard inside
 * a level wait at the node they reach, by the text they go on with; only there is a pattern
 * simulated. Patterns that are not plain text up to the filter (`*`, `mqtt:*:x`) are simulated
 * for every topic. What no valid filter can be (`a+`, `#/a`) is not kept.
 */
import type { FilterSimulation } from './filter-simulation.ts';
import { type FilterPattern, filterPattern } from './filter-simulation.ts';
import type { Variables } from './glob.ts';
import { type Atom, type Pattern, pattern, type Segment, segment } from './patterns.ts';
import type { RequestText } from './request-text.ts';
import { RunTable } from './run-table.ts';
import type { TopicText } from './topic-text.ts';

export const FILTER = 'mqtt:topicfilter:';

/** Levels beyond this many are left to the simulation. */
const DEEPEST = 32;

interface Waiting {
  /** A star and nothing else follows the run. */
  open: boolean;
  readonly patterns: FilterPattern[];
}

/** Levels before it are matched, with the slash behind them. */
interface Node {
  /** A pattern ended with the level before. */
  ends: boolean;
  /** A pattern goes on with `#` and ends. */
  hash: boolean;
  /** A pattern goes on with a star and ends. */
  open: boolean;
  plus: Node | undefined;
  levels: RunTable<Node> | undefined;
  readonly edges: { readonly name: string; readonly node: Node }[];
  /** By text that stands in the level literally. */
  runs: RunTable<Waiting> | undefined;
  readonly others: FilterPattern[];
}

function node(): Node {
  return {
    ends: false,
    hash: false,
    open: false,
    plus: undefined,
    levels: undefined,
    edges: [],
    runs: undefined,
    others: [],
  };
}

export class FilterIndex {
  readonly #root = node();
  readonly #general: FilterPattern[] = [];
  /** Patterns with a variable for a whole level, and the names of those variables. */
  readonly #withEdges: Pattern[] = [];
  readonly #edgeNames: string[] = [];
  readonly #all: Pattern[] = [];
  #allWhole: readonly FilterPattern[] | undefined;
  #withEdgesWhole: readonly FilterPattern[] | undefined;
  readonly #nodes: Node[] = [];
  readonly #levels: number[] = [];

  add(added: Pattern): void {
    const [first, ...others] = added.segments as [Segment, ...Segment[]];
    const lead = first.atoms[0]?.kind === 'text' ? first.atoms[0].text : '';
    if (!lead.startsWith(FILTER)) {
      if (!FILTER.startsWith(lead) || added.literal !== undefined) return;
      this.#all.push(added);
      if (first.text === lead && others.length === 1 && others[0]?.text === '') this.#root.open = true;
      else this.#general.push(filterPattern(added, FILTER));
      return;
    }
    this.#all.push(added);
    const rest = lead.slice(FILTER.length);
    this.#insert(added, rest === '' ? first.atoms.slice(1) : [text(rest), ...first.atoms.slice(1)], others);
  }

  matches(
    request: RequestText,
    topic: TopicText,
    variables: Variables,
    anyCharacter: boolean,
    simulation: FilterSimulation,
  ): boolean {
    if (topic.share && topic.count > 1) return false;
    if (topic.extreme) {
      this.#allWhole ??= this.#all.map((each) => filterPattern(each, FILTER));
      return anyCovers(this.#allWhole, 0, topic, variables, anyCharacter, simulation);
    }
    if (this.#edgeNames.length > 0 && this.#hasSpecialValue(variables)) {
      this.#withEdgesWhole ??= this.#withEdges.map((each) => filterPattern(each, FILTER));
      if (anyCovers(this.#withEdgesWhole, 0, topic, variables, anyCharacter, simulation)) return true;
    }
    if (this.#walk(request, topic, variables, anyCharacter, simulation)) return true;
    return anyCovers(this.#general, 0, topic, variables, anyCharacter, simulation);
  }

  #insert(added: Pattern, leading: readonly Atom[], others: readonly Segment[]): void {
    let atoms = leading;
    let at = this.#root;
    for (let depth = 0; ; depth++) {
      const lead = atoms[0]?.kind === 'text' ? atoms[0].text : '';
      const slash = lead.indexOf('/');
      const ends = others.length === 0 && atoms.length === (lead === '' ? 0 : 1) && slash === -1;
      if (depth < DEEPEST && (slash >= 0 || ends)) {
        const level = ends ? lead : lead.slice(0, slash);
        if (level === '#' && ends) {
          at.hash = true;
          return;
        }
        if (level !== '+' && /[+#]/.test(level)) return;
        at = level === '+' ? this.#plus(at) : this.#level(at, level);
        if (ends) {
          at.ends = true;
          return;
        }
        atoms = after(atoms, slash + 1);
        continue;
      }
      const variable = atoms[0];
      const next = atoms[1];
      const alone = atoms.length === 1 && others.length === 0;
      const slashed = next?.kind === 'text' && next.text.startsWith('/');
      if (depth < DEEPEST && variable?.kind === 'variable' && (alone || slashed)) {
        at = this.#edge(at, variable.name, added);
        if (alone) {
          at.ends = true;
          return;
        }
        atoms = after(atoms.slice(1), 1);
        continue;
      }
      this.#wait(at, atoms, others);
      return;
    }
  }

  #plus(at: Node): Node {
    at.plus ??= node();
    return at.plus;
  }

  #level(at: Node, level: string): Node {
    at.levels ??= new RunTable();
    return at.levels.at(level, node);
  }

  #edge(at: Node, name: string, added: Pattern): Node {
    if (!this.#edgeNames.includes(name)) this.#edgeNames.push(name);
    if (this.#withEdges.at(-1) !== added) this.#withEdges.push(added);
    let edge = at.edges.find((other) => other.name === name);
    if (edge === undefined) {
      edge = { name, node: node() };
      at.edges.push(edge);
    }
    return edge.node;
  }

  /** The pattern goes on with a wildcard, or something else the trie does not know. */
  #wait(at: Node, atoms: readonly Atom[], others: readonly Segment[]): void {
    const lead = atoms[0]?.kind === 'text' ? atoms[0].text : '';
    const star = others.length === 1 && others[0]?.text === '';
    if (atoms.length === 0 && star) {
      at.open = true;
      return;
    }
    const rest = filterPattern(pattern([segment(atoms), ...others]), '');
    if (lead === '' || /[+#/]/.test(lead)) {
      at.others.push(rest);
      return;
    }
    at.runs ??= new RunTable();
    const waiting = at.runs.at(lead, () => ({ open: false, patterns: [] }));
    if (atoms.length === 1 && star) waiting.open = true;
    else waiting.patterns.push(rest);
  }

  #walk(
    request: RequestText,
    topic: TopicText,
    variables: Variables,
    anyCharacter: boolean,
    simulation: FilterSimulation,
  ): boolean {
    let at = this.#root;
    let level = 0;
    let waiting = 0;
    for (;;) {
      if (level === topic.count) {
        if (at.ends) return true;
        // The filter may go on with `/#`: it covers its parent too.
        if (!topic.share) {
          if (at.hash || at.open) return true;
          if (anyCovers(at.others, level, topic, variables, anyCharacter, simulation)) return true;
        }
      } else {
        const start = topic.starts[level] as number;
        const end = topic.ends[level] as number;
        const literal = anyCharacter || topic.plain[level] === 1;
        const wild = level > 0 || !topic.dollar;
        if (wild && (at.hash || at.open)) return true;
        if (literal) {
          if (at.open) return true;
          const { runs, levels, edges } = at;
          if (runs !== undefined) {
            for (let i = runs.nextRun(request, start, end, 0); i >= 0; ) {
              const found = runs.found as Waiting;
              if (
                found.open ||
                anyCovers(found.patterns, level, topic, variables, anyCharacter, simulation)
              ) {
                return true;
              }
              i = runs.nextRun(request, start, end, i + 1);
            }
          }
          const next = levels?.find(request, start, end);
          if (next !== undefined) {
            this.#nodes[waiting] = next;
            this.#levels[waiting++] = level + 1;
          }
          for (let i = 0; i < edges.length; i++) {
            const edge = edges[i] as Node['edges'][number];
            const value = variables.get(edge.name);
            if (value?.length !== end - start || !topic.text.startsWith(value, start)) continue;
            this.#nodes[waiting] = edge.node;
            this.#levels[waiting++] = level + 1;
          }
        }
        if (wild && at.plus !== undefined) {
          this.#nodes[waiting] = at.plus;
          this.#levels[waiting++] = level + 1;
        }
        if (anyCovers(at.others, level, topic, variables, anyCharacter, simulation)) return true;
      }
      if (waiting === 0) return false;
      waiting--;
      at = this.#nodes[waiting] as Node;
      level = this.#levels[waiting] as number;
    }
  }

  #hasSpecialValue(variables: Variables): boolean {
    for (let i = 0; i < this.#edgeNames.length; i++) {
      const value = variables.get(this.#edgeNames[i] as string);
      if (value !== undefined && (value.includes('/') || value.includes('+') || value.includes('#')))
        return true;
    }
    return false;
  }
}

function text(value: string): Atom {
  return { kind: 'text', text: value };
}

/** The atoms without the first `count` units of the first, which is text. */
function after(atoms: readonly Atom[], count: number): readonly Atom[] {
  const lead = atoms[0]?.kind === 'text' ? atoms[0].text.slice(count) : '';
  return lead === '' ? atoms.slice(1) : [text(lead), ...atoms.slice(1)];
}

function anyCovers(
  patterns: readonly FilterPattern[],
  level: number,
  topic: TopicText,
  variables: Variables,
  anyCharacter: boolean,
  simulation: FilterSimulation,
): boolean {
  for (let i = 0; i < patterns.length; i++) {
    if (simulation.covers(topic, level, patterns[i] as FilterPattern, variables, anyCharacter)) return true;
  }
  return false;
}
