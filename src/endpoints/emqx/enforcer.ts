/**
 * Makes EMQX carry out what was decided here: kicks, dropped decisions, subscriptions taken away. Always true:
 * - Each is tried until EMQX has done it, or given up after `retrySeconds` with an alarm; then a thorough walk through all of
 *   EMQX's clients makes up for it as soon as EMQX answers, and only that ends the alarm.
 * - There is one job for each client id, and 100,000 at most; what does not fit is left to a thorough walk, too.
 * - A kick is over only when its client was seen to be gone five seconds later: EMQX's 204 may stand for a node that did not
 *   hear of it, and the answer to an authentication may have been under way.
 * - EMQX's clients are walked through every ten minutes: by HTTP it tells of no connection and no end, and a list that is read
 *   page by page while clients come and go may leave one out.
 */
import type { Clock } from '../../clock.ts';
import type { CertificateParser } from '../../identity/certificate.ts';
import type { Finding, Logger } from '../ports.ts';
import { ApiHealth } from './api-health.ts';
import { fullJitter } from './backoff.ts';
import type { EmqxClients, EmqxEnforcer } from './emqx-ports.ts';
import { type Job, Jobs, nextWant, type Want } from './jobs.ts';
import { Kick, type KickStep } from './kick.ts';
import type { ManagementApi } from './management-api.ts';
import { PacedApi } from './paced-api.ts';
import { Reconciliation } from './reconciliation.ts';
import { RequestGate } from './request-gate.ts';
import { rest } from './rest.ts';
import { failed, OVER, type Step } from './step.ts';
import { type AuditStep, SubscriptionAudit } from './subscription-audit.ts';
import { Walks } from './walks.ts';

export interface EnforcerOptions {
  /** The broker's name in the configuration. */
  readonly broker: string;
  readonly api: ManagementApi;
  readonly clients: EmqxClients;
  readonly parser: Pick<CertificateParser, 'parse'>;
  readonly requestsPerSecond: number;
  readonly retrySeconds: number;
  readonly clock: Clock;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly mostJobs?: number;
}

/** For the operator and for tests. */
export interface EnforcerState {
  /** Client ids that EMQX is still to be told something about, the last look at those that are gone included. */
  readonly jobs: number;
  readonly requestsInFlight: number;
  readonly isWalking: boolean;
  /** Since the start. */
  readonly givenUp: number;
}

const MOST_JOBS = 100_000;
/** Kicks, and as many others. Requests in flight are bounded by the gate. */
const WORKERS = 4;
const CONFIRM_MS = 5_000;
const GRACE_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;
/** For ten seconds, a walk looks whether kicks have been carried out. */
const SHORT_MS = 100;
const MOST_LOOKS = 100;
const LONGEST_SWEEP_MS = 30_000;
/** A walk waits while there is more than this to do. */
const WALK_BACKLOG = 1_000;

export class Enforcer implements EmqxEnforcer {
  readonly #options: EnforcerOptions;
  readonly #gate: RequestGate;
  readonly #health: ApiHealth;
  readonly #api: PacedApi;
  readonly #kick: Kick;
  readonly #audit: SubscriptionAudit;
  readonly #walks: Walks;
  readonly #jobs: Jobs;
  readonly #stop = new AbortController();
  readonly #working = { urgent: 0, others: 0 };
  #cancelSweep: (() => void) | undefined = undefined;
  #givenUp = 0;
  /** Since when (wall clock) something that was given up has not been made up for. */
  #owedSince: number | undefined = undefined;
  #owed = 0;

