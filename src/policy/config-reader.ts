/**
 * Reads untrusted, parsed configuration: property names without regard to case, as the reference
 * does, every problem collected with its path, nothing thrown. Only an object's own properties
 * count, so names such as `__proto__` and `constructor` are names like any other.
 */
import { distance } from 'fastest-levenshtein';

export interface PolicyProblem {
  /** Such as `deviceGroups.policies.p.s1.operations[0]`. */
  readonly path: string;
  /** As found, shortened; a list or an object is only named. */
  readonly value: string | number | boolean | null;
  /** What holds for this place, in words. */
  readonly rule: string;
}

/** Later problems are counted, not kept. */
const MOST = 1_000;
const LONGEST_SHOWN = 200;

export class Problems {
  readonly #kept: PolicyProblem[] = [];
  #count = 0;

  add(path: string, value: unknown, rule: string): void {
    this.#count++;
    if (this.#kept.length < MOST) this.#kept.push({ path, value: show(value), rule });
  }

  get count(): number {
    return this.#count;
  }

  get all(): readonly PolicyProblem[] {
    const more = this.#count - this.#kept.length;
    if (more === 0) return this.#kept;
    return [...this.#kept, { path: '', value: more, rule: 'so many more are not listed' }];
  }
}

function show(value: unknown): PolicyProblem['value'] {
  if (typeof value === 'string') {
    return value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (value === undefined) return null;
  if (Array.isArray(value)) return `(a list of ${value.length})`;
  return typeof value === 'object' ? '(an object)' : `(a ${typeof value})`;
}

export type Properties = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function join(path: string, name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(show(name))}]`;
}

export class ConfigReader {
  readonly problems = new Problems();
  readonly warnings = new Problems();

  /** The properties of an object by their known names; unknown ones are warnings. */
  properties<K extends string>(
    value: unknown,
    path: string,
    known: readonly K[],
  ): ReadonlyMap<K, unknown> | undefined {
    if (!isObject(value)) {
      this.problems.add(path, value, `must be an object with ${known.join(', ')}`);
      return undefined;
    }
    const found = new Map<K, unknown>();
    for (const name of Object.keys(value)) {
      const key = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
      if (key === undefined) {
        const nearest = known.find((candidate) => distance(candidate, name.slice(0, 64)) <= 3);
        const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`;
        this.warnings.add(join(path, name), value[name], `is not known and ignored${advice}`);
      } else if (found.has(key)) {
        this.problems.add(join(path, name), value[name], `${key} is given twice, in different case`);
      } else {
        found.set(key, value[name]);
      }
    }
    return found;
  }

  /** Name and value of each property of an object whose names are free. */
  entries(value: unknown, path: string, what: string): readonly (readonly [string, unknown])[] {
    if (isObject(value)) return Object.keys(value).map((name) => [name, value[name]] as const);
    this.problems.add(path, value, `must be an object: ${what} by name`);
    return [];
  }

  /** Text; numbers and booleans are read as text, as the reference reads them. */
  text(value: unknown, path: string): string | undefined {
    if (typeof value === 'number' || typeof value === 'boolean') {
      this.warnings.add(path, value, `is read as text, "${value}"; quote it`);
      return String(value);
    }
    if (typeof value !== 'string') {
      this.problems.add(path, value, 'must be text');
      return undefined;
    }
    if (!value.isWellFormed()) {
      this.problems.add(path, value, 'must be Unicode text, without lone surrogates');
      return undefined;
    }
    return value;
  }

  /** A list of text; absent is an empty list, and empty texts are skipped. */
  texts(value: unknown, path: string): readonly string[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problems.add(path, value, 'must be a list of text');
      return [];
    }
    const texts = new Set<string>();
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      if (item === '' || item === null || item === undefined) {
        this.warnings.add(`${path}[${i}]`, item, 'is empty and skipped');
        continue;
      }
      const text = this.text(item, `${path}[${i}]`);
      if (text !== undefined) texts.add(text);
    }
    return [...texts];
  }
}
