/**
 * The `deviceGroups` configuration of format 2021-03-05, compiled: groups with their selection
 * rule, and the policies they use as statements in the wire's pattern language.
 *
 * As in the reference, `*` is the only wildcard of a resource, and operations are exact,
 * `<service>:*` or `*`; everything else is literal and escaped here. Compiling is pure: it gives a
 * whole document or throws `PolicyError` with every problem found.
 */
import { ConfigReader, join, type PolicyProblem } from './config-reader.ts';
import type { Grant } from './grants.ts';
import { escapeLiteral } from './patterns.ts';
import { parseSelectionRule, type SelectionRule, SelectionRuleError } from './selection-rule.ts';
import { isWellFormedOperation } from './well-formed.ts';

export type { PolicyProblem } from './config-reader.ts';

export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    const shown = problems.slice(0, 3).map(({ path, rule }) => `${path}: ${rule}`);
    const more = problems.length > 3 ? `; and ${problems.length - 3} more` : '';
    super(`deviceGroups: ${shown.join('; ')}${more}`);
    this.problems = problems;
  }
}

export interface DeviceGroup {
  readonly name: string;
  readonly rule: SelectionRule;
  readonly policy: Policy;
}

export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  /** Its key in the configuration. */
  readonly name: string;
  readonly effect: 'ALLOW';
  readonly operations: readonly Compiled[];
  readonly resources: readonly Compiled[];
}

export interface Compiled {
  /** As the configuration has it. */
  readonly source: string;
  /** In the wire's pattern language. */
  readonly pattern: string;
}

export interface DeviceGroupsDocument {
  /** In the order of the configuration. */
  readonly groups: readonly DeviceGroup[];
  /** Those that a group uses. */
  readonly policies: readonly Policy[];
  readonly warnings: readonly PolicyProblem[];
}

export const FORMAT_VERSION = '2021-03-05';
export const THING_NAME = 'iot:Connection.Thing.ThingName';
/** Operations times resources of all statements of a policy. */
export const MOST_GRANTS_OF_A_POLICY = 100_000;
/** And of all policies that are used. */
export const MOST_GRANTS = 1_000_000;

/** Throws `PolicyError`. Nothing (`undefined`, `null`, `{}`) is a document without groups. */
export function compileDeviceGroups(config: unknown): DeviceGroupsDocument {
  const reader = new ConfigReader();
  const path = 'deviceGroups';
  const top = reader.properties(config ?? {}, path, ['formatVersion', 'definitions', 'policies']);
  const version = top?.get('formatVersion') ?? FORMAT_VERSION;
  if (version !== FORMAT_VERSION)
    reader.problems.add(`${path}.formatVersion`, version, `must be "${FORMAT_VERSION}"`);
  const policiesPath = `${path}.policies`;
  const policies = new Map<string, Policy>();
  for (const [name, value] of reader.entries(top?.get('policies') ?? {}, policiesPath, 'policies')) {
    policies.set(name, readPolicy(reader, name, value, join(policiesPath, name)));
  }
  const groups: DeviceGroup[] = [];
  const used = new Set<Policy>();
  const definitionsPath = `${path}.definitions`;
  for (const [name, value] of reader.entries(top?.get('definitions') ?? {}, definitionsPath, 'groups')) {
    const group = readGroup(reader, name, value, join(definitionsPath, name), policies);
    if (group === undefined) continue;
    groups.push(group);
    used.add(group.policy);
  }
  checkUse(reader, policies, used, policiesPath);
  if (reader.problems.count > 0) throw new PolicyError(reader.problems.all);
  return { groups, policies: [...used], warnings: reader.warnings.all };
}

/** Every grant of a policy, with repetitions. */
export function* grantsOf(policy: Policy): Iterable<Grant> {
  for (const { effect, operations, resources } of policy.statements) {
    for (const operation of operations) {
      for (const resource of resources) {
        yield { effect, operation: operation.pattern, resource: resource.pattern };
      }
    }
  }
}

function readGroup(
  reader: ConfigReader,
  name: string,
  value: unknown,
  path: string,
  policies: ReadonlyMap<string, Policy>,
): DeviceGroup | undefined {
  const properties = reader.properties(value, path, ['selectionRule', 'policyName']);
  if (properties === undefined) return undefined;
  const rule = readRule(reader, properties.get('selectionRule'), `${path}.selectionRule`);
  const policyPath = `${path}.policyName`;
  const policyName = reader.text(properties.get('policyName'), policyPath);
  const policy = policyName === undefined ? undefined : policies.get(policyName);
  if (policyName !== undefined && policy === undefined) {
    reader.problems.add(policyPath, policyName, 'must name one of deviceGroups.policies');
  }
  return rule === undefined || policy === undefined ? undefined : { name, rule, policy };
}

function readRule(reader: ConfigReader, value: unknown, path: string): SelectionRule | undefined {
  const text = reader.text(value, path);
  if (text === undefined) return undefined;
  try {
    return parseSelectionRule(text);
  } catch (error) {
    if (!(error instanceof SelectionRuleError)) throw error;
    reader.problems.add(path, text, `${error.kind} error: ${error.message}`);
    return undefined;
  }
}

