/**
 * Why a decision is what it is, in the words of the configuration. The verdict is the evaluator's;
 * this finds the statement that decided and, for a denial, what came nearest. It looks at
 * statements one by one, without the evaluator's indexes, and is asked by people, not by brokers.
 */
import type { DecisionReason, Explanation, NearMiss } from './decision.ts';
import {
  type Compiled,
  type DeviceGroup,
  type DeviceGroupsDocument,
  type Policy,
  type Statement,
  THING_NAME,
} from './device-groups.ts';
import { TOPIC } from './evaluator.ts';
import { FILTER } from './filter-index.ts';
import { FilterSimulation, filterPattern } from './filter-simulation.ts';
import { matches, type Variables } from './glob.ts';
import { RECEIVE, SUBSCRIBE } from './grant-index.ts';
import type { Decision } from './grants.ts';
import { parsePattern } from './patterns.ts';
import { TopicText } from './topic-text.ts';

const MOST_NEAREST = 10;
/** Groups take no more than this while statements are left to show. */
const MOST_GROUPS = 5;
const NO_VARIABLES: Variables = new Map();

/** What a policy says of the request, whatever groups it applies through. */
interface Verdict {
  readonly allow: { readonly statement: string; readonly resource: string } | undefined;
  /** Statements that came near, each with how near. */
  readonly misses: readonly {
    readonly kind: 'resource' | 'operation';
    readonly statement: string;
    readonly detail: string;
    readonly closeness: number;
  }[];
}

export function explain(
  document: DeviceGroupsDocument,
  thingName: string,
  operation: string,
  resource: string,
  decision: Decision,
): Explanation {
  const { allowed, reason } = decision;
  const fault = faultOfRequest(reason, operation, resource);
  if (fault !== undefined) {
    const nearest: NearMiss = { kind: 'request', group: '', policy: '', statement: '', detail: fault };
    return { allowed, reason, summary: `Denied: ${fault}.`, decidedBy: undefined, nearest: [nearest] };
  }
  const question = new Question(thingName, operation, resource);
  const joined: { group: DeviceGroup; verdict: Verdict }[] = [];
  const missed: NearMiss[] = [];
  const what = `${operation} on ${resource}`;
  for (const group of document.groups) {
    if (!group.rule.matches(thingName)) {
      if (allowed || missed.length === MOST_NEAREST) continue;
      const { allow } = question.ask(group.policy);
      if (allow === undefined) continue;
      missed.push({
        kind: 'group',
        group: group.name,
        policy: group.policy.name,
        statement: allow.statement,
        detail: `the group's rule ${shorten(group.rule.source)} does not match: ${group.rule.describeMiss(thingName)}`,
      });
      continue;
    }
    const verdict = question.ask(group.policy);
    if (allowed && verdict.allow !== undefined) {
      const { statement, resource: pattern } = verdict.allow;
      const where = `statement "${statement}" of policy "${group.policy.name}"`;
      return {
        allowed,
        reason,
        summary: `Allowed: ${where} allows ${what} through group "${group.name}" (${pattern}).`,
        decidedBy: {
          source: 'deviceGroups',
          group: group.name,
          policy: group.policy.name,
          statement,
          effect: 'ALLOW',
          resource: pattern,
        },
        nearest: [],
      };
    }
    joined.push({ group, verdict });
  }
  const summary =
    joined.length === 0
      ? `Denied: thing "${thingName}" is in no device group.`
      : `Denied: nothing in the policies of ${listGroups(joined.map(({ group }) => group.name))} allows ${what}.`;
  return { allowed, reason, summary, decidedBy: undefined, nearest: nearestOf(missed, joined) };
}

function faultOfRequest(reason: DecisionReason, operation: string, resource: string): string | undefined {
  if (reason === 'MALFORMED_OPERATION') {
    return `operation ${quote(operation)} is malformed, it must be <service>:<action>, letters before the colon and letters, digits, - and _ after it`;
  }
  if (reason === 'SERVICE_MISMATCH') {
    return `operation ${quote(operation)} and resource ${quote(resource)} are of different services`;
  }
  if (operation === RECEIVE && (reason === 'MALFORMED_RESOURCE' || !resource.startsWith(TOPIC))) {
    return `resource ${quote(resource)} is not ${TOPIC} with a valid topic name, without + and #, of 1 to 65,535 bytes`;
  }
  if (reason === 'MALFORMED_RESOURCE') {
    return `resource ${quote(resource)} is malformed, it must be <service>:<type>:<name>, letters in the first two and a name without control characters and symbols`;
  }
  return undefined;
}

