/**
 * Holds a document against the schema, key by key: coerces and clamps as each key's facts say,
 * warns of unknown names, and collects errors. What it returns is valid input of the schema, with
 * wrong values left out so that their defaults apply.
 */
import { z } from 'zod';
import { coerceFlag, coerceInteger, coerceList } from './coerce.ts';
import type { Tree } from './document.ts';
import { type KeyFacts, rangeOf, unwrap } from './key.ts';
import { NameFinder } from './names.ts';
import { joinPath, nearest, type Problems } from './problem.ts';

type Map = { readonly [key: string]: Tree };

export function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Reader {
  readonly #problems: Problems;
  #names: NameFinder | undefined;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** `running` is the effective value in force at this path, undefined at a first load. */
  read(schema: z.ZodType, raw: Tree | undefined, path: string, running: unknown): unknown {
    const { core, facts, fallback } = unwrap(schema);
    if (raw === undefined || raw === null)
      return core instanceof z.ZodObject ? this.#object(core, {}, path, running) : undefined;
    if (facts === undefined || facts.reading === 'strict')
      return this.#strict(core, facts, raw, path, running);
    switch (facts.reading) {
      case 'opaque':
        if (isMap(raw)) return raw;
        return this.#wrongType(path, raw, 'a map');
      case 'reference-integer':
        return this.#referenceInteger(core, facts, raw, path, running ?? fallback);
      case 'reference-flag':
        return this.#referenceFlag(raw, path);
      case 'reference-list':
        return this.#referenceList(core, raw, path);
      case 'reference-uri':
        return this.#referenceUri(core, raw, path);
    }
  }

  #strict(core: z.ZodType, facts: KeyFacts | undefined, raw: Tree, path: string, running: unknown): unknown {
    if (core instanceof z.ZodObject) return this.#section(core, raw, path, running);
    if (core instanceof z.ZodRecord) return this.#record(core, raw, path);
    if (core instanceof z.ZodUnion) return this.#listener(core, raw, path);
    if (core instanceof z.ZodArray) return this.#list(core, raw, path);
    if (core instanceof z.ZodNumber) return this.#number(core, facts, raw, path);
    if (core instanceof z.ZodEnum) return this.#choice(core, raw, path);
    const checked = core.safeParse(raw);
    if (checked.success) return checked.data;
    this.#problems.error(path, raw, ruleOf(core, checked.error));
    return undefined;
  }

  #section(core: z.ZodObject, raw: Tree, path: string, running: unknown): unknown {
    return isMap(raw) ? this.#object(core, raw, path, running) : this.#wrongType(path, raw, 'a map');
  }

  #object(core: z.ZodObject, raw: Map, path: string, running: unknown): Record<string, unknown> {
    const shape = core.shape as Record<string, z.ZodType>;
    for (const name of Object.keys(raw)) {
      if (!Object.hasOwn(shape, name)) this.#unknown(path, name, raw[name], Object.keys(shape));
    }
    const result: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(shape)) {
      const here = joinPath(path, name);
      const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
      if ((given === undefined || given === null) && isOptionalObject(inner)) continue;
      const value = this.read(inner, given, here, isMap(running) ? running[name] : undefined);
      if (value !== undefined) result[name] = value;
      else if ((given === undefined || given === null) && unwrap(inner).required) {
        this.#problems.error(here, null, 'is required');
      }
    }
    return result;
  }

  #unknown(path: string, name: string, value: Tree | undefined, siblings: readonly string[]): void {
    if (this.#problems.crowded) return;
    const near = nearest(name, siblings);
    this.#names ??= new NameFinder();
    const suggestion = this.#names.elsewhere(name) ?? (near === undefined ? undefined : joinPath(path, near));
    const hint = suggestion === undefined ? '' : `; the nearest known name is ${suggestion}`;
    this.#problems.warn(joinPath(path, name), value, `unknown key, ignored${hint}`);
  }

  /** An entry with an error in it is left out as a whole: half a listener is worse than none. */
  #record(core: z.ZodRecord, raw: Tree, path: string): unknown {
    if (!isMap(raw)) return this.#wrongType(path, raw, 'a map');
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(raw)) {
      const here = joinPath(path, name);
      const before = this.#problems.errors.length;
      const named = (core.keyType as z.ZodType).safeParse(name);
      if (!named.success) this.#problems.error(here, name, `the name ${messageOf(named.error)}`);
      const inner = this.read(core.valueType as z.ZodType, value ?? {}, here, undefined);
      if (this.#problems.errors.length === before && inner !== undefined) result[name] = inner;
    }
    return result;
  }

  /** The one union there is: a Unix socket or a TCP port. */
  #listener(core: z.ZodUnion, raw: Tree, path: string): unknown {
    const [unix, tcp] = core.options as [z.ZodObject, z.ZodObject];
    if (!isMap(raw)) return this.#wrongType(path, raw, 'a map');
    const isUnix = Object.hasOwn(raw, 'socket');
    const isTcp = Object.hasOwn(raw, 'host') || Object.hasOwn(raw, 'port');
    if (isUnix === isTcp) {
      this.#problems.error(path, raw, 'must have either socket, or host and port');
      return undefined;
    }
    return this.#object(isUnix ? unix : tcp, raw, path, undefined);
  }

  #list(core: z.ZodArray, raw: Tree, path: string): unknown {
    if (!Array.isArray(raw)) return this.#wrongType(path, raw, 'a list');
    const before = this.#problems.errors.length;
    const items = raw.map((item: Tree, index) => {
      const here = joinPath(path, index);
      if (item === null) this.#problems.error(here, null, 'must not be null');
      return this.read(core.element as z.ZodType, item, here, undefined);
    });
    if (this.#problems.errors.length > before) return undefined;
    const checked = core.safeParse(items);
    if (checked.success) return items;
    this.#problems.error(path, raw, ruleOf(core, checked.error));
    return undefined;
  }

  #number(core: z.ZodNumber, facts: KeyFacts | undefined, raw: Tree, path: string): unknown {
    if (typeof raw !== 'number' || Number.isNaN(raw)) return this.#wrongType(path, raw, 'a whole number');
    const range = rangeOf(core);
    const within = Math.min(Math.max(raw, range.min), range.max);
    if (facts?.outOfRange === 'error') {
      if (within === raw && Number.isInteger(raw)) return raw;
      this.#problems.error(path, raw, `must be a whole number from ${range.min} to ${range.max}`);
      return undefined;
    }
    if (within !== raw) {
      this.#problems.warn(path, raw, `must be ${range.min} to ${range.max}; ${within} is used`);
      return within;
    }
    return Number.isInteger(raw) ? raw : this.#wrongType(path, raw, 'a whole number');
  }

  #choice(core: z.ZodEnum, raw: Tree, path: string): unknown {
    const options = core.options as readonly string[];
    if (typeof raw === 'string' && options.includes(raw)) return raw;
    const near = typeof raw === 'string' ? nearest(raw, options) : undefined;
    const hint = near === undefined ? '' : `; the nearest is ${near}`;
    this.#problems.error(path, raw, `must be one of ${options.join(', ')}${hint}`);
    return undefined;
  }

  #referenceInteger(core: z.ZodType, facts: KeyFacts, raw: Tree, path: string, kept: unknown): unknown {
    const read = coerceInteger(raw);
    if (read === undefined || !(core instanceof z.ZodNumber))
      return this.#wrongType(path, raw, 'a whole number');
    const { min, max } = rangeOf(core);
    if (read.value >= min && read.value <= max) {
      if (!read.exact) this.#problems.warn(path, raw, `is not a whole number; read as ${read.value}`);
      return read.value;
    }
    const counted = read.overflow === 'above' && facts.overflow === 'high' ? max + 1 : read.value;
    const used = replacement(facts, counted, min, max, kept);
    const why = read.overflow === undefined ? '' : ' and fit 32 bits';
    this.#problems.warn(path, raw, `must be ${min} to ${max}${why}; ${used ?? 'the default'} is used`);
    return used;
  }

  #referenceFlag(raw: Tree, path: string): unknown {
    const read = coerceFlag(raw);
    if (read === undefined) return this.#wrongType(path, raw, 'true or false');
    if (!read.exact) this.#problems.warn(path, raw, `must be true or false; read as ${read.value}`);
    return read.value;
  }

  #referenceList(core: z.ZodType, raw: Tree, path: string): unknown {
    const items = coerceList(raw);
    if (items === undefined || !(core instanceof z.ZodArray))
      return this.#wrongType(path, raw, 'a list of names');
    const [first, ...rest] = items;
    if (first === undefined) return undefined;
    if (rest.length > 0) this.#problems.warn(path, raw, `only the first entry, ${first}, is used`);
    const before = this.#problems.errors.length;
    const value = this.#choice(core.element as z.ZodEnum, first, path);
    return this.#problems.errors.length > before ? undefined : [value];
  }

  #referenceUri(core: z.ZodType, raw: Tree, path: string): unknown {
    if (typeof raw === 'object') return this.#wrongType(path, raw, 'a URI');
    const text = String(raw);
    if (text.trim() === '') return undefined;
    const checked = core.safeParse(text);
    if (checked.success) return text;
    this.#problems.error(path, raw, ruleOf(core, checked.error));
    return undefined;
  }

  #wrongType(path: string, raw: Tree, wanted: string): undefined {
    this.#problems.error(path, raw, `must be ${wanted}, not ${typeName(raw)}`);
    return undefined;
  }
}

function replacement(
  facts: KeyFacts,
  value: number,
  min: number,
  max: number,
  kept: unknown,
): number | undefined {
  switch (facts.outOfRange) {
    case 'previous':
      return typeof kept === 'number' ? kept : undefined;
    case 'default':
      return undefined;
    case 'lowest':
      return min;
    default:
      return value < min ? min : max;
  }
}

function isOptionalObject(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional && unwrap(schema).core instanceof z.ZodObject;
}

function ruleOf(core: z.ZodType, error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue?.code === 'invalid_type')
    return `must be ${core instanceof z.ZodBoolean ? 'true or false' : 'text: put it in quotes'}`;
  return messageOf(error);
}

function messageOf(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'is not valid';
}

function typeName(value: Tree): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}
