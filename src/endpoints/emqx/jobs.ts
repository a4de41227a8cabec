/**
 * What is still to be told to EMQX, by client id: one job for each, whatever was asked for and how often. Always true:
 * - A job is in one place: running, ready, or waiting for its time.
 * - Of what a job wants, the kick comes first and the audit last.
 */
import type { Clock } from '../../clock.ts';

export type Want = 'kick' | 'flush' | 'audit';

export interface Job {
  readonly clientId: string;
  readonly wants: Set<Want>;
  /** When it was last asked for (monotonic). */
  since: number;
  /** Failures in a row. */
  failures: number;
  /** Its client was gone when it was looked at last: it is looked at once more, then (monotonic). */
  confirmAt: number | undefined;
  /** Until when somebody else may take over (monotonic); 0: nobody is about to. */
  graceUntil: number;
  /** Of audits. */
  round: number;
  running: AbortController | undefined;
  /** What is running. */
  runs: Want | undefined;
  /** It was asked for again meanwhile: no pause. */
  hurried: boolean;
  cancel: (() => void) | undefined;
}

export class Jobs {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();
  readonly #urgent = new Set<Job>();
  readonly #others = new Set<Job>();
  readonly #onReady: () => void;

  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock;
    this.#onReady = onReady;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Kicks that are ready. */
  get urgent(): number {
    return this.#urgent.size;
  }

  /** Without what is only looked at once more. */
  get outstanding(): number {
    let count = 0;
    for (const job of this.#jobs.values()) if (!isConfirmation(job)) count += 1;
    return count;
  }

  get(clientId: string): Job | undefined {
    return this.#jobs.get(clientId);
  }

  has(clientId: string): boolean {
    return this.#jobs.has(clientId);
  }

  /** False when it was deleted meanwhile. */
  isCurrent(job: Job): boolean {
    return this.#jobs.get(job.clientId) === job;
  }

  values(): IterableIterator<Job> {
    return this.#jobs.values();
  }

  want(clientId: string, want: Want): Job {
    const job = this.#jobs.get(clientId) ?? this.#add(clientId);
    job.since = this.#clock.monotonic();
    job.wants.add(want);
    if (want === 'kick') {
      job.confirmAt = undefined;
      job.graceUntil = 0;
    } else {
      job.round = 1;
    }
    if (job.running === undefined) this.ready(job);
    else job.hurried = true;
    return job;
  }

  /** Its time has come. */
  ready(job: Job): void {
    this.#withdraw(job);
    (isUrgent(job) ? this.#urgent : this.#others).add(job);
    this.#onReady();
  }

  later(job: Job, milliseconds: number): void {
    this.#withdraw(job);
    job.cancel = this.#clock.after(milliseconds, () => {
      job.cancel = undefined;
      this.ready(job);
    });
  }

  /** Those that wait because they failed. */
  hurryFailed(): void {
    for (const job of this.#jobs.values()) {
      if (job.failures > 0 && job.cancel !== undefined) this.ready(job);
    }
  }

  take(urgent: boolean): Job | undefined {
    const queue = urgent ? this.#urgent : this.#others;
    for (const job of queue) {
      queue.delete(job);
      return job;
    }
    return undefined;
  }

  delete(job: Job): void {
    this.#withdraw(job);
    job.running?.abort();
    this.#jobs.delete(job.clientId);
  }

  clear(): void {
    for (const job of [...this.#jobs.values()]) this.delete(job);
  }

  #add(clientId: string): Job {
    const job: Job = {
      clientId,
      wants: new Set(),
      since: 0,
      failures: 0,
      confirmAt: undefined,
      graceUntil: 0,
      round: 1,
      running: undefined,
      runs: undefined,
      hurried: false,
      cancel: undefined,
    };
    this.#jobs.set(clientId, job);
    return job;
  }

  #withdraw(job: Job): void {
    job.cancel?.();
    job.cancel = undefined;
    this.#urgent.delete(job);
    this.#others.delete(job);
  }
}

/** What is due; undefined: nothing yet. */
export function nextWant({ confirmAt, wants }: Job, now: number): Want | undefined {
  if (wants.has('kick') && (confirmAt === undefined || now >= confirmAt)) return 'kick';
  if (wants.has('flush')) return 'flush';
  return wants.has('audit') ? 'audit' : undefined;
}

function isUrgent({ confirmAt, wants }: Job): boolean {
  return wants.has('kick') && confirmAt === undefined;
}

function isConfirmation({ confirmAt, wants }: Job): boolean {
  return confirmAt !== undefined && wants.size === 1 && wants.has('kick');
}
