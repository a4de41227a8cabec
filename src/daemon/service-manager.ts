/**
 * What the daemon tells its service manager: that it serves, that it reads its configuration again, that it stops, and a
 * line about how it is. Always true:
 * - one message is on its way and at most one waits, which takes in whatever comes meanwhile: its state is the latest. So
 *   processes never pile up behind a service manager that is slow;
 * - the watchdog is pinged from the event loop, at a third of its time, and only when the daemon has been found well at
 *   that moment. A loop that stands still and a look that gets no answer both miss pings;
 * - what cannot be told is warned of once and keeps the daemon from nothing.
 */
import type { Clock } from '../clock.ts';
import type { Notify } from './systemd-notify.ts';

interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface ServiceManagerParts {
  readonly notify: Notify;
  readonly watchdogMs: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Health {
  /** One short line for people. */
  readonly status: () => string;
  /** What is wrong that a restart may mend, or undefined. To reject is trouble, and so is to give no answer. */
  readonly trouble: () => Promise<string | undefined>;
}

type State = 'READY=1' | 'RELOADING=1' | 'STOPPING=1';

interface Message {
  readonly state?: State;
  readonly ping?: boolean;
}

/** How often the line is looked at where there is no watchdog. */
const STATUS_MS = 60_000;
const LEAST_INTERVAL_MS = 100;
const LONGEST_STATUS = 200;

export class ServiceManager {
  readonly #parts: ServiceManagerParts;
  readonly #intervalMs: number;
  #phase: 'starting' | 'serving' | 'stopping' = 'starting';
  #health: Health | undefined;
  #trouble: string | undefined;
  #looking = false;
  #waiting: Message | undefined;
  #isSending = false;
  #sent: Promise<void> = Promise.resolve();
  #undelivered: Message | undefined;
  #toldStatus = '';
  #failing = false;
  #absent = false;
  #cancel: () => void = () => {};

  constructor(parts: ServiceManagerParts) {
    this.#parts = parts;
    const { watchdogMs } = parts;
    this.#intervalMs = watchdogMs === undefined ? STATUS_MS : Math.max(watchdogMs / 3, LEAST_INTERVAL_MS);
  }

  /** Every listener serves, and the state is loaded. */
  ready(health: Health): void {
    if (this.#phase !== 'starting') return;
    this.#phase = 'serving';
    this.#health = health;
    this.#tell({ state: 'READY=1' });
    this.#awaitTick();
  }

  /** To be followed by `reloaded`. Before the daemon is ready neither says anything. */
  reloading(): void {
    if (this.#phase === 'serving') this.#tell({ state: 'RELOADING=1' });
  }

  reloaded(): void {
    if (this.#phase === 'serving') this.#tell({ state: 'READY=1' });
  }

  stopping(): void {
    const before = this.#phase;
    this.#phase = 'stopping';
    this.#cancel();
    if (before === 'serving') this.#tell({ state: 'STOPPING=1' });
  }

  /** Resolves when nothing is on its way any more. */
  async close(): Promise<void> {
    this.#phase = 'stopping';
    this.#cancel();
    await this.#sent;
  }

  #awaitTick(): void {
    this.#cancel = this.#parts.clock.after(this.#intervalMs, () => {
      this.#awaitTick();
      void this.#tick();
    });
  }

  async #tick(): Promise<void> {
    if (this.#parts.watchdogMs === undefined) {
      this.#tell({});
      return;
    }
    // The look before has no answer yet.
    const trouble = this.#looking ? 'it does not answer itself' : await this.#look();
    if (this.#phase !== 'serving') return;
    this.#found(trouble);
    this.#tell({ ping: trouble === undefined });
  }

  async #look(): Promise<string | undefined> {
    this.#looking = true;
    try {
      return await this.#health?.trouble();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#looking = false;
    }
  }

  #found(trouble: string | undefined): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    const { logger, watchdogMs } = this.#parts;
    if (trouble !== undefined && before === undefined)
      logger.error({ trouble, watchdogMs }, 'the watchdog is not pinged, so the daemon may be started anew');
    if (trouble === undefined && before !== undefined) logger.info({}, 'the watchdog is pinged again');
  }

  #tell(message: Message): void {
    if (this.#absent) return;
    this.#waiting = { ...this.#waiting, ...message };
    if (!this.#isSending) this.#sent = this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    for (let message = this.#take(); message !== undefined; message = this.#take()) await this.#send(message);
    this.#isSending = false;
  }

  #take(): Message | undefined {
    if (this.#waiting === undefined) return undefined;
    const message = { ...this.#undelivered, ...this.#waiting };
    this.#waiting = undefined;
    return message;
  }

  async #send({ state, ping }: Message): Promise<void> {
    try {
      const status = this.#statusLine();
      const assignments = [
        ...(state === undefined ? [] : [state]),
        ...(ping === true ? ['WATCHDOG=1'] : []),
        ...(status === this.#toldStatus ? [] : [`STATUS=${status}`]),
      ];
      if (assignments.length === 0) return;
      await this.#parts.notify(assignments);
      this.#undelivered = undefined;
      this.#toldStatus = status;
      this.#failing = false;
    } catch (error) {
      this.#absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (this.#absent) this.#waiting = undefined;
      // Goes with the next message; a ping that is late is none.
      else if (state !== undefined) this.#undelivered = { state };
      if (!this.#failing) {
        const hint = this.#absent
          ? '; install the package systemd, or take Type=exec and no WatchdogSec'
          : '';
        const problem = error instanceof Error ? error.message : String(error);
        this.#parts.logger.warn({ problem }, `the service manager could not be told${hint}`);
      }
      this.#failing = true;
    }
  }

  #statusLine(): string {
    if (this.#phase === 'stopping') return 'stopping';
    const line = this.#trouble === undefined ? this.#health?.status() : `not well: ${this.#trouble}`;
    // A line break would begin another assignment.
    return (line ?? '').replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_STATUS);
  }
}
