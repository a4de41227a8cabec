/** When a certificate is renewed. */

const DAY_MS = 86_400_000;

export interface Life {
  /** When it was made: a certificate's notBefore is dated back. */
  readonly issuedAt: number;
  readonly notAfter: number;
}

/**
 * From this time on it is due: a day before its end, as the reference has it, but never before two thirds of its life, so that a
 * validity of a day or less is not renewed at every look (entries CE-011 to CE-014 of the conformance cases).
 */
export function rotationTime({ issuedAt, notAfter }: Life): number {
  return Math.max(notAfter - DAY_MS, issuedAt + Math.ceil(((notAfter - issuedAt) * 2) / 3));
}

/** Exactly at the time it is not yet due. */
export function isDue(life: Life, now: number): boolean {
  return now > rotationTime(life);
}
