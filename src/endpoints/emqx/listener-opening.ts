/**
 * Opens those listeners of EMQX that EMQX leaves shut when it starts, because EMQX opens its own before it asks anybody, and then
 * lets everybody in. Always true:
 * - One is opened only when EMQX has just said that it asks here (`asksHere`), and asks somebody on this very listener. Without
 *   an answer, or with one that is not understood, it stays as it is.
 * - None is ever shut: what EMQX does while it runs is its operator's.
 * - One that somebody shut while EMQX went on asking stays shut for half a minute: who stops EMQX does well to shut it first, since
 *   EMQX forgets whom to ask before it shuts its listeners.
 * - It is looked at again for as long as the daemon runs, since EMQX does not tell by HTTP that it was restarted.
 * - Requests do not wait for a turn: one at a time, a handful for each look; devices wait for them.
 */
import type { Clock } from '../../clock.ts';
import type { Finding, Logger } from '../ports.ts';
import type { ApiOutcome } from './api-outcome.ts';
import { type AskingApi, asksHere, type DoorPorts } from './asks-here.ts';
import type { ManagementApi } from './management-api.ts';
import { rest } from './rest.ts';

export interface ListenerOpeningOptions {
  /** The broker's name in the configuration. */
  readonly broker: string;
  /** EMQX's ids, such as "ssl:default". */
  readonly listeners: readonly string[];
  readonly ports: DoorPorts;
  readonly api: AskingApi & Pick<ManagementApi, 'listeners' | 'listener' | 'startListener'>;
  /** Told when the REST API answered. */
  readonly onAnswer: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Trouble {
  readonly since: number;
  readonly message: string;
}

/** What one look came to. */
interface Look {
  /** By listener. */
  readonly troubles: ReadonlyMap<string, string>;
  /** Asking again soon is of no use. */
  readonly isStuck: boolean;
}

/** All is open. An EMQX takes longer than this to restart, so it is seen to be away. */
const CALM_MS = 10_000;
/** Something is not open, and EMQX may be about to ask. */
const SOON_MS = 500;
const SOON_FOR_MS = 60_000;
const LATER_MS = 5_000;
/** EMQX's own command to stop takes a few seconds to begin with it. */
const SHUT_MS = 30_000;
/** By HTTP, EMQX has an authenticator an instant before it asks it. */
const SETTLE_MS = 500;

export class ListenerOpening {
  readonly #options: ListenerOpeningOptions;
  readonly #stop = new AbortController();
  readonly #troubles = new Map<string, Trouble>();
  #looking: Promise<void> | undefined = undefined;
  #isWantedAgain = false;
  #hurriedAt: number;
  #cancel: (() => void) | undefined = undefined;
  /** Those that were open at the last look, if EMQX has asked since. */
  #open: ReadonlySet<string> = new Set();
  /** When (monotonic) somebody shut one of them. */
  readonly #shutAt = new Map<string, number>();

  constructor(options: ListenerOpeningOptions) {
    this.#options = options;
    this.#hurriedAt = options.clock.monotonic();
  }

  /** Looks at once, and again and again. EMQX may have begun to ask, or may be asked with another key now. */
  look(): void {
    if (this.#stop.signal.aborted || this.#options.listeners.length === 0) return;
    this.#hurriedAt = this.#options.clock.monotonic();
    this.#forget();
    if (this.#looking === undefined) this.#begin();
    else this.#isWantedAgain = true;
  }

  findings(): readonly Finding[] {
    return [...this.#troubles.values()].map(({ message, since }) => ({
      severity: 'WARNING',
      code: 'emqx.listener',
      message,
      since,
    }));
  }

  /** Nothing is opened any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#cancel?.();
    await this.#looking;
  }

  #begin(): void {
    this.#cancel?.();
    this.#isWantedAgain = false;
    this.#looking = this.#run().then((pause) => {
      this.#looking = undefined;
      if (this.#stop.signal.aborted) return;
      if (this.#isWantedAgain) this.#begin();
      else this.#cancel = this.#options.clock.after(pause, () => this.#begin());
    });
  }

  /** How long to wait for the next look. Never rejects. */
  async #run(): Promise<number> {
    const { broker, clock, logger } = this.#options;
    try {
      const { isStuck, troubles } = await this.#look(this.#stop.signal);
      if (this.#stop.signal.aborted) return CALM_MS;
      this.#note(troubles);
      if (troubles.size === 0) {
        this.#hurriedAt = clock.monotonic();
        return CALM_MS;
      }
      return isStuck || clock.monotonic() - this.#hurriedAt > SOON_FOR_MS ? LATER_MS : SOON_MS;
    } catch (error) {
      logger.error({ broker, err: error }, "opening EMQX's listeners failed by a defect");
      return LATER_MS;
    }
  }

