/**
 * What discovery answers over HTTP. Always true: every answer has headers and a JSON object as its body, in ASCII and in one
 * write, since the client of AWS's SDK ends its process on an empty body, on one that is no JSON, and on a head without
 * headers, and reads characters that were cut between two records wrongly.
 */
import { STATUS_CODES } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function answer(
  status: number,
  content: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, body: asciiJson(content), headers };
}

/** Such as "Bad Request", for what is nobody's business to explain. */
export function plainAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return answer(status, { message: reasonPhrase(status) }, headers);
}

export function retryAfter(milliseconds: number): Readonly<Record<string, string>> {
  return { 'Retry-After': `${Math.max(1, Math.ceil(milliseconds / 1_000))}` };
}

export function headersOf({ body, headers }: Answer): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': `${body.length}`,
    'Cache-Control': 'no-store',
    ...headers,
  };
}

/** The whole answer, for where there is no request to answer to; the connection ends with it. */
export function wholeAnswer(given: Answer): string {
  const lines = Object.entries({ ...headersOf(given), Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${given.status} ${reasonPhrase(given.status)}\r\n${lines.join('')}\r\n${given.body}`;
}

function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}

function asciiJson(content: unknown): string {
  return JSON.stringify(content).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
