/**
 * The open connections to one host under one certificate, and the requests on them. Always true:
 * - A connection that was closed while nobody used it costs another one, not the request.
 * - Once retired it opens none, and the last request that is over closes the rest.
 */
import { type ClientRequest, type Agent as HttpAgent, type IncomingMessage, request } from 'node:http';
import { Agent } from 'node:https';
import { RELEASE } from '../release.ts';
import {
  closedUnheard,
  DialError,
  exchangeFailed,
  isClosedByPeer,
  type SocketError,
} from './connection-failure.ts';
import type { CoreCredentials } from './core-credentials.ts';
import { type Dialer, handOver } from './dialer.ts';
import { answered, type Outcome, trouble } from './outcome.ts';
import type { ServiceAnswer, ServiceRequest } from './service-connection.ts';

export interface ConnectionPoolOptions {
  /** The host and port, as messages have it. */
  readonly place: string;
  readonly host: string;
  readonly port: number;
  readonly dialer: Dialer;
  readonly credentials: CoreCredentials;
}

/** How one exchange ended. `closed`: by the server, before a byte of the answer. */
type Exchange =
  | { readonly kind: 'over'; readonly outcome: Outcome<ServiceAnswer> }
  | { readonly kind: 'closed'; readonly reused: boolean };

/** Bytes of an answer's body: the longest there is has a page of names. */
const LARGEST_BODY = 1024 * 1024;
/** A server that closes later than this only makes us ask once more. */
const IDLE_MS = 30_000;
const MOST_IDLE = 8;
const MOST_STALE = 3;

export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #agent: Agent;
  #underWay = 0;
  #retired = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#agent = new Agent({
      keepAlive: true,
      timeout: IDLE_MS,
      maxFreeSockets: MOST_IDLE,
      maxCachedSessions: 0,
    });
    this.#agent.createConnection = (given, callback) => {
      const { giveUp } = given as typeof given & { readonly giveUp: AbortSignal };
      handOver(options.dialer.dial(giveUp), callback);
      return undefined;
    };
    // A connection may be there only after whoever wanted it has gone, and this pool with it.
    const keep = this.#agent.keepSocketAlive.bind(this.#agent);
    this.#agent.keepSocketAlive = (socket) => !this.#retired && keep(socket);
  }

  get certificateId(): string {
    return this.#options.credentials.certificateId;
  }

  async send(asked: ServiceRequest): Promise<Outcome<ServiceAnswer>> {
    const { place } = this.#options;
    this.#underWay += 1;
    try {
      let unheard = false;
      for (let stale = 0; ; ) {
        const exchange = await this.#exchange(asked);
        if (exchange.kind === 'over') return exchange.outcome;
        if (exchange.reused) {
          stale += 1;
          if (stale > MOST_STALE) return trouble('unreachable', `${place} closed the connection`);
          this.#dropIdle();
        } else {
          if (unheard) return closedUnheard(place);
          unheard = true;
        }
      }
    } finally {
      this.#underWay -= 1;
      this.#closeIfOver();
    }
  }

  retire(): void {
    this.#retired = true;
    this.#dropIdle();
    this.#closeIfOver();
  }

  #closeIfOver(): void {
    if (this.#retired && this.#underWay === 0) this.#agent.destroy();
  }

  #dropIdle(): void {
    for (const socket of Object.values(this.#agent.freeSockets).flat()) socket?.destroy();
  }

  #exchange(asked: ServiceRequest): Promise<Exchange> {
    const { place } = this.#options;
    const { signal } = asked;
    const late = over(trouble('unreachable', `no answer from ${place} in time`));
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve(late);
        return;
      }
      const sent = this.#begin(asked);
      let answer: IncomingMessage | undefined;
      const end = (exchange: Exchange): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(exchange);
      };
      const onAbort = (): void => {
        sent.destroy();
        end(late);
      };
      const failed = (error: SocketError): void => {
        if (error instanceof DialError) end(over(error.trouble));
        else if (answer === undefined && isClosedByPeer(error)) {
          end({ kind: 'closed', reused: sent.reusedSocket });
        } else end(over(exchangeFailed(place, error, answer !== undefined)));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      sent.on('error', failed);
      sent.once('close', () => {
        if (answer === undefined) failed(closed());
      });
      sent.once('response', (response) => {
        answer = response;
        collect(response, place).then((outcome) => end(over(outcome)), failed);
      });
    });
  }

  #begin({ body, headers, method, path, signal }: ServiceRequest): ClientRequest {
    const { host, port } = this.#options;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = {
      agent: this.#agent as HttpAgent,
      protocol: 'https:',
      host,
      port,
      method,
      path,
      headers: {
        Accept: 'application/json',
        'User-Agent': `deviceauthd/${RELEASE.version}`,
        ...(text === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
        ...headers,
      },
      giveUp: signal,
    };
    const sent = request(options);
    sent.end(text);
    return sent;
  }
}

function closed(): SocketError & Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}

function over(outcome: Outcome<ServiceAnswer>): Exchange {
  return { kind: 'over', outcome };
}

/** Throws what ended it before its end. One that is too long takes its connection along. */
async function collect(response: IncomingMessage, place: string): Promise<Outcome<ServiceAnswer>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > LARGEST_BODY) {
      return trouble('unexpected', `the answer of ${place} is longer than ${LARGEST_BODY} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return answered({ status: response.statusCode ?? 0, headers, body });
}
