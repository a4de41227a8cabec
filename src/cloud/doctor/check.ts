/** One thing that the cloud needs of this host, and what was found when it was looked at. Never a key, a PEM or a password. */

/** `warning`: it works now, and something is to be done about it. `skipped`: it was not tried. */
export type CheckOutcome = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Found {
  readonly outcome: CheckOutcome;
  /** What was seen. */
  readonly detail: string;
  /** What to do; empty where there is nothing. */
  readonly remedy: string;
}

export interface CheckResult extends Found {
  /** Such as `data-plane.tls`. */
  readonly name: string;
}

export interface Check {
  readonly name: string;
  /** Checks without which this one means nothing: it is skipped where one of them did not go well. */
  readonly needs?: readonly string[];
  /** Changes nothing, here and there. Ends when the signal is aborted. What it throws is told as a failure. */
  look(signal: AbortSignal): Promise<Found>;
}

export function ok(detail: string): Found {
  return { outcome: 'ok', detail, remedy: '' };
}

export function warning(detail: string, remedy: string): Found {
  return { outcome: 'warning', detail, remedy };
}

export function failed(detail: string, remedy: string): Found {
  return { outcome: 'failed', detail, remedy };
}

export function skipped(detail: string): Found {
  return { outcome: 'skipped', detail, remedy: '' };
}

/** A failure that is found in the middle of a look. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
