/** Ratios of paired measurements, and how sure they are. */

export interface Ratio {
  /** Geometric mean of the pairs' ratios. */
  readonly mean: number;
  /** Bounds of the 95 % interval of Student's t on the logarithms. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** Student's t, two-sided 95 %, by degrees of freedom from 1. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086,
];

/** Of `measured[i] / baseline[i]`. */
export function ratio(measured: readonly number[], baseline: readonly number[]): Ratio {
  const logs = measured.map((value, index) => Math.log(value / (baseline[index] ?? Number.NaN)));
  const mean = sum(logs) / logs.length;
  const variance = sum(logs.map((value) => (value - mean) ** 2)) / (logs.length - 1);
  const t = T[Math.min(logs.length - 1, T.length) - 1] ?? Number.NaN;
  const half = t * Math.sqrt(variance / logs.length);
  return {
    mean: Math.exp(mean),
    low: Math.exp(mean - half),
    high: Math.exp(mean + half),
    pairs: logs.length,
  };
}

export function interval({ low, high, pairs }: Ratio): string {
  return `95 %: ${low.toFixed(3)} to ${high.toFixed(3)}, ${pairs} pairs`;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value at or below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
