/**
 * A connection whose files may be missing or wrong, now or later. Always true:
 * - What the files are like never keeps the daemon from starting: devices that are trusted come in without the cloud.
 * - Without usable files every request is `misconfigured`, with what is wrong, and the files are looked at again a little later.
 */
import type { Clock } from '../clock.ts';
import { CoreFileError } from './core-credentials.ts';
import { misconfiguredHere, type Outcome, type Trouble, trouble } from './outcome.ts';
import type { ServiceAnswer, ServiceConnection, ServiceRequest } from './service-connection.ts';

const LOOK_AGAIN_MS = 10_000;

export class MendingConnection implements ServiceConnection {
  readonly #open: () => ServiceConnection;
  readonly #clock: Clock;
  #connection: ServiceConnection | undefined;
  #problem: Trouble | undefined;
  #lookedAt = 0;
  #closed = false;

  /** `open` may throw `CoreFileError`; what else it throws is a defect. */
  constructor(open: () => ServiceConnection, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
    this.#look();
  }

  /** What is wrong with the files, in one sentence; undefined: nothing. */
  get problem(): string | undefined {
    return this.#problem?.message;
  }

  get certificateId(): string | undefined {
    return this.#connection?.certificateId;
  }

  async send(request: ServiceRequest): Promise<Outcome<ServiceAnswer>> {
    if (this.#connection === undefined && this.#clock.monotonic() - this.#lookedAt >= LOOK_AGAIN_MS)
      this.#look();
    if (this.#connection !== undefined) return await this.#connection.send(request);
    return this.#problem ?? trouble('unreachable', 'the daemon stops');
  }

  /** Files that have become unusable leave those in use, and are a problem all the same. */
  reload(): void {
    if (this.#connection === undefined) {
      this.#look();
      return;
    }
    this.#problem = this.#attempt(() => this.#connection?.reload());
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = undefined;
    this.#problem = undefined;
  }

  #look(): void {
    if (this.#closed) return;
    this.#lookedAt = this.#clock.monotonic();
    this.#problem = this.#attempt(() => {
      this.#connection = this.#open();
    });
  }

  #attempt(what: () => void): Trouble | undefined {
    try {
      what();
      return undefined;
    } catch (error) {
      if (!(error instanceof CoreFileError)) throw error;
      return misconfiguredHere(error.message);
    }
  }
}
