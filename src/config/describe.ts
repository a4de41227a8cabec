/** The keys of the schema as a list: for the docs, for names, and for what needs a restart. */
import { z } from 'zod';
import { type KeyFacts, rangeOf, unwrap } from './key.ts';
import { configurationSchema } from './schema.ts';

export interface KeyDescription {
  /** `<name>` stands for any name in a map. */
  readonly path: string;
  readonly name: string;
  readonly facts: KeyFacts;
  readonly type: string;
  readonly range: string | undefined;
  /** Undefined when there is none: `required` tells which kind of none. */
  readonly fallback: unknown;
  readonly required: boolean;
}

export function describeKeys(schema: z.ZodType = configurationSchema, path = ''): readonly KeyDescription[] {
  const { core, facts, fallback, required } = unwrap(schema);
  if (facts !== undefined) {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return [{ path, name, facts, ...typeOf(core), fallback, required }];
  }
  if (core instanceof z.ZodObject) {
    return Object.entries(core.shape as Record<string, z.ZodType>).flatMap(([name, inner]) =>
      describeKeys(inner, path === '' ? name : `${path}.${name}`),
    );
  }
  if (core instanceof z.ZodRecord) return describeKeys(core.valueType as z.ZodType, `${path}.<name>`);
  if (core instanceof z.ZodUnion)
    return distinct(core.options.flatMap((option) => describeKeys(option as z.ZodType, path)));
  return [];
}

function distinct(keys: readonly KeyDescription[]): readonly KeyDescription[] {
  return [...new Map(keys.map((key) => [key.path, key])).values()];
}

function typeOf(core: z.ZodType): { readonly type: string; readonly range: string | undefined } {
  if (core instanceof z.ZodNumber) {
    const { min, max } = rangeOf(core);
    return { type: 'whole number', range: `${min} to ${max}` };
  }
  if (core instanceof z.ZodBoolean) return { type: 'true or false', range: undefined };
  if (core instanceof z.ZodEnum) return { type: 'name', range: core.options.join(', ') };
  if (core instanceof z.ZodArray) {
    const element = typeOf(core.element as z.ZodType);
    return { type: `list of ${element.type === 'name' ? 'names' : 'text'}`, range: element.range };
  }
  return { type: core instanceof z.ZodRecord ? 'map' : 'text', range: undefined };
}
