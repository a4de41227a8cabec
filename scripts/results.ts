/** What a run of vitest says of itself to `scripts/summary.ts`, in a file. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

export interface Results {
  readonly passed: number;
  /** A line for each test that failed, for each block whose set-up or tear-down did, and for each file that could not be run. */
  readonly failures: readonly string[];
}

type Failure = readonly [where: string, errors: readonly { readonly message: string }[]];

export class ResultsReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): void {
    let passed = 0;
    const failures: Failure[] = modules.flatMap((module) => {
      const file = relative(process.cwd(), module.moduleId);
      const failed: Failure[] = [[file, module.errors()]];
      for (const suite of module.children.allSuites())
        failed.push([`${file} > ${suite.fullName}`, suite.errors()]);
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') failed.push([`${file} > ${test.fullName}`, errors]);
      }
      return failed.filter(([, errors]) => errors.length > 0);
    });
    if (unhandled.length > 0) failures.push(['outside of the tests', unhandled]);
    const lines = failures.map(([where, [error]]) => `${where}: ${error?.message.split('\n')[0]}`);
    writeFileSync(this.#file, JSON.stringify({ passed, failures: lines } satisfies Results));
  }
}
