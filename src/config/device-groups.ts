/**
 * What configuration does with `deviceGroups`: it has policy check them, and warns of property
 * names that mean nothing. What they say is policy's business.
 */
import { z } from 'zod';
import type { Tree } from './document.ts';
import { unwrap } from './key.ts';
import { joinPath, nearest, type Problem, type Problems } from './problem.ts';
import { isMap } from './reader.ts';
import { deviceGroupsShape } from './schema.ts';

/**
 * Policy's check: throws what has `problems` (path, value, rule), and may answer something with
 * `warnings` of the same shape. Paths may begin with `deviceGroups` or below it.
 */
export type DeviceGroupsValidator = (deviceGroups: unknown) => unknown;

const ROOT = 'deviceGroups';

export function checkDeviceGroups(
  groups: Tree,
  validate: DeviceGroupsValidator | undefined,
  problems: Problems,
): void {
  warnOfUnknown(deviceGroupsShape, groups, ROOT, problems);
  if (validate === undefined) return;
  const said = new Set(problems.warnings.map((warning) => warning.path));
  try {
    for (const warning of listed(validate(groups), 'warnings')) {
      const path = below(warning.path);
      if (!said.has(path)) problems.warn(path, warning.value, warning.rule);
    }
  } catch (error) {
    const found = listed(error, 'problems');
    for (const problem of found) problems.error(below(problem.path), problem.value, problem.rule);
    if (found.length === 0) {
      problems.error(ROOT, null, error instanceof Error ? error.message : 'cannot be used');
    }
  }
}

function below(path: string): string {
  if (path === ROOT || path.startsWith(`${ROOT}.`) || path.startsWith(`${ROOT}[`)) return path;
  if (path === '') return ROOT;
  return path.startsWith('[') ? `${ROOT}${path}` : `${ROOT}.${path}`;
}

function listed(holder: unknown, name: 'problems' | 'warnings'): readonly Problem[] {
  if (typeof holder !== 'object' || holder === null) return [];
  const list = (holder as Readonly<Record<string, unknown>>)[name];
  if (!Array.isArray(list)) return [];
  return list.filter(isProblem);
}

function isProblem(item: unknown): item is Problem {
  if (typeof item !== 'object' || item === null) return false;
  return 'path' in item && typeof item.path === 'string' && 'rule' in item && typeof item.rule === 'string';
}

/** Property names are the language's, read without regard to case; names of groups, policies and statements are the operator's. */
function warnOfUnknown(schema: z.ZodType, value: Tree, path: string, problems: Problems): void {
  const { core } = unwrap(schema);
  if (!isMap(value)) return;
  if (core instanceof z.ZodRecord) {
    for (const [name, inner] of Object.entries(value)) {
      warnOfUnknown(core.valueType as z.ZodType, inner, joinPath(path, name), problems);
    }
  } else if (core instanceof z.ZodObject) {
    const shape = core.shape as Record<string, z.ZodType>;
    for (const [name, inner] of Object.entries(value)) {
      const known = Object.keys(shape).find((other) => other.toLowerCase() === name.toLowerCase());
      if (known !== undefined)
        warnOfUnknown(shape[known] as z.ZodType, inner, joinPath(path, name), problems);
      else if (!problems.crowded) {
        const near = nearest(name, Object.keys(shape)) ?? '';
        problems.warn(
          joinPath(path, name),
          inner,
          `unknown property, ignored; the nearest known name is ${near}`,
        );
      }
    }
  }
}
