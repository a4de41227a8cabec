/**
 * Counters and histograms that cost the hot path an addition: no label lookup, no allocation.
 * They are read when Prometheus asks.
 */
export class Count {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(amount = 1): void {
    this.#value += amount;
  }
}

/** Seconds; 50 µs to 30 s. */
export const LATENCY_BUCKETS = [
  0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10, 30,
] as const;

export class Latency {
  readonly #counts = new Float64Array(LATENCY_BUCKETS.length + 1);
  #sum = 0;

  /** Milliseconds of a monotonic clock. */
  observe(milliseconds: number): void {
    const seconds = milliseconds > 0 ? milliseconds / 1000 : 0;
    let bucket = 0;
    while (bucket < LATENCY_BUCKETS.length && seconds > (LATENCY_BUCKETS[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** Cumulative counts by upper bound; the last is of all. */
  read(): { readonly cumulative: readonly number[]; readonly sum: number } {
    let total = 0;
    const cumulative = Array.from(this.#counts, (count) => {
      total += count;
      return total;
    });
    return { cumulative, sum: this.#sum };
  }
}
