/**
 * Which of the sets of a document a thing has: groups' selection rules, arranged so that a rule
 * made of names costs nothing for things it does not name, and other rules a comparison or two.
 * Equal choices give one and the same combination.
 */
import type { SelectionRule } from './selection-rule.ts';

export interface Member {
  readonly rule: SelectionRule;
  /** Of the group's set, 0 and up, in the order in which combinations name their sets. */
  readonly place: number;
}

interface Choice<T> {
  readonly further: Map<number, Choice<T>>;
  combination: T | undefined;
}

export class GroupIndex<T> {
  readonly #everyone: readonly number[];
  readonly #byName = new Map<string, number[]>();
  readonly #rest: readonly Member[];
  readonly #combine: (places: readonly number[]) => T;
  readonly #none: Choice<T> = { further: new Map(), combination: undefined };
  readonly #chosen: number[] = [];

  constructor(members: readonly Member[], combine: (places: readonly number[]) => T) {
    const everyone = new Set<number>();
    for (const { rule, place } of members) if (rule.everything) everyone.add(place);
    // What everyone has needs no further test.
    const open = members.filter(({ place }) => !everyone.has(place));
    for (const { rule, place } of open) {
      for (const name of rule.names) {
        const places = this.#byName.get(name);
        if (places === undefined) this.#byName.set(name, [place]);
        else places.push(place);
      }
    }
    this.#everyone = [...everyone];
    this.#rest = open.filter(({ rule }) => rule.hasRest).sort((a, b) => a.place - b.place);
    this.#combine = combine;
  }

  combinationOf(thingName: string): T {
    const chosen = this.#chosen;
    chosen.length = 0;
    for (const place of this.#everyone) chosen.push(place);
    for (const place of this.#byName.get(thingName) ?? []) chosen.push(place);
    let last = -1;
    for (const { rule, place } of this.#rest) {
      if (place === last || !rule.matchesRest(thingName)) continue;
      chosen.push(place);
      last = place;
    }
    chosen.sort((a, b) => a - b);
    let choice = this.#none;
    let before = -1;
    for (const place of chosen) {
      if (place === before) continue;
      before = place;
      let next = choice.further.get(place);
      if (next === undefined) {
        next = { further: new Map(), combination: undefined };
        choice.further.set(place, next);
      }
      choice = next;
    }
    choice.combination ??= this.#combine(chosen.filter((place, i) => place !== chosen[i - 1]));
    return choice.combination;
  }
}
