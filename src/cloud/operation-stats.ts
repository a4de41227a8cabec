/** What became of the tries of each operation. The names are the program's, so there are few. */
import type { TroubleKind } from './outcome.ts';
import type { OperationStatus } from './status.ts';

/** Seconds. */
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Counts {
  answered: number;
  readonly troubles: Record<TroubleKind, number>;
  retries: number;
  /** Of the answered, each in the first bound that it is within; one more for what is beyond. */
  readonly buckets: number[];
  sum: number;
}

export class OperationStats {
  readonly #operations = new Map<string, Counts>();

  answered(operation: string, milliseconds: number): void {
    const counts = this.#of(operation);
    const seconds = milliseconds / 1_000;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    const index = bucket === -1 ? BOUNDS.length : bucket;
    counts.answered += 1;
    counts.buckets[index] = (counts.buckets[index] ?? 0) + 1;
    counts.sum += seconds;
  }

  met(operation: string, trouble: TroubleKind): void {
    this.#of(operation).troubles[trouble] += 1;
  }

  retried(operation: string): void {
    this.#of(operation).retries += 1;
  }

  list(): readonly OperationStatus[] {
    return [...this.#operations]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([operation, { answered, buckets, retries, sum, troubles }]) => {
        let total = 0;
        const cumulative = buckets.map((count) => {
          total += count;
          return total;
        });
        return {
          operation,
          answered,
          troubles: { ...troubles },
          retries,
          latency: { bounds: BOUNDS, cumulative, sum },
        };
      });
  }

  #of(operation: string): Counts {
    const known = this.#operations.get(operation);
    if (known !== undefined) return known;
    const made: Counts = {
      answered: 0,
      troubles: { throttled: 0, misconfigured: 0, unreachable: 0, 'server-error': 0, unexpected: 0 },
      retries: 0,
      buckets: new Array<number>(BOUNDS.length + 1).fill(0),
      sum: 0,
    };
    this.#operations.set(operation, made);
    return made;
  }
}
