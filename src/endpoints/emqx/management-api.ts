/**
 * EMQX's REST API, version 5 of it, as far as the daemon uses it: EMQX 5.0 to 6.x. Always true:
 * - A client id reaches EMQX as it is, or the question is not asked: EMQX resolves `.` and `..` in paths even when they are
 *   percent-encoded, and takes no request line over 8,000 bytes, so such clients are asked for in other ways.
 * - `done` and `absent` are EMQX's own words: a 404 that does not say that it is about a client comes from a wrong URL or from
 *   something in between, and is trouble.
 * - The key is in no message.
 *
 * Codes and fields: emqx_mgmt_api_clients.erl, emqx_mgmt.erl, emqx_mgmt_api.erl and emqx_dashboard.erl of EMQX 5.0.0, 5.8.9 and 6.2.2.
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
