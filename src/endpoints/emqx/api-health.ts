/**
 * Does EMQX's REST API work? Always true:
 * - While it cannot be reached one request probes, after a pause of full jitter, 1 s at first and 30 s at last; a key that is
 *   refused is tried again twice a minute, and at once when it was read again.
 * - What was under way together fails once.
 * - While it does not work there is a finding that says why, since when, and what to do.
 */
import type { Clock } from '../../clock.ts';
import type { Finding, Logger } from '../ports.ts';
import type { ApiOutcome } from './api-outcome.ts';
import { fullJitter } from './backoff.ts';
import type { RequestGate } from './request-gate.ts';

export interface ApiHealthOptions {
  readonly broker: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly gate: RequestGate;
}

interface Trouble {
  readonly since: number;
  readonly kind: 'refused' | 'unreachable' | 'trouble';
  why: string;
}

const REFUSED_MS = 30_000;
/** One client's request may fail for that client's sake. */
const TROUBLES = 3;

export class ApiHealth {
  readonly #options: ApiHealthOptions;
  #trouble: Trouble | undefined = undefined;
  #round = 0;
  #failures = 0;
  #troubles = 0;

  constructor(options: ApiHealthOptions) {
    this.#options = options;
  }

  /** To be called as a request begins, and its answer with the outcome. */
  began(): (outcome: ApiOutcome<unknown>) => void {
    const round = this.#round;
    return (outcome) => this.#ended(round, outcome);
  }

  /** Another key, or another CA. */
  filesChanged(): void {
    this.#round += 1;
    this.#failures = 0;
    this.#options.gate.open();
  }

  /** Somebody who did not wait for a turn has had an answer. */
  answered(): void {
    // What fails in other ways may go on failing.
    if (this.#trouble !== undefined && this.#trouble.kind !== 'trouble') this.#works();
  }

  findings(): readonly Finding[] {
    if (this.#trouble === undefined) return [];
    const { since, why } = this.#trouble;
    return [
      { severity: 'WARNING', code: 'emqx.api', message: this.#message(this.#trouble.kind, why), since },
    ];
  }

  #ended(round: number, outcome: ApiOutcome<unknown>): void {
    const { gate, random } = this.#options;
    switch (outcome.kind) {
      case 'aborted':
        return;
      case 'done':
      case 'absent':
        this.#works();
        return;
      case 'trouble':
        if (outcome.definite) return;
        this.#troubles += 1;
        if (this.#troubles >= TROUBLES) this.#raise('trouble', outcome.why);
        return;
      case 'refused':
      case 'unreachable':
        if (round !== this.#round) return;
        this.#round += 1;
        this.#failures += 1;
        this.#raise(outcome.kind, outcome.why);
        gate.hold(outcome.kind === 'refused' ? REFUSED_MS : fullJitter(this.#failures, random));
    }
  }

  #works(): void {
    this.#troubles = 0;
    // An answer to what was asked before it failed may come after that.
    if (this.#trouble !== undefined) {
      this.#options.logger.info({ broker: this.#options.broker }, "EMQX's REST API works again");
    }
    this.#trouble = undefined;
    this.#failures = 0;
    this.#round += 1;
    this.#options.gate.open();
  }

  #raise(kind: Trouble['kind'], why: string): void {
    const { broker, clock, logger } = this.#options;
    const before = this.#trouble;
    this.#trouble = { kind, why, since: before?.since ?? clock.now() };
    if (before?.kind !== kind) logger.warn({ broker, finding: 'emqx.api' }, this.#message(kind, why));
  }

  #message(kind: Trouble['kind'], why: string): string {
    const { broker } = this.#options;
    const what = `the REST API of EMQX "${broker}" `;
    switch (kind) {
      case 'refused':
        return `${what}does not take the key: ${why}; put a key with the role of an administrator into its keyFile and reload`;
      case 'unreachable':
        return `${what}cannot be reached: ${why}; devices whose rights have ended stay connected until it can, see whether EMQX runs and api.url is right`;
      case 'trouble':
        return `${what}fails: ${why}; see EMQX's own log, and whether api.url is right`;
    }
  }
}
