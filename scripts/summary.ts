/**
 * `summary.ts CHECKS_FAILED RESULTS…`: prints what failed and "N passed, N failed" from what one or more runs of vitest left
 * (scripts/results.ts), and exits 1 unless all is well with each.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { Results } from './results.ts';

/** As far as a list can be read: the output above has all. */
const LISTED = 50;

const [checksFailed = '0', ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(checksFailed);
for (const file of files) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    for (const failure of results.failures.slice(0, LISTED)) console.log(`FAILED ${failure}`);
    passed += results.passed;
    // A run in which nothing passed did not run.
    failed += results.passed > 0 ? results.failures.length : Math.max(1, results.failures.length);
  } catch {
    failed += 1;
  } finally {
    rmSync(file, { force: true });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
