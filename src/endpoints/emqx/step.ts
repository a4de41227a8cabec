/** What one attempt at a client's job came to. */
import type { ApiOutcome } from './api-outcome.ts';

export type Step =
  | { readonly kind: 'over' }
  /** It failed, and is tried again after a pause. */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'aborted' };

export const OVER: Step = { kind: 'over' };
export const ABORTED: Step = { kind: 'aborted' };

/** Of an outcome that is neither done nor absent. */
export function failed(outcome: Exclude<ApiOutcome<unknown>, { kind: 'done' | 'absent' }>): Step {
  return outcome.kind === 'aborted' ? ABORTED : { kind: 'failed', why: outcome.why };
}
