/** EMQX's own forms of filters: what is inside is what a device wants to be sent. */
import { innerFilter } from '../../policy/evaluator.ts';

const QUEUE = '$queue/';
const EXCLUSIVE = '$exclusive/';

/** Undefined: it begins as one of them and is none, or one within another, so that nobody may subscribe to it. */
export function subscribedFilter(filter: string): string | undefined {
  const inner = [QUEUE, EXCLUSIVE].find((prefix) => filter.startsWith(prefix));
  const rest = inner === undefined ? innerFilter(filter) : filter.slice(inner.length);
  if (rest === undefined || rest === '') return undefined;
  const isNested = rest !== filter && /^\$(?:share|queue|exclusive)(?:\/|$)/.test(rest);
  return isNested ? undefined : rest;
}
