/**
 * EMQX's REST API, version 5 of it, as far as the daemon uses it: EMQX 5.0 to 6.x. Always true:
 * - A client id reaches EMQX as it is, or the question is not asked: EMQX resolves `.` and `..` in paths even when they are
 *   percent-encoded, and takes no request line over 8,000 bytes, so such clients are asked for in other ways.
 * - `done` and `absent` are EMQX's own words: a 404 that does not say that it is about a client comes from a wrong URL or from
 *   something in between, and is trouble.
 * - The key is in no message.
 *
 * Codes and fields: emqx_mgmt_api_clients.erl, emqx_mgmt.erl, emqx_mgmt_api.erl and emqx_dashboard.erl of EMQX 5.0.0, 5.8.9 and 6.2.2;
 * emqx_mgmt_api_listeners.erl, emqx_exhook_api.erl and emqx_authn_api.erl of 5.0.12, 5.4.0, 5.8.9, 6.0.0 and 6.2.2.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { readApiCa, readApiKey } from './api-key.ts';
import { type ApiOutcome, done } from './api-outcome.ts';
import type { ConnectedClient } from './emqx-ports.ts';
import { type HttpAnswer, type HttpAsk, HttpExchange } from './http-exchange.ts';

export interface ManagementApiOptions {
  readonly url: string;
  readonly keyFile: string;
  readonly caFile: string | undefined;
  readonly clock: Clock;
  /** Told of what the operator should put right though it works. */
  readonly warn: (message: string) => void;
  /** For one request, the answer included. */
  readonly requestMs?: number;
}

/** Some of the clients, in no order that can be relied on. */
export interface ClientPage {
  readonly clients: readonly ConnectedClient[];
  readonly hasMore: boolean;
  /** Entries that could not be read. */
  readonly unreadable: number;
}

export interface ExHookServer {
  readonly url: string;
  readonly enabled: boolean;
  readonly failedAction: string;
  /** What the provider asked to be told, as far as EMQX has registered it. */
  readonly hooks: readonly string[];
  /** Of each node: "connected" once it is loaded. */
  readonly nodes: readonly string[];
}

export interface Authenticator {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
}

/** How it does where EMQX asks it, not in the configuration. */
export interface AuthenticatorStatus {
  /** Of each node that has it: "connected" while its service can be reached. */
  readonly nodes: readonly string[];
  /** Nodes that do not have it. */
  readonly missing: number;
}

/** One of EMQX's own MQTT listeners. */
export interface MqttListener {
  readonly id: string;
  /** On every node. */
  readonly running: boolean;
}

export interface MqttListenerSettings {
  /** False: EMQX asks nobody about its clients. */
  readonly asksAnybody: boolean;
  /** Its authenticators are its own, and the global ones are not asked. */
  readonly hasOwnChain: boolean;
}

/** What there is no other word for than that it was done. */
type Done = ApiOutcome<undefined>;

const REQUEST_MS = 5_000;
/** EMQX's own default, and within what every version allows. */
export const PAGE = 100;
const MOST_BYTES = 32 * 1024 * 1024;
/** cowboy's `max_request_line_length` is 8,000. */
const LONGEST_ENCODED = 6_000;
/** 5.0 says it in another word than later versions. */
const NO_CLIENT: readonly string[] = ['CLIENTID_NOT_FOUND', 'RESOURCE_NOT_FOUND'];

