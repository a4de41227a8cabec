/** Long work gives the event loop a turn between its slices, so that no device waits for it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
