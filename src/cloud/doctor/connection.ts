/**
 * A connection to a host of the cloud as the daemon makes it, so far as a check wants it: TCP, through a proxy where there is one;
 * TLS; one HTTP answer. Nothing is kept open.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { DialError } from '../connection-failure.ts';
import { type DialCredentials, Dialer } from '../dialer.ts';
import type { ProxyAddress } from '../proxy.ts';
import { CheckFailure } from './check.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Undefined: none. */
  readonly proxy: ProxyAddress | undefined;
}

export interface TlsPart {
  /** Nothing but these roots is trusted. */
  readonly credentials: DialCredentials;
  /** Asked for, and then it must be spoken; undefined: none. */
  readonly alpn: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of the `Date` header, in milliseconds; undefined when there is none. */
  readonly date: number | undefined;
}

export async function openTcp(target: Target, tls: TlsPart, signal: AbortSignal): Promise<Socket> {
  const remedy =
    target.proxy === undefined
      ? 'let this host connect there: firewall, routing, network; or set cloud.proxy.url'
      : 'see cloud.proxy.url, HTTPS_PROXY and ALL_PROXY; or name the host in cloud.proxy.noProxy';
  return explained(remedy, () => dialerTo(target, tls).reach(signal));
}

export async function openTls(target: Target, tls: TlsPart, signal: AbortSignal): Promise<TLSSocket> {
  const remedy =
    'something that opens TLS on the way must leave this host alone, or its root goes into cloud.rootCaFile; see the endpoint and the port of the configuration, and the clock';
  const socket = await explained(remedy, () => dialerTo(target, tls).dial(signal));
  if (tls.alpn === undefined || socket.alpnProtocol === tls.alpn) return socket;
  socket.destroy();
  throw new CheckFailure(`${target.host} does not speak ${tls.alpn} on port ${target.port}`, remedy);
}

/** One GET, of which the status and the date are of interest. `undefined`: the connection was closed without an answer. */
export async function exchange(
  target: Target,
  tls: TlsPart,
  path: string,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  const socket = await openTls(target, tls, signal);
  // A request on it would never hear of that.
  if (socket.destroyed) return undefined;
  try {
    const answer = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
      const request = httpRequest(
        { createConnection: () => socket, method: 'GET', path, host: target.host, signal },
        resolve,
      );
      request.once('error', (error: NodeJS.ErrnoException) => {
        if (signal.aborted) reject(error);
        else if (CLOSED.has(error.code ?? '') || /alert|closed/i.test(error.message)) resolve(undefined);
        else reject(error);
      });
      request.end();
    });
    if (answer === undefined) return undefined;
    answer.destroy();
    const date = Date.parse(answer.headers.date ?? '');
    return { status: answer.statusCode ?? 0, date: Number.isNaN(date) ? undefined : date };
  } finally {
    socket.destroy();
  }
}

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

function dialerTo({ host, port, proxy }: Target, { alpn, credentials }: TlsPart): Dialer {
  return new Dialer({ host, port, alpn, credentials, proxy, lookup: undefined });
}

async function explained<T>(remedy: string, dial: () => Promise<T>): Promise<T> {
  try {
    return await dial();
  } catch (error) {
    throw error instanceof DialError ? new CheckFailure(error.message, remedy) : error;
  }
}
