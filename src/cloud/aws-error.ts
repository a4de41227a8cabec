/**
 * What a service of AWS says when it refuses (REST-JSON): the type in a header or in the body, a message, and when to come back.
 * Always true: the type is a plain name, the message fit to print and short, the delay bounded.
 */

import { printable } from './printable.ts';
import type { ServiceAnswer } from './service-connection.ts';

export interface AwsError {
  /** Such as `ResourceNotFoundException`; undefined: the answer names none, so no service of AWS made it. */
  readonly type: string | undefined;
  /** Empty: there is none. */
  readonly message: string;
  /** Milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Longer than any that AWS has. */
const TYPE = /^[A-Za-z][A-Za-z0-9]{0,99}$/;
/** Services repeat what they do not accept. */
const PEM = /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g;
const LONGEST_DELAY_MS = 5 * 60_000;

/** `now`: the wall clock, for a `Retry-After` that is a date. */
export function awsErrorOf(answer: ServiceAnswer, now: number): AwsError {
  const body = jsonObject(answer.body);
  const named = [answer.headers['x-amzn-errortype'], body?.['__type'], body?.['code']].find(
    (each) => typeof each === 'string' && each !== '',
  );
  const text = [body?.['message'], body?.['Message'], body?.['errorMessage']].find(
    (each) => typeof each === 'string',
  );
  return {
    type: typeof named === 'string' ? plainType(named) : undefined,
    message: typeof text === 'string' ? printable(text.replace(PEM, '(PEM)')) : '',
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], now),
  };
}

/** Undefined: it is none. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A header may have `:http://…` behind it, a body a namespace and `#` before it. */
function plainType(text: string): string | undefined {
  const name = text.split(':')[0]?.split('#').at(-1)?.trim() ?? '';
  return TYPE.test(name) ? name : undefined;
}

/** RFC 9110, 10.2.3: seconds or a date. What is neither counts as not said. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const delay = /^\d{1,10}$/.test(text)
    ? Number(text) * 1_000
    : /[a-z]/i.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(delay) ? undefined : Math.min(Math.max(delay, 0), LONGEST_DELAY_MS);
}
