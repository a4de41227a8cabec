/**
 * What a verifier rejected a moment ago. Always true:
 * - A rejection counts for the very question it answered: this certificate, or this certificate and this thing.
 * - Any other answer to the same question takes its place.
 * - Bounded by count, the oldest first to go; only in memory: what is lost is asked again.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Rejected } from './verifier.ts';

export interface RefusedQuestion {
  readonly about: string;
  readonly certificateId: string;
  readonly thingName?: string;
}

const MOST = 10_000;

export class RecentRefusals {
  readonly #timer: Clock;
  readonly #seconds: () => number;
  readonly #refused = new LRUCache<string, { readonly verdict: Rejected; readonly at: number }>({
    max: MOST,
  });

  /** `seconds` is read at each use. */
  constructor(timer: Clock, seconds: () => number) {
    this.#timer = timer;
    this.#seconds = seconds;
  }

  get(question: RefusedQuestion): Rejected | undefined {
    const found = this.#refused.get(keyOf(question));
    if (found === undefined) return undefined;
    return this.#timer.monotonic() - found.at < this.#seconds() * 1_000 ? found.verdict : undefined;
  }

  /** Takes in what was answered. */
  note(question: RefusedQuestion, answer: { readonly kind: string } | Rejected): void {
    const key = keyOf(question);
    if (isRejected(answer)) this.#refused.set(key, { verdict: answer, at: this.#timer.monotonic() });
    else if (answer.kind !== 'unavailable') this.#refused.delete(key);
  }

  clear(): void {
    this.#refused.clear();
  }
}

function keyOf({ about, certificateId, thingName = '' }: RefusedQuestion): string {
  return `${about} ${certificateId} ${thingName}`;
}

function isRejected(answer: { readonly kind: string }): answer is Rejected {
  return answer.kind === 'rejected';
}
