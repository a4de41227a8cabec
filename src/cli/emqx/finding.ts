/** What a check found: one key, its value, what follows from it, what to write instead. Values of secrets are never in it. */
import type { Place } from './hocon.ts';

/** `stranger`: lets somebody in; `broken`: devices are refused, or EMQX does not start; `weak`: worth knowing. */
export type Effect = 'stranger' | 'broken' | 'weak';

export interface Finding {
  /** Never changes: for programs. */
  readonly code: string;
  readonly effect: Effect;
  readonly key: string;
  /** As written; null where nothing is written. */
  readonly value: string | null;
  /** Where it is written, if it is. */
  readonly at?: Place | undefined;
  readonly why: string;
  /** An instruction. */
  readonly fix: string;
}

export function severityOf({ effect }: Finding): 'error' | 'warning' {
  return effect === 'weak' ? 'warning' : 'error';
}
