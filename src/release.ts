/** Which release this is. `date` is the earliest time at which it can be running (the clock rule); moved at each release. */
export const RELEASE = {
  version: '0.1.0',
  date: Date.UTC(2026, 10, 1),
} as const;
