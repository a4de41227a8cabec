/**
 * The one evaluator. It decides from grant sets and a session's variables alone, so that it runs
 * in the daemon and in a plugin that fetched the sets.
 *
 * A request must be well-formed by the rule of a set before that set can allow it; denies hold
 * whatever the request looks like. A deny of any set wins; what nothing allows is denied. Nothing
 * is allocated for a decision and nothing recurses. One instance serves one thread at a time; a
 * call never waits.
 */
import type { DecisionReason } from './decision.ts';
import { FilterSimulation } from './filter-simulation.ts';
import type { Variables } from './glob.ts';
import { RECEIVE } from './grant-index.ts';
import type { Decision, GrantSet } from './grants.ts';
import { RequestText } from './request-text.ts';
import { TopicText } from './topic-text.ts';
import { isPlainText, isWellFormedOperation } from './well-formed.ts';

export const TOPIC = 'mqtt:topic:';

function decision(reason: DecisionReason): Decision {
  return Object.freeze({ allowed: reason === 'ALLOWED', reason });
}

const ALLOWED = decision('ALLOWED');
const EXPLICIT_DENY = decision('EXPLICIT_DENY');
const IMPLICIT_DENY = decision('IMPLICIT_DENY');
const MALFORMED_OPERATION = decision('MALFORMED_OPERATION');
const MALFORMED_RESOURCE = decision('MALFORMED_RESOURCE');
const SERVICE_MISMATCH = decision('SERVICE_MISMATCH');

export class Evaluator {
  readonly #request = new RequestText();
  readonly #topic = new TopicText();
  readonly #simulation = new FilterSimulation();
  /** What is known of the operation asked last. */
  #operation = '';
  #operationIsWellFormed = false;

  evaluate(sets: readonly GrantSet[], variables: Variables, operation: string, resource: string): Decision {
    const request = this.#request;
    request.prepare(resource);
    if (operation !== this.#operation) {
      this.#operation = operation;
      this.#operationIsWellFormed = isWellFormedOperation(operation);
    }
    if (operation === RECEIVE) return this.#receive(sets, variables);
    if (!this.#operationIsWellFormed || !request.wellFormed) return this.#malformed(sets, variables);
    if (!sameService(operation, request)) return SERVICE_MISMATCH;
    let allowed = false;
    for (let i = 0; i < sets.length; i++) {
      const { index } = sets[i] as GrantSet;
      if (index.deniesEverything || index.denies(operation, request, variables)) return EXPLICIT_DENY;
      allowed ||= index.allows(operation, request, variables);
    }
    return allowed ? ALLOWED : IMPLICIT_DENY;
  }

  /** Not well-formed for device groups: only sets with a wider rule can allow it. */
  #malformed(sets: readonly GrantSet[], variables: Variables): Decision {
    const request = this.#request;
    const operation = this.#operation;
    const operationIsPlain = isPlainText(operation);
    const plain = operationIsPlain && isPlainText(request.text);
    let wide = false;
    for (let i = 0; i < sets.length; i++) {
      wide ||= (sets[i] as GrantSet).index.requestRule === 'REQUEST_RULE_IOT_POLICY';
    }
    if (!wide || !plain) {
      const operationIsFine = wide ? operationIsPlain : this.#operationIsWellFormed;
      return operationIsFine ? MALFORMED_RESOURCE : MALFORMED_OPERATION;
    }
    if (!sameService(operation, request)) return SERVICE_MISMATCH;
    let allowed = false;
    for (let i = 0; i < sets.length; i++) {
      const { index } = sets[i] as GrantSet;
      if (index.deniesEverything || index.denies(operation, request, variables)) return EXPLICIT_DENY;
      if (index.requestRule !== 'REQUEST_RULE_IOT_POLICY') continue;
      allowed ||= index.allows(operation, request, variables);
    }
    return allowed ? ALLOWED : IMPLICIT_DENY;
  }

  /** Delivery of a message: by grants of `mqtt:receive`, or derived from those of `mqtt:subscribe`. */
  #receive(sets: readonly GrantSet[], variables: Variables): Decision {
    const request = this.#request;
    const { text } = request;
    if (!text.startsWith(TOPIC)) {
      if (!request.wellFormed) return MALFORMED_RESOURCE;
      return sameService(RECEIVE, request) ? IMPLICIT_DENY : SERVICE_MISMATCH;
    }
    const topic = this.#topic;
    if (!topic.prepare(text, TOPIC.length)) return MALFORMED_RESOURCE;
    const simulation = this.#simulation;
    let allowed = false;
    for (let i = 0; i < sets.length; i++) {
      const { index } = sets[i] as GrantSet;
      if (index.deniesEverything || index.denies(RECEIVE, request, variables)) return EXPLICIT_DENY;
      if (index.deliveryRule === 'DELIVERY_RULE_FROM_SUBSCRIBE') {
        if (index.withholds(request, topic, variables, simulation)) return EXPLICIT_DENY;
        allowed ||= index.delivers(request, topic, variables, simulation);
      } else if (request.wellFormed || index.requestRule === 'REQUEST_RULE_IOT_POLICY') {
        allowed ||= index.allows(RECEIVE, request, variables);
      }
    }
    return allowed ? ALLOWED : IMPLICIT_DENY;
  }
}

/** Text up to the first colon is the same in both. */
function sameService(operation: string, request: RequestText): boolean {
  const { text, serviceEnd } = request;
  if (serviceEnd > operation.length) return false;
  for (let i = 0; i < serviceEnd; i++) {
    const unit = operation.charCodeAt(i);
    if (unit === 0x3a || unit !== text.charCodeAt(i)) return false;
  }
  return serviceEnd === operation.length || operation.charCodeAt(serviceEnd) === 0x3a;
}

/**
 * The filter inside a shared subscription: `$share/<group>/<filter>` without its first two parts; any other filter as
 * it is. Undefined: begins with `$share` and is no shared subscription, so that nobody may subscribe to it. Callers
 * that enforce MQTT ask about the inner filter.
 */
export function innerFilter(filter: string): string | undefined {
  if (!isShared(filter)) return filter;
  const slash = filter.indexOf('/', SHARE.length);
  if (slash === -1) return undefined;
  const group = filter.slice(SHARE.length, slash);
  const inner = filter.slice(slash + 1);
  if (group === '' || /[+#]/.test(group) || inner === '' || isShared(inner)) return undefined;
  return inner;
}

const SHARE = '$share/';

function isShared(filter: string): boolean {
  return filter === '$share' || filter.startsWith(SHARE);
}
