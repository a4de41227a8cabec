import { defineConfig } from 'vitest/config';

/** Unit, conformance and property tests run side by side; e2e starts real processes and gets more time. */
const factor = Number(process.env['DEVICEAUTHD_SOAK'] ?? '1');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000 * factor,
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
