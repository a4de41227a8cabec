/** The rules of docs/grants.md once more, as plainly as they can be said; slow, and only for short texts. */
import type { Grant, GrantSetInput } from '../../src/policy/grants.ts';

export type Variables = ReadonlyMap<string, string>;

const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;

/** `undefined`: not a pattern. A variable without value becomes something that matches nothing. */
export function toRegExp(pattern: string, variables: Variables): RegExp | undefined {
  const quote = (text: string): string => text.replace(SPECIAL, '\\$&');
  let source = '';
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') source += '[^]*';
    else if (character === '?') source += '[^]';
    else if (character === '\\') {
      i++;
      if (i === characters.length) return undefined;
      source += quote(characters[i] as string);
    } else if (character === '$' && characters[i + 1] === '{') {
      const end = characters.indexOf('}', i);
      const name = characters.slice(i + 2, end).join('');
      if (end === -1 || name === '' || /[{}$*?\\]/.test(name)) return undefined;
      const value = variables.get(name);
      source += value === undefined ? '(?!)' : quote(value);
      i = end;
    } else source += quote(character);
  }
  return new RegExp(`^${source}$`, 'u');
}

export function globs(pattern: string, text: string, variables: Variables): boolean {
  return toRegExp(pattern, variables)?.test(text) ?? false;
}

const OPERATION = /^\p{L}+:[\p{L}\p{Nd}_-]+$/u;
const RESOURCE = /^\p{L}+:\p{L}+:[\x20-\x7e\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+$/u;
const BEYOND_BMP = /[\u{10000}-\u{10ffff}]/u;

export function isWellFormedOperation(operation: string): boolean {
  return OPERATION.test(operation) && !BEYOND_BMP.test(operation);
}

export function isWellFormedResource(resource: string): boolean {
  const head = resource.split(':', 2).join(':');
  return RESOURCE.test(resource) && !BEYOND_BMP.test(head);
}

/** Every valid, not shared filter that covers the topic. */
export function coveringFilters(topic: string): string[] {
  const levels = topic.split('/');
  const filters: string[] = [];
  const go = (i: number, prefix: string): void => {
    const wild = i > 0 || !topic.startsWith('$');
    if (i === levels.length) {
      filters.push(prefix.slice(0, -1), `${prefix}#`);
      return;
    }
    if (wild) {
      filters.push(`${prefix}#`);
      go(i + 1, `${prefix}+/`);
    }
    go(i + 1, `${prefix}${levels[i]}/`);
  };
  go(0, '');
  return filters.filter((filter) => !filter.startsWith('$share/'));
}

/** MQTT's own rule, level by level. */
export function covers(filter: string, topic: string): boolean {
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  if (topic.startsWith('$') && (filterLevels[0] === '+' || filterLevels[0] === '#')) return false;
  for (let i = 0; i < filterLevels.length; i++) {
    const level = filterLevels[i];
    if (level === '#') return true;
    if (i >= topicLevels.length || (level !== '+' && level !== topicLevels[i])) return false;
  }
  return filterLevels.length === topicLevels.length;
}

export function isValidFilter(filter: string): boolean {
  const levels = filter.split('/');
  return (
    filter !== '' &&
    levels.every(
      (level, i) => level === '+' || (level === '#' && i === levels.length - 1) || !/[+#]/.test(level),
    )
  );
}

interface Rules {
  readonly format: number;
  readonly requestRule: string;
  readonly deliveryRule: string;
  readonly grants: readonly {
    readonly effect: string;
    readonly operation: string;
    readonly resource: string;
  }[];
}

function effectOn(
  grants: Rules['grants'],
  operation: string,
  resources: readonly string[],
  variables: Variables,
  wanted: 'allow' | 'deny',
): boolean {
  return grants.some((grant) => {
    const onOperation = grant.operation.includes('${') ? undefined : toRegExp(grant.operation, new Map());
    if (onOperation === undefined) return wanted === 'deny';
    const onResource = toRegExp(grant.resource, variables);
    const effect = grant.effect === 'ALLOW' && onResource !== undefined ? 'allow' : 'deny';
    if (effect !== wanted || !onOperation.test(operation)) return false;
    return onResource === undefined || resources.some((resource) => onResource.test(resource));
  });
}

/** The cross product of every set, every grant and, for delivery, every covering filter. */
export function decide(
  sets: readonly Rules[],
  variables: Variables,
  operation: string,
  resource: string,
): boolean {
  const receive = operation === 'mqtt:receive';
  const topic = /^mqtt:topic:([^+#\0]+)$/u.exec(resource)?.[1];
  if (receive && (topic === undefined || !topic.isWellFormed())) return false;
  let allowed = false;
  for (const set of sets) {
    const known =
      set.format === 1 &&
      ['REQUEST_RULE_DEVICE_GROUPS', 'REQUEST_RULE_IOT_POLICY'].includes(set.requestRule) &&
      ['DELIVERY_RULE_FROM_SUBSCRIBE', 'DELIVERY_RULE_EXPLICIT'].includes(set.deliveryRule);
    if (!known) return false;
    const wide = set.requestRule === 'REQUEST_RULE_IOT_POLICY';
    const fine = (op: string, res: string): boolean => {
      if (!wide) return isWellFormedOperation(op) && isWellFormedResource(res);
      return [op, res].every((text) => text !== '' && !text.includes('\0') && text.isWellFormed());
    };
    if (operation.split(':')[0] !== resource.split(':')[0]) return false;
    if (effectOn(set.grants, operation, [resource], variables, 'deny')) return false;
    if (receive && set.deliveryRule === 'DELIVERY_RULE_FROM_SUBSCRIBE') {
      const filters = coveringFilters(topic as string).map((filter) => `mqtt:topicfilter:${filter}`);
      if (effectOn(set.grants, 'mqtt:subscribe', filters, variables, 'deny')) return false;
      const usable = filters.filter((filter) => fine('mqtt:subscribe', filter));
      allowed ||= effectOn(set.grants, 'mqtt:subscribe', usable, variables, 'allow');
    } else if (fine(operation, resource)) {
      allowed ||= effectOn(set.grants, operation, [resource], variables, 'allow');
    }
  }
  return allowed;
}

export function fromSubscribe(grants: readonly Grant[]): GrantSetInput {
  return {
    requestRule: 'REQUEST_RULE_DEVICE_GROUPS',
    deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE',
    grants,
  };
}
