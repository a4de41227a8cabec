/** What differs between two effective configurations, as paths of keys. */
import { isDeepStrictEqual } from 'node:util';
import { describeKeys } from './describe.ts';
import { joinPath } from './problem.ts';
import type { Configuration } from './schema.ts';

/** Each changed key once; `deviceGroups` as a whole; a listener that came or went by its name. */
export function changedPaths(before: Configuration, after: Configuration): readonly string[] {
  const paths: string[] = [];
  compare(before, after, '', paths);
  return paths;
}

/** Those of the paths whose new value waits for a restart of the daemon. */
export function needingRestart(paths: readonly string[]): readonly string[] {
  const fixed = describeKeys().filter((key) => key.facts.effect === 'restart');
  return paths.filter(
    (path) => /^(?:listeners|emqx)[.[]/.test(path) || fixed.some((key) => key.path === path),
  );
}

function compare(before: unknown, after: unknown, path: string, paths: string[]): void {
  if (isDeepStrictEqual(before, after)) return;
  if (path === 'deviceGroups' || !isSection(before) || !isSection(after)) {
    paths.push(path);
    return;
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(before[name], after[name], joinPath(path, name), paths);
  }
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
