/** What part of the soak's cases CI takes, where a test names no other. */
const IN_CI = 2 / 100;

/** How many random cases a property test takes: 100,000 under `npm run soak`, and 2,000 otherwise. */
export function runs(): { readonly numRuns: number } {
  return { numRuns: 100_000 * (isSoak() ? 1 : IN_CI) };
}

/** For properties whose cases are long: this many under `npm run soak`, and a tenth otherwise. */
export function soakRuns(inSoak: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(inSoak / (isSoak() ? 1 : 10)) };
}

export function isSoak(): boolean {
  return process.env['DEVICEAUTHD_SOAK'] !== undefined;
}
