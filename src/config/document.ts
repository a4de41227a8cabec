/**
 * Text to a plain tree: YAML 1.2, of which JSON is a part. Never throws. Duplicate keys, tags,
 * unknown or endless aliases, too much of anything and `__proto__` are errors with line and column.
 */
import type { Document, LineCounter as Lines, ParsedNode } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { joinPath, type Problems } from './problem.ts';

export const LARGEST_DOCUMENT = 8 * 1024 * 1024;
const MOST_VALUES = 1_000_000;
/** Aliases followed, those inside what an alias stands for included. */
const MOST_ALIASES = 1000;
const DEEPEST = 100;
const MOST_ERRORS = 20;

export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };

/** The root, or undefined when there are errors. An empty document is null. */
export function readDocument(text: string, problems: Problems): Tree | undefined {
  if (text.length > LARGEST_DOCUMENT) {
    problems.error('', null, `the document is larger than ${LARGEST_DOCUMENT} characters`);
    return undefined;
  }
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      // Ours below is linear; the library's is not.
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const faults = [...document.errors, ...document.warnings];
    for (const fault of faults.slice(0, MOST_ERRORS)) {
      problems.error('', null, `${place(lines, fault.pos[0])}: ${explain(fault.code, fault.message)}`);
    }
    if (faults.length > 0) return undefined;
    if (document.contents === null) return null;
    return new TreeBuilder(document, lines, problems).build(document.contents as ParsedNode);
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : String(error);
    problems.error('', null, `the document cannot be read: ${reason}`);
    return undefined;
  }
}

function explain(code: string, message: string): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'nested too deeply';
  if (code === 'MULTIPLE_DOCS') return 'the file must hold one document only';
  return message.split('\n')[0] ?? message;
}

function place(lines: Lines, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

class Unreadable extends Error {
  readonly path: string;

  constructor(path: string, rule: string) {
    super(rule);
    this.path = path;
  }
}

class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #lines: Lines;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #open = new Set<ParsedNode>();
  #values = 0;
  #aliases = 0;

  constructor(document: Document.Parsed, lines: Lines, problems: Problems) {
    this.#document = document;
    this.#lines = lines;
    this.#problems = problems;
  }

  build(root: ParsedNode): Tree | undefined {
    try {
      return this.#node(root, '', 0);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#problems.error(error.path, null, error.message);
      return undefined;
    }
  }

  #node(node: ParsedNode | null, path: string, depth: number): Tree {
    if (node === null) return null;
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new Unreadable(path, `more than ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new Unreadable(path, `${this.#at(node)}nested more than ${DEEPEST} deep`);
    if (isAlias(node)) return this.#alias(node, path, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
      throw new Unreadable(path, `${this.#at(node)}the tag ${node.tag} is not allowed`);
    }
    if (isScalar(node)) return scalar(node.value);
    this.#open.add(node);
    try {
      if (isSeq(node)) {
        return node.items.map((item, index) =>
          this.#node(item as ParsedNode, joinPath(path, index), depth + 1),
        );
      }
      if (isMap(node)) return this.#map(node.items as MapItems, path, depth);
    } finally {
      this.#open.delete(node);
    }
    throw new Unreadable(path, 'not a value');
  }

  #map(items: MapItems, path: string, depth: number): Tree {
    const seen = new Map<string, Tree>();
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value) : undefined;
      const at = key === null ? '' : this.#at(key);
      if (name === undefined) throw new Unreadable(path, `${at}a key must be text`);
      const inner = joinPath(path, name);
      if (name === '__proto__') throw new Unreadable(inner, `${at}this name is not allowed`);
      if (seen.has(name)) throw new Unreadable(inner, `${at}the key is there twice`);
      seen.set(name, this.#node(value, inner, depth + 1));
    }
    return Object.fromEntries(seen);
  }

  #alias(node: ParsedNode & { source: string }, path: string, depth: number): Tree {
    this.#aliases += 1;
    if (this.#aliases > MOST_ALIASES) throw new Unreadable(path, `more than ${MOST_ALIASES} aliases`);
    const target = this.#anchors.get(node.source);
    if (target === undefined)
      throw new Unreadable(path, `${this.#at(node)}no anchor &${node.source} before the alias`);
    if (this.#open.has(target))
      throw new Unreadable(path, `${this.#at(node)}the alias *${node.source} contains itself`);
    return this.#node(target, path, depth);
  }

  #at(node: ParsedNode): string {
    const offset = node.range[0];
    return this.#document.contents === null ? '' : `${place(this.#lines, offset)}: `;
  }
}

type MapItems = readonly { readonly key: ParsedNode | null; readonly value: ParsedNode | null }[];

const PLAIN_TAGS: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

function scalar(value: unknown): Tree {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : String(value);
}