  constructor(options: EnforcerOptions) {
    this.#options = options;
    const { api, broker, clients, clock, logger, parser, random, requestsPerSecond } = options;
    this.#gate = new RequestGate({ clock, requestsPerSecond });
    this.#health = new ApiHealth({
      broker,
      clock,
      random,
      logger,
      gate: this.#gate,
    });
    this.#api = new PacedApi({ api, gate: this.#gate, health: this.#health });
    this.#kick = new Kick({
      api: this.#api,
      canLookUp: (clientId) => api.canLookUp(clientId),
      clients,
      parser,
      clock,
    });
    this.#audit = new SubscriptionAudit({
      api: this.#api,
      clients,
      kick: this.#kick,
      canAddress: (clientId) => api.canAddress(clientId),
    });
    const reconciliation = new Reconciliation({
      api: this.#api,
      clients,
      parser,
      clock,
      random,
      kick: (clientId) => this.kick(clientId),
      isKicked: (clientId) => this.#isKicked(clientId),
      flush: (clientId) => this.flush(clientId),
      audit: (clientId) => this.audit(clientId),
      kicked: (signal) => this.#kicksCarriedOut(signal),
      room: (signal) => this.#room(signal),
      fault: (error) => this.#fault(error),
    });
    this.#walks = new Walks({
      clock,
      random,
      walk: (thorough, signal) => reconciliation.walk(thorough, signal),
      onEnd: () => this.#settleDebt(),
      fault: (error) => this.#fault(error),
      signal: this.#stop.signal,
    });
    this.#jobs = new Jobs(clock, () => this.#pump());
  }

  /** Walks through EMQX's clients now and then. */
  start(): void {
    this.reconcile();
  }

  kick(clientId: string): void {
    this.#want(clientId, 'kick');
  }

  flush(clientId: string): void {
    this.#want(clientId, 'flush');
  }

  audit(clientId: string): void {
    this.#want(clientId, 'audit');
  }

  reconcile(): void {
    this.#walks.want('plain');
  }

  /**
   * To be awaited between the opening of a session and the answer to EMQX: see `Kick`. Whoever has just come has ten seconds to
   * take its predecessor over.
   */
  settled(clientId: string): Promise<void> {
    const job = this.#jobs.get(clientId);
    if (job !== undefined && job.graceUntil > 0) {
      job.graceUntil = this.#options.clock.monotonic() + GRACE_MS;
    }
    return this.#stop.signal.aborted ? Promise.resolve() : this.#kick.settled(clientId);
  }

  /** Reads the key and the CA again. Throws `ApiFileError`, and goes on with the old ones then. */
  reload(): void {
    this.#options.api.reload();
    this.#health.filesChanged();
    this.#jobs.hurryFailed();
  }

  /** EMQX's REST API has answered somebody else: what waits for that need not. */
  apiAnswered(): void {
    this.#health.answered();
  }

  state(): EnforcerState {
    return {
      jobs: this.#jobs.size,
      requestsInFlight: this.#gate.inFlight,
      isWalking: this.#walks.isWalking,
      givenUp: this.#givenUp,
    };
  }

  findings(): readonly Finding[] {
    const { broker } = this.#options;
    const since = this.#owedSince;
    if (since === undefined) return this.#health.findings();
    const message =
      `EMQX "${broker}" was not told in time what became of ${this.#owed} client ids, so that some may be connected, or have ` +
      'subscriptions, that they may not have any more; all its clients are gone through once its REST API works';
    return [{ severity: 'ALARM', code: 'emqx.enforcement', message, since }, ...this.#health.findings()];
  }

  /** Nothing goes out any more, and what is under way is given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancelSweep?.();
    this.#jobs.clear();
    await this.#walks.stopped();
    this.#options.api.close();
  }

  #want(clientId: string, want: Want): void {
    // EMQX gives every client an id.
    if (this.#stop.signal.aborted || clientId === '') return;
    if (!this.#jobs.has(clientId) && !this.#hasPlace(want)) return;
    const job = this.#jobs.want(clientId, want);
    if (want === 'kick' && job.running !== undefined && job.runs !== 'kick') job.running.abort();
    this.#armSweep();
  }

  /** A kick takes the place of flushes and audits; what has none is left to a thorough walk. */
  #hasPlace(want: Want): boolean {
    const most = this.#options.mostJobs ?? MOST_JOBS;
    if (this.#jobs.size < most) return true;
    const { broker, logger } = this.#options;
    if (!this.#walks.isThoroughWanted) {
      const message = 'too much to tell EMQX one by one: all its clients are gone through instead';
      logger.warn({ broker, jobs: this.#jobs.size }, message);
    }
    for (const job of [...this.#jobs.values()]) {
      if (!job.wants.has('kick') && job.running === undefined) this.#jobs.delete(job);
    }
    this.#walks.want('thorough');
    return want === 'kick' && this.#jobs.size < most;
  }

  #pump(): void {
    // `Jobs` may call while it is being built.
    if (this.#stop.signal.aborted) return;
    for (const kind of ['urgent', 'others'] as const) {
      while (this.#working[kind] < WORKERS) {
        const job = this.#jobs.take(kind === 'urgent');
        if (job === undefined) break;
        this.#working[kind] += 1;
        this.#run(job).finally(() => {
          this.#working[kind] -= 1;
          this.#pump();
        });
      }
    }
  }

  /** Never rejects. */
  async #run(job: Job): Promise<void> {
    const { clock } = this.#options;
    const want = nextWant(job, clock.monotonic());
    if (want === undefined) {
      this.#place(job, 0);
      return;
    }
    const controller = new AbortController();
    job.running = controller;
    job.runs = want;
    job.hurried = false;
    job.wants.delete(want);
    const signal = AbortSignal.any([this.#stop.signal, controller.signal]);
    let pause: number;
    try {
      pause = await this.#attempt(job, want, signal);
    } catch (error) {
      this.#fault(error);
      pause = this.#failed(job, want);
    }
    job.running = undefined;
    job.runs = undefined;
    if (this.#stop.signal.aborted || !this.#jobs.isCurrent(job)) return;
    this.#place(job, job.hurried ? 0 : pause);
  }

  /** Ready, or later, or over. */
  #place(job: Job, pause: number): void {
    if (job.wants.size === 0) {
      this.#jobs.delete(job);
      return;
    }
    const now = this.#options.clock.monotonic();
    const isWaiting = nextWant(job, now) === undefined;
    const wait = isWaiting ? (job.confirmAt ?? now) - now : pause;
    if (wait > 0) this.#jobs.later(job, wait);
    else this.#jobs.ready(job);
  }

  /** How long to wait before the job is looked at again. */
  async #attempt(job: Job, want: Want, signal: AbortSignal): Promise<number> {
    switch (want) {
      case 'kick':
        return this.#kicked(job, await this.#attemptKick(job, signal));
      case 'flush':
        return this.#flushed(job, await this.#attemptFlush(job.clientId, signal));
      case 'audit':
        return this.#audited(job, await this.#audit.attempt(job.clientId, job.round, signal));
    }
  }

  #attemptKick(job: Job, signal: AbortSignal): Promise<KickStep> {
    const graceOver = (): boolean => job.graceUntil > 0 && this.#options.clock.monotonic() >= job.graceUntil;
    return this.#kick.attempt(job.clientId, { graceOver, urgent: job.confirmAt === undefined }, signal);
  }

  #kicked(job: Job, step: KickStep): number {
    const now = this.#options.clock.monotonic();
    switch (step.kind) {
      case 'gone':
        return this.#gone(job, step.seen);
      case 'contested':
        job.failures = 0;
        if (job.graceUntil === 0) job.graceUntil = now + GRACE_MS;
        job.confirmAt = undefined;
        job.wants.add('kick');
        return LOOK_AGAIN_MS;
      default:
        return this.#ended(job, 'kick', step);
    }
  }

  async #attemptFlush(clientId: string, signal: AbortSignal): Promise<Step> {
    const outcome = await this.#api.ask('flush', signal, (api, until) => api.flushCache(clientId, until));
    return outcome.kind === 'done' || outcome.kind === 'absent' ? OVER : failed(outcome);
  }

  #flushed(job: Job, step: Step): number {
    if (step.kind === 'over') job.wants.add('audit');
    return this.#ended(job, 'flush', step);
  }

  #audited(job: Job, step: AuditStep): number {
    if (step.kind !== 'look-again') return this.#ended(job, 'audit', step);
    job.failures = 0;
    job.round += 1;
    job.wants.add('audit');
    return LOOK_AGAIN_MS;
  }

  #ended(job: Job, want: Want, step: Step): number {
    switch (step.kind) {
      case 'over':
        job.failures = 0;
        if (want === 'kick') job.confirmAt = undefined;
        return 0;
      case 'aborted':
        job.wants.add(want);
        return 0;
      case 'failed':
        return this.#failed(job, want);
    }
  }

  #failed(job: Job, want: Want): number {
    job.wants.add(want);
    job.failures += 1;
    return fullJitter(job.failures, this.#options.random);
  }

  /** EMQX said so, or nobody was there: looked at once more, until nobody is there when it is. */
  #gone(job: Job, seen: boolean): number {
    job.failures = 0;
    job.graceUntil = 0;
    if (seen && job.confirmAt !== undefined) {
      job.confirmAt = undefined;
      return 0;
    }
    job.confirmAt = this.#options.clock.monotonic() + CONFIRM_MS;
    job.wants.add('kick');
    return CONFIRM_MS;
  }

  #isKicked(clientId: string): boolean {
    const job = this.#jobs.get(clientId);
    return job !== undefined && (job.wants.has('kick') || job.runs === 'kick');
  }

  async #kicksCarriedOut(signal: AbortSignal): Promise<boolean> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      if (this.#jobs.urgent + this.#working.urgent === 0) return true;
      if (!(await rest(this.#options.clock, SHORT_MS, signal))) return false;
    }
    return false;
  }

  async #room(signal: AbortSignal): Promise<void> {
    const most = Math.min(WALK_BACKLOG, (this.#options.mostJobs ?? MOST_JOBS) / 2);
    while (this.#jobs.size > most) {
      if (!(await rest(this.#options.clock, LOOK_AGAIN_MS, signal))) return;
    }
  }

  #armSweep(): void {
    if (this.#cancelSweep !== undefined) return;
    const every = Math.min(LONGEST_SWEEP_MS, Math.max(1_000, this.#options.retrySeconds * 100));
    this.#cancelSweep = this.#options.clock.after(every, () => {
      this.#cancelSweep = undefined;
      this.#sweep();
      if (this.#jobs.size > 0 || this.#owedSince !== undefined) this.#armSweep();
    });
  }

  /** Gives up what has been tried for too long. */
  #sweep(): void {
    const { clock, retrySeconds } = this.#options;
    const before = clock.monotonic() - retrySeconds * 1_000;
    const late = [...this.#jobs.values()].filter(({ since }) => since <= before);
    for (const job of late) this.#jobs.delete(job);
    if (late.length > 0) this.#owe(late.length);
    this.#settleDebt();
  }

  #owe(count: number): void {
    const { broker, clock, logger } = this.#options;
    this.#givenUp += count;
    this.#owed += count;
    this.#owedSince ??= clock.now();
    logger.warn(
      { broker, finding: 'emqx.enforcement', clients: count },
      'given up telling EMQX about clients',
    );
    this.#walks.want('thorough');
  }

  /** The alarm ends when everything that was given up has been made up for. */
  #settleDebt(): void {
    if (this.#owedSince === undefined || !this.#walks.isDone || this.#jobs.outstanding > 0) return;
    this.#owedSince = undefined;
    this.#owed = 0;
    const { broker, logger } = this.#options;
    logger.info({ broker, finding: 'emqx.enforcement' }, 'no longer so');
  }

  #fault(error: unknown): void {
    const { broker, logger } = this.#options;
    logger.error({ broker, err: error }, 'telling EMQX failed by a defect');
  }
}
