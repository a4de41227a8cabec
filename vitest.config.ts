import { defineConfig } from 'vitest/config';

/** Unit, conformance and property tests run side by side; e2e starts real processes and gets more time. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    reporters: process.env['CI'] ? ['default'] : ['default'],
  },
});
