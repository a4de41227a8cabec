/**
 * What is counted and measured, for Prometheus and for the reference's periodic aggregate. Its own
 * registry, no global. Hot paths add to cells that were bound at start; what rooms keep themselves
 * (sessions, queue, registry) is asked for when somebody scrapes.
 *
 * The nine counters mean what the reference's mean (ME-002): `isAuthorized=false` and an invalid
 * token both count as a failure of AuthorizeClientDeviceActions, `isValid=false` as a failure of
 * VerifyClientDeviceIdentity; a defect counts as a service error only; what never got as far as a
 * decision (not allowed on the listener, bad arguments, no room) counts as neither.
 */
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import type { ErrorReason } from '../errors.ts';
import { Count, LATENCY_BUCKETS, Latency } from './cells.ts';
import { CLOUD_METRICS, type CloudMeasures, cloudLatencies } from './cloud-metrics.ts';
import { EventLoopDelay } from './event-loop.ts';
import { HistogramMetric, type HistogramSeries } from './histogram-metric.ts';

export const COUNTED_OPERATIONS = [
  'SubscribeToCertificateUpdates',
  'VerifyClientDeviceIdentity',
  'AuthorizeClientDeviceActions',
  'GetClientDeviceAuthToken',
] as const;
export type CountedOperation = (typeof COUNTED_OPERATIONS)[number];

export interface OperationCounts {
  readonly success: Count;
  readonly failure: Count;
}

/** What other rooms know, asked at each scrape. One that fails is left out of that scrape. */
export interface MetricSources {
  readonly sessions?: () => {
    readonly active: number;
    readonly limit: number;
    readonly held: number;
    readonly issued: number;
    readonly evicted: number;
    readonly displaced: number;
    readonly refused: number;
  };
  readonly grantSets?: () => number;
  readonly queue?: () => {
    readonly waiting: number;
    readonly inFlight: number;
    readonly rejected: number;
    readonly coalesced: number;
  };
  readonly cloud?: () => CloudMeasures;
  readonly registry?: () => Promise<{
    readonly things: number;
    readonly certificates: number;
    readonly deviceCas: number;
  }>;
  readonly updateStreams?: () => number;
  readonly listeners?: () => readonly {
    readonly name: string;
    readonly calls: number;
    readonly rejected: number;
  }[];
  readonly discovery?: () => readonly { readonly status: number; readonly requests: number }[];
  readonly suppressedRefusals?: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly expiries?: () => readonly {
    readonly kind: string;
    readonly name: string;
    readonly notAfter: number;
  }[];
  readonly findings?: () => { readonly ALARM: number; readonly WARNING: number; readonly INFO: number };
}

type Sample = readonly [labels: Record<string, string>, value: number];

/** More reasons than there are: what comes after them is counted as OTHER. */
const MOST_REASONS = 64;

export class Metrics {
  readonly registry = new Registry();
  readonly serviceErrors = new Count();
  readonly #operations: Readonly<Record<CountedOperation, OperationCounts>>;
  readonly #latencies = new Map<string, Latency>();
  readonly #refusals = new Map<string, Count>();
  readonly #reloads = { ok: new Count(), failed: new Count() };
  readonly #eventLoop = new EventLoopDelay();
  #sources: MetricSources = {};

