/**
 * `summary.ts CHECKS_FAILED RESULTS…`: prints what failed and "N passed, N failed" from the JSON of one or more runs of vitest,
 * and exits 1 unless all is well with each.
 */
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** As far as a list can be read: the output above has all. */
const LISTED = 50;

/** A line for each test that failed, and for each file that could not be run. */
function failuresOf(results: Results): string[] {
  return results.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    const lines = tests.map((test) => `${test.fullName}: ${test.failureMessages[0]?.split('\n')[0]}`);
    if (status === 'failed' && lines.length === 0) lines.push(message.split('\n')[0] ?? '');
    return lines.map((line) => `FAILED ${relative(process.cwd(), name)} > ${line}`);
  });
}

const [checksFailed = '0', ...files] = process.argv.slice(2);
let passed = 0;
let failed = Number(checksFailed);
for (const file of files) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
    passed += results.numPassedTests;
    for (const line of failuresOf(results).slice(0, LISTED)) console.log(line);
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