const client = z.object({
  clientid: z.string(),
  username: z.string().nullish(),
  connected: z.boolean().nullish(),
  client_attrs: z.record(z.string(), z.unknown()).nullish(),
});
const page = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ hasnext: z.boolean().optional(), count: z.number().optional() }).optional(),
});
const subscriptions = z.array(z.object({ topic: z.string() }));
const nodes = z.array(z.object({ status: z.string() }));
const exhookServers = z.array(
  z.object({
    url: z.string(),
    enable: z.boolean().default(true),
    failed_action: z.string().default('deny'),
    hooks: z.array(z.object({ name: z.string() })),
    node_status: nodes,
  }),
);
const authenticators = z.array(
  z.object({
    id: z.string(),
    mechanism: z.string(),
    backend: z.string().optional(),
    enable: z.boolean().default(true),
    url: z.string().optional(),
  }),
);
const authenticatorStatus = z.object({ node_status: nodes, node_error: z.array(z.unknown()) });
const listeners = z.array(
  z.object({
    id: z.string(),
    node_status: z.array(z.object({ status: z.object({ running: z.unknown() }) })),
  }),
);
const listener = z.object({
  id: z.string(),
  enable_authn: z.union([z.boolean(), z.literal('quick_deny_anonymous')]).default(true),
  authentication: z.unknown().optional(),
});
const failure = z.object({ code: z.string() });

export class ManagementApi {
  readonly #options: ManagementApiOptions;
  readonly #prefix: string;
  #exchange: HttpExchange;
  #authorization: string;

  /** Throws `ApiFileError`. */
  constructor(options: ManagementApiOptions) {
    this.#options = options;
    this.#prefix = `${new URL(options.url).pathname.replace(/\/+$/, '')}/api/v5`;
    this.#authorization = readApiKey(options.keyFile, options.warn);
    this.#exchange = this.#open();
  }

