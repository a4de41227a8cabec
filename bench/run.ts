/**
 * `npm run bench [decisions|sessions|registry|grpc …]`: runs the named measurements, or all, and prints one table
 * each. Every part runs in a process of its own, so that none inherits the heap or the optimised code of another.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

const PARTS = ['decisions', 'sessions', 'registry', 'grpc'] as const;

interface Part {
  run(): Promise<readonly Row[]>;
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

const [first, ...rest] = process.argv.slice(2);
if (first === '--part') {
  const part = (await import(`./${rest[0]}.ts`)) as Part;
  print(rest[0] ?? '', await part.run());
} else {
  const wanted = first === undefined ? [...PARTS] : [first, ...rest];
  const unknown = wanted.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
    process.exit(2);
  }
  console.log(
    `Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`,
  );
  for (const name of wanted) {
    const args = [...process.execArgv, fileURLToPath(import.meta.url), '--part', name];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
