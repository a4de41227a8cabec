/**
 * Where an operation is: a method and a path, in which names of request members in braces are filled in; the other members are the
 * JSON body, or with GET the query. Always true: a value stays within its place, whatever is in it.
 */
import type { ServiceRequest } from '../service-connection.ts';

export type Members = Readonly<Record<string, unknown>>;

const MEMBER = /\{([^{}]*)\}/g;

export class OperationPath {
  readonly #method: ServiceRequest['method'];
  readonly #path: string;
  readonly #inPath: ReadonlySet<string>;

  /** Such as `PUT /a/{b}`, or `/a` for POST. `members`: those that the operation has. Throws for a path that names others. */
  constructor(text: string, members: readonly string[]) {
    const [, method, path] = /^(?:(GET|POST|PUT) )?(\/.*)$/.exec(text) ?? [];
    if (path === undefined) throw new TypeError('is no path');
    this.#method = (method ?? 'POST') as ServiceRequest['method'];
    this.#path = path;
    this.#inPath = new Set([...path.matchAll(MEMBER)].map(([, name = '']) => name));
    const unknown = [...this.#inPath].find((name) => !members.includes(name));
    if (unknown !== undefined) throw new TypeError(`has {${unknown}}, which the operation does not have`);
    if (/[{}]/.test(path.replace(MEMBER, ''))) throw new TypeError('has a brace too many');
  }

  request(members: Members, signal: AbortSignal): ServiceRequest {
    const path = this.#path.replace(MEMBER, (_all, name: string) =>
      encodeURIComponent(String(members[name])),
    );
    const others = Object.entries(members).filter(([name]) => !this.#inPath.has(name));
    const method = this.#method;
    if (others.length === 0) return { method, path, signal };
    if (method !== 'GET') return { method, path, body: Object.fromEntries(others), signal };
    const query = new URLSearchParams(others.map(([name, value]): [string, string] => [name, String(value)]));
    return { method, path: `${path}${path.includes('?') ? '&' : '?'}${query}`, signal };
  }
}
