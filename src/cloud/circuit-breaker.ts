/**
 * Stops asking a cloud that does not answer, so that devices are decided from trust at once instead of each waiting for
 * the same time-out. Always true:
 * - It opens after several failures in a row, and only if they are not all one device's: a request that makes the service
 *   fail harms whoever sends it, and nobody else.
 * - An open one lets one request through when its time has come; whoever comes meanwhile waits for what that meets.
 * - Any answer closes it, an error of the service included: there is somebody to ask again. Silence to what was asked before it
 *   opened is no news.
 * - The time doubles, to a bound, and is drawn at random below that (full jitter), until a request succeeds.
 */
import type { Clock } from '../clock.ts';
import type { TroubleKind } from './outcome.ts';
import type { BreakerStatus } from './status.ts';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export type Passage =
  | { readonly kind: 'pass'; readonly probe: boolean }
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  | { readonly kind: 'refused'; readonly retryAfterMs: number };

const FAILURES = 5;
const SHORTEST_MS = 500;
const LONGEST_MS = 30_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** On whose behalf the failures in a row were. */
  #failed: (string | undefined)[] = [];
  #failures = 0;
  /** How often it opened since a request succeeded. */
  #openings = 0;
  /** Monotonic; undefined: closed. */
  #probeAt: number | undefined;
  #probe: PromiseWithResolvers<void> | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
  }

  get status(): BreakerStatus {
    const probeAt =
      this.#probeAt === undefined
        ? undefined
        : this.#clock.now() + Math.max(0, this.#probeAt - this.#clock.monotonic());
    const state = this.#probeAt === undefined ? 'closed' : this.#probe === undefined ? 'open' : 'half-open';
    return { state, failures: this.#failures, probeAt };
  }

  /** Milliseconds until something may be asked; undefined: now. */
  get closedFor(): number | undefined {
    if (this.#probeAt === undefined || this.#probe !== undefined) return undefined;
    const left = this.#probeAt - this.#clock.monotonic();
    return left > 0 ? left : undefined;
  }

  /** Before a try. Who passes as the probe must say how it went, or that it did not happen. */
  pass(): Passage {
    const retryAfterMs = this.closedFor;
    if (retryAfterMs !== undefined) return { kind: 'refused', retryAfterMs };
    if (this.#probeAt === undefined) return { kind: 'pass', probe: false };
    if (this.#probe !== undefined) return { kind: 'wait', until: this.#probe.promise };
    this.#probe = Promise.withResolvers();
    return { kind: 'pass', probe: true };
  }

  succeeded(): void {
    this.#openings = 0;
    this.#close();
  }

  /** Only what was not answered, or what the service says it failed at, is a failure of the cloud. `probe`: as it passed. */
  met(trouble: TroubleKind, onBehalfOf: string | undefined, probe: boolean): void {
    if (trouble !== 'unreachable' && trouble !== 'server-error') {
      this.#close();
      return;
    }
    const wasOpen = this.#probeAt !== undefined;
    if (wasOpen && !probe && trouble === 'unreachable') return;
    if (wasOpen && trouble === 'server-error') this.#close();
    this.#failures += 1;
    this.#failed = [...this.#failed, onBehalfOf].slice(-FAILURES);
    const isEverybodys = this.#failed.includes(undefined) || new Set(this.#failed).size > 1;
    if ((wasOpen && trouble === 'unreachable') || (this.#failures >= FAILURES && isEverybodys)) this.#open();
  }

  /** A probe that was not made after all: the next one may be. */
  abandoned(): void {
    this.#settleProbe();
  }

  #open(): void {
    const longest = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(this.#openings, 10));
    this.#openings += 1;
    this.#probeAt = this.#clock.monotonic() + Math.max(SHORTEST_MS / 2, this.#random() * longest);
    this.#settleProbe();
  }

  #close(): void {
    this.#failures = 0;
    this.#failed = [];
    this.#probeAt = undefined;
    this.#settleProbe();
  }

  #settleProbe(): void {
    const probe = this.#probe;
    this.#probe = undefined;
    probe?.resolve();
  }
}
