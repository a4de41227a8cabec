/** Shows histograms that are kept elsewhere, one for each operation, in the form the registry writes out. */
export interface HistogramSeries {
  readonly operation: string;
  /** Seconds, rising. */
  readonly bounds: readonly number[];
  /** By bound; one more for all. */
  readonly cumulative: readonly number[];
  /** Seconds. */
  readonly sum: number;
}

export class HistogramMetric {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #read: () => readonly HistogramSeries[];

  constructor(name: string, help: string, read: () => readonly HistogramSeries[]) {
    this.name = name;
    this.help = help;
    this.#read = read;
  }

  get(): Promise<object> {
    const values = this.#read().flatMap(({ operation, bounds, cumulative, sum }) => {
      const limits = [...bounds.map(String), '+Inf'];
      const buckets = cumulative.map((value, index) => ({
        value,
        metricName: `${this.name}_bucket`,
        labels: { le: limits[index] ?? '+Inf', operation },
      }));
      return [
        ...buckets,
        { value: sum, metricName: `${this.name}_sum`, labels: { operation } },
        { value: cumulative.at(-1) ?? 0, metricName: `${this.name}_count`, labels: { operation } },
      ];
    });
    const { name, help, type, aggregator } = this;
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  reset(): void {}
}