/** One request, put to policies; each is asked once. */
class Question {
  readonly #operation: string;
  readonly #resource: string;
  readonly #variables: Variables;
  readonly #thingName: string;
  readonly #verdicts = new Map<Policy, Verdict>();
  readonly #topic: TopicText | undefined;
  readonly #simulation = new FilterSimulation();

  constructor(thingName: string, operation: string, resource: string) {
    this.#thingName = thingName;
    this.#variables = new Map([[THING_NAME, thingName]]);
    if (operation === RECEIVE) {
      // Delivery is what the policy lets the device subscribe to.
      const topic = new TopicText();
      if (topic.prepare(resource, TOPIC.length)) this.#topic = topic;
      this.#operation = SUBSCRIBE;
      this.#resource = FILTER + resource.slice(TOPIC.length);
    } else {
      this.#operation = operation;
      this.#resource = resource;
    }
  }

  ask(policy: Policy): Verdict {
    let verdict = this.#verdicts.get(policy);
    if (verdict === undefined) {
      verdict = this.#judge(policy);
      this.#verdicts.set(policy, verdict);
    }
    return verdict;
  }

  #judge(policy: Policy): Verdict {
    const misses: Verdict['misses'][number][] = [];
    for (const statement of policy.statements) {
      const operation = statement.operations.find((each) => this.#isOperation(each));
      const resource = statement.resources.find((each) => this.#isResource(each));
      if (operation !== undefined && resource !== undefined) {
        return { allow: { statement: statement.name, resource: resource.source }, misses: [] };
      }
      if (operation !== undefined) {
        const nearest = this.#nearest(statement);
        if (nearest !== undefined) misses.push({ kind: 'resource', statement: statement.name, ...nearest });
      } else if (resource !== undefined) {
        const operations = list(statement.operations.map(({ source }) => source));
        const detail = `${resource.source} matches, but its operations are ${operations}, not ${this.#operation}`;
        misses.push({ kind: 'operation', statement: statement.name, detail, closeness: -1 });
      }
    }
    misses.sort((a, b) => b.closeness - a.closeness);
    return { allow: undefined, misses: misses.slice(0, MOST_NEAREST) };
  }

  #isOperation({ pattern }: Compiled): boolean {
    const parsed = parsePattern(pattern, 'no-variables');
    return parsed !== undefined && matches(parsed, this.#operation, 0, NO_VARIABLES);
  }

  #isResource({ pattern }: Compiled): boolean {
    const parsed = parsePattern(pattern, 'variables');
    if (parsed === undefined) return false;
    if (this.#topic === undefined) return matches(parsed, this.#resource, 0, this.#variables);
    return this.#simulation.covers(this.#topic, 0, filterPattern(parsed, FILTER), this.#variables, false);
  }

  /** The resource of a statement that is like the request for longest. */
  #nearest({ resources }: Statement): { detail: string; closeness: number } | undefined {
    let best: { source: string; same: number; next: string } | undefined;
    for (const { source } of resources) {
      const filled = source.replaceAll(`\${${THING_NAME}}`, this.#thingName);
      let same = 0;
      while (same < filled.length && filled[same] === this.#resource[same] && filled[same] !== '*') same++;
      if (best === undefined || same > best.same) best = { source, same, next: filled[same] ?? '' };
    }
    if (best === undefined) return undefined;
    const kind = this.#topic === undefined ? 'does not match' : 'matches no filter that covers the topic for';
    const alike =
      best.same === 0 ? '' : `; they are alike up to ${quote(this.#resource.slice(0, best.same))}`;
    const wildcard =
      this.#topic === undefined && (best.next === '+' || best.next === '#')
        ? `; ${best.next} is an ordinary character in a policy, its wildcard is *`
        : '';
    return {
      detail: `${shorten(best.source)} ${kind} ${shorten(this.#resource)}${alike}${wildcard}`,
      closeness: best.same,
    };
  }
}

function nearestOf(
  missed: readonly NearMiss[],
  joined: readonly { group: DeviceGroup; verdict: Verdict }[],
): NearMiss[] {
  const statements = joined
    .flatMap(({ group, verdict }) =>
      verdict.misses.map(({ kind, statement, detail, closeness }) => ({
        closeness,
        miss: { kind, group: group.name, policy: group.policy.name, statement, detail },
      })),
    )
    .sort((a, b) => b.closeness - a.closeness)
    .map(({ miss }) => miss);
  const groups = missed.slice(0, Math.max(MOST_GROUPS, MOST_NEAREST - statements.length));
  return [...groups, ...statements].slice(0, MOST_NEAREST);
}

function listGroups(names: readonly string[]): string {
  return `${names.length === 1 ? 'group' : 'groups'} ${list(names.map((name) => `"${name}"`))}`;
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, 5).map(shorten).join(', ');
  return items.length > 5 ? `${shown} and ${items.length - 5} more` : shown;
}

function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
