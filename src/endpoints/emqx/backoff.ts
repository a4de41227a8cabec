/** How long to wait before something is tried again: full jitter, 1 s at first and 30 s at last. Milliseconds. */
const FIRST_MS = 1_000;
const LAST_MS = 30_000;
/** Zero would be no pause at all. */
const LEAST_MS = 50;

/** `failures`: how many there were, the last one included. */
export function fullJitter(failures: number, random: () => number): number {
  return Math.max(LEAST_MS, random() * Math.min(LAST_MS, FIRST_MS * 2 ** (failures - 1)));
}
