/** How MQTT's names become resources that grants speak of. */

const SHARE = '$share/';

export function topicResource(topic: string): string {
  return `mqtt:topic:${topic}`;
}

export function clientIdResource(clientId: string): string {
  return `mqtt:clientId:${clientId}`;
}

/**
 * A shared subscription is decided on the filter inside it. Undefined: `$share/` without a group and a filter that
 * can be decided on, which nobody may subscribe to.
 */
export function filterResource(filter: string): string | undefined {
  if (filter !== '$share' && !filter.startsWith(SHARE)) return `mqtt:topicfilter:${filter}`;
  const end = filter.indexOf('/', SHARE.length);
  if (end === -1) return undefined;
  const group = filter.slice(SHARE.length, end);
  const inner = filter.slice(end + 1);
  if (group === '' || /[+#]/.test(group) || inner === '') return undefined;
  if (inner === '$share' || inner.startsWith(SHARE)) return undefined;
  return `mqtt:topicfilter:${inner}`;
}
