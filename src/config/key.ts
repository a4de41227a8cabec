/**
 * What is known of a configuration key beside its type: prose for the reference, and how a value
 * is read. Facts are attached to the zod schema of the key, so that `schema.ts` says everything once.
 */
import { z } from 'zod';

/**
 * How a value outside the range is treated: `clamp` to the nearer end, `lowest`, `default`,
 * `previous` (the running value on a reload, the default otherwise), or `error`.
 */
export type OutOfRange = 'clamp' | 'lowest' | 'default' | 'previous' | 'error';

/**
 * `reference-…`: as the reference coerces. `strict`: the written type or an error.
 * `opaque`: taken as it is, checked elsewhere.
 */
export type Reading =
  | 'reference-integer'
  | 'reference-flag'
  | 'reference-list'
  | 'reference-uri'
  | 'strict'
  | 'opaque';

export interface KeyFacts {
  /** What it does, and what a wrong choice costs. Markdown, whole sentences. */
  readonly text: string;
  readonly unit?: string;
  /** When a change of the file takes effect. */
  readonly effect: 'live' | 'restart' | 'next issue';
  /** Whose key it is: the reference component's, or our own. */
  readonly origin: 'reference' | 'deviceauthd';
  readonly reading: Reading;
  readonly outOfRange?: OutOfRange;
  /** A number of more than 32 bits counts as too high; otherwise as too low, as it does in the reference. */
  readonly overflow?: 'high';
}

const facts = z.registry<KeyFacts>();

/** Our own key: strict in type, clamped into its range with a warning. */
export function own<T extends z.ZodType>(schema: T, text: string, more: Partial<KeyFacts> = {}): T {
  return key(schema, {
    text,
    effect: 'live',
    origin: 'deviceauthd',
    reading: 'strict',
    outOfRange: 'clamp',
    ...more,
  });
}

/** A key of the reference component, with its name, default, range and coercion. */
export function reference<T extends z.ZodType>(
  schema: T,
  text: string,
  more: Partial<KeyFacts> & Pick<KeyFacts, 'reading'>,
): T {
  return key(schema, { text, effect: 'live', origin: 'reference', ...more });
}

function key<T extends z.ZodType>(schema: T, about: KeyFacts): T {
  const described = schema.describe(about.text);
  facts.add(described, about);
  return described;
}

/** A schema without its wrappers, and what was found on the way. */
export interface Unwrapped {
  readonly core: z.ZodType;
  readonly facts: KeyFacts | undefined;
  readonly required: boolean;
  /** Undefined when there is none. */
  readonly fallback: unknown;
}

export function unwrap(schema: z.ZodType): Unwrapped {
  let core = schema;
  let found: KeyFacts | undefined;
  let required = true;
  let fallback: unknown;
  for (;;) {
    found ??= facts.get(core);
    if (core instanceof z.ZodDefault || core instanceof z.ZodPrefault) {
      fallback ??= core.def.defaultValue;
      required = false;
      core = core.def.innerType as z.ZodType;
    } else if (core instanceof z.ZodOptional) {
      required = false;
      core = core.def.innerType as z.ZodType;
    } else if (core instanceof z.ZodPipe) {
      core = core.def.in as z.ZodType;
    } else {
      return { core, facts: found, required, fallback };
    }
  }
}

export function rangeOf(core: z.ZodNumber): { readonly min: number; readonly max: number } {
  return { min: core.minValue ?? Number.MIN_SAFE_INTEGER, max: core.maxValue ?? Number.MAX_SAFE_INTEGER };
}