  async #look(signal: AbortSignal): Promise<Look> {
    const { api, listeners, ports } = this.#options;
    const asking = await asksHere(api, ports, signal);
    if (asking.kind !== 'yes') this.#forget();
    if (asking.kind === 'unknown') return this.#all(unknown(asking.outcome));
    const found = this.#heard(await api.listeners(signal));
    if (found.kind !== 'done') return this.#all(unknown(found));
    const running = new Map(found.value.map(({ id, running }) => [id, running]));
    const shut = listeners.filter((id) => running.get(id) === false);
    const missing = listeners.filter((id) => !running.has(id));
    const troubles = new Map(
      missing.map((id) => [id, 'has no such listener; see emqx.conf, and `listeners` here']),
    );
    if (asking.kind === 'no') {
      for (const id of listeners)
        if (running.has(id)) troubles.set(id, silent(running.get(id) === true, asking.why));
      return { troubles, isStuck: false };
    }
    this.#remember(
      listeners.filter((id) => running.get(id) === true),
      shut,
    );
    if (shut.length === 0) return { troubles, isStuck: true };
    const still = await this.#stillAsking(signal);
    for (const id of shut) {
      if (this.#shutAt.has(id)) {
        troubles.set(
          id,
          'had it open, and somebody shut it: it is opened again in half a minute; to shut it for longer, take it out of `listeners`',
        );
        continue;
      }
      const trouble = still ? await this.#start(id, signal) : silent(false, 'it did a moment ago');
      if (trouble !== undefined) troubles.set(id, trouble);
    }
    return { troubles, isStuck: still };
  }

  /** EMQX was away, or may have been. */
  #forget(): void {
    this.#open = new Set();
    this.#shutAt.clear();
  }

  #remember(open: readonly string[], shut: readonly string[]): void {
    const now = this.#options.clock.monotonic();
    for (const id of open) this.#shutAt.delete(id);
    for (const id of shut) {
      const since = this.#shutAt.get(id);
      if (this.#open.has(id)) this.#shutAt.set(id, now);
      else if (since !== undefined && now - since >= SHUT_MS) this.#shutAt.delete(id);
    }
    this.#open = new Set(open);
  }

  async #stillAsking(signal: AbortSignal): Promise<boolean> {
    const { api, clock, ports } = this.#options;
    if (ports.http === undefined) return true;
    if (!(await rest(clock, SETTLE_MS, signal))) return false;
    return (await asksHere(api, ports, signal)).kind === 'yes';
  }

  /** What went wrong; undefined: it is open. */
  async #start(id: string, signal: AbortSignal): Promise<string | undefined> {
    const { api, broker, logger, ports } = this.#options;
    const settings = this.#heard(await api.listener(id, signal));
    if (settings.kind !== 'done') return unknown(settings);
    const { asksAnybody, hasOwnChain } = settings.value;
    if (!asksAnybody)
      return 'keeps it shut, and so it stays, because of `enable_authn = false` there: nobody is asked about its clients';
    if (hasOwnChain && ports.http !== undefined)
      return 'keeps it shut, and so it stays, because it has an `authentication` of its own: the one that asks here does not count there';
    const opened = this.#heard(await api.startListener(id, signal));
    if (opened.kind === 'done') {
      logger.info({ broker, emqxListener: id }, 'opened a listener of EMQX, which asks here');
      return undefined;
    }
    if (opened.kind === 'refused' || opened.kind === 'unreachable' || opened.kind === 'aborted')
      return unknown(opened);
    const why = opened.kind === 'trouble' ? opened.why : 'it is gone';
    return `could not open it: ${why}; see EMQX's own log, whether its port is free and its certificate files are there`;
  }

  #heard<T>(outcome: ApiOutcome<T>): ApiOutcome<T> {
    if (outcome.kind === 'done') this.#options.onAnswer();
    return outcome;
  }

  #all(trouble: string): Look {
    return { troubles: new Map(this.#options.listeners.map((id) => [id, trouble])), isStuck: false };
  }

  #note(troubles: ReadonlyMap<string, string>): void {
    const { broker, clock, listeners, logger } = this.#options;
    for (const id of listeners) {
      const trouble = troubles.get(id);
      const before = this.#troubles.get(id);
      if (trouble === undefined) {
        if (before !== undefined)
          logger.info({ broker, emqxListener: id, finding: 'emqx.listener' }, 'no longer so');
        this.#troubles.delete(id);
        continue;
      }
      const message = `listener ${id}: EMQX "${broker}" ${trouble}`;
      if (before?.message !== message)
        logger.warn({ broker, emqxListener: id, finding: 'emqx.listener' }, message);
      this.#troubles.set(id, { message, since: before?.since ?? clock.now() });
    }
  }
}

function silent(isOpen: boolean, why: string): string {
  return isOpen
    ? `has it open and does not ask here: ${why}; shut it there until it does`
    : `keeps it shut, and so it stays: EMQX does not ask here: ${why}`;
}

function unknown(outcome: Exclude<ApiOutcome<unknown>, { kind: 'done' }>): string {
  const why = 'why' in outcome ? outcome.why : 'no answer';
  return `does not say whether it is open and asks here: ${why}; it is opened once EMQX's REST API answers and takes the key`;
}
