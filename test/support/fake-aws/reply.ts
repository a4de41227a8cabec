/** What the fake answers to one request, and errors in the REST-JSON of AWS. */
import { randomUUID } from 'node:crypto';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text already. */
  readonly body?: unknown;
}

export function ok(body: unknown = {}): Reply {
  return { status: 200, body };
}

export function awsError(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'x-amzn-ErrorType': `${type}:http://internal.amazon.com/coral/com.amazon.iot/`, ...headers },
    body: { __type: `com.amazonaws.fake#${type}`, message },
  };
}

/** What the gateway before the services says to whom it does not let through. */
export function gatewayRefusal(): Reply {
  return { status: 403, body: { message: null, traceId: randomUUID() } };
}
