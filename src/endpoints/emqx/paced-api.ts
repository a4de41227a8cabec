/** EMQX's REST API behind the gate: every request waits its turn, and what it came to is noted. */
import type { ApiHealth } from './api-health.ts';
import type { ApiOutcome } from './api-outcome.ts';
import type { ManagementApi } from './management-api.ts';
import type { RequestGate, Urgency } from './request-gate.ts';

export type Question<T> = (api: ManagementApi, signal: AbortSignal) => Promise<ApiOutcome<T>>;
/** Sends at once. The first costs nothing more than the turn; the others are charged to whoever comes next. */
export type Ask = <T>(question: Question<T>) => Promise<ApiOutcome<T>>;

export interface PacedApiParts {
  readonly api: ManagementApi;
  readonly gate: RequestGate;
  readonly health: ApiHealth;
}

const ABORTED: ApiOutcome<never> = { kind: 'aborted' };

export class PacedApi {
  readonly #parts: PacedApiParts;

  constructor(parts: PacedApiParts) {
    this.#parts = parts;
  }

  async ask<T>(urgency: Urgency, signal: AbortSignal, question: Question<T>): Promise<ApiOutcome<T>> {
    return (await this.together(urgency, signal, (ask) => ask(question))) ?? ABORTED;
  }

  /** Several requests in one turn, with nothing between them. Undefined when the signal was aborted before the turn. */
  together<T>(urgency: Urgency, signal: AbortSignal, task: (ask: Ask) => Promise<T>): Promise<T | undefined> {
    const { api, gate, health } = this.#parts;
    return gate.run(urgency, signal, () => {
      let sent = 0;
      return task(async (question) => {
        sent += 1;
        if (sent > 1) gate.charge();
        const note = health.began();
        const outcome = await question(api, signal);
        note(outcome);
        return outcome;
      });
    });
  }
}
