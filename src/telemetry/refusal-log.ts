/**
 * The refusals of the last while, for `ListRefusals` and `explain`: at most 1,000, text made safe
 * to print. A device in a loop does not push the others out: refusals of the same device for the
 * same reason are one entry with a count. Every refusal passes here once and goes on to the audit
 * trail and the counters.
 */
import type { Clock } from '../clock.ts';
import type { AuditLog } from './audit.ts';
import type { Metrics } from './metrics.ts';
import { redactText } from './redact.ts';
import { sanitize } from './sanitize.ts';

export interface Refusal {
  /** The RPC, or the step of a session's life, such as `GetClientDeviceAuthToken`. */
  readonly operation: string;
  /** The operator's reason, such as `CERTIFICATE_EXPIRED`; never text from outside. */
  readonly reason: string;
  readonly message: string;
  readonly clientId?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly listener: string;
  readonly correlationId?: string | undefined;
}

export interface RecordedRefusal extends Required<{ [K in keyof Refusal]: string }> {
  /** Of the last of them, milliseconds since the Unix epoch. */
  readonly time: number;
  /** How many of this device, operation and reason the entry stands for. */
  readonly repeated: number;
}

export interface RefusalLogOptions {
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'refusal'>;
  readonly metrics: Pick<Metrics, 'refused'>;
  readonly capacity?: number;
}

export class RefusalLog {
  readonly #clock: Clock;
  readonly #audit: RefusalLogOptions['audit'];
  readonly #metrics: RefusalLogOptions['metrics'];
  readonly #capacity: number;
  /** In order of their last time, oldest first. */
  readonly #entries = new Map<string, RecordedRefusal>();

  constructor(options: RefusalLogOptions) {
    this.#clock = options.clock;
    this.#audit = options.audit;
    this.#metrics = options.metrics;
    this.#capacity = options.capacity ?? 1000;
  }

  record(refusal: Refusal): void {
    const entry = this.#safe(refusal);
    const key = JSON.stringify([
      entry.operation,
      entry.reason,
      entry.clientId,
      entry.certificateId,
      entry.listener,
    ]);
    const repeated = (this.#entries.get(key)?.repeated ?? 0) + 1;
    this.#entries.delete(key);
    this.#entries.set(key, { ...entry, repeated });
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#metrics.refused(entry.reason);
    this.#audit.refusal(entry);
  }

  /** Newest first. */
  recent(limit: number): readonly RecordedRefusal[] {
    return [...this.#entries.values()].reverse().slice(0, Math.max(0, limit));
  }

  #safe(refusal: Refusal): RecordedRefusal {
    return {
      time: this.#clock.now(),
      operation: outside(refusal.operation, 64),
      reason: outside(refusal.reason, 64),
      message: outside(refusal.message, 1024),
      clientId: outside(refusal.clientId ?? '', 256),
      certificateId: outside(refusal.certificateId ?? '', 64),
      listener: outside(refusal.listener, 64),
      correlationId: outside(refusal.correlationId ?? '', 128),
      repeated: 1,
    };
  }
}

function outside(text: string, longest: number): string {
  return sanitize(redactText(text.slice(0, 8 * longest)), longest);
}
