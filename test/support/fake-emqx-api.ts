/**
 * EMQX's REST API as far as the daemon uses it, on loopback, over a table of clients: own code, after what EMQX 5.8.9 does
 * (emqx_mgmt_api_clients.erl, emqx_mgmt.erl, emqx_dashboard.erl, cowboy_router.erl of cowboy 2.9):
 * - Path segments are decoded first, and then `.` and `..` are resolved; a request line over 8,000 bytes is 414.
 * - 401 without the right key, 403 where its role may only look; 404 with CLIENTID_NOT_FOUND; 204 without a body.
 * - Lists have `meta.hasnext` and `meta.count`; `unsubscribe` and dropping a cache are carried out by the client's process a
 *   moment after the answer.
 */
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { FakeEmqxDoors } from './fake-emqx-doors.ts';

export interface FakeClient {
  readonly clientId: string;
  username: string | null;
  attributes: Record<string, string> | undefined;
  connected: boolean;
  readonly subscriptions: Set<string>;
  /** Decisions that are remembered. */
  cached: number;
  /** Which connection of this client id it is. */
  readonly connection: number;
}

export interface SeenRequest {
  readonly method: string;
  /** As it came. */
  readonly path: string;
  /** The client id it is about, as the router of EMQX understands it. */
  readonly clientId: string | undefined;
  readonly what:
    | 'client'
    | 'clients'
    | 'disconnect'
    | 'cache'
    | 'subscriptions'
    | 'unsubscribe'
    | 'exhooks'
    | 'authentication'
    | 'listeners'
    | 'start'
    | 'other';
  readonly status: number | 'fault';
}

export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  /** The connection is closed before an answer. */
  | { readonly kind: 'reset' }
  /** No answer for as long as the fault is there. */
  | { readonly kind: 'silent' }
  /** The head and half of the body; then the connection is closed. */
  | { readonly kind: 'half' }
  | { readonly kind: 'body'; readonly text: string }
  /** It is carried out, and then the connection is closed. */
  | { readonly kind: 'done-unheard' }
  /** 204, and nothing is done: a node of the cluster did not hear of it. */
  | { readonly kind: 'lie' };

export interface FakeEmqxApiOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** EMQX 5.0: no `hasnext`, and another word for a client that is not there. */
  readonly isOld?: boolean;
}

export const API_KEY = 'ab12cd34ef56ab78:sEcReT-oF-tHe-kEy-0123456789';

export class FakeEmqxApi {
  readonly clients = new Map<string, FakeClient>();
  readonly doors = new FakeEmqxDoors();
  readonly seen: SeenRequest[] = [];
  key = API_KEY;
  /** The key's role may only look. */
  isViewer = false;
  /** For each request; undefined: none. */
  fault: ((request: Pick<SeenRequest, 'method' | 'what' | 'clientId'>) => Fault | undefined) | undefined;
  /** Called as EMQX carries out a request, before it does. */
  before: ((request: Pick<SeenRequest, 'method' | 'what' | 'clientId'>) => void | Promise<void>) | undefined;
  /** Told of everybody who is disconnected by a request. */
  onDisconnect: ((client: FakeClient) => void) | undefined;
  /** EMQX takes no subscription of this filter away, whatever it says. */
  stubborn: string | undefined;
  readonly #options: FakeEmqxApiOptions;
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;
  /** Sockets that were opened so far. */
  opened = 0;

  private constructor(options: FakeEmqxApiOptions) {
    this.#options = options;
  }

  static async start(options: FakeEmqxApiOptions = {}): Promise<FakeEmqxApi> {
    const api = new FakeEmqxApi(options);
    await api.up();
    return api;
  }

  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Requests that a fault keeps from being answered. */
  get held(): number {
    return this.#held.size;
  }

