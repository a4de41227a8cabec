/** How much memory another process has for itself. */
import { readFileSync } from 'node:fs';
import { until } from './until.ts';

const CLOSE_KIB = 16;
const STEADY_LOOKS = 5;
const BETWEEN_LOOKS_MS = 200;

/** In KiB: pages it has written to and shares with nobody. */
export function privateDirty(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = /^Private_Dirty:\s+(\d+) kB/m.exec(rollup)?.[1];
  if (kib === undefined) throw new Error(`no Private_Dirty of ${pid}`);
  return Number(kib);
}

/** The same once it has come to rest: several looks in a row that differ by next to nothing. */
export async function settledPrivateDirty(pid: number): Promise<number> {
  const looks: number[] = [];
  let looked = Number.NEGATIVE_INFINITY;
  await until(
    'the memory is steady',
    () => {
      if (performance.now() - looked < BETWEEN_LOOKS_MS) return false;
      looked = performance.now();
      looks.push(privateDirty(pid));
      const last = looks.slice(-STEADY_LOOKS);
      return last.length === STEADY_LOOKS && Math.max(...last) - Math.min(...last) <= CLOSE_KIB;
    },
    30_000,
  );
  return looks.at(-1)!;
}
