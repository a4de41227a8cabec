/**
 * What a session may do, as rules that EMQX enforces by itself (`acl` of its HTTP authentication, 5.8 and later). Always true: a
 * request that a rule matches is decided as the evaluator decides it, and whatever cannot be said in such rules matches none, so
 * that EMQX asks. One exception, which the operator has to choose: see `prefixes`.
 *
 * How EMQX reads them (emqx_authz_rule, emqx_authz_rule_raw, emqx_authz_client_info, emqx_topic; 5.8.9 and later):
 * - In order; the first that matches decides, whatever the QoS and the retain flag. None: the next source is asked.
 * - `eq x` is the topic or the filter x itself, text by text; without `eq `, `+` and `#` are wildcards, and `${…}` is filled in.
 * - `a/#` matches `a` too, and every filter that begins with `a/` as text. `#` matches all that does not begin with `$`.
 * - A filter's own `+` and `#` are only matched by a wildcard. `$share/<group>/` and its like are taken out before.
 *
 * Ours: `*` is any characters, `/` too, so `a/*` is `a/#` without `a`. A `*` anywhere else, `?`, and `/*` after `+` or `#` cannot
 * be said. A grant allows only what is well-formed by its request rule (docs/grants.md), which no wildcard of EMQX's can say.
 */
import type { GrantSet__Output } from '../../contract/generated/deviceauth/v1/GrantSet.ts';
import type { Decision, SessionGrants } from '../../policy/grants.ts';
import { type Pattern, parsePattern } from '../../policy/patterns.ts';

export interface AclRule {
  readonly permission: 'allow' | 'deny';
  readonly action: 'publish' | 'subscribe' | 'all';
  readonly topic: string;
}

export interface AclOptions {
  /** `exact`: no wildcards. `prefixes`: `a/*` as `a/#`, which also allows topics that are not well-formed. */
  readonly mode: 'exact' | 'prefixes';
  readonly evaluate: (grants: SessionGrants, operation: string, resource: string) => Decision;
}

/** More is not told: EMQX asks. It keeps the rules of each client and tries them one by one. */
const MOST_RULES = 200;
const MOST_CHARACTERS = 64 * 1024;

const KINDS = [
  { action: 'publish', operation: 'mqtt:publish', type: 'mqtt:topic:' },
  { action: 'subscribe', operation: 'mqtt:subscribe', type: 'mqtt:topicfilter:' },
] as const;
type Kind = (typeof KINDS)[number];

