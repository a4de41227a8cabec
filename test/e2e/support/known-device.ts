/** What a test knows of a device that AWS verifies, and so which answers of the daemon are right. */
import { expect } from 'vitest';

export type Answer = 'token' | 'refused' | 'unavailable';

/** The batch window, and what a write takes on a busy machine. */
const WRITTEN_AFTER_MS = 250 + 750;

export class KnownDevice {
  /** In AWS. */
  active = true;
  attached = true;
  /** Of its last session, if that is not over. */
  token: string | undefined;
  /** Of sessions that are over, in this life of the daemon. */
  readonly ended: string[] = [];
  /** It may be trusted without AWS: it was let in, or would have been, and nobody was told otherwise. */
  #mayStand = false;
  /** Surely so. */
  #stands = false;
  #letInAt = 0;
  readonly #tokens: string[] = [];

  get isGood(): boolean {
    return this.active && this.attached;
  }

  /** @param asked whether AWS has answered everything in this life of the daemon. */
  check(answer: Answer, asked: boolean): void {
    if (asked) expect(answer).toBe(this.isGood ? 'token' : 'refused');
    if (answer === 'token') expect(this.isGood || this.#mayStand, 'let in rightly').toBe(true);
    if (answer === 'refused') expect(this.isGood, 'refused wrongly').toBe(false);
    if (answer === 'unavailable') expect(this.#stands, 'kept out though it is trusted').toBe(false);
  }

  heard(answer: Answer, token: string | undefined): void {
    if (answer === 'unavailable') return;
    this.#mayStand = answer === 'token';
    this.#stands = answer === 'token';
    this.#letInAt = performance.now();
    this.token = token;
    if (token === undefined) this.ended.push(...this.#tokens.splice(0));
    else this.#tokens.push(token);
  }

  /** It asked, and a kill came before the answer: what AWS said may have been taken in or not. */
  unheard(): void {
    if (this.isGood) this.#mayStand = true;
    else this.#stands = false;
  }

  killed(at: number): void {
    if (at - this.#letInAt < WRITTEN_AFTER_MS) this.#stands = false;
    this.token = undefined;
    this.ended.length = 0;
    this.#tokens.length = 0;
  }
}
