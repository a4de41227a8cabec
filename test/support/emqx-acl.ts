/**
 * How EMQX decides by the rules that came with an authentication: a reading of emqx_authz_client_info, emqx_authz_rule_raw,
 * emqx_authz_rule and emqx_topic of EMQX 5.8.9, in own words. It was held to these modules themselves, run on Debian's Erlang, on
 * random rules and topics; that comparison is not part of the tests, since EMQX cannot be had from a registry.
 *
 * - Rules are tried in order. A rule is about publishing, subscribing or both, about any QoS and retain flag unless it says so.
 * - `eq x`: the level-wise text of x, nothing else. Otherwise `${…}` of a few names would be filled in, which no rule here has.
 * - A first level that begins with `$` is matched by no wildcard in the rule's first place.
 * - Level by level: the same text, or `+` in the rule for any one level, the filter's own `+` and `#` included. `#` in the rule ends
 *   the matter, also when nothing is left; but the same text comes first, so that the rule `#` does not match `#/x`. (No request has
 *   that: EMQX refuses such a filter before it looks at rules.)
 */
export interface EmqxRule {
  readonly permission: string;
  readonly action: string;
  readonly topic: string;
}

/** Undefined: no rule matches, and EMQX asks the next source. */
export function emqxDecides(
  rules: readonly EmqxRule[],
  action: 'publish' | 'subscribe',
  name: string,
): boolean | undefined {
  const rule = rules.find(
    (one) => (one.action === action || one.action === 'all') && matches(name, one.topic),
  );
  return rule && rule.permission === 'allow';
}

function matches(name: string, topic: string): boolean {
  if (topic.startsWith('eq ')) return name === topic.slice('eq '.length);
  if (topic.includes('${')) throw new Error(`EMQX would fill in ${topic}`);
  const [levels, rule] = [name.split('/'), topic.split('/')];
  if (levels[0]?.startsWith('$') && ['+', '#'].includes(rule[0] ?? '')) return false;
  for (const [at, wanted] of rule.entries()) {
    if (wanted === levels[at]) continue;
    if (wanted === '#' && at === rule.length - 1) return true;
    if (at >= levels.length || wanted !== '+') return false;
  }
  return levels.length === rule.length;
}
