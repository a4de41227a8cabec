/**
 * The life of the update stream: hello and held tokens up, then usage; silence of 15 s, an end or an error is the
 * same thing, gone, and it is opened again after a back-off with jitter (50 ms doubling to 2 s, from the start
 * again once an update has arrived). One call at a time; nothing of an older call is heard after a newer began.
 */
import type { Clock } from '../../src/clock.ts';
import type { DaemonPort, Log, UnansweredCall, Update, UpdateCall } from './daemon-port.ts';

export interface UpdateStreamOptions {
  readonly daemon: DaemonPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly brokerInstanceId: string;
  /** For `deviceauthctl status`. */
  readonly caller: string;
  /** A new call begins: the tokens to tell the daemon. */
  readonly onOpen: () => readonly string[];
  /** They are on their way. */
  readonly onOpened: () => void;
  readonly onUpdate: (update: Update) => void;
  readonly onLost: () => void;
  /** In [0, 1); default Math.random. */
  readonly random?: () => number;
}

const SILENCE = 15_000;
const FIRST_DELAY = 50;
const LONGEST_DELAY = 2000;
const TOKENS_A_MESSAGE = 1000;

export class UpdateStream {
  readonly #options: UpdateStreamOptions;
  readonly #random: () => number;
  #call: UpdateCall | undefined;
  #epoch = '';
  #delay = FIRST_DELAY;
  #cancelRetry: (() => void) | undefined;
  #cancelSilence: (() => void) | undefined;
  #heardAt = 0;
  #stopped = true;
  /** Said once per outage, not once per attempt. */
  #complained = false;

  constructor(options: UpdateStreamOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** Closes the call, if there is one, and opens another at once, whose snapshot tells what is true. */
  restart(): void {
    if (this.#stopped) return;
    this.#drop();
    this.#open();
  }

  /** False when there is no stream to report on. */
  reportUsage(tokens: readonly string[]): boolean {
    if (this.#call === undefined) return false;
    for (const chunk of chunks(tokens)) this.#call.send({ usage: { clientDeviceAuthTokens: chunk } });
    return true;
  }

  /** False when there is no stream to tell it on. */
  tellUnanswered(calls: readonly UnansweredCall[]): boolean {
    if (this.#call === undefined) return false;
    if (calls.length > 0) this.#call.send({ closed: { unanswered: [...calls] } });
    return true;
  }

  #open(): void {
    const { daemon, brokerInstanceId, caller, onOpen, onUpdate } = this.#options;
    const held = onOpen();
    let call: UpdateCall | undefined;
    call = daemon.openUpdates({
      onUpdate: (update) => {
        if (call !== this.#call) return;
        this.#heardAt = this.#options.clock.monotonic();
        this.#delay = FIRST_DELAY;
        this.#complained = false;
        this.#epoch = update.epoch;
        onUpdate(update);
      },
      onEnd: (cause) => {
        if (call !== undefined && call === this.#call) this.#lost(cause?.message ?? 'the daemon ended it');
      },
    });
    this.#call = call;
    call.send({ hello: { brokerInstanceId, epoch: this.#epoch, caller } });
    const parts = chunks(held);
    parts.forEach((chunk, index) => {
      call.send({ held: { clientDeviceAuthTokens: chunk, last: index === parts.length - 1 } });
    });
    this.#options.onOpened();
    this.#heardAt = this.#options.clock.monotonic();
    this.#watch(SILENCE);
  }

  #watch(delay: number): void {
    this.#cancelSilence = this.#options.clock.after(delay, () => {
      const silent = this.#options.clock.monotonic() - this.#heardAt;
      if (silent >= SILENCE) this.#lost(`silent for ${Math.round(silent / 1000)} s`);
      else this.#watch(SILENCE - silent);
    });
  }

  #lost(why: string): void {
    this.#drop();
    if (this.#stopped) return;
    this.#options.log(this.#complained ? 'debug' : 'warn', 'no update stream from the daemon', { why });
    this.#complained = true;
    const delay = this.#delay * (0.5 + this.#random() / 2);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
    this.#cancelRetry = this.#options.clock.after(delay, () => this.#open());
  }

  #drop(): void {
    this.#cancelRetry?.();
    this.#cancelSilence?.();
    this.#cancelRetry = undefined;
    this.#cancelSilence = undefined;
    const call = this.#call;
    this.#call = undefined;
    if (call === undefined) return;
    call.cancel();
    this.#options.onLost();
  }
}

/** At least one chunk, which may be empty. */
function chunks(tokens: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at === 0 || at < tokens.length; at += TOKENS_A_MESSAGE) {
    parts.push(tokens.slice(at, at + TOKENS_A_MESSAGE));
  }
  return parts;
}
