/**
 * Policy as a room: the document in force, the grant sets made from it, and what each device has
 * of them.
 *
 * One grant set for each different policy. Applying a document makes everything new first and
 * then swaps, so a failure changes nothing. Sessions with the same sets share one combination,
 * which stays usable as long as somebody holds it; a set that is no longer in force is found by its
 * id for five minutes, so that a plugin can still fetch what it was just told of.
 */
import type { Clock } from '../clock.ts';
import type { Explanation } from './decision.ts';
import type { Device } from './device.ts';
import { type DeviceGroupsDocument, grantsOf, THING_NAME } from './device-groups.ts';
import { Evaluator } from './evaluator.ts';
import { explain } from './explain.ts';
import { type Decision, GrantSet, type GrantSetCodec, type SessionGrants } from './grants.ts';
import { GroupIndex } from './group-index.ts';

export interface PolicyEngineOptions {
  readonly codec: GrantSetCodec;
  readonly clock: Clock;
  /** How long a replaced set stays available by its id, in milliseconds. */
  readonly keepReplacedMs?: number;
}

export interface PolicyChange {
  /** Sets that are in force now and were not before. */
  readonly added: readonly GrantSet[];
  /** Ids of sets that were in force and are not now. */
  readonly removed: readonly string[];
}

/** What sessions with the same sets share. */
interface Combination {
  readonly setIds: readonly string[];
  readonly sets: readonly GrantSet[];
  readonly usesThingName: boolean;
}

interface State {
  readonly document: DeviceGroupsDocument;
  readonly sets: ReadonlyMap<string, GrantSet>;
  readonly groups: GroupIndex<Combination>;
}

const KEEP_REPLACED_MS = 5 * 60_000;
const NO_VARIABLES: ReadonlyMap<string, string> = new Map();
const UNKNOWN_SETS: Decision = Object.freeze({ allowed: false, reason: 'EXPLICIT_DENY' });
const NOTHING: DeviceGroupsDocument = { groups: [], policies: [], warnings: [] };

export class PolicyEngine {
  readonly #codec: GrantSetCodec;
  readonly #clock: Clock;
  readonly #keepReplacedMs: number;
  readonly #evaluator = new Evaluator();
  readonly #combinations = new WeakMap<readonly string[], Combination>();
  readonly #narrowings = new WeakMap<Combination, WeakMap<Combination, boolean>>();
  readonly #replaced = new Map<string, { readonly set: GrantSet; readonly until: number }>();
  #state: State;

  constructor(options: PolicyEngineOptions) {
    this.#codec = options.codec;
    this.#clock = options.clock;
    this.#keepReplacedMs = options.keepReplacedMs ?? KEEP_REPLACED_MS;
    this.#state = this.#build(NOTHING);
  }

  /** The document in force; one without groups at first. */
  get document(): DeviceGroupsDocument {
    return this.#state.document;
  }

  /** How many sets are in force. */
  get setCount(): number {
    return this.#state.sets.size;
  }

  apply(document: DeviceGroupsDocument): PolicyChange {
    const before = this.#state;
    const after = this.#build(document);
    this.#state = after;
    this.#forgetOld();
    const until = this.#clock.monotonic() + this.#keepReplacedMs;
    const removed: string[] = [];
    for (const [id, set] of before.sets) {
      if (after.sets.has(id)) continue;
      removed.push(id);
      this.#replaced.set(id, { set, until });
    }
    const added = [...after.sets.values()].filter(({ id }) => !before.sets.has(id));
    for (const { id } of added) this.#replaced.delete(id);
    return { added, removed };
  }

  /** What a device may do under the document in force. */
  grantsFor(device: Device): SessionGrants {
    const combination = this.#state.groups.combinationOf(device.thingName);
    const variables = combination.usesThingName ? new Map([[THING_NAME, device.thingName]]) : NO_VARIABLES;
    return { setIds: combination.setIds, variables };
  }

