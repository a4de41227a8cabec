/**
 * EMQX's settings of the environment, from a file of `NAME=value` lines: `EMQX_LISTENERS__TCP__DEFAULT__ENABLE=false` is
 * `listeners.tcp.default.enable`. They win over every file of 5.1 and newer. Other variables are left alone.
 */
import { HoconError, type Place, parseHocon, type Tree, type Value } from './hocon.ts';

export interface EnvironmentSettings {
  readonly tree: Tree;
  /** `EMQX_SECURITY_PROFILE`. */
  readonly profile: string | undefined;
}

export function environmentSettings(text: string, file: string): EnvironmentSettings {
  const fields = new Map<string, Value>();
  let profile: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const at: Place = { file, line: index + 1, column: 1 };
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(trimmed);
    if (match === null) throw new HoconError(at, 'must be NAME=value');
    const [, name = '', raw = ''] = match;
    const value = /^(["'])(.*)\1$/.exec(raw)?.[2] ?? raw;
    if (name === 'EMQX_SECURITY_PROFILE') profile = value;
    const path = /^EMQX_([A-Z0-9_]+)$/i.exec(name)?.[1]?.toLowerCase().split('__');
    if (path === undefined || path.length < 2 || path.includes('')) continue;
    set(fields, path, settingOf(value, at), at);
  }
  return { tree: { kind: 'tree', fields, at: { file, line: 1, column: 1 } }, profile };
}

function set(fields: Map<string, Value>, path: readonly string[], value: Value, at: Place): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    fields.set(first, value);
    return;
  }
  const before = fields.get(first);
  const below = new Map(before?.kind === 'tree' ? before.fields : []);
  set(below, rest, value, at);
  fields.set(first, { kind: 'tree', fields: below, at });
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
