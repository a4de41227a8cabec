/**
 * Verifies again, by and by, every device that is known, connected or not: so that each can come back while the verifier
 * is out of reach, and none that was revoked can. Always true:
 * - One run at a time, and by itself no more than one in a window of `intervalHours`, which begins with the run's first
 *   answer. Neither a network that comes and goes nor a clock that is set makes it run more often; neither keeps it from
 *   running for longer than a window.
 * - An operator's run is made at once, asks about what was confirmed a moment ago too, and counts as the window's; while one
 *   is under way it is that one, from there on.
 * - A run that was interrupted goes on where it was, however long ago that was.
 * - With an interval of 0 nothing is asked; what has expired or is too old is forgotten once a day all the same.
 * - A live session that a rejection is about ends by way of the observer, as with every other question.
 */
import type { Clock } from '../../clock.ts';
import type { Confirmations } from '../confirmations.ts';
import type { IdentityLog } from '../log.ts';
import type { TrustStore } from '../trust.ts';
import type { TrustPersistence } from '../trust-persistence.ts';
import type { TrustedClock } from '../trusted-clock.ts';
import type { Associations, RefreshSettings, RefreshStatus, Surroundings } from './ports.ts';
import { RefreshJournal } from './refresh-journal.ts';
import { RefreshRun } from './refresh-run.ts';
import { describeRun } from './refresh-status.ts';
import { Turns } from './turns.ts';

export interface BackgroundRefreshOptions {
  readonly persistence: Pick<TrustPersistence, 'page' | 'refreshState' | 'setRefreshState' | 'counts'>;
  readonly trust: TrustStore;
  /** `Authenticator.confirmations`. */
  readonly confirmations: Pick<Confirmations, 'certificate' | 'attachment' | 'isFresh'>;
  readonly clock: TrustedClock;
  /** For the delays. */
  readonly timer: Clock;
  readonly settings: () => RefreshSettings;
  readonly surroundings: Surroundings;
  /** Left out: associations cannot be asked for, and nothing is forgotten for want of one. */
  readonly associations?: Associations | undefined;
  readonly log?: IdentityLog | undefined;
  /** Certificates that are looked at between two pauses and two notes of how far it has come. */
  readonly pageSize?: number | undefined;
}

const HOUR = 3_600_000;
/** Devices that return after a restart come first. */
const START_DELAY_MS = 60_000;
/** So that a changed setting or clock is noticed. */
const LOOK_EVERY_MS = 15 * 60_000;
const SOON_MS = 1_000;
const SWEEP_EVERY_MS = 24 * HOUR;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = HOUR;
/** Some three milliseconds of the event loop, most of them for reading certificates. */
const PAGE_SIZE = 10;
const NEVER = Number.NEGATIVE_INFINITY;

interface Current {
  readonly run: RefreshRun;
  readonly turns: Turns;
  readonly asks: boolean;
  readonly startedAt: number;
  /** Certificates known when it began. */
  readonly known: number;
}

export class BackgroundRefresh {
  readonly #options: BackgroundRefreshOptions;
  readonly #journal: RefreshJournal;
  readonly #ended = new AbortController();
  #offUp: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  #working: Promise<void> | undefined;
  #current: Current | undefined;
  /** The last run that asked. */
  #last: Current | undefined;
  /** By an operator. */
  #wanted = false;
  #sweptAt = NEVER;
  #failures = 0;
  #retryAt = NEVER;
  #lastError = '';

  constructor(options: BackgroundRefreshOptions) {
    this.#options = options;
    this.#journal = new RefreshJournal(options);
  }

