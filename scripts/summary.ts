/** `summary.ts RESULTS CHECKS_FAILED`: prints "N passed, N failed" from vitest's JSON and exits 1 unless all is well. */
import { readFileSync, rmSync } from 'node:fs';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

const [file = '', checksFailed = '0'] = process.argv.slice(2);
let passed = 0;
let failed = Number(checksFailed);
try {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  passed = results.numPassedTests;
  // A suite that could not be loaded has no tests to count, but it failed.
  failed += Math.max(results.numFailedTests, results.success ? 0 : 1);
} catch {
  failed += 1;
} finally {
  rmSync(file, { force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
