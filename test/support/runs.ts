/** How many random cases a property test takes: 10,000, and ten times that under `npm run soak`. */
export function runs(): { readonly numRuns: number } {
  const factor = Number(process.env['DEVICEAUTHD_SOAK'] ?? '1');
  return { numRuns: 10_000 * factor };
}
