/** How late the event loop runs its timers, since it was last read. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** In seconds; begins anew. */
  read(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const seconds = (nanoseconds: number): number =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000) : 0;
    const { max } = this.#histogram;
    const [p50, p99] = [50, 99].map((percent) => seconds(this.#histogram.percentile(percent)));
    this.#histogram.reset();
    return { p50: p50 ?? 0, p99: p99 ?? 0, max: seconds(max) };
  }

  close(): void {
    this.#histogram.disable();
  }
}
