/**
 * When EMQX's clients are walked through. Always true:
 * - One walk at a time; whoever asks for one meanwhile gets one more, after it.
 * - There is one every ten minutes, and sooner after one that could not decide about everybody: at first after 15 s, later each time.
 */
import type { Clock } from '../../clock.ts';

export interface WalksParts {
  readonly clock: Clock;
  readonly random: () => number;
  /** False: it could not decide about everybody. */
  readonly walk: (thorough: boolean, signal: AbortSignal) => Promise<boolean>;
  readonly onEnd: () => void;
  readonly fault: (error: unknown) => void;
  readonly signal: AbortSignal;
}

const EVERY_MS = 600_000;
const FIRST_AGAIN_MS = 15_000;

export class Walks {
  readonly #parts: WalksParts;
  #walking: Promise<void> | undefined = undefined;
  #isWantedAgain = false;
  #isThoroughWanted = false;
  #isWhole = false;
  #unfinished = 0;
  #cancel: (() => void) | undefined = undefined;

  constructor(parts: WalksParts) {
    this.#parts = parts;
  }

  get isWalking(): boolean {
    return this.#walking !== undefined;
  }

  /** A thorough one is to come. */
  get isThoroughWanted(): boolean {
    return this.#isThoroughWanted;
  }

  /** Was everything decided by the last one, and none is wanted? */
  get isDone(): boolean {
    return this.#isWhole && !this.isWalking && !this.#isThoroughWanted;
  }

  want(kind: 'plain' | 'thorough'): void {
    if (this.#parts.signal.aborted) return;
    if (kind === 'thorough') this.#isThoroughWanted = true;
    if (this.#walking === undefined) this.#start();
    else this.#isWantedAgain = true;
  }

  /** After the signal was aborted. */
  async stopped(): Promise<void> {
    this.#cancel?.();
    await this.#walking;
  }

  #start(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isWantedAgain = false;
    const thorough = this.#isThoroughWanted;
    this.#isThoroughWanted = false;
    this.#walking = this.#walk(thorough).finally(() => {
      this.#walking = undefined;
      this.#next();
    });
  }

  #next(): void {
    const { clock, onEnd, signal } = this.#parts;
    if (signal.aborted) return;
    if (this.#isWantedAgain) {
      this.#start();
      return;
    }
    onEnd();
    // Being told of the end, somebody may want another.
    if (this.isWalking) return;
    this.#cancel = clock.after(this.#pause(), () => this.#start());
  }

  #pause(): number {
    const { random } = this.#parts;
    if (this.#isWhole) {
      this.#unfinished = 0;
      return EVERY_MS * (0.9 + 0.2 * random());
    }
    const longest = Math.min(EVERY_MS, FIRST_AGAIN_MS * 2 ** this.#unfinished);
    this.#unfinished += 1;
    return longest * (0.5 + 0.5 * random());
  }

  /** Never rejects. */
  async #walk(thorough: boolean): Promise<void> {
    const { fault, signal, walk } = this.#parts;
    try {
      this.#isWhole = await walk(thorough, signal);
    } catch (error) {
      fault(error);
      this.#isWhole = false;
      this.#isThoroughWanted ||= thorough;
    }
  }
}
