/** How long a broker keeps a client waiting that has nothing to do with what goes on: round trips of its pings. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

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

  /** Milliseconds, of all since the last look. */
  async look(): Promise<readonly number[]> {
    const told = once(this.#worker, 'message');
    this.#worker.postMessage('tell');
    const [trips] = (await told) as [number[]];
    return trips;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
