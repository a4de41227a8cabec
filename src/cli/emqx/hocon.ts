/**
 * HOCON as EMQX parses it, to a tree whose every value knows where it was written. Includes are read where they stand,
 * relative to the file that names them; substitutions see all files; of two values for a key the later one counts, and maps
 * are merged. Whatever is not understood is a `HoconError`: nothing is skipped.
 */
import { HoconError, keyPath, type Place, type Scalar, scan, type Token } from './hocon-tokens.ts';

export { HoconError, type Place } from './hocon-tokens.ts';

export type Value = ScalarValue | ListValue | Tree;

export interface ScalarValue {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly at: Place;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  readonly at: Place;
}

export interface Tree {
  readonly kind: 'tree';
  readonly fields: ReadonlyMap<string, Value>;
  readonly at: Place;
}

type Node =
  | ScalarValue
  | { readonly kind: 'array'; readonly items: readonly Node[]; readonly at: Place }
  | { readonly kind: 'object'; readonly fields: Map<string, Node[]>; readonly at: Place }
  | {
      readonly kind: 'variable';
      readonly path: readonly string[];
      readonly optional: boolean;
      readonly at: Place;
    }
  | { readonly kind: 'joined'; readonly parts: readonly Node[]; readonly at: Place };

type ObjectNode = Extract<Node, { kind: 'object' }>;

/** The text of an included file, or undefined when there is none. `from` is the file with the include. */
export type ReadInclude = (name: string, from: string) => Source | undefined;

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Later sources win. */
export function parseHocon(sources: readonly Source[], readInclude: ReadInclude = () => undefined): Tree {
  const root: ObjectNode = {
    kind: 'object',
    fields: new Map(),
    at: { file: sources[0]?.file ?? '', line: 1, column: 1 },
  };
  for (const source of sources) new Parser(source, readInclude, []).document(root);
  return new Evaluator(root).tree();
}

const DEEPEST = 64;

class Parser {
  readonly #tokens: readonly Token[];
  readonly #file: string;
  readonly #readInclude: ReadInclude;
  readonly #including: readonly string[];
  #next = 0;
  #depth = 0;

  constructor({ file, text }: Source, readInclude: ReadInclude, including: readonly string[]) {
    this.#tokens = scan(text, file);
    this.#file = file;
    this.#readInclude = readInclude;
    this.#including = [...including, file];
  }

  document(into: ObjectNode): void {
    const braced = this.#takes('{');
    this.#fields(into, braced ? '}' : undefined, true);
    const left = this.#peek();
    if (left !== undefined) throw new HoconError(left.at, 'something after the end of the document');
  }

