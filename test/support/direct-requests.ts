import type { Answered, Outcome } from '../../src/cloud/outcome.ts';
import type { CloudRequest, CloudRequests } from '../../src/cloud/request.ts';
import type { Unavailable } from '../../src/identity/verifier.ts';

/** Requests that are tried at once, and once. */
export class DirectRequests implements CloudRequests {
  /** What came of each, in order. */
  readonly outcomes: Outcome<unknown>[] = [];
  readonly operations: string[] = [];

  async run<T>(request: CloudRequest<T>): Promise<Answered<T> | Unavailable> {
    this.operations.push(request.operation);
    const outcome = await request.attempt(request.asking.signal);
    this.outcomes.push(outcome);
    if (outcome.kind === 'answered') return outcome;
    const { message, retryAfterMs } = outcome;
    return { kind: 'unavailable', cause: `${request.operation}: ${message}`, retryAfterMs };
  }
}
