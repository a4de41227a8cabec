// Replaced by the policy room's implementation; this states the shape other rooms rely on.
import type { DecisionReason } from './decision.ts';

export interface SessionGrants {
  /** Sorted. Equal combinations share one object, so `===` on the array means the same sets. */
  readonly setIds: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: DecisionReason;
}
