/** A configuration of EMQX as the checks ask it: by path, with the few notations that EMQX takes for one meaning. */
import { isIndex, type Place, type Tree, type Value } from './hocon.ts';

export class Settings {
  readonly #tree: Tree;
  readonly path: string;

  constructor(tree: Tree, path = '') {
    this.#tree = tree;
    this.path = path;
  }

  static of(value: Value | undefined, path: string): Settings | undefined {
    return value?.kind === 'tree' ? new Settings(value, path) : undefined;
  }

  get at(): Place {
    return this.#tree.at;
  }

  /** `ssl_options.verify`. */
  value(path: string): Value | undefined {
    let value: Value | undefined = this.#tree;
    for (const part of path.split('.')) value = value?.kind === 'tree' ? value.fields.get(part) : undefined;
    return value;
  }

  /** Scalars as text, everything else undefined: `true`, `5s`, `8883`. */
  text(path: string): string | undefined {
    const value = this.value(path);
    if (value?.kind !== 'scalar' || value.value === null) return undefined;
    return String(value.value);
  }

  flag(path: string): boolean | undefined {
    const text = this.text(path);
    return text === 'true' ? true : text === 'false' ? false : undefined;
  }

  /** Undefined too for what is written and is no duration. */
  milliseconds(path: string): number | undefined {
    const text = this.text(path);
    return text === undefined ? undefined : durationOf(text);
  }

  section(path: string): Settings | undefined {
    return Settings.of(this.value(path), this.key(path));
  }

  /** The maps below a path, by name. */
  sections(path: string): readonly (readonly [string, Settings])[] {
    const value = this.value(path);
    if (value?.kind !== 'tree') return [];
    return [...value.fields].flatMap(([name, child]) => {
      const section = Settings.of(child, `${this.key(path)}.${name}`);
      return section === undefined ? [] : [[name, section] as const];
    });
  }

  /** A list of maps; EMQX also takes a map of numbers for a list, and one map for a list of it. */
  list(path: string): readonly Settings[] | undefined {
    const value = this.value(path);
    if (value === undefined || value.kind === 'scalar') return undefined;
    const items =
      value.kind === 'list'
        ? value.items
        : [...value.fields.keys()].every(isIndex)
          ? [...value.fields].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item)
          : [value];
    return items.flatMap((item, index) => Settings.of(item, `${this.key(path)}[${index + 1}]`) ?? []);
  }

  /** Of every scalar below a path, keys in front: what a template is made of. */
  leaves(path: string): readonly string[] {
    const value = this.value(path);
    return value === undefined ? [] : leavesOf(value);
  }

  key(path: string): string {
    return this.path === '' ? path : `${this.path}.${path}`;
  }
}

function leavesOf(value: Value): readonly string[] {
  if (value.kind === 'scalar') return [String(value.value)];
  const children = value.kind === 'list' ? value.items : [...value.fields.values()];
  return children.flatMap((child) => leavesOf(child));
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(?:\d+(?:ms|[smhd]))+$/i.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhd])/gi))
    total += Number(count) * (UNITS[(unit ?? '').toLowerCase()] ?? 0);
  return total;
}
