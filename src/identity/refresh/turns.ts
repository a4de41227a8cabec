/**
 * When the refresh may ask its next question. Always true:
 * - One at a time, no more in a second than it is allowed, and one in ten seconds while questions of devices wait: one
 *   device that asks without end keeps the others from nothing.
 * - While the verifier is out of reach, known so or after several questions in a row without an answer, it is asked no
 *   more than one question to find out, at growing distances of up to half an hour; at once when it is in reach again.
 * - Every wait ends with the signal.
 */
import type { Clock } from '../../clock.ts';
import type { Unavailable } from '../verifier.ts';
import type { Surroundings } from './ports.ts';

export interface TurnsOptions {
  readonly timer: Clock;
  readonly surroundings: Surroundings;
  /** 0: no limit. */
  readonly questionsPerSecond: () => number;
  readonly signal: AbortSignal;
}

const BUSY_MS = 1_000;
/** Of one question, for those of devices. */
const LONGEST_YIELD_MS = 10_000;
/** So long is believed who asks to wait. */
const LONGEST_ASKED_MS = 60_000;
/** So many without an answer in a row: it is not about these devices. */
const SEVERAL = 5;
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 30 * 60_000;

/** `unanswered`: it is not to be put again. `again`: there was no one to answer it, or everybody is to wait. */
export type Settled = 'answered' | 'unanswered' | 'again';

export class Turns {
  readonly #options: TurnsOptions;
  /** The monotonic time before which the next question is too early. */
  #notBefore = Number.NEGATIVE_INFINITY;
  #answers = 0;
  /** In a row. */
  #unanswered = 0;
  #waits = 0;
  #urgent = false;
  #outOfReach: (() => void) | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** It waits for the verifier to be in reach. */
  get outOfReach(): boolean {
    return this.#outOfReach !== undefined;
  }

  /** How many questions were answered. */
  get answers(): number {
    return this.#answers;
  }

  /** The verifier is known to be out of reach. */
  get isDown(): boolean {
    return this.#options.surroundings.down();
  }

  /** A verifier that is out of reach is asked now all the same, once. */
  wake(): void {
    this.#waits = 0;
    this.#urgent = true;
    this.#outOfReach?.();
  }

  /** Resolves when a question may be asked; with false when none may be any more. */
  async next(): Promise<boolean> {
    const { timer, surroundings, questionsPerSecond, signal } = this.#options;
    if (this.isDown && !this.#urgent) await this.reach();
    this.#urgent = false;
    const yieldsUntil = timer.monotonic() + LONGEST_YIELD_MS;
    while (!signal.aborted) {
      const early = this.#notBefore - timer.monotonic();
      if (early > 0) {
        await this.pause(early);
      } else if (surroundings.busy() && timer.monotonic() < yieldsUntil) {
        await this.pause(BUSY_MS);
      } else {
        const rate = questionsPerSecond();
        this.#notBefore = timer.monotonic() + (rate > 0 ? 1_000 / rate : 0);
        return true;
      }
    }
    return false;
  }

  /** Takes in what came of a question. */
  async settle(verdict: { readonly kind: string } | Unavailable): Promise<Settled> {
    if (!isUnavailable(verdict)) {
      this.#answers += 1;
      this.#unanswered = 0;
      this.#waits = 0;
      return 'answered';
    }
    if (verdict.queueFull === true) {
      await this.pause(waitOf(verdict.retryAfterMs));
      return 'again';
    }
    this.#unanswered += 1;
    if (this.isDown) return 'again';
    if (verdict.retryAfterMs !== undefined) {
      // Everybody is to wait: it is not about this device.
      if (this.#unanswered >= SEVERAL) await this.reach();
      else await this.pause(waitOf(verdict.retryAfterMs));
      return 'again';
    }
    if (this.#unanswered >= SEVERAL) await this.reach();
    return 'unanswered';
  }

  /** Until the verifier is in reach, or it is time to find out whether it is. */
  async reach(): Promise<void> {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#waits, LONGEST_WAIT_MS);
    this.#waits = Math.min(this.#waits + 1, 10);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#outOfReach = resolve;
    const offUp = this.#options.surroundings.onUp(resolve);
    await Promise.race([this.pause(wait, promise), promise]);
    offUp();
    this.#outOfReach = undefined;
  }

  /** Ends early with the signal, or with `sooner`. */
  async pause(milliseconds: number, sooner?: Promise<void>): Promise<void> {
    const { timer, signal } = this.#options;
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const abort = (): void => resolve();
    const cancel = timer.after(milliseconds, resolve);
    signal.addEventListener('abort', abort);
    await (sooner === undefined ? promise : Promise.race([promise, sooner]));
    signal.removeEventListener('abort', abort);
    cancel();
  }
}

function waitOf(retryAfterMs = 0): number {
  return Math.min(Math.max(retryAfterMs, BUSY_MS), LONGEST_ASKED_MS);
}

function isUnavailable(verdict: { readonly kind: string }): verdict is Unavailable {
  return verdict.kind === 'unavailable';
}
