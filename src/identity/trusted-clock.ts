/**
 * The clock rule. Always true:
 * - `now()` is the later of the wall clock and the high-water mark; the mark advances with the
 *   monotonic clock and is kept across restarts, so that setting the wall clock back revives
 *   nothing. Down for a week and started with a clock of 1970, `now()` is the mark.
 * - `trustNow()`, on which trust records are dated, never goes back at all, not even by `accept()`:
 *   what an operator takes from the mark is added to `setBack`, and the age of a record stays.
 * - A wall clock before the build date or the CA's notBefore is certainly wrong: *suspect*.
 *   Whoever issues or rotates asks `isSuspect()` first.
 * The mark is written at most once a minute and on stop (and with every batch of trust records): a
 * SIGKILL together with a clock set back may lose that minute, as it loses the time the daemon was down.
 */
import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import type { IdentityLog } from './log.ts';
import type { ClockMark, TrustPersistence } from './trust-persistence.ts';

export interface TrustedClockOptions {
  readonly clock: Clock;
  readonly persistence: Pick<TrustPersistence, 'highWaterMark' | 'setHighWaterMark'>;
  /** When this program was built, in milliseconds since the Unix epoch: it cannot be earlier now. */
  readonly buildDate: number;
  readonly log?: IdentityLog;
}

export type Suspicion =
  | { readonly suspect: false; readonly reason?: undefined }
  | { readonly suspect: true; readonly reason: string };

export interface ClockStatus {
  /** The wall clock. */
  readonly now: number;
  readonly highWaterMark: number;
  readonly suspect: boolean;
  /** Why, when suspect; otherwise empty. */
  readonly reason: string;
}

const WRITE_INTERVAL = 60_000;

export class TrustedClock {
  readonly #clock: Clock;
  readonly #persistence: TrustedClockOptions['persistence'];
  readonly #buildDate: number;
  readonly #log: IdentityLog | undefined;
  #mark: number;
  #setBack: number;
  /** The monotonic time that `#mark` belongs to. */
  #reading: number;
  #caNotBefore: number | undefined;
  #cancel: (() => void) | undefined;

  private constructor(options: TrustedClockOptions, mark: ClockMark) {
    this.#clock = options.clock;
    this.#persistence = options.persistence;
    this.#buildDate = options.buildDate;
    this.#log = options.log;
    this.#mark = mark.highWaterMark;
    this.#setBack = mark.setBack;
    this.#reading = options.clock.monotonic();
  }

  /** Reads the mark and starts to write it down. Rejects when it cannot be read: without it nothing is certain. */
  static async open(options: TrustedClockOptions): Promise<TrustedClock> {
    const opened = new TrustedClock(options, await options.persistence.highWaterMark());
    opened.#advance();
    opened.#schedule();
    return opened;
  }

  /** What time it is for the validity of certificates, in whole milliseconds since the Unix epoch. */
  now(): number {
    return this.#advance();
  }

  /** What time it is for trust records; never goes back. Milliseconds, of which only differences mean something. */
  trustNow(): number {
    return this.#advance() + this.#setBack;
  }

  /** What is to be written down with a batch of trust records. */
  mark(): ClockMark {
    return { highWaterMark: this.#advance(), setBack: this.#setBack };
  }

  /** How far the wall clock stands behind what is known to have passed, in milliseconds; 0 when it does not. */
  lag(): number {
    return Math.max(0, this.#advance() - this.#clock.now());
  }

  /** The notBefore of the CA that issues, in milliseconds; undefined when there is none. */
  setCaNotBefore(notBefore: number | undefined): void {
    this.#caNotBefore = notBefore;
  }

  isSuspect(): Suspicion {
    const wall = this.#clock.now();
    if (wall < this.#buildDate) return suspect(wall, 'this program was built', this.#buildDate);
    const ca = this.#caNotBefore;
    if (ca !== undefined && wall < ca) return suspect(wall, 'the certificate authority became valid', ca);
    return { suspect: false };
  }

  status(): ClockStatus {
    const { suspect, reason = '' } = this.isSuspect();
    return { now: this.#clock.now(), highWaterMark: this.#advance(), suspect, reason };
  }

  /**
   * The operator says that the wall clock is right: the mark is reset to it. Effective at once; the
   * answer resolves when it is on disk, and rejects when it is not. Rejects with CLOCK_SUSPECT, and
   * changes nothing, before the build date. The caller audits.
   */
  async accept(): Promise<void> {
    const wall = Math.floor(this.#clock.now());
    if (wall < this.#buildDate) {
      throw new DaemonError('CLOCK_SUSPECT', suspect(wall, 'this program was built', this.#buildDate).reason);
    }
    const before = this.#advance();
    this.#setBack += before - wall;
    this.#mark = wall;
    await this.#persistence.setHighWaterMark(this.mark());
  }

  /** Writes the mark down a last time. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#write();
  }

  #advance(): number {
    const elapsed = Math.max(0, Math.floor(this.#clock.monotonic() - this.#reading));
    this.#reading += elapsed;
    this.#mark = Math.max(this.#mark + elapsed, Math.floor(this.#clock.now()));
    return this.#mark;
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(WRITE_INTERVAL, () => {
      void this.#write();
      this.#schedule();
    });
  }

  async #write(): Promise<void> {
    try {
      await this.#persistence.setHighWaterMark(this.mark());
    } catch (error) {
      this.#log?.error({ err: error }, "the clock's high-water mark could not be written; it is tried again");
    }
  }
}

function suspect(wall: number, what: string, when: number): { suspect: true; reason: string } {
  return {
    suspect: true,
    reason: `the clock says ${iso(wall)}, which is before ${what} (${iso(when)}): set it`,
  };
}

function iso(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString();
}
