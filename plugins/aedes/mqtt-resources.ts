/** How MQTT's names become resources that grants speak of. */
import { innerFilter } from '../../src/policy/evaluator.ts';

export function topicResource(topic: string): string {
  return `mqtt:topic:${topic}`;
}

export function clientIdResource(clientId: string): string {
  return `mqtt:clientId:${clientId}`;
}

/** A shared subscription is decided on the filter inside it. Undefined: nobody may subscribe to this. */
export function filterResource(filter: string): string | undefined {
  const inner = innerFilter(filter);
  return inner === undefined ? undefined : `mqtt:topicfilter:${inner}`;
}
