/**
 * The grants of one set, made ready for decisions: by operation, then by resource, allows and
 * denies apart, so that a set without denies never looks for one.
 *
 * What this reader does not understand denies: an unknown effect denies all that its patterns
 * match, a resource that is no pattern all that its operation matches, and an operation that is no
 * pattern, an unknown format, request rule or delivery rule denies everything.
 */
import { FilterIndex } from './filter-index.ts';
import type { FilterSimulation } from './filter-simulation.ts';
import { matches, type Variables } from './glob.ts';
import { type Pattern, parsePattern } from './patterns.ts';
import type { RequestText } from './request-text.ts';
import { TextIndex } from './text-index.ts';
import type { TopicText } from './topic-text.ts';

export const SUBSCRIBE = 'mqtt:subscribe';
export const RECEIVE = 'mqtt:receive';

export type RequestRule = 'REQUEST_RULE_DEVICE_GROUPS' | 'REQUEST_RULE_IOT_POLICY';
export type DeliveryRule = 'DELIVERY_RULE_FROM_SUBSCRIBE' | 'DELIVERY_RULE_EXPLICIT';

/** As decoded from the wire: enumerations may have values this reader does not know. */
export interface WireGrants {
  readonly format: number;
  readonly requestRule: string | number;
  readonly deliveryRule: string | number;
  readonly grants: readonly WireGrant[];
}

export interface WireGrant {
  readonly effect: string | number;
  readonly operation: string;
  readonly resource: string;
}

export const FORMAT = 1;
const NO_VARIABLES: Variables = new Map();
const EVERYTHING = parsePattern('*', 'no-variables') as Pattern;

interface ByOperation {
  readonly literal: Map<string, TextIndex>;
  readonly patterns: { readonly source: string; readonly operation: Pattern; readonly index: TextIndex }[];
}

export class GrantIndex {
  /** Something in the set is unknown in a way that leaves nothing allowed. */
  readonly deniesEverything: boolean;
  readonly hasDeny: boolean;
  readonly requestRule: RequestRule;
  readonly deliveryRule: DeliveryRule;
  readonly #allows: ByOperation = { literal: new Map(), patterns: [] };
  readonly #denies: ByOperation = { literal: new Map(), patterns: [] };
  readonly #allowedFilters = new FilterIndex();
  readonly #deniedFilters = new FilterIndex();

  constructor(set: WireGrants) {
    this.requestRule =
      set.requestRule === 'REQUEST_RULE_IOT_POLICY' ? set.requestRule : 'REQUEST_RULE_DEVICE_GROUPS';
    this.deliveryRule =
      set.deliveryRule === 'DELIVERY_RULE_FROM_SUBSCRIBE' ? set.deliveryRule : 'DELIVERY_RULE_EXPLICIT';
    let unknown =
      set.format !== FORMAT || set.requestRule !== this.requestRule || set.deliveryRule !== this.deliveryRule;
    let hasDeny = false;
    for (const grant of set.grants) {
      const operation = parsePattern(grant.operation, 'no-variables');
      if (operation === undefined) {
        unknown = true;
        break;
      }
      const resource = parsePattern(grant.resource, 'variables');
      const allow = grant.effect === 'ALLOW' && resource !== undefined;
      if (!allow) hasDeny = true;
      this.#add(allow, grant.operation, operation, resource ?? EVERYTHING);
    }
    this.hasDeny = hasDeny;
    this.deniesEverything = unknown;
  }

  #add(allow: boolean, source: string, operation: Pattern, resource: Pattern): void {
    const side = allow ? this.#allows : this.#denies;
    indexOf(side, source, operation).add(resource);
    if (
      this.deliveryRule === 'DELIVERY_RULE_FROM_SUBSCRIBE' &&
      matches(operation, SUBSCRIBE, 0, NO_VARIABLES)
    ) {
      (allow ? this.#allowedFilters : this.#deniedFilters).add(resource);
    }
  }

  allows(operation: string, request: RequestText, variables: Variables): boolean {
    return matchesSide(this.#allows, operation, request, variables);
  }

  denies(operation: string, request: RequestText, variables: Variables): boolean {
    return this.hasDeny && matchesSide(this.#denies, operation, request, variables);
  }

  /** An allowed filter covers the topic. Only for sets that derive delivery from subscribe. */
  delivers(
    request: RequestText,
    topic: TopicText,
    variables: Variables,
    simulation: FilterSimulation,
  ): boolean {
    const anyCharacter = this.requestRule === 'REQUEST_RULE_IOT_POLICY';
    return this.#allowedFilters.matches(request, topic, variables, anyCharacter, simulation);
  }

  /** A denied filter covers the topic, whatever its characters. */
  withholds(
    request: RequestText,
    topic: TopicText,
    variables: Variables,
    simulation: FilterSimulation,
  ): boolean {
    return this.hasDeny && this.#deniedFilters.matches(request, topic, variables, true, simulation);
  }
}

function indexOf(side: ByOperation, source: string, operation: Pattern): TextIndex {
  if (operation.literal !== undefined) {
    let index = side.literal.get(operation.literal);
    if (index === undefined) {
      index = new TextIndex();
      side.literal.set(operation.literal, index);
    }
    return index;
  }
  let found = side.patterns.at(-1);
  // Grants are sorted, so equal operations follow each other.
  if (found?.source !== source) {
    found = { source, operation, index: new TextIndex() };
    side.patterns.push(found);
  }
  return found.index;
}

function matchesSide(
  side: ByOperation,
  operation: string,
  request: RequestText,
  variables: Variables,
): boolean {
  if (side.literal.get(operation)?.matches(request, variables) === true) return true;
  const { patterns } = side;
  for (let i = 0; i < patterns.length; i++) {
    const entry = patterns[i] as ByOperation['patterns'][number];
    if (matches(entry.operation, operation, 0, NO_VARIABLES) && entry.index.matches(request, variables)) {
      return true;
    }
  }
  return false;
}
