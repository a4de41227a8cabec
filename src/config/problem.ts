/**
 * What is said of a configuration that is not as it should be. A problem names the path, the value
 * and the rule. The value is safe to show: redacted where it could hold a secret, and short.
 */
import { distance } from 'fastest-levenshtein';
import { isSecretName, REDACTED, redactText } from '../telemetry/redact.ts';
import { sanitize } from '../telemetry/sanitize.ts';

export interface Problem {
  /** Such as `performance.maxActiveAuthTokens`; empty for the document as a whole. */
  readonly path: string;
  /** JSON, safe to show. */
  readonly value: unknown;
  readonly rule: string;
}

/** Collects problems; a hostile document cannot make more than a thousand of a kind. */
export class Problems {
  readonly #errors: Problem[] = [];
  readonly #warnings: Problem[] = [];

  get errors(): readonly Problem[] {
    return this.#errors;
  }

  get warnings(): readonly Problem[] {
    return this.#warnings;
  }

  /** So many warnings that one more would not be kept. */
  get crowded(): boolean {
    return this.#warnings.length > MOST;
  }

  error(path: string, value: unknown, rule: string): void {
    add(this.#errors, path, value, rule);
  }

  warn(path: string, value: unknown, rule: string): void {
    add(this.#warnings, path, value, rule);
  }
}

const MOST = 1000;

function add(list: Problem[], path: string, value: unknown, rule: string): void {
  if (list.length < MOST)
    list.push({ path: cleanPath(path), value: showValue(path, value), rule: cleanRule(rule) });
  else if (list.length === MOST)
    list.push({ path: '', value: null, rule: 'there are more problems than these' });
}

/** `a.b`, `a["strange key"]` or `a[0]`. */
export function joinPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  if (!/^[A-Za-z_$][A-Za-z0-9_$-]*$/.test(key)) return `${parent}[${JSON.stringify(sanitize(key, 80))}]`;
  return parent === '' ? key : `${parent}.${key.length > 80 ? `${key.slice(0, 80)}…` : key}`;
}

function cleanPath(path: string): string {
  return sanitize(redactText(path), 1000);
}

function cleanRule(rule: string): string {
  return sanitize(redactText(rule), 1000);
}

const LONGEST = 200;
const DEEPEST = 4;
const MOST_ITEMS = 20;

/** The value as it may be shown. */
export function showValue(path: string, value: unknown, depth = 0): unknown {
  const name = /([A-Za-z0-9_$-]+)(?:\[[0-9]+\]|"\])*$/.exec(path)?.[1] ?? '';
  if (value === undefined || value === null) return null;
  if (isSecretName(name)) return REDACTED;
  if (typeof value === 'string') return sanitize(redactText(value), LONGEST);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return value;
  if (depth >= DEEPEST) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ITEMS).map((item) => showValue(path, item, depth + 1));
    return value.length > MOST_ITEMS ? [...items, `… ${value.length - MOST_ITEMS} more`] : items;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MOST_ITEMS)
    .map(([key, inner]) => [sanitize(redactText(key), 80), showValue(key, inner, depth + 1)]);
  if (entries.length > MOST_ITEMS) shown.push(['…', `${entries.length - MOST_ITEMS} more`]);
  return Object.fromEntries(shown);
}

/** The known name that is most like the one given, without regard to case first. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const away = distance(wanted, candidate.toLowerCase());
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  return best;
}
