/** The finding that the token cache is too small: it stands until ten minutes have passed in which it sufficed. */
import type { Clock } from '../clock.ts';
import type { Finding } from './ports.ts';

const LASTS_MS = 10 * 60_000;

export class CacheAlarm {
  readonly #clock: Clock;
  readonly #onBegin: (finding: Finding) => void;
  #since = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onBegin: (finding: Finding) => void) {
    this.#clock = clock;
    this.#onBegin = onBegin;
  }

  raise(limit: number): void {
    const standing = this.#standing();
    this.#until = this.#clock.monotonic() + LASTS_MS;
    if (standing) return;
    this.#since = this.#clock.now();
    this.#onBegin(this.#finding(limit));
  }

  findings(limit: number): readonly Finding[] {
    return this.#standing() ? [this.#finding(limit)] : [];
  }

  #standing(): boolean {
    return this.#clock.monotonic() < this.#until;
  }

  #finding(limit: number): Finding {
    return {
      severity: 'ALARM',
      code: 'sessions.token-cache-full',
      message:
        `All ${limit} sessions are held by connected clients, so clients are displaced or refused: ` +
        'raise performance.maxActiveAuthTokens above the number of clients that are connected at once.',
      since: this.#since,
    };
  }
}
