/**
 * One request and its answer, to one place, over connections that are kept open. Always true:
 * - An answer is whole and within the limit, or there is none; nothing takes longer than its deadline or its signal allows.
 * - With https the server is held against the CA and its name; there is no switch that turns this off.
 * - What went wrong is told without headers and without what was sent.
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../../clock.ts';
import { RELEASE } from '../../release.ts';

export interface HttpExchangeOptions {
  readonly url: URL;
  /** PEM; undefined: Node's own list. Only for https. */
  readonly caPem: string | undefined;
  readonly clock: Clock;
}

export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As it goes out: nothing in it is resolved or encoded again. */
  readonly path: string;
  readonly authorization: string;
  readonly body?: unknown;
  readonly deadlineMs: number;
  /** Bytes of the answer's body. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** `why` is a few words, such as "connection refused". */
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'aborted' };

/** EMQX closes a connection that rests for 5 s; ours goes first, so that no request meets its end. */
const IDLE_MS = 3_000;
const MOST_SOCKETS = 8;

export class HttpExchange {
  readonly #options: HttpExchangeOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  #underWay = 0;
  #retired = false;

  constructor(options: HttpExchangeOptions) {
    this.#options = options;
    const kept = {
      keepAlive: true,
      timeout: IDLE_MS,
      maxSockets: MOST_SOCKETS,
      maxFreeSockets: MOST_SOCKETS,
    };
    this.#agent =
      options.url.protocol === 'https:'
        ? new HttpsAgent({ ...kept, ca: options.caPem, minVersion: 'TLSv1.2', maxCachedSessions: 0 })
        : new HttpAgent(kept);
  }

  /** "https://emqx.example:18083", for messages. */
  get place(): string {
    return this.#options.url.origin;
  }

  async send(ask: HttpAsk): Promise<HttpAnswer> {
    if (ask.signal.aborted) return { kind: 'aborted' };
    this.#underWay += 1;
    try {
      return await this.#exchange(ask);
    } finally {
      this.#underWay -= 1;
      this.#closeIfOver();
    }
  }

  /** What is under way goes on to its end. */
  retire(): void {
    this.#retired = true;
    this.#closeIfOver();
  }

  #closeIfOver(): void {
    if (this.#retired && this.#underWay === 0) this.#agent.destroy();
  }

  #exchange(ask: HttpAsk): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      const sent = this.#begin(ask);
      const end = (answer: HttpAnswer): void => {
        cancel();
        ask.signal.removeEventListener('abort', onAbort);
        resolve(answer);
        // What is not read to its end takes its connection along.
        if (answer.kind !== 'answered') sent.destroy();
      };
      const failed = (error: unknown): void => end({ kind: 'failed', why: describe(error) });
      const onAbort = (): void => end({ kind: 'aborted' });
      const cancel = this.#options.clock.after(ask.deadlineMs, () =>
        end({ kind: 'failed', why: 'no answer in time' }),
      );
      ask.signal.addEventListener('abort', onAbort, { once: true });
      sent.on('error', failed);
      let isAnswered = false;
      sent.once('response', (response) => {
        isAnswered = true;
        collect(response, ask.mostBytes).then(end, failed);
      });
      sent.once('close', () => {
        if (!isAnswered) failed(undefined);
      });
    });
  }

  #begin({ authorization, body, method, path }: HttpAsk) {
    const { url } = this.#options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const options = {
      agent: this.#agent,
      host,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      // Node would send an address as a server name, which RFC 6066 forbids.
      ...(isIP(host) === 0 ? {} : { servername: '' }),
      method,
      path,
      headers: {
        Accept: 'application/json',
        Authorization: authorization,
        'User-Agent': `deviceauthd/${RELEASE.version}`,
        ...(text === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      },
    };
    const sent = url.protocol === 'https:' ? requestHttps(options) : requestHttp(options);
    sent.end(text);
    return sent;
  }
}

async function collect(response: IncomingMessage, most: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > most) return { kind: 'failed', why: `an answer of more than ${most} bytes` };
    chunks.push(chunk as Buffer);
  }
  return { kind: 'answered', status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no way there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be resolved now',
};

/** The code alone: a message of Node's may quote what was sent. */
function describe(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) return 'connection closed';
  return WORDS[code] ?? code;
}
