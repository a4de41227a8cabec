import { defineConfig } from 'vitest/config';

const factor = Number(process.env['DEVICEAUTHD_SOAK'] ?? '1');

const shared = { testTimeout: 30_000 * factor, hookTimeout: 60_000, pool: 'forks' } as const;

/**
 * Unit, conformance and property tests keep a processor busy each. The end-to-end suite starts real processes and waits for
 * them: a few files at once keep the machine busy, and none of them is slowed so much that it shows.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