  #fields(into: ObjectNode, end: '}' | undefined, outermost = false): void {
    this.#depth += 1;
    for (;;) {
      const token = this.#peek();
      if (token === undefined) {
        if (end !== undefined) throw new HoconError(this.#endPlace(), 'a { is not closed');
        break;
      }
      if (end !== undefined && this.#takes(end)) break;
      if (this.#depth > DEEPEST) throw new HoconError(token.at, 'nested too deeply');
      if (token.kind === 'include') this.#include(into, outermost);
      else this.#field(into);
      const comma = this.#takes(',');
      if (comma && end === undefined && this.#peek() === undefined)
        throw new HoconError(this.#endPlace(), 'a comma at the end of the file');
    }
    this.#depth -= 1;
  }

  #field(into: ObjectNode): void {
    const key = this.#peek();
    if (key === undefined || key.kind !== 'text')
      throw new HoconError(key?.at ?? this.#endPlace(), 'a key was expected here');
    this.#next += 1;
    const opens = isPunctuation(this.#peek(), '{');
    if (!opens && !this.#takes('=') && !this.#takes(':'))
      throw new HoconError(key.at, `= or : or { was expected after ${JSON.stringify(key.value)}`);
    const value = this.#value();
    const path = key.quoted ? [key.value] : keyPath(key.value);
    let target = into;
    for (const part of path.slice(0, -1)) {
      const child: ObjectNode = { kind: 'object', fields: new Map(), at: key.at };
      push(target, part, child);
      target = child;
    }
    push(target, path.at(-1) ?? '', { ...value, at: key.at });
  }

  #value(): Node {
    const first = this.#peek();
    if (first === undefined) throw new HoconError(this.#endPlace(), 'a value is missing');
    if (first.kind === 'literal') {
      this.#next += 1;
      return { kind: 'scalar', value: first.value, at: first.at };
    }
    const parts: Node[] = [];
    for (;;) {
      const part = this.#part(parts.length > 0);
      if (part === undefined) break;
      parts.push(part);
    }
    const [only] = parts;
    if (only === undefined) throw new HoconError(first.at, 'a value was expected here');
    return parts.length === 1 ? only : { kind: 'joined', parts, at: only.at };
  }

  /** One of the values that stand side by side and make one; undefined where the value ends. */
  #part(further: boolean): Node | undefined {
    const token = this.#peek();
    switch (token?.kind) {
      case 'text':
        if (isKey(this.#tokens[this.#next + 1])) return undefined;
        this.#next += 1;
        return { kind: 'scalar', value: token.value, at: token.at };
      case 'quantity':
        this.#next += 1;
        return { kind: 'scalar', value: token.value, at: token.at };
      case 'variable':
        this.#next += 1;
        return token;
      case 'punctuation':
        return this.#bracketed(token, further);
      default:
        return undefined;
    }
  }

  #bracketed(token: Token & { kind: 'punctuation' }, further: boolean): Node | undefined {
    const before = this.#tokens[this.#next - 1];
    // Two maps on different lines are two values.
    const apart = further && isPunctuation(before, '}') && before?.at.line !== token.at.line;
    if (token.text === '{' && !apart) {
      this.#next += 1;
      const object: ObjectNode = { kind: 'object', fields: new Map(), at: token.at };
      this.#fields(object, '}');
      return object;
    }
    if (token.text === '[') {
      this.#next += 1;
      return { kind: 'array', items: this.#items(token.at), at: token.at };
    }
    return undefined;
  }

  #items(start: Place): readonly Node[] {
    const items: Node[] = [];
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new HoconError(start, 'nested too deeply');
    while (!this.#takes(']')) {
      if (this.#peek() === undefined) throw new HoconError(start, 'this [ is not closed');
      items.push(this.#value());
      this.#takes(',');
    }
    this.#depth -= 1;
    return items;
  }

  #include(into: ObjectNode, outermost: boolean): void {
    const { at } = this.#peek() ?? { at: this.#endPlace() };
    this.#next += 1;
    let name = this.#peek();
    const required = name?.kind === 'required';
    if (required) {
      this.#next += 1;
      name = this.#peek();
    }
    if (name?.kind !== 'text')
      throw new HoconError(at, 'include must be followed by a file name in double quotes');
    this.#next += 1;
    const found = this.#readInclude(name.value, this.#file);
    if (found === undefined) {
      if (required) throw new HoconError(at, `there is no file ${name.value} to include`);
      return;
    }
    if (this.#including.includes(found.file)) throw new HoconError(at, `${name.value} includes itself`);
    const parser = new Parser(found, this.#readInclude, this.#including);
    // EMQX reads `${a}` as relative to the map that includes the file.
    const variable = parser.#tokens.find(({ kind }) => kind === 'variable');
    if (!outermost && variable !== undefined)
      throw new HoconError(
        variable.at,
        'a substitution in a file that is included inside a map is not understood here',
      );
    parser.document(into);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #takes(text: string): boolean {
    if (!isPunctuation(this.#peek(), text)) return false;
    this.#next += 1;
    return true;
  }

  #endPlace(): Place {
    return this.#tokens.at(-1)?.at ?? { file: this.#file, line: 1, column: 1 };
  }
}

function isPunctuation(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punctuation' && token.text === text;
}

function isKey(next: Token | undefined): boolean {
  return next?.kind === 'punctuation' && ['=', ':', '{'].includes(next.text);
}

function push(object: ObjectNode, key: string, node: Node): void {
  const before = object.fields.get(key);
  if (before === undefined) object.fields.set(key, [node]);
  else before.push(node);
}

class Evaluator {
  readonly #root: ObjectNode;
  readonly #under = new Set<Node>();

  constructor(root: ObjectNode) {
    this.#root = root;
  }

  tree(): Tree {
    return this.#object(this.#root);
  }

  #object(node: ObjectNode): Tree {
    const fields = new Map<string, Value>();
    for (const [key, nodes] of node.fields) {
      const value = this.#last(nodes);
      if (value !== undefined) fields.set(key, value);
    }
    return { kind: 'tree', fields, at: node.at };
  }

  /** What several assignments to one key come to. */
  #last(nodes: readonly Node[]): Value | undefined {
    let result: Value | undefined;
    for (const node of nodes) {
      const value = this.#value(node);
      if (value !== undefined) result = merged(result, value);
    }
    return result;
  }

  /** Undefined: an optional substitution of what is not there. */
  #value(node: Node): Value | undefined {
    switch (node.kind) {
      case 'scalar':
        return node;
      case 'array': {
        const items = node.items.map((item) => this.#value(item)).filter((item) => item !== undefined);
        return { kind: 'list', items, at: node.at };
      }
      case 'object':
        return this.#object(node);
      case 'variable':
        return this.#variable(node);
      case 'joined':
        return this.#joined(node);
    }
  }

  #variable(node: Node & { kind: 'variable' }): Value | undefined {
    const name = node.path.join('.');
    if (this.#under.has(node)) throw new HoconError(node.at, `\${${name}} stands for itself`);
    this.#under.add(node);
    try {
      const nodes = this.#lookUp(node);
      if (!isPlain(nodes, node.optional))
        throw new HoconError(
          node.at,
          `\${${name}} stands for what is put together elsewhere, of which EMQX may take a part`,
        );
      const value = this.#last(nodes);
      if (value !== undefined) return { ...value, at: node.at };
    } finally {
      this.#under.delete(node);
    }
    if (node.optional) return undefined;
    throw new HoconError(node.at, `there is no ${name}, which \${${name}} stands for`);
  }

  /** The assignments to a path, without evaluating the maps on the way to it. */
  #lookUp({ path, at }: Node & { kind: 'variable' }): readonly Node[] {
    let nodes: readonly Node[] = [this.#root];
    for (const part of path) {
      const objects = nodes.filter((node) => node.kind === 'object');
      if (objects.length !== nodes.length)
        throw new HoconError(at, `\${${path.join('.')}} leads through something that is not only a map`);
      nodes = objects.flatMap(({ fields }) => fields.get(part) ?? []);
    }
    return nodes;
  }

  #joined({ parts, at }: Node & { kind: 'joined' }): Value | undefined {
    const values = parts.map((part) => this.#value(part)).filter((value) => value !== undefined);
    const [first, ...rest] = values;
    if (first === undefined) return undefined;
    return rest.reduce<Value>((whole, value) => {
      if (whole.kind === 'tree' && value.kind === 'tree') return merged(whole, value);
      if (whole.kind === 'list' && value.kind === 'list')
        return { kind: 'list', items: [...whole.items, ...value.items], at };
      if (isText(whole) && isText(value))
        return { kind: 'scalar', value: `${whole.value}${value.value}`, at };
      throw new HoconError(at, 'values of different kinds stand side by side; is a key or a comma missing?');
    }, first);
  }
}

function isText(value: Value): value is ScalarValue & { value: string } {
  return value.kind === 'scalar' && typeof value.value === 'string';
}

/**
 * Whether EMQX takes for a substitution what one expects: a single value, or the last of several that are no maps. It resolves
 * in an order of its own, so that of a map in several places it sees the part that is ready.
 */
function isPlain(nodes: readonly Node[], optional: boolean): boolean {
  if (nodes.length > 1) return nodes.every(({ kind }) => kind === 'scalar');
  return nodes.every((node) => {
    if (node.kind === 'scalar') return true;
    if (node.kind === 'array') return node.items.every((item) => isPlain([item], optional));
    if (node.kind === 'object') return [...node.fields.values()].every((field) => isPlain(field, optional));
    return !optional;
  });
}

/** Maps are merged; a map of numbers changes the elements of a list; everything else takes the place of what was there. */
function merged(before: Value | undefined, after: Value): Value {
  if (after.kind !== 'tree' || before === undefined) return after;
  if (before.kind === 'tree') {
    const fields = new Map(before.fields);
    for (const [key, value] of after.fields) fields.set(key, merged(fields.get(key), value));
    return { kind: 'tree', fields, at: after.at };
  }
  if (before.kind === 'list' && [...after.fields.keys()].every(isIndex)) {
    const items = [...before.items];
    for (const [key, value] of after.fields) {
      const index = Number(key) - 1;
      if (index > items.length) throw new HoconError(value.at, `there is no element ${key}`);
      items[index] = merged(items[index], value);
    }
    return { kind: 'list', items, at: after.at };
  }
  return after;
}

export function isIndex(key: string): boolean {
  return /^[1-9]\d*$/.test(key);
}
