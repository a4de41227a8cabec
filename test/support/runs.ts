/** How many random cases a property test takes: 10,000, and ten times that under `npm run soak`. */
export function runs(): { readonly numRuns: number } {
  const factor = Number(process.env['DEVICEAUTHD_SOAK'] ?? '1');
  return { numRuns: 10_000 * factor };
}

/** For properties whose cases are long: this many under `npm run soak`, and a tenth otherwise. */
export function soakRuns(inSoak: number): { readonly numRuns: number } {
  const factor = Number(process.env['DEVICEAUTHD_SOAK'] ?? '1');
  return { numRuns: Math.ceil((inSoak * factor) / 10) };
}
