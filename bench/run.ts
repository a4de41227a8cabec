/**
 * `npm run bench [decisions|sessions|registry|grpc|exhook|cloud|mosquitto …]`: runs the named measurements, or all, and prints one table
 * each. Every part runs in a process of its own, so that none inherits the heap or the optimised code of another.
 * `mosquitto` has parts of its own, and words that narrow them: see mosquitto.ts; `cloud` knows the words `--quick` and `2.1`, too.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isWord } from './mosquitto/plan.ts';
import { isMosquittoWord, partsOf } from './mosquitto.ts';
import type { Row } from './row.ts';

const PARTS = ['decisions', 'sessions', 'registry', 'grpc', 'exhook', 'cloud', 'mosquitto'] as const;

interface Part {
  run(words: readonly string[]): Promise<readonly Row[]>;
}

function format(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

function print(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.name.length));
  console.log(`\n${title}`);
  for (const row of rows) {
    const note = row.note === undefined ? '' : `  (${row.note})`;
    console.log(`  ${row.name.padEnd(width)}  ${format(row.value).padStart(12)} ${row.unit}${note}`);
  }
}

function runApart(words: readonly string[]): void {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--part', ...words];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

const words = process.argv.slice(2);
if (words[0] === '--part') {
  const [, name = '', ...rest] = words;
  const part = (await import(`./${name}.ts`)) as Part;
  const rows = await part.run(rest);
  if (rows.length > 0) print([name, ...rest].join(' '), rows);
} else {
  const named = PARTS.filter((part) => words.includes(part));
  const wanted = named.length > 0 ? named : PARTS;
  const unknown = words.filter(
    (word) =>
      !PARTS.some((part) => part === word) &&
      !(wanted.includes('mosquitto') && isMosquittoWord(word)) &&
      !(wanted.includes('cloud') && isWord(word)),
  );
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
    process.exit(2);
  }
  console.log(
    `Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
  );
  for (const name of wanted) {
    if (name === 'cloud') runApart([name, ...words.filter(isWord)]);
    else if (name !== 'mosquitto') runApart([name]);
    else for (const part of partsOf(words)) runApart([name, ...part]);
  }
}
