/**
 * Time as it truly passes, and how much of it a daemon may know of. Ages of what was confirmed are told as bounds:
 * - At least what passed. But once the wall clock was set back, the time that the daemon was down counts for nothing, nor does
 *   the minute before a kill, which its mark may be behind.
 * - At most what passed and every jump of the wall clock ahead since.
 */
import type { Clock } from '../../../src/clock.ts';

const LOST_TO_A_KILL = 60_000;

export interface Instant {
  readonly at: number;
  readonly running: number;
  readonly kills: number;
  readonly ahead: number;
}

export class TrustTimeline {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #down = 0;
  #kills = 0;
  #ahead = 0;
  #wasSetBack = false;

  /** @param clock that no process ends. */
  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  now(): Instant {
    const at = this.#clock.monotonic();
    return { at, running: at - this.#down, kills: this.#kills, ahead: this.#ahead };
  }

  /** The last so many milliseconds no daemon ran. */
  wasDown(milliseconds: number): void {
    this.#down += milliseconds;
  }

  isKilled(): void {
    this.#kills += 1;
  }

  wallMoves(milliseconds: number): void {
    if (milliseconds < 0) this.#wasSetBack = true;
    else this.#ahead += milliseconds;
  }

  leastAge(then: Instant, now: Instant = this.now()): number {
    if (!this.#wasSetBack) return now.at - then.at;
    return now.running - then.running - LOST_TO_A_KILL * (now.kills - then.kills);
  }

  mostAge(then: Instant): number {
    const now = this.now();
    return now.at - then.at + now.ahead - then.ahead;
  }
}
