import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ResultsReporter } from './scripts/results.ts';
import { isSoak } from './test/support/runs.ts';

/** What takes a second in CI takes a minute in the soak, so a test with random cases gives itself no limit of its own. */
const shared = { testTimeout: isSoak() ? 1_800_000 : 60_000, hookTimeout: 60_000, pool: 'forks' } as const;

/** The end-to-end suites that take a minute or more, most of it waiting: begun first, so that the others run meanwhile. */
const LONGEST = [
  'demo',
  'ca-rollover',
  'certificate-rotation',
  'fuzzed-daemon',
  'publish-deliver-subscribe',
  'daemon-killed',
  'token-cache-full',
  'broker-certificate',
  'cloud-killed',
  'memory',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.indexOf(basename(moduleId, '.test.ts'));
      return moduleId.includes('/e2e/') && index >= 0 ? index : LONGEST.length;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

/** Set by scripts/test, which sums up several runs. */
const results = process.env['DEVICEAUTHD_RESULTS'];

/**
 * A process runs one file after the other, as nothing in the sources outlives a test, and starting one for each takes a fifth
 * of the time. Unit, conformance and property tests keep a processor busy each. The end-to-end suite starts real processes and
 * waits for them: a few files at once keep the machine busy, and none of them is slowed so much that it shows.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: results === undefined ? ['default'] : ['default', new ResultsReporter(results)],
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          maxWorkers: 4,
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
