/**
 * How far the background refresh has come, on disk. Always true:
 * - A run's window begins with its first answer, not with its first try, and is not begun anew before it has ended: after
 *   a restart the run goes on where it was.
 * - The cursor is never ahead of what the disk has of the answers.
 * - Times are on the trust timeline; one from the future comes from a clock that cannot be right, and is dropped. Within
 *   one life of the daemon the monotonic clock says when the next window begins, so that no clock that is set makes it
 *   begin early, and none delays it.
 */
import type { Clock } from '../../clock.ts';
import type { IdentityLog } from '../log.ts';
import type { TrustStore } from '../trust.ts';
import type { RefreshState, TrustPersistence } from '../trust-persistence.ts';
import type { TrustedClock } from '../trusted-clock.ts';

export interface RefreshJournalOptions {
  readonly persistence: Pick<TrustPersistence, 'refreshState' | 'setRefreshState'>;
  readonly trust: TrustStore;
  readonly clock: TrustedClock;
  readonly timer: Clock;
  readonly log?: IdentityLog | undefined;
}

export class RefreshJournal {
  readonly #options: RefreshJournalOptions;
  #loaded = false;
  #state: RefreshState | undefined;
  /** When the window was begun in this life of the daemon (monotonic). */
  #begunHere: number | undefined;

  constructor(options: RefreshJournalOptions) {
    this.#options = options;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get state(): RefreshState | undefined {
    return this.#state;
  }

  get isUnfinished(): boolean {
    return this.#state !== undefined && this.#state.finishedAt === undefined;
  }

  /** Where a run begins that begins now; empty: at the beginning. */
  get cursor(): string {
    return this.isUnfinished ? (this.#state?.cursor ?? '') : '';
  }

  /** Reads the disk, once. Rejects when it cannot be read. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    const { clock, log, persistence } = this.#options;
    const found = await persistence.refreshState();
    this.#loaded = true;
    if (found === undefined) return;
    const latest = Math.max(found.beganAt, found.finishedAt ?? 0);
    if (latest <= clock.trustNow()) this.#state = found;
    else log?.warn({ beganAt: found.beganAt }, 'the state of the refresh is from the future and is dropped');
  }

  /** How long until the next window begins, in milliseconds; 0: it may. */
  remaining(interval: number): number {
    const { clock, timer } = this.#options;
    if (this.#state === undefined) return 0;
    const passed =
      this.#begunHere === undefined
        ? clock.trustNow() - this.#state.beganAt
        : timer.monotonic() - this.#begunHere;
    return Math.max(0, interval - passed);
  }

  /** The window of the run under way begins, unless it has. */
  async begin(): Promise<void> {
    if (this.isUnfinished) return;
    const { clock, timer } = this.#options;
    await this.#write({ beganAt: clock.trustNow(), cursor: '', finishedAt: undefined });
    this.#begunHere = timer.monotonic();
  }

  async reached(cursor: string): Promise<void> {
    await this.#advance({ cursor, finishedAt: undefined });
  }

  async finish(): Promise<void> {
    await this.#advance({ cursor: '', finishedAt: this.#options.clock.trustNow() });
  }

  async #advance(to: Pick<RefreshState, 'cursor' | 'finishedAt'>): Promise<void> {
    await this.begin();
    if (!(await this.#options.trust.flush())) throw new Error('trust records could not be written');
    const { beganAt = this.#options.clock.trustNow() } = this.#state ?? {};
    await this.#write({ beganAt, ...to });
  }

  async #write(state: RefreshState): Promise<void> {
    const { clock, persistence } = this.#options;
    await persistence.setRefreshState(state, clock.mark());
    this.#state = state;
  }
}