  /** On the same port as before. */
  async up(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response);
    };
    const server =
      this.#options.tls === undefined ? createHttp(answer) : createHttps(this.#options.tls, answer);
    server.keepAliveTimeout = 5_000;
    server.on('connection', (socket: Socket) => {
      this.opened += 1;
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server as Server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#held.clear();
    await closed;
  }

  /** A new connection takes the client id over. */
  connect(clientId: string, options: Partial<Omit<FakeClient, 'clientId' | 'connection'>> = {}): FakeClient {
    this.#connections += 1;
    const client: FakeClient = {
      clientId,
      username: null,
      attributes: undefined,
      connected: true,
      subscriptions: new Set(),
      cached: 0,
      ...options,
      connection: this.#connections,
    };
    this.clients.set(clientId, client);
    return client;
  }

  count(what: SeenRequest['what']): number {
    return this.seen.filter((request) => request.what === what).length;
  }

  /** Clients that have something remembered or subscribed. */
  untold(): string[] {
    const all = [...this.clients.values()];
    return all
      .filter(({ cached, subscriptions }) => cached + subscriptions.size > 0)
      .map(({ clientId }) => clientId);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const method = request.method ?? '';
    const path = request.url ?? '';
    const segments = split(path);
    const body = parse(text);
    const named = nameOf(method, segments, path, body);
    const fault = this.fault?.({ method, ...named });
    const note = (status: number | 'fault'): void => {
      this.seen.push({ method, path, ...named, status });
    };
    if (fault !== undefined && fault.kind !== 'done-unheard' && fault.kind !== 'lie') {
      note('fault');
      this.#fail(fault, response);
      return;
    }
    if (fault?.kind === 'lie') {
      note(204);
      reply(response, 204);
      return;
    }
    if (Buffer.byteLength(path) + method.length > 7_900) {
      note(414);
      response.writeHead(414, { connection: 'close' }).end();
      return;
    }
    const refusal = this.#authorize(request, method);
    if (refusal !== undefined) {
      note(refusal.status);
      reply(response, refusal.status, { code: refusal.code, message: 'Check api_key/api_secret' });
      return;
    }
    await this.before?.({ method, ...named });
    const result = this.#route(method, segments, path, body, named.clientId);
    note(fault === undefined ? result.status : 'fault');
    if (fault !== undefined) response.destroy();
    else reply(response, result.status, result.body);
  }

  #authorize(request: IncomingMessage, method: string): { status: number; code: string } | undefined {
    const expected = `Basic ${Buffer.from(this.key).toString('base64')}`;
    if (request.headers.authorization !== expected) return { status: 401, code: 'BAD_API_KEY_OR_SECRET' };
    return this.isViewer && method !== 'GET' ? { status: 403, code: 'UNAUTHORIZED_ROLE' } : undefined;
  }

  #route(
    method: string,
    segments: readonly string[],
    path: string,
    body: unknown,
    clientId: string | undefined,
  ): { status: number; body?: unknown } {
    const [api, version, ...rest] = segments;
    const notFound = {
      status: 404,
      body: { code: this.#options.isOld ? 'RESOURCE_NOT_FOUND' : 'CLIENTID_NOT_FOUND', message: '' },
    };
    if (api !== 'api' || version !== 'v5') return { status: 404, body: { code: 'NOT_FOUND', message: '' } };
    const reply = this.doors.route(method, rest);
    if (reply !== undefined) return reply;
    const route = rest
      .map((segment, index) => (rest[0] === 'clients' && index === 1 ? '*' : segment))
      .join('/');
    if (method === 'GET' && route === 'clients') return { status: 200, body: this.#list(path) };
    if (method === 'DELETE' && route === 'authorization/cache') {
      for (const client of this.clients.values()) client.cached = 0;
      return { status: 204 };
    }
    if (method === 'POST' && route === 'clients/*/bulk') {
      if (!Array.isArray(body)) return { status: 400, body: { code: 'BAD_REQUEST', message: '' } };
      for (const id of body as string[]) this.#kick(id);
      return { status: 204 };
    }
    const client = clientId === undefined ? undefined : this.clients.get(clientId);
    if (client === undefined) return notFound;
    switch (`${method} ${route}`) {
      case 'GET clients/*':
        return { status: 200, body: this.#format(client) };
      case 'DELETE clients/*':
        this.#kick(client.clientId);
        return { status: 204 };
      case 'DELETE clients/*/authorization/cache':
        setImmediate(() => {
          client.cached = 0;
        });
        return { status: 204 };
      case 'GET clients/*/subscriptions':
        return {
          status: 200,
          body: [...client.subscriptions].map((topic) => ({
            topic,
            clientid: client.clientId,
            node: 'emqx@127.0.0.1',
            qos: 0,
          })),
        };
      case 'POST clients/*/unsubscribe': {
        const topic = (body as { topic?: string } | undefined)?.topic;
        if (topic === undefined) return { status: 400, body: { code: 'BAD_REQUEST', message: '' } };
        setImmediate(() => {
          if (topic !== this.stubborn) client.subscriptions.delete(topic);
        });
        return { status: 204 };
      }
      default:
        return { status: 404, body: { code: 'NOT_FOUND', message: '' } };
    }
  }

  #kick(clientId: string): void {
    const client = this.clients.get(clientId);
    if (client === undefined) return;
    this.clients.delete(clientId);
    this.onDisconnect?.(client);
  }

  #list(path: string): unknown {
    const query = new URLSearchParams(path.split('?')[1] ?? '');
    const limit = Number(query.get('limit') ?? 100);
    const page = Number(query.get('page') ?? 1);
    const only = query.get('clientid');
    const all = [...this.clients.values()].filter(({ clientId }) => only === null || clientId === only);
    all.sort((one, other) => (one.clientId < other.clientId ? -1 : 1));
    const data = all.slice((page - 1) * limit, page * limit).map((client) => this.#format(client));
    const meta = { page, limit, count: all.length };
    return { data, meta: this.#options.isOld ? meta : { ...meta, hasnext: page * limit < all.length } };
  }

  #format(client: FakeClient): unknown {
    return {
      clientid: client.clientId,
      username: client.username,
      connected: client.connected,
      ...(client.attributes === undefined ? {} : { client_attrs: client.attributes }),
      node: 'emqx@127.0.0.1',
      proto_ver: 5,
      subscriptions_cnt: client.subscriptions.size,
      subscriptions_max: 'infinity',
      listener: 'ssl:default',
    };
  }

  #fail(fault: Fault, response: ServerResponse): void {
    switch (fault.kind) {
      case 'status':
        response.writeHead(fault.status, { 'content-type': 'application/json' });
        response.end(fault.body ?? '{"code":"INTERNAL_ERROR","message":"x"}');
        return;
      case 'body':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(fault.text);
        return;
      case 'silent':
        this.#held.add(response);
        response.once('close', () => this.#held.delete(response));
        return;
      case 'half':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"clientid":', () => response.destroy());
        return;
      default:
        response.destroy();
    }
  }
}

/** As cowboy does: decoded, then resolved. */
function split(path: string): string[] {
  const segments: string[] = [];
  const [plain = ''] = path.split('?');
  for (const encoded of plain.split('/').slice(1)) {
    const segment = decodeURIComponent(encoded);
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
  }
  return segments;
}

function nameOf(
  method: string,
  segments: readonly string[],
  path: string,
  body: unknown,
): Pick<SeenRequest, 'what' | 'clientId'> {
  const [, , first, id, ...rest] = segments;
  if (first === 'authorization') return { what: 'cache', clientId: undefined };
  if (first === 'listeners')
    return { what: rest[0] === 'start' ? 'start' : 'listeners', clientId: undefined };
  if (first === 'exhooks' || first === 'authentication') return { what: first, clientId: undefined };
  if (first !== 'clients') return { what: 'other', clientId: undefined };
  if (id === undefined) {
    const asked = new URLSearchParams(path.split('?')[1] ?? '').get('clientid');
    return { what: asked === null ? 'clients' : 'client', clientId: asked ?? undefined };
  }
  if (id === 'kickout' && rest[0] === 'bulk') return { what: 'disconnect', clientId: (body as string[])[0] };
  switch (rest.join('/')) {
    case '':
      return { what: method === 'DELETE' ? 'disconnect' : 'client', clientId: id };
    case 'authorization/cache':
      return { what: 'cache', clientId: id };
    case 'subscriptions':
      return { what: 'subscriptions', clientId: id };
    case 'unsubscribe':
      return { what: 'unsubscribe', clientId: id };
    default:
      return { what: 'other', clientId: id };
  }
}

function reply(response: ServerResponse, status: number, body?: unknown): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
