/** One operation of an API: its name, where it is found, and what it answers. */
import type { IncomingHttpHeaders } from 'node:http';
import { awsError, type Reply } from './reply.ts';
import type { RecordedConnection } from './requests.ts';

export interface Call {
  readonly operation: string;
  /** What stood in the braces of the path, decoded. */
  readonly members: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly connection: RecordedConnection;
}

export interface Route {
  readonly operation: string;
  readonly method: string;
  /** Such as `/things/{thingName}`. */
  readonly path: string;
  answer(call: Call): Reply;
}

/** What must be true of whoever calls, before the operation is looked at; undefined: it is. */
export type Gate = (call: Call) => Reply | undefined;

/** What is found behind one port under certain paths, and who gets there. */
export interface Api {
  readonly gate: Gate;
  readonly routes: readonly Route[];
}

export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly members: Record<string, string> } | undefined {
  const parts = path.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    if (route.method !== method || wanted.length !== parts.length) continue;
    const members: Record<string, string> = {};
    const same = wanted.every((part, index) => {
      const given = parts[index] ?? '';
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name === undefined) return part === given;
      members[name] = decodeURIComponent(given);
      return given !== '';
    });
    if (same) return { route, members };
  }
  return undefined;
}

/** The members of a JSON body; undefined: it is none. */
export function bodyOf(call: Call): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(call.body);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function invalid(message: string): Reply {
  return awsError(400, 'ValidationException', message);
}

/** One page of a list, as `maxResults` and `nextToken` of the query say. */
export function page<T>(
  all: readonly T[],
  query: URLSearchParams,
  longest: number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const from = Number(query.get('nextToken') ?? '0');
  const size = Math.min(Number(query.get('maxResults') ?? longest), longest);
  const end = from + size;
  return { items: all.slice(from, end), nextToken: end < all.length ? String(end) : undefined };
}
