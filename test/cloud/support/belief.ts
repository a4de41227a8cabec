/**
 * What a daemon may believe of one question, and what it surely believes: the last confirmation that it was told of, or none.
 * The two differ only after a kill, which finds the disk in any state between what is surely written and what was last told.
 */
import type { Instant } from './trust-timeline.ts';

interface Kept {
  /** The latest confirmation that may stand. */
  readonly most: Instant | undefined;
  /** The earliest of those of which one surely stands. */
  readonly least: Instant | undefined;
}

interface Change {
  readonly at: number;
  readonly kept: Instant | undefined;
}

const NOTHING: Kept = { most: undefined, least: undefined };

export class Belief {
  #told: Kept = NOTHING;
  #disk: Kept = NOTHING;
  #unwritten: Change[] = [];
  /** A refusal since the daemon started, and no confirmation since. */
  refusedAt: number | undefined;

  get most(): Instant | undefined {
    return this.#told.most;
  }

  get least(): Instant | undefined {
    return this.#told.least;
  }

  confirmed(now: Instant): void {
    this.#told = { most: now, least: now };
    this.#unwritten.push({ at: now.at, kept: now });
    this.refusedAt = undefined;
  }

  refused(now: Instant): void {
    this.#told = NOTHING;
    this.#unwritten.push({ at: now.at, kept: undefined });
    this.refusedAt = now.at;
  }

  /** A refusal was answered: it is on disk, and all before it. */
  answeredRefusal(): void {
    const last = this.#unwritten.findLastIndex(({ kept }) => kept === undefined);
    if (last >= 0) this.#land(last + 1);
  }

  /** Everything until then is on disk. */
  written(until: number): void {
    const rest = this.#unwritten.findIndex(({ at }) => at > until);
    this.#land(rest === -1 ? this.#unwritten.length : rest);
  }

  /** Another daemon begins, with what is on the disk. */
  restarted(): void {
    const states = [this.#disk, ...this.#unwritten.map(({ kept }) => ({ most: kept, least: kept }))];
    const times = states.flatMap(({ most }) => (most === undefined ? [] : [most]));
    const sure = states.map(({ least }) => least);
    const kept = {
      most: times.sort((a, b) => a.at - b.at).at(-1),
      least: sure.includes(undefined) ? undefined : sure.sort((a, b) => (a?.at ?? 0) - (b?.at ?? 0))[0],
    };
    this.#told = kept;
    this.#disk = kept;
    this.#unwritten = [];
    this.refusedAt = undefined;
  }

  #land(count: number): void {
    const last = this.#unwritten.splice(0, count).at(-1);
    if (last !== undefined) this.#disk = { most: last.kept, least: last.kept };
  }
}