/** After it only what begins with `$` is asked about. */
const NOTHING_ELSE: AclRule = { permission: 'deny', action: 'all', topic: '#' };
/** What stands for itself in a rule without `eq `. */
const PLAIN = /^(?!eq )(?!.*\$\{)[^+#]*$/s;

/** Empty: EMQX is to ask about everything. */
export function aclOf(
  grants: SessionGrants,
  sets: readonly GrantSet__Output[],
  { evaluate, mode }: AclOptions,
): readonly AclRule[] {
  if (!sets.every(isPlainSet)) return [];
  const rules: AclRule[] = [];
  let isWhole = true;
  for (const kind of KINDS) {
    const { literals, prefixes, others } = namesOf(kind, grants, sets);
    const may = (name: string): boolean => evaluate(grants, kind.operation, `${kind.type}${name}`).allowed;
    if (others || (mode === 'exact' && prefixes.size > 0)) isWhole = false;
    const rule = (permission: AclRule['permission'], topic: string): void => {
      rules.push({ permission, action: kind.action, topic });
    };
    for (const name of literals) if (may(name)) rule('allow', `eq ${name}`);
    if (mode === 'exact') continue;
    for (const prefix of prefixes) {
      // `a/#` would match it.
      const above = prefix.slice(0, -1);
      if (prefix !== '') rule(may(above) ? 'allow' : 'deny', `eq ${above}`);
    }
    for (const prefix of prefixes) rule('allow', `${prefix}#`);
  }
  if (isWhole) rules.push(NOTHING_ELSE);
  const characters = rules.reduce((sum, { topic }) => sum + topic.length, 0);
  return rules.length > MOST_RULES || characters > MOST_CHARACTERS ? [] : rules;
}

/** Allows only, with a delivery rule that asks for nothing at delivery, which EMQX does not look at. */
function isPlainSet({ format, requestRule, deliveryRule, grants }: GrantSet__Output): boolean {
  return (
    format === 1 &&
    requestRule === 'REQUEST_RULE_DEVICE_GROUPS' &&
    deliveryRule === 'DELIVERY_RULE_FROM_SUBSCRIBE' &&
    grants.every(({ effect }) => effect === 'ALLOW')
  );
}

interface Names {
  readonly literals: Set<string>;
  /** Each ends with a slash, or is empty. */
  readonly prefixes: Set<string>;
  /** Some grant allows what cannot be said. */
  readonly others: boolean;
}

function namesOf(kind: Kind, { variables }: SessionGrants, sets: readonly GrantSet__Output[]): Names {
  const literals = new Set<string>();
  const prefixes = new Set<string>();
  let others = false;
  for (const { operation, resource } of sets.flatMap(({ grants }) => grants)) {
    const isMeant = matchesOperation(operation, kind.operation);
    if (isMeant === false) continue;
    if (isMeant === undefined) {
      others = true;
      continue;
    }
    const parsed = parsePattern(resource, 'variables');
    const filled = parsed && fillIn(parsed, variables);
    if (filled === 'nothing') continue;
    const name = filled && nameIn(filled, kind.type);
    if (name === 'another type') continue;
    if (name === undefined) others = true;
    else if (name.isLiteral) literals.add(name.text);
    else prefixes.add(name.text);
  }
  // What is below a longer prefix is below the shorter one.
  const every = [...prefixes];
  for (const prefix of every) {
    if (every.some((other) => other !== prefix && prefix.startsWith(other))) prefixes.delete(prefix);
  }
  return { literals, prefixes, others };
}

/** Undefined: a pattern that the compiler of device groups does not make. */
function matchesOperation(source: string, operation: string): boolean | undefined {
  const parsed = parsePattern(source, 'no-variables');
  if (parsed === undefined) return undefined;
  if (parsed.literal !== undefined) return parsed.literal === operation;
  const [first, second] = parsed.segments;
  const service = first?.text;
  if (parsed.segments.length !== 2 || service === undefined || second?.text !== '') return undefined;
  return operation.startsWith(service);
}

/** The texts between its stars; `nothing`: a variable has no value; undefined: `?`. */
function fillIn(
  { segments }: Pattern,
  variables: ReadonlyMap<string, string>,
): readonly string[] | 'nothing' | undefined {
  const texts: string[] = [];
  for (const { atoms } of segments) {
    let text = '';
    for (const atom of atoms) {
      if (atom.kind === 'any') return undefined;
      const value = atom.kind === 'text' ? atom.text : variables.get(atom.name);
      if (value === undefined) return 'nothing';
      text += value;
    }
    texts.push(text);
  }
  return texts;
}

/** Of the resources of a type: the name that a pattern stands for, or what names begin with. Undefined: it cannot be said. */
function nameIn(
  texts: readonly string[],
  type: string,
): { readonly text: string; readonly isLiteral: boolean } | 'another type' | undefined {
  const [first = '', ...rest] = texts;
  if (rest.length === 0) {
    return first.startsWith(type) ? { text: first.slice(type.length), isLiteral: true } : 'another type';
  }
  const endsOpen = rest.length === 1 && rest[0] === '';
  if (first.startsWith(type)) {
    const text = first.slice(type.length);
    if (!endsOpen || !(text === '' || text.endsWith('/')) || !PLAIN.test(text)) return undefined;
    return { text, isLiteral: false };
  }
  // `mqtt:*`, and all that ends before the name begins.
  if (type.startsWith(first)) return endsOpen ? { text: '', isLiteral: false } : undefined;
  return 'another type';
}
