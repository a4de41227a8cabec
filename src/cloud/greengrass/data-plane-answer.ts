/**
 * What an answer of the data plane means. Always true: only the service itself refuses something; a 400 or a 404 that does not
 * carry its type may come from a wrong path or from something on the way, and is no verdict about anything.
 */
import { awsErrorOf, jsonObject } from '../aws-error.ts';
import { type Trouble, trouble } from '../outcome.ts';
import type { ServiceAnswer } from '../service-connection.ts';

export type DataPlaneAnswer =
  /** Undefined: an empty body. */
  | { readonly kind: 'done'; readonly body: Readonly<Record<string, unknown>> | undefined }
  /** What was asked about is not so, or is not there. */
  | { readonly kind: 'refused'; readonly type: string; readonly message: string }
  | Trouble;

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [400, 'ValidationException'],
  [404, 'ResourceNotFoundException'],
]);
const THROTTLED = /^(?:Throttl|TooManyRequests)/;

/** `now`: the wall clock. */
export function dataPlaneAnswer(operation: string, answer: ServiceAnswer, now: number): DataPlaneAnswer {
  const { body, status } = answer;
  if (status >= 200 && status < 300) {
    const members = jsonObject(body);
    if (members !== undefined || body === '') return { kind: 'done', body: members };
    return trouble('unexpected', `the answer (${status}) is neither empty nor a JSON object`);
  }
  const { message, retryAfterMs, type } = awsErrorOf(answer, now);
  const said = [type, message].filter((each) => each !== undefined && each !== '').join(': ');
  const shown = said === '' ? `${status}` : `${status} ${said}`;
  if (status === 429 || (type !== undefined && THROTTLED.test(type))) {
    return trouble('throttled', `too many requests (${shown})`, retryAfterMs);
  }
  if (type !== undefined && REFUSALS.get(status) === type) return { kind: 'refused', type, message: said };
  if (status === 401 || status === 403) return trouble('misconfigured', denied(operation, type, shown));
  if (status >= 500) return trouble('server-error', `the service failed (${shown})`, retryAfterMs);
  return trouble('unexpected', `an answer that means nothing here (${shown}); is the path right?`);
}

function denied(operation: string, type: string | undefined, shown: string): string {
  if (type === 'UnauthorizedException') {
    return `not authorized (${shown}): has the account a service role for Greengrass?`;
  }
  const by = type === undefined ? 'the gateway' : 'the service';
  return `${by} refuses (${shown}): does the IoT policy of the core's certificate allow greengrass:${operation}?`;
}