  /** Reads the files again. Throws `ApiFileError`; what was read before stays in use then. */
  reload(): void {
    const authorization = readApiKey(this.#options.keyFile, this.#options.warn);
    const before = this.#exchange;
    this.#exchange = this.#open();
    this.#authorization = authorization;
    before.retire();
  }

  /** What is under way goes on until its signal ends it. */
  close(): void {
    this.#exchange.retire();
  }

  /** Can EMQX be asked who has this client id? It can be disconnected all the same. */
  canLookUp(clientId: string): boolean {
    return encode(clientId).length <= LONGEST_ENCODED;
  }

  /** Can EMQX be asked about what this client has? */
  canAddress(clientId: string): boolean {
    return isPathSegment(clientId);
  }

  async client(clientId: string, signal: AbortSignal): Promise<ApiOutcome<ConnectedClient>> {
    if (!isPathSegment(clientId)) return this.#clientByQuery(clientId, signal);
    const answer = await this.#ask('GET', `/clients/${encode(clientId)}`, signal);
    return this.#read(answer, 200, (body) => {
      const read = client.safeParse(body);
      // Whoever it is must be the one who was asked for, else a kick would go by somebody else's certificate.
      return read.success && read.data.clientid === clientId.toWellFormed()
        ? connected(read.data)
        : undefined;
    });
  }

  async clients(number: number, signal: AbortSignal): Promise<ApiOutcome<ClientPage>> {
    return this.#page(`page=${number}&limit=${PAGE}`, number, signal);
  }

  async disconnect(clientId: string, signal: AbortSignal): Promise<Done> {
    if (isPathSegment(clientId)) {
      return this.#command('DELETE', `/clients/${encode(clientId)}`, signal);
    }
    // From 5.1 on; 204 even for a client that is not there.
    return this.#command('POST', '/clients/kickout/bulk', signal, [clientId.toWellFormed()]);
  }

  async flushCache(clientId: string, signal: AbortSignal): Promise<Done> {
    if (!isPathSegment(clientId)) return this.flushEveryCache(signal);
    return this.#command('DELETE', `/clients/${encode(clientId)}/authorization/cache`, signal);
  }

  async flushEveryCache(signal: AbortSignal): Promise<Done> {
    return this.#command('DELETE', '/authorization/cache', signal);
  }

  /** The filters, `$share/<group>/` or `$queue/` included. */
  async subscriptions(clientId: string, signal: AbortSignal): Promise<ApiOutcome<readonly string[]>> {
    if (!isPathSegment(clientId)) return UNADDRESSABLE;
    const answer = await this.#ask('GET', `/clients/${encode(clientId)}/subscriptions`, signal);
    return this.#read(answer, 200, (body) => {
      const read = subscriptions.safeParse(body);
      return read.success ? read.data.map(({ topic }) => topic) : undefined;
    });
  }

  /** EMQX has taken the order; the subscription is gone a moment later. */
  async unsubscribe(clientId: string, filter: string, signal: AbortSignal): Promise<Done> {
    if (!isPathSegment(clientId)) return UNADDRESSABLE;
    return this.#command('POST', `/clients/${encode(clientId)}/unsubscribe`, signal, { topic: filter });
  }

  async exhookServers(signal: AbortSignal): Promise<ApiOutcome<readonly ExHookServer[]>> {
    return this.#read(await this.#ask('GET', '/exhooks', signal), 200, (body) => {
      const read = exhookServers.safeParse(body);
      if (!read.success) return undefined;
      return read.data.map(({ enable, failed_action, hooks, node_status, url }) => ({
        url,
        enabled: enable,
        failedAction: failed_action,
        hooks: hooks.map(({ name }) => name),
        nodes: node_status.map(({ status }) => status),
      }));
    });
  }

  /** Those that ask a service by HTTP, of the global chain, as they are configured. */
  async httpAuthenticators(signal: AbortSignal): Promise<ApiOutcome<readonly Authenticator[]>> {
    return this.#read(await this.#ask('GET', '/authentication', signal), 200, (body) => {
      const read = authenticators.safeParse(body);
      if (!read.success) return undefined;
      return read.data
        .filter(({ backend, mechanism }) => mechanism === 'password_based' && backend === 'http')
        .map(({ enable, id, url = '' }) => ({ id, url, enabled: enable }));
    });
  }

  async authenticatorStatus(id: string, signal: AbortSignal): Promise<ApiOutcome<AuthenticatorStatus>> {
    const answer = await this.#ask('GET', `/authentication/${encode(id)}/status`, signal);
    return this.#read(answer, 200, (body) => {
      const read = authenticatorStatus.safeParse(body);
      if (!read.success) return undefined;
      const { node_error, node_status } = read.data;
      return { nodes: node_status.map(({ status }) => status), missing: node_error.length };
    });
  }

  async listeners(signal: AbortSignal): Promise<ApiOutcome<readonly MqttListener[]>> {
    return this.#read(await this.#ask('GET', '/listeners', signal), 200, (body) => {
      const read = listeners.safeParse(body);
      if (!read.success) return undefined;
      return read.data.map(({ id, node_status }) => ({
        id,
        running: node_status.length > 0 && node_status.every(({ status }) => status.running === true),
      }));
    });
  }

  async listener(id: string, signal: AbortSignal): Promise<ApiOutcome<MqttListenerSettings>> {
    return this.#read(await this.#ask('GET', `/listeners/${encode(id)}`, signal), 200, (body) => {
      const read = listener.safeParse(body);
      if (!read.success || read.data.id !== id) return undefined;
      const { authentication, enable_authn } = read.data;
      const isEmpty = authentication === undefined || isEmptyChain(authentication);
      return { asksAnybody: enable_authn !== false, hasOwnChain: !isEmpty };
    });
  }

  /** On every node. It answers once the listener is open. */
  async startListener(id: string, signal: AbortSignal): Promise<Done> {
    const answer = await this.#ask('POST', `/listeners/${encode(id)}/start`, signal);
    return this.#read(answer, 200, () => undefined, true);
  }

  async #clientByQuery(clientId: string, signal: AbortSignal): Promise<ApiOutcome<ConnectedClient>> {
    if (!this.canLookUp(clientId)) return UNADDRESSABLE;
    const found = await this.#page(`clientid=${encode(clientId)}&page=1&limit=10`, 1, signal);
    if (found.kind !== 'done') return found;
    const one = found.value.clients.find((each) => each.clientId === clientId.toWellFormed());
    return one === undefined ? { kind: 'absent' } : done(one);
  }

  async #page(query: string, number: number, signal: AbortSignal): Promise<ApiOutcome<ClientPage>> {
    const answer = await this.#ask('GET', `/clients?${query}`, signal);
    return this.#read(answer, 200, (body) => {
      const read = page.safeParse(body);
      if (!read.success) return undefined;
      const entries = read.data.data.map((entry) => client.safeParse(entry));
      const clients = entries.flatMap((entry) => (entry.success ? [connected(entry.data)] : []));
      const { count, hasnext } = read.data.meta ?? {};
      return {
        clients,
        unreadable: entries.length - clients.length,
        // 5.0 counts instead. An empty page is the end, whatever is said: sessions on disk are counted only roughly.
        hasMore: entries.length > 0 && (hasnext ?? (count === undefined || number * PAGE < count)),
      };
    });
  }

  async #command(
    method: HttpAsk['method'],
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<Done> {
    return this.#read(await this.#ask(method, path, signal, body), 204, () => undefined, true);
  }

  #ask(method: HttpAsk['method'], path: string, signal: AbortSignal, body?: unknown): Promise<HttpAnswer> {
    return this.#exchange.send({
      method,
      path: `${this.#prefix}${path}`,
      authorization: this.#authorization,
      body,
      deadlineMs: this.#options.requestMs ?? REQUEST_MS,
      mostBytes: MOST_BYTES,
      signal,
    });
  }

  #read<T>(
    answer: HttpAnswer,
    success: number,
    shape: (body: unknown) => T | undefined,
    isEmpty = false,
  ): ApiOutcome<T> {
    const { place } = this.#exchange;
    if (answer.kind === 'aborted') return answer;
    if (answer.kind === 'failed') return { kind: 'unreachable', why: `${place}: ${answer.why}` };
    const { body, status } = answer;
    if (status === success) {
      if (isEmpty) return done(shape(undefined) as T);
      const value = shape(parse(body));
      if (value !== undefined) return done(value);
      return { kind: 'trouble', why: `${place} answered something else than EMQX does`, definite: false };
    }
    const code = codeOf(body);
    const why = `${place} answered ${status}${code === undefined ? '' : ` (${code})`}`;
    if (status === 404 && code !== undefined && NO_CLIENT.includes(code)) return { kind: 'absent' };
    if (status === 401 || status === 403) return { kind: 'refused', why };
    if (UNAVAILABLE.includes(status)) return { kind: 'unreachable', why };
    return {
      kind: 'trouble',
      why,
      definite: status >= 400 && status < 500 && status !== 404 && status !== 408,
    };
  }

  #open(): HttpExchange {
    const { caFile, clock, url } = this.#options;
    const caPem = caFile === undefined ? undefined : readApiCa(caFile);
    return new HttpExchange({ url: new URL(url), caPem, clock });
  }
}

const UNADDRESSABLE: ApiOutcome<never> = {
  kind: 'trouble',
  why: 'EMQX cannot be asked about this client id',
  definite: true,
};
/** Too many requests, or a gateway that has nobody behind it. */
const UNAVAILABLE: readonly number[] = [429, 502, 503, 504];

function encode(clientId: string): string {
  return encodeURIComponent(clientId.toWellFormed());
}

function isPathSegment(clientId: string): boolean {
  return (
    clientId !== '' && clientId !== '.' && clientId !== '..' && encode(clientId).length <= LONGEST_ENCODED
  );
}

function isEmptyChain(authentication: unknown): boolean {
  return Array.isArray(authentication) && authentication.length === 0;
}

function connected(read: z.infer<typeof client>): ConnectedClient {
  const attributes: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(read.client_attrs ?? {})) {
    if (typeof value === 'string') attributes[name] = value;
  }
  return {
    clientId: read.clientid,
    username: read.username ?? '',
    attributes,
    connected: read.connected ?? false,
  };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Whoever answers may write there what it likes. */
function codeOf(body: string): string | undefined {
  const read = failure.safeParse(parse(body));
  return read.success && /^[A-Z0-9_]{1,60}$/.test(read.data.code) ? read.data.code : undefined;
}