  /** A set in force, or replaced within the last five minutes. */
  grantSet(id: string): GrantSet | undefined {
    const current = this.#state.sets.get(id);
    if (current !== undefined) return current;
    const replaced = this.#replaced.get(id);
    return replaced !== undefined && this.#clock.monotonic() < replaced.until ? replaced.set : undefined;
  }

  evaluate(grants: SessionGrants, operation: string, resource: string): Decision {
    const combination = this.#combinationOf(grants);
    if (combination === undefined) return UNKNOWN_SETS;
    return this.#evaluator.evaluate(combination.sets, grants.variables, operation, resource);
  }

  /** False only if everything `before` allows is certainly allowed by `after`: then the change may wait. */
  takesAway(before: SessionGrants, after: SessionGrants): boolean {
    const from = this.#combinationOf(before);
    const to = this.#combinationOf(after);
    if (from === undefined || to === undefined) return true;
    for (const [name, value] of before.variables) {
      // A variable that no set uses any more is no loss by itself.
      if (after.variables.has(name) && after.variables.get(name) !== value) return true;
    }
    if (from === to) return false;
    let known = this.#narrowings.get(from);
    if (known === undefined) {
      known = new WeakMap();
      this.#narrowings.set(from, known);
    }
    let answer = known.get(to);
    if (answer === undefined) {
      answer = narrows(from, to);
      known.set(to, answer);
    }
    return answer;
  }

  /** Why a device may or may not do something under the document in force. */
  explain(device: Device, operation: string, resource: string): Explanation {
    const grants = this.grantsFor(device);
    const decision = this.evaluate(grants, operation, resource);
    return explain(this.#state.document, device.thingName, operation, resource, decision);
  }

  #combinationOf({ setIds }: SessionGrants): Combination | undefined {
    const known = this.#combinations.get(setIds);
    if (known !== undefined) return known;
    const sets: GrantSet[] = [];
    for (const id of setIds) {
      const set = this.grantSet(id);
      if (set === undefined) return undefined;
      sets.push(set);
    }
    return this.#combine(sets, setIds);
  }

  #combine(sets: readonly GrantSet[], setIds: readonly string[] = sets.map(({ id }) => id)): Combination {
    const usesThingName = sets.some(({ variables }) => variables.has(THING_NAME));
    const combination = { setIds, sets, usesThingName };
    this.#combinations.set(setIds, combination);
    return combination;
  }

  #build(document: DeviceGroupsDocument): State {
    const sets = new Map<string, GrantSet>();
    const byPolicy = new Map<object, GrantSet>();
    for (const policy of document.policies) {
      const made = GrantSet.fromGrants(this.#codec, {
        requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
        deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
        grants: grantsOf(policy),
      });
      // A set that is in force already keeps its index.
      const set = sets.get(made.id) ?? this.#known(made.id) ?? made;
      sets.set(set.id, set);
      byPolicy.set(policy, set);
    }
    const sorted = [...sets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const places = new Map(sorted.map((set, place) => [set, place]));
    const members = document.groups.map(({ rule, policy }) => ({
      rule,
      place: places.get(byPolicy.get(policy) as GrantSet) as number,
    }));
    const combine = (chosen: readonly number[]): Combination =>
      this.#combine(chosen.map((place) => sorted[place] as GrantSet));
    return { document, sets, groups: new GroupIndex(members, combine) };
  }

  #known(id: string): GrantSet | undefined {
    return this.#state?.sets.get(id) ?? this.#replaced.get(id)?.set;
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [id, { until }] of this.#replaced) if (until <= now) this.#replaced.delete(id);
  }
}

function narrows(from: Combination, to: Combination): boolean {
  const kept = new Set(to.setIds);
  const had = new Set(from.setIds);
  const lost = from.sets.filter(({ id }) => !kept.has(id));
  const gained = to.sets.filter(({ id }) => !had.has(id));
  return (
    lost.some((set) => !set.isAllowedBy(to.sets)) || gained.some((set) => !set.deniesOnlyWhat(from.sets))
  );
}
