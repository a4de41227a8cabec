/** How configuration has policy check `deviceGroups`, and takes over what policy says. */
import type { Tree } from './document.ts';
import type { Problem, Problems } from './problem.ts';

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
  if (validate === undefined) return;
  try {
    for (const warning of listed(validate(groups), 'warnings')) {
      problems.warn(below(warning.path), warning.value, warning.rule);
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
