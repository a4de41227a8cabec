/** How long a broker keeps a client waiting that has nothing to do with what goes on: round trips of its pings. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface RoundTrips {
  /** Milliseconds, of all since the last look. */
  readonly longest: number;
  readonly count: number;
}

export class Pinging {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** `port`: a listener that lets in who shows no certificate. */
  static async start(port: number): Promise<Pinging> {
    const worker = new Worker(new URL('ping-worker.ts', import.meta.url), { workerData: { port } });
    await once(worker, 'message');
    return new Pinging(worker);
  }

  async look(): Promise<RoundTrips> {
    const told = once(this.#worker, 'message');
    this.#worker.postMessage('tell');
    const [trips] = (await told) as [number[]];
    return { longest: Math.max(...trips), count: trips.length };
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
