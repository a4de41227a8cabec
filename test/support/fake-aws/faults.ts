/**
 * What goes wrong with requests, as a test says: for one operation or for all, for the next so many or until cleared. The
 * oldest that applies is used; latency comes on top of any other.
 */

export type Fault =
  /** The answer is what it is, but later. Milliseconds. */
  | { readonly kind: 'latency'; readonly ms: number }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** JSON, or text as it is; left out: an empty body. */
      readonly body?: unknown;
    }
  /** As a service of AWS says it, with such a type. */
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly message?: string }
  /** 429 on the data plane, 400 with a type on the control planes. `retryAfter`: as it stands in the header. */
  | { readonly kind: 'throttle'; readonly retryAfter?: string }
  /** Closed without an answer once the request has come. `onlyReused`: as a server does that closes an idle connection just then. */
  | { readonly kind: 'close'; readonly how?: 'end' | 'reset'; readonly onlyReused?: boolean }
  /** The head and a part of the body, then the connection is closed. */
  | { readonly kind: 'half-answer'; readonly how?: 'end' | 'reset' }
  /** Nothing at all, or the head and then nothing. */
  | { readonly kind: 'stall'; readonly after: 'nothing' | 'head' }
  /** A body that never ends, as fast as the client takes it. */
  | { readonly kind: 'endless-body' }
  | { readonly kind: 'malformed-json' }
  | { readonly kind: 'malformed-head' }
  /** What goes over the wire, and nothing more. */
  | { readonly kind: 'raw'; readonly text: string }
  | { readonly kind: 'redirect'; readonly location?: string };

export interface FaultOptions {
  /** Left out: any. */
  readonly operation?: string;
  /** For how many requests; left out: until cleared. */
  readonly times?: number;
}

interface Entry {
  readonly fault: Fault;
  readonly operation: string | undefined;
  left: number;
}

export interface FaultsOfRequest {
  readonly latencyMs: number;
  readonly fault: Exclude<Fault, { kind: 'latency' }> | undefined;
}

export class Faults {
  #entries: Entry[] = [];

  /** The answer takes it back. */
  add(fault: Fault, options: FaultOptions = {}): () => void {
    const entry = { fault, operation: options.operation, left: options.times ?? Number.POSITIVE_INFINITY };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  clear(operation?: string): void {
    this.#entries =
      operation === undefined ? [] : this.#entries.filter((entry) => entry.operation !== operation);
  }

  /** For the doors: what applies to this request, counted. */
  take(operation: string, connectionReused: boolean): FaultsOfRequest {
    let latencyMs = 0;
    let fault: FaultsOfRequest['fault'];
    for (const entry of this.#entries) {
      if (entry.operation !== undefined && entry.operation !== operation) continue;
      if (entry.fault.kind === 'latency') {
        latencyMs += entry.fault.ms;
      } else {
        if (fault !== undefined) continue;
        if (entry.fault.kind === 'close' && entry.fault.onlyReused === true && !connectionReused) continue;
        fault = entry.fault;
      }
      entry.left -= 1;
    }
    this.#entries = this.#entries.filter((entry) => entry.left > 0);
    return { latencyMs, fault };
  }
}
