/**
 * EMQX's settings of the environment, from a file of `NAME=value` lines: `EMQX_LISTENERS__TCP__DEFAULT__ENABLE=false` is
 * `listeners.tcp.default.enable`. They win over every file of 5.1 and newer. As EMQX does it: in the order of their names, and each
 * takes the place of what was there, maps included. Other variables are left alone.
 */
import { HoconError, type Place, parseHocon, type Tree, type Value } from './hocon.ts';

export interface Overridden {
  readonly tree: Tree;
  /** `EMQX_SECURITY_PROFILE`. */
  readonly profile: string | undefined;
}

const PREFIX = 'EMQX_';

/** @param text of the file with the variables. */
export function overridden(tree: Tree, text: string, file: string): Overridden {
  const variables = variablesOf(text, file);
  let result: Value = tree;
  for (const name of [...variables.keys()].sort()) {
    const variable = variables.get(name);
    const path = pathOf(name);
    if (variable !== undefined && path.length > 0)
      result = put(result, path, settingOf(variable.value, variable.at), variable.at);
  }
  return {
    tree: result.kind === 'tree' ? result : tree,
    profile: variables.get('EMQX_SECURITY_PROFILE')?.value,
  };
}

interface Variable {
  readonly value: string;
  readonly at: Place;
}

/** Of two lines for a name the later one counts. */
function variablesOf(text: string, file: string): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const at: Place = { file, line: index + 1, column: 1 };
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(trimmed);
    if (match === null) throw new HoconError(at, 'must be NAME=value');
    const [, name = '', raw = ''] = match;
    found.set(name, { value: /^(["'])(.*)\1$/.exec(raw)?.[2] ?? raw, at });
  }
  return found;
}

/** Empty: none of EMQX's. The prefix is in capitals; how many underscores there are between two parts is all the same. */
function pathOf(name: string): readonly string[] {
  if (!name.startsWith(PREFIX)) return [];
  return name
    .slice(PREFIX.length)
    .toLowerCase()
    .split('__')
    .filter((part) => part !== '');
}

function put(before: Value | undefined, path: readonly string[], value: Value, at: Place): Value {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const isList =
    before === undefined || before.kind === 'list' || (before.kind === 'tree' && before.fields.size === 0);
  if (isList && /^-?\d+$/.test(first)) {
    const items = before?.kind === 'list' ? [...before.items] : [];
    const index = Number(first) - 1;
    if (index < 0 || index > items.length) throw new HoconError(at, `there is no element ${first}`);
    items[index] = put(items[index], rest, value, at);
    return { kind: 'list', items, at };
  }
  const fields = new Map(before?.kind === 'tree' ? before.fields : []);
  fields.set(first, put(fields.get(first), rest, value, at));
  return { kind: 'tree', fields, at };
}

/** HOCON where it is some, else the text itself: `0.0.0.0:8883` need not be quoted here. */
function settingOf(text: string, at: Place): Value {
  try {
    const value = parseHocon([{ file: at.file, text: `value = ${text}` }]).fields.get('value');
    if (value !== undefined) return withPlace(value, at);
  } catch (error) {
    if (!(error instanceof HoconError)) throw error;
  }
  return { kind: 'scalar', value: text, at };
}

function withPlace(value: Value, at: Place): Value {
  if (value.kind === 'scalar') return { ...value, at };
  if (value.kind === 'list') return { ...value, items: value.items.map((item) => withPlace(item, at)), at };
  return {
    ...value,
    fields: new Map([...value.fields].map(([key, field]) => [key, withPlace(field, at)] as const)),
    at,
  };
}