  start(): void {
    this.#sweptAt = this.#options.timer.monotonic();
    this.#schedule(START_DELAY_MS);
    // Before the first look everything is late, and a network that comes up is no reason for haste.
    this.#offUp = this.#options.surroundings.onUp(() => {
      if (this.#journal.loaded) this.#look();
    });
  }

  /** A run now. `joined`: one is under way, and is the one. It goes on without its caller; `status` tells of it. */
  trigger(): 'started' | 'joined' {
    const joined = this.#wanted || this.#current?.asks === true;
    this.#wanted = true;
    this.#retryAt = NEVER;
    this.#current?.turns.wake();
    this.#look();
    return joined ? 'joined' : 'started';
  }

  status(): RefreshStatus {
    const { clock, timer } = this.#options;
    const { state } = this.#journal;
    const wall = (trustTime: number): number => timer.now() - (clock.trustNow() - trustTime);
    const current = this.#current?.asks === true ? this.#current : undefined;
    const remaining = this.#interval === 0 ? undefined : this.#journal.remaining(this.#interval);
    const startedAt =
      current?.startedAt ?? (state === undefined ? this.#last?.startedAt : wall(state.beganAt));
    return {
      name: 'refresh',
      state: this.#describeState(current, remaining),
      detail: describeRun(current ?? this.#last, {
        off: this.#interval === 0,
        underWay: current !== undefined,
      }),
      startedAt,
      succeededAt: state?.finishedAt === undefined ? undefined : wall(state.finishedAt),
      nextAt: current !== undefined || remaining === undefined ? undefined : this.#nextAt(remaining),
      failures: this.#failures,
      lastError: this.#lastError,
    };
  }

  /** Ends the run under way, which goes on after the next start. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#offUp?.();
    this.#cancel?.();
    await this.#working;
    this.#cancel?.();
  }

  get #interval(): number {
    return this.#options.settings().intervalHours * HOUR;
  }

  #describeState(current: Current | undefined, remaining: number | undefined): RefreshStatus['state'] {
    if (current !== undefined) return current.turns.outOfReach ? 'waiting' : 'running';
    if (this.#wanted) return 'waiting';
    if (remaining === undefined) return 'off';
    return remaining === 0 || this.#journal.isUnfinished || !this.#journal.loaded ? 'waiting' : 'done';
  }

  /** On the wall clock. */
  #nextAt(remaining: number): number {
    const { timer } = this.#options;
    const wait = this.#wanted || this.#journal.isUnfinished ? 0 : remaining;
    return timer.now() + Math.max(wait, this.#retryAt - timer.monotonic());
  }

  #schedule(delay: number): void {
    this.#cancel?.();
    if (this.#ended.signal.aborted) return;
    this.#cancel = this.#options.timer.after(delay, () => this.#look());
  }

  /** Is there something to do? Does it, and looks again when there may be more. */
  #look(): void {
    if (this.#ended.signal.aborted || this.#working !== undefined) return;
    if (this.#options.timer.monotonic() < this.#retryAt) return;
    this.#cancel?.();
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      this.#schedule(this.#untilNext());
    });
  }

  async #work(): Promise<void> {
    try {
      await this.#journal.load();
      const trouble = await this.#doWhatIsDue();
      if (trouble === undefined && this.#retryAt === NEVER) return;
      this.#retryAt = NEVER;
      this.#note(trouble ?? '');
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.#failed(error);
    } finally {
      this.#current = undefined;
    }
  }

  /** Why nothing came of it, empty when something did; undefined: there was nothing to do. */
  async #doWhatIsDue(): Promise<string | undefined> {
    if (this.#ended.signal.aborted) return undefined;
    if (this.#wanted || this.#isDue()) return await this.#run(true);
    const swept = this.#options.timer.monotonic() - this.#sweptAt;
    return swept >= SWEEP_EVERY_MS ? await this.#run(false) : undefined;
  }

  async #run(asks: boolean): Promise<string | undefined> {
    const { settings, surroundings, timer, persistence } = this.#options;
    const { signal } = this.#ended;
    const questionsPerSecond = (): number => settings().questionsPerSecond;
    const turns = new Turns({ timer, surroundings, questionsPerSecond, signal });
    if (this.#wanted) turns.wake();
    const goesOn = (): boolean => !asks || this.#wanted || this.#interval > 0;
    const { pageSize = PAGE_SIZE } = this.#options;
    const run = new RefreshRun({
      ...this.#options,
      pageSize,
      journal: this.#journal,
      turns,
      asks,
      anew: () => this.#wanted,
      goesOn,
      signal,
    });
    const { certificates } = await persistence.counts();
    this.#current = { run, turns, asks, startedAt: timer.now(), known: certificates };
    if (asks) this.#last = this.#current;
    if (!(await run.go())) return undefined;
    this.#sweptAt = timer.monotonic();
    if (asks) this.#wanted = false;
    const { confirmed, rejected, unanswered } = run.counts;
    return unanswered > 0 && confirmed + rejected === 0 ? `no question was answered: ${run.lastCause}` : '';
  }

  #isDue(): boolean {
    if (this.#interval === 0) return false;
    return this.#journal.isUnfinished || this.#journal.remaining(this.#interval) === 0;
  }

  #failed(error: unknown): void {
    const { log, timer } = this.#options;
    this.#note(error instanceof Error ? error.message : String(error));
    const wait = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10), LONGEST_RETRY_MS);
    this.#retryAt = timer.monotonic() + wait;
    log?.error({ err: error }, 'the background refresh was interrupted; it goes on later');
  }

  #note(trouble: string): void {
    this.#failures = trouble === '' ? 0 : this.#failures + 1;
    this.#lastError = trouble;
  }

  #untilNext(): number {
    const late = this.#retryAt - this.#options.timer.monotonic();
    if (late > 0) return late;
    if (this.#wanted) return SOON_MS;
    if (this.#interval === 0 || !this.#journal.loaded) return LOOK_EVERY_MS;
    return Math.min(Math.max(this.#journal.remaining(this.#interval), SOON_MS), LOOK_EVERY_MS);
  }
}
