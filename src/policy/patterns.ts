/**
 * The pattern language of the contract: `*` any run of any characters, `?` one code point, `\`
 * makes the next character literal, `${name}` a session variable whose value is literal text.
 *
 * A parsed pattern is a list of segments, which is what stands between its runs of stars: the
 * first is anchored at the beginning of the text, the last at its end. A text that does not parse
 * is `undefined`, and its grant must then deny (see grant-index.ts).
 */

export type Atom =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'variable'; readonly name: string };

export interface Segment {
  readonly atoms: readonly Atom[];
  /** The whole segment, where it is only text (perhaps none). */
  readonly text: string | undefined;
  /** It matches no text shorter than this, in UTF-16 units. */
  readonly minimum: number;
}

export interface Pattern {
  /** At least one; one fewer stars than segments. */
  readonly segments: readonly Segment[];
  /** The text it stands for, where it has no wildcard and no variable. */
  readonly literal: string | undefined;
  readonly minimum: number;
}

const ANY: Atom = { kind: 'any' };

export function segment(atoms: readonly Atom[]): Segment {
  let minimum = 0;
  let text: string | undefined = '';
  for (const atom of atoms) {
    if (atom.kind === 'text') minimum += atom.text.length;
    else if (atom.kind === 'any') minimum += 1;
    text = atom.kind === 'text' && text === '' ? atom.text : undefined;
  }
  return { atoms, text, minimum };
}

export function pattern(segments: readonly Segment[]): Pattern {
  let minimum = 0;
  for (const each of segments) minimum += each.minimum;
  const first = segments[0] as Segment;
  return { segments, literal: segments.length === 1 ? first.text : undefined, minimum };
}

/** No variable's name holds these; so `${` in a name cannot hide a mistake. */
const NOT_IN_NAMES = /[{}$*?\\]/;

/** `undefined`: not a pattern. Operations have no variables, there `${` is not a pattern. */
export function parsePattern(source: string, variables: 'variables' | 'no-variables'): Pattern | undefined {
  if (!source.isWellFormed()) return undefined;
  const segments: Segment[] = [];
  let atoms: Atom[] = [];
  let pieces = '';
  let from = 0;
  let i = 0;
  const endText = (): void => {
    pieces += source.slice(from, i);
    if (pieces !== '') atoms.push({ kind: 'text', text: pieces });
    pieces = '';
  };
  while (i < source.length) {
    switch (source[i]) {
      case '\\':
        if (i + 1 === source.length) return undefined;
        pieces += source.slice(from, i);
        from = i + 1;
        i += 2;
        break;
      case '*':
        endText();
        while (source[i] === '*') i++;
        from = i;
        segments.push(segment(atoms));
        atoms = [];
        break;
      case '?':
        endText();
        atoms.push(ANY);
        i++;
        from = i;
        break;
      case '$': {
        if (source[i + 1] !== '{') {
          i++;
          break;
        }
        const end = source.indexOf('}', i);
        const name = source.slice(i + 2, end);
        if (variables === 'no-variables' || end === -1 || name === '' || NOT_IN_NAMES.test(name)) {
          return undefined;
        }
        endText();
        atoms.push({ kind: 'variable', name });
        i = end + 1;
        from = i;
        break;
      }
      default:
        i++;
    }
  }
  endText();
  segments.push(segment(atoms));
  return pattern(segments);
}

/** Text that stands for itself in a pattern. */
export function escapeLiteral(text: string): string {
  return text.replace(/[*?\\]|\$(?=\{)/g, '\\$&');
}

/** Names of the variables of a pattern. */
export function variablesOf({ segments }: Pattern): Set<string> {
  const names = new Set<string>();
  for (const { atoms } of segments) {
    for (const atom of atoms) if (atom.kind === 'variable') names.add(atom.name);
  }
  return names;
}