  constructor() {
    const counts = (): OperationCounts => ({ success: new Count(), failure: new Count() });
    this.#operations = {
      SubscribeToCertificateUpdates: counts(),
      VerifyClientDeviceIdentity: counts(),
      AuthorizeClientDeviceActions: counts(),
      GetClientDeviceAuthToken: counts(),
    };
    this.#register();
  }

  /** The pair of counters to keep and add to. AuthorizeClientDeviceAction, single or in a stream, is AuthorizeClientDeviceActions. */
  operation(name: CountedOperation): OperationCounts {
    return this.#operations[name];
  }

  /** Counts a call that ended in an error, as the reference would. */
  failed(name: CountedOperation, reason: ErrorReason): void {
    if (reason === 'INVALID_CREDENTIAL' || reason === 'INVALID_CLIENT_DEVICE_AUTH_TOKEN') {
      this.#operations[name].failure.add();
    } else if (reason === 'VERIFICATION_UNAVAILABLE' && name === 'GetClientDeviceAuthToken') {
      this.#operations[name].failure.add();
    } else if (reason === 'SERVICE_ERROR') {
      this.serviceErrors.add();
    }
  }

  /** The histogram to keep and observe, by RPC name. The names must be the program's, never a caller's. */
  latency(operation: string): Latency {
    const known = this.#latencies.get(operation);
    if (known !== undefined) return known;
    const made = new Latency();
    this.#latencies.set(operation, made);
    return made;
  }

  refused(reason: string): void {
    let count = this.#refusals.get(reason);
    if (count === undefined) {
      const name = this.#refusals.size < MOST_REASONS ? reason : 'OTHER';
      count = this.#refusals.get(name) ?? new Count();
      this.#refusals.set(name, count);
    }
    count.add();
  }

  reloaded(ok: boolean): void {
    (ok ? this.#reloads.ok : this.#reloads.failed).add();
  }

  /** Adds to what is asked at each scrape; a source given twice replaces the first. */
  observe(sources: MetricSources): void {
    this.#sources = { ...this.#sources, ...sources };
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    return this.registry.metrics();
  }

  close(): void {
    this.#eventLoop.close();
  }

  #register(): void {
    this.#counter(
      'operations_total',
      'Calls by operation and result, as the reference counts them.',
      ['operation', 'result'],
      () =>
        COUNTED_OPERATIONS.flatMap((operation) => {
          const { success, failure } = this.#operations[operation];
          return [
            [{ operation, result: 'success' }, success.value],
            [{ operation, result: 'failure' }, failure.value],
          ] satisfies Sample[];
        }),
    );
    this.#counter('service_errors_total', 'Calls that failed through a defect of the daemon.', [], () => [
      [{}, this.serviceErrors.value],
    ]);
    this.#counter('refusals_total', "Refusals by the operator's reason.", ['reason'], () =>
      [...this.#refusals].map(([reason, count]) => [{ reason }, count.value]),
    );
    this.#counter(
      'configuration_reloads_total',
      'Reloads of the configuration file by result.',
      ['result'],
      () => [
        [{ result: 'ok' }, this.#reloads.ok.value],
        [{ result: 'failed' }, this.#reloads.failed.value],
      ],
    );
    this.#registerSessions();
    this.#registerQueueAndRegistry();
    this.#registerDiscovery();
    this.#registerProcess();
    this.#registerCloud();
    this.#histogram(
      'operation_duration_seconds',
      'Time from the arrival of a call to its answer, by operation.',
      () =>
        [...this.#latencies].map(([operation, latency]) => ({
          operation,
          bounds: LATENCY_BUCKETS,
          ...latency.read(),
        })),
    );
  }

  #registerCloud(): void {
    for (const { kind, name, help, labels, read } of CLOUD_METRICS) {
      const samples = (): readonly Sample[] => {
        const cloud = this.#sources.cloud?.();
        return cloud === undefined ? [] : read(cloud);
      };
      if (kind === 'counter') this.#counter(name, help, labels, samples);
      else this.#gauge(name, help, labels, samples);
    }
    this.#histogram(
      'cloud_request_duration_seconds',
      'How long tries at the cloud took that were answered.',
      () => {
        const cloud = this.#sources.cloud?.();
        return cloud === undefined ? [] : cloudLatencies(cloud);
      },
    );
  }

  #registerSessions(): void {
    const sessions = () => this.#sources.sessions?.();
    const gauge = (name: string, help: string, of: (s: NonNullable<ReturnType<typeof sessions>>) => number) =>
      this.#gauge(`sessions_${name}`, help, [], () => one(sessions(), of));
    const counter = (
      name: string,
      help: string,
      of: (s: NonNullable<ReturnType<typeof sessions>>) => number,
    ) => this.#counter(`sessions_${name}_total`, help, [], () => one(sessions(), of));
    gauge('active', 'Open sessions.', (s) => s.active);
    gauge('limit', 'performance.maxActiveAuthTokens.', (s) => s.limit);
    gauge('held', 'Open sessions that a live update stream holds.', (s) => s.held);
    counter('issued', 'Sessions opened.', (s) => s.issued);
    counter('evicted', 'Sessions closed for lack of room.', (s) => s.evicted);
    counter('displaced', 'Held sessions that a newcomer displaced.', (s) => s.displaced);
    counter('refused', 'Newcomers refused with TOKEN_CACHE_FULL.', (s) => s.refused);
    this.#gauge('grant_sets', 'Grant sets in memory.', [], () => one(this.#sources.grantSets?.(), (n) => n));
    this.#gauge('update_streams', 'Open SubscribeToSessionUpdates streams.', [], () =>
      one(this.#sources.updateStreams?.(), (n) => n),
    );
  }

  #registerQueueAndRegistry(): void {
    const queue = () => this.#sources.queue?.();
    this.#gauge('cloud_queue_waiting', 'Verifications that wait for a worker.', [], () =>
      one(queue(), (q) => q.waiting),
    );
    this.#gauge('cloud_queue_in_flight', 'Verifications that are with the verifier.', [], () =>
      one(queue(), (q) => q.inFlight),
    );
    this.#counter('cloud_queue_rejected_total', 'Verifications refused with CLOUD_QUEUE_FULL.', [], () =>
      one(queue(), (q) => q.rejected),
    );
    this.#counter('cloud_queue_coalesced_total', 'Verifications that joined an identical one.', [], () =>
      one(queue(), (q) => q.coalesced),
    );
    this.#gauge('registry_entries', 'What the embedded registry holds.', ['kind'], async () => {
      const counts = await this.#sources.registry?.();
      if (counts === undefined) return [];
      return [
        [{ kind: 'thing' }, counts.things],
        [{ kind: 'certificate' }, counts.certificates],
        [{ kind: 'device_ca' }, counts.deviceCas],
      ];
    });
    const listeners = (of: 'calls' | 'rejected') => () =>
      (this.#sources.listeners?.() ?? []).map((one): Sample => [{ listener: one.name }, one[of]]);
    this.#counter('listener_calls_total', 'Calls by listener.', ['listener'], listeners('calls'));
    this.#counter(
      'listener_rejections_total',
      'Calls over the limits of their listener.',
      ['listener'],
      listeners('rejected'),
    );
  }

  #registerDiscovery(): void {
    this.#counter('discovery_requests_total', 'Requests of local discovery by status.', ['status'], () =>
      (this.#sources.discovery?.() ?? []).map(({ status, requests }) => [{ status: `${status}` }, requests]),
    );
  }

  #registerProcess(): void {
    this.#counter(
      'audit_suppressed_total',
      'Refusals counted in the audit trail instead of written one by one.',
      [],
      () => one(this.#sources.suppressedRefusals?.(), (n) => n),
    );
    this.#gauge('findings', 'Open findings of `deviceauthctl status`.', ['severity'], () =>
      Object.entries(this.#sources.findings?.() ?? {}).map(([severity, count]) => [{ severity }, count]),
    );
    this.#gauge(
      'certificate_expiry_timestamp_seconds',
      'When a certificate expires, since the Unix epoch.',
      ['kind', 'name'],
      () =>
        (this.#sources.expiries?.() ?? []).map(
          ({ kind, name, notAfter }): Sample => [{ kind, name }, notAfter / 1000],
        ),
    );
    this.#gauge(
      'event_loop_delay_seconds',
      'Delay of the event loop since the last scrape.',
      ['statistic'],
      () => Object.entries(this.#eventLoop.read()).map(([statistic, seconds]) => [{ statistic }, seconds]),
    );
    this.#gauge('process_resident_memory_bytes', 'Resident memory.', [], () => [
      [{}, process.memoryUsage.rss()],
    ]);
    this.#counter('process_cpu_seconds_total', 'CPU time, user and system.', [], () => {
      const { user, system } = process.cpuUsage();
      return [[{}, (user + system) / 1e6]];
    });
  }

  #counter(name: string, help: string, labelNames: string[], read: () => readonly Sample[]): void {
    new Counter({
      name: `deviceauthd_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [labels, value] of attempt(read)) this.inc(labels, Math.max(0, value));
      },
    });
  }

  #histogram(name: string, help: string, read: () => readonly HistogramSeries[]): void {
    const metric = new HistogramMetric(`deviceauthd_${name}`, help, () => attempt(read));
    this.registry.registerMetric(metric as unknown as Metric);
  }

  #gauge(
    name: string,
    help: string,
    labelNames: string[],
    read: () => readonly Sample[] | Promise<readonly Sample[]>,
  ): void {
    new Gauge({
      name: `deviceauthd_${name}`,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        if (labelNames.length === 0) this.remove();
        for (const [labels, value] of await attemptAsync(read)) this.set(labels, value);
      },
    });
  }
}

function one<T>(source: T | undefined, of: (value: T) => number): readonly Sample[] {
  return source === undefined ? [] : [[{}, of(source)]];
}

function attempt<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}

async function attemptAsync(
  read: () => readonly Sample[] | Promise<readonly Sample[]>,
): Promise<readonly Sample[]> {
  try {
    return await read();
  } catch {
    return [];
  }
}
