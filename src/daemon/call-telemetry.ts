/** Turns the endpoints' answered calls into counters and histograms, their refusals into the refusal log. Runs once for each call, so cells are bound at start. */
import type { CallObserver, CallRefusal, DecidedBatch, EndedCall } from '../endpoints/ports.ts';
import { COUNTED_OPERATIONS, type CountedOperation, type Metrics } from '../telemetry/metrics.ts';
import type { RefusalLog } from '../telemetry/refusal-log.ts';

/** The reference counts decisions under the plural; a stream's decisions come as batches. */
const COUNTED_AS: Readonly<Record<string, CountedOperation>> = {
  ...Object.fromEntries(COUNTED_OPERATIONS.map((name) => [name, name])),
  AuthorizeClientDeviceAction: 'AuthorizeClientDeviceActions',
};
const STREAM = 'AuthorizeClientDeviceActions';

export class CallTelemetry implements CallObserver {
  readonly #metrics: Metrics;
  readonly #refusals: RefusalLog;
  readonly #latencies = new Map<string, ReturnType<Metrics['latency']>>();

  constructor(metrics: Metrics, refusals: RefusalLog) {
    this.#metrics = metrics;
    this.#refusals = refusals;
  }

  refused(refusal: CallRefusal): void {
    this.#refusals.record(refusal);
  }

  ended({ operation, result, reason, milliseconds }: EndedCall): void {
    let latency = this.#latencies.get(operation);
    if (latency === undefined) {
      latency = this.#metrics.latency(operation);
      this.#latencies.set(operation, latency);
    }
    // How long a stream was open is no latency.
    if (operation !== STREAM) latency.observe(milliseconds);
    const counted = COUNTED_AS[operation];
    if (result === 'service_error') this.#metrics.serviceErrors.add();
    else if (counted === undefined || operation === STREAM) return;
    else if (result === 'success') this.#metrics.operation(counted).success.add();
    else if (reason === undefined) this.#metrics.operation(counted).failure.add();
    else this.#metrics.failed(counted, reason);
  }

  decided({ successes, failures, milliseconds }: DecidedBatch): void {
    const counts = this.#metrics.operation(STREAM);
    counts.success.add(successes);
    counts.failure.add(failures);
    this.#metrics.latency(STREAM).observe(milliseconds);
  }
}
