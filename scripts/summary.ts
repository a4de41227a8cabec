/**
 * `summary.ts CHECKS_FAILED RESULTS…`: prints "N passed, N failed" from the JSON of one or more runs of vitest, and exits 1
 * unless all is well with each.
 */
import { readFileSync, rmSync } from 'node:fs';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
}

const [checksFailed = '0', ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(checksFailed);
for (const file of files) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    passed += results.numPassedTests;
    // A suite that could not be loaded has no tests to count, but it failed; so has a run in which nothing passed.
    const isWell = results.success && results.numPassedTests > 0;
    failed += Math.max(results.numFailedTests, isWell ? 0 : 1);
  } catch {
    failed += 1;
  } finally {
    rmSync(file, { force: true });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
