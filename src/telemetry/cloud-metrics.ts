/** What is measured of requests to the cloud, and of what the daemon does there by itself: samples of a status, none without a cloud. */
import type { HistogramSeries } from './histogram-metric.ts';

/** Of a status of the cloud, what is measured. Times are milliseconds since the Unix epoch. */
export interface CloudMeasures {
  readonly breaker: { readonly state: 'closed' | 'open' | 'half-open' };
  readonly network: { readonly state: 'unknown' | 'up' | 'down' };
  readonly operations: readonly {
    readonly operation: string;
    readonly answered: number;
    /** By kind. */
    readonly troubles: Readonly<Record<string, number>>;
    readonly retries: number;
    readonly latency: {
      readonly bounds: readonly number[];
      readonly cumulative: readonly number[];
      readonly sum: number;
    };
  }[];
  readonly jobs: readonly {
    readonly name: string;
    readonly failures: number;
    readonly succeededAt: number | undefined;
  }[];
}

type Sample = readonly [labels: Record<string, string>, value: number];

export interface CloudMetric {
  readonly kind: 'counter' | 'gauge';
  readonly name: string;
  readonly help: string;
  readonly labels: string[];
  readonly read: (cloud: CloudMeasures) => readonly Sample[];
}

const BREAKER = { closed: 0, 'half-open': 0.5, open: 1 } as const;

export const CLOUD_METRICS: readonly CloudMetric[] = [
  {
    kind: 'counter',
    name: 'cloud_requests_total',
    help: 'Tries at the cloud by operation and outcome: answered, or the kind of trouble.',
    labels: ['operation', 'outcome'],
    read: ({ operations }) =>
      operations.flatMap(({ operation, answered, troubles }) =>
        Object.entries({ answered, ...troubles }).map(
          ([outcome, count]): Sample => [{ operation, outcome }, count],
        ),
      ),
  },
  {
    kind: 'counter',
    name: 'cloud_request_retries_total',
    help: 'Tries after the first, by operation.',
    labels: ['operation'],
    read: ({ operations }) => operations.map(({ operation, retries }): Sample => [{ operation }, retries]),
  },
  {
    kind: 'gauge',
    name: 'cloud_breaker_open',
    help: 'The circuit breaker: 0 closed, 0.5 one request finds out, 1 open.',
    labels: [],
    read: ({ breaker }) => [[{}, BREAKER[breaker.state]]],
  },
  {
    kind: 'gauge',
    name: 'cloud_network_up',
    help: 'Whether the cloud answers: 1 it does, 0 it cannot be reached; absent until it is known.',
    labels: [],
    read: ({ network }) => (network.state === 'unknown' ? [] : [[{}, network.state === 'up' ? 1 : 0]]),
  },
  {
    kind: 'gauge',
    name: 'cloud_job_failures',
    help: 'Failures in a row of what the daemon does in the cloud by itself.',
    labels: ['job'],
    read: ({ jobs }) => jobs.map(({ name, failures }): Sample => [{ job: name }, failures]),
  },
  {
    kind: 'gauge',
    name: 'cloud_job_succeeded_timestamp_seconds',
    help: 'When it was done last, since the Unix epoch.',
    labels: ['job'],
    read: ({ jobs }) =>
      jobs.flatMap(({ name, succeededAt }): Sample[] =>
        succeededAt === undefined ? [] : [[{ job: name }, succeededAt / 1000]],
      ),
  },
];

export function cloudLatencies(cloud: CloudMeasures): readonly HistogramSeries[] {
  return cloud.operations.map(({ operation, latency }) => ({ operation, ...latency }));
}
