/**
 * The reference's periodic aggregate: at start and after every period one log line with its nine
 * counters by their names, each counted since the line before, zero values left out; no line when
 * all are zero.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from './logger.ts';
import { COUNTED_OPERATIONS, type Metrics } from './metrics.ts';

export class MetricsAggregate {
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #before: Readonly<Record<string, number>> = {};
  #cancel: () => void = () => {};
  /** 0: stopped. */
  #period = 0;

  constructor(metrics: Metrics, logger: Logger, clock: Clock) {
    this.#metrics = metrics;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Begins anew with another period, stops when metrics are disabled, and goes on as it is when neither changed. */
  apply(settings: { readonly disableMetrics: boolean; readonly aggregatePeriodSeconds: number }): void {
    const period = settings.disableMetrics ? 0 : settings.aggregatePeriodSeconds;
    if (period === this.#period) return;
    this.stop();
    if (period === 0) return;
    this.#period = period;
    const run = (): void => {
      this.#emit(period);
      this.#cancel = this.#clock.after(period * 1000, run);
    };
    run();
  }

  stop(): void {
    this.#period = 0;
    this.#cancel();
  }

  #emit(periodSeconds: number): void {
    const now = this.#totals();
    const counted = Object.entries(now)
      .map(([name, total]) => [name, total - (this.#before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    this.#before = now;
    if (counted.length === 0) return;
    this.#logger.info({ metrics: Object.fromEntries(counted), periodSeconds }, 'metrics of the period');
  }

  #totals(): Readonly<Record<string, number>> {
    const pairs = COUNTED_OPERATIONS.flatMap((name) => {
      const { success, failure } = this.#metrics.operation(name);
      return [
        [`${name}.Success`, success.value],
        [`${name}.Failure`, failure.value],
      ];
    });
    return { ...Object.fromEntries(pairs), ServiceError: this.#metrics.serviceErrors.value };
  }
}