function readPolicy(reader: ConfigReader, name: string, value: unknown, path: string): Policy {
  const statements: Statement[] = [];
  for (const [key, statement] of reader.entries(value, path, 'statements')) {
    const read = readStatement(reader, key, statement, join(path, key));
    if (read !== undefined) statements.push(read);
  }
  return { name, statements };
}

function readStatement(
  reader: ConfigReader,
  name: string,
  value: unknown,
  path: string,
): Statement | undefined {
  const properties = reader.properties(value, path, [
    'statementDescription',
    'effect',
    'operations',
    'resources',
  ]);
  if (properties === undefined) return undefined;
  const description = properties.get('statementDescription');
  if (typeof description === 'object' && description !== null) {
    reader.problems.add(`${path}.statementDescription`, description, 'must be text');
  }
  const effect = properties.has('effect') ? properties.get('effect') : 'ALLOW';
  if (typeof effect !== 'string' || effect.toUpperCase() !== 'ALLOW') {
    const rule = `must be ALLOW, the only effect of format ${FORMAT_VERSION}`;
    reader.problems.add(`${path}.effect`, effect, rule);
  }
  const operations = reader.texts(properties.get('operations'), `${path}.operations`);
  const resources = reader.texts(properties.get('resources'), `${path}.resources`);
  return {
    name,
    effect: 'ALLOW',
    operations: operations.map((source) => ({ source, pattern: compileOperation(source) })),
    resources: resources.map((source) => ({ source, pattern: compileResource(source) })),
  };
}

/** What is only asked of policies that a group uses, as in the reference. */
function checkUse(
  reader: ConfigReader,
  policies: ReadonlyMap<string, Policy>,
  used: ReadonlySet<Policy>,
  path: string,
): void {
  let all = 0;
  for (const policy of policies.values()) {
    const policyPath = join(path, policy.name);
    if (!used.has(policy)) {
      reader.warnings.add(policyPath, policy.name, 'no group uses this policy');
      continue;
    }
    let grants = 0;
    for (const { name, operations, resources } of policy.statements) {
      const statementPath = join(policyPath, name);
      grants += operations.length * resources.length;
      for (const { source } of operations) warnOfOperation(reader, source, `${statementPath}.operations`);
      for (const { source } of resources) checkVariables(reader, source, `${statementPath}.resources`);
    }
    all += grants;
    if (grants > MOST_GRANTS_OF_A_POLICY) {
      const rule = `operations times resources must be at most ${MOST_GRANTS_OF_A_POLICY} in a policy`;
      reader.problems.add(policyPath, grants, rule);
    }
  }
  if (all > MOST_GRANTS) {
    reader.problems.add(path, all, `operations times resources must be at most ${MOST_GRANTS} in all`);
  }
}

function warnOfOperation(reader: ConfigReader, source: string, path: string): void {
  if (source === '*' || isWellFormedOperation(isServiceWildcard(source) ? `${source.slice(0, -1)}x` : source))
    return;
  const rule = 'matches no request: operations are <service>:<action>, <service>:* or *';
  reader.warnings.add(path, source, rule);
}

function checkVariables(reader: ConfigReader, source: string, path: string): void {
  for (const { start, end } of variablesIn(source)) {
    const variable = source.slice(start, end);
    if (variable === `\${${THING_NAME}}`) continue;
    reader.problems.add(path, source, `${variable} is not known; the only variable is \${${THING_NAME}}`);
  }
}

function isServiceWildcard(source: string): boolean {
  return source.endsWith(':*') && source.indexOf(':') === source.length - 2;
}

/** Exact, `<service>:*` or `*`; any other star is a literal. */
function compileOperation(source: string): string {
  if (source === '*') return source;
  return isServiceWildcard(source) ? `${escapeLiteral(source.slice(0, -1))}*` : escapeLiteral(source);
}

/** Stars stay, one for each run of them; variables stay; all else is literal. */
function compileResource(source: string): string {
  let pattern = '';
  let from = 0;
  for (const { start, end } of variablesIn(source)) {
    pattern += literals(source.slice(from, start)) + source.slice(start, end);
    from = end;
  }
  return pattern + literals(source.slice(from));
}

function literals(text: string): string {
  return text.split(/\*+/).map(escapeLiteral).join('*');
}

const LINE_BREAK = /[\n\r\u0085\u2028\u2029]/g;

/** Where variables stand: the shortest that begins with `${` and ends with `}`, on one line. */
function* variablesIn(source: string): Iterable<{ readonly start: number; readonly end: number }> {
  let close = -1;
  let lineBreak = -1;
  for (let start = source.indexOf('${'); start >= 0; start = source.indexOf('${', start)) {
    if (close < start) close = source.indexOf('}', start);
    if (close < 0) return;
    if (lineBreak < start) lineBreak = nextLineBreak(source, start);
    if (lineBreak < close) {
      start = lineBreak + 1;
      continue;
    }
    yield { start, end: close + 1 };
    start = close + 1;
  }
}

function nextLineBreak(source: string, from: number): number {
  const pattern = new RegExp(LINE_BREAK);
  pattern.lastIndex = from;
  return pattern.exec(source)?.index ?? source.length;
}
