/** What a unit with its drop-ins says, and what its system call filter comes to. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SYSTEMD = fileURLToPath(new URL('../../../systemd', import.meta.url));

/** The values of a key, in order, as in the files; an empty one takes back those before it. */
export function values(files: readonly string[], key: string): readonly string[] {
  const found = files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
  return found.slice(found.lastIndexOf('') + 1);
}

/**
 * The names of the calls a filter lets through: the first line says whether it lists what is allowed, the following
 * ones add to that or, with `~`, take away. What every service may do is in it (systemd.exec(5)).
 */
export function allowedCalls(files: readonly string[]): readonly string[] {
  const [first = '', ...rest] = values(files, 'SystemCallFilter');
  if (first === '' || first.startsWith('~')) throw new Error('the filter does not list what is allowed');
  const allowed = new Set(['@default', ...first.split(' ')].flatMap(calls));
  for (const line of rest) {
    const names = line.replace(/^~/, '').split(' ').flatMap(calls);
    for (const name of names) {
      if (line.startsWith('~')) allowed.delete(name);
      else allowed.add(name);
    }
  }
  return [...allowed];
}

function calls(name: string): readonly string[] {
  if (!name.startsWith('@')) return [name];
  const text = execFileSync('systemd-analyze', ['--no-pager', 'syscall-filter', name], { encoding: 'utf8' });
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(calls);
}
