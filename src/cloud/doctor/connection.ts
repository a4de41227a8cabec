/**
 * One connection to a host of the cloud, step by step, so that a check can say which step fails: TCP, through a proxy where
 * there is one, then TLS, then one HTTP answer. Nothing is kept open.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ProxyAddress } from '../proxy.ts';
import { CheckFailure } from './check.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Undefined: none. */
  readonly proxy: ProxyAddress | undefined;
}

export interface TlsPart {
  /** PEM; nothing else is trusted. */
  readonly roots: readonly string[];
  /** Asked for, and then it must be spoken; undefined: none. */
  readonly alpn: string | undefined;
  /** PEM; undefined: no client certificate. */
  readonly identity: { readonly certificate: string; readonly key: string } | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of the `Date` header, in milliseconds; undefined when there is none. */
  readonly date: number | undefined;
}

export async function openTcp(target: Target, signal: AbortSignal): Promise<Socket> {
  return target.proxy === undefined
    ? openDirectly(target, signal)
    : openThrough(target, target.proxy, signal);
}

export async function openTls(target: Target, tls: TlsPart, signal: AbortSignal): Promise<TLSSocket> {
  const socket = await openTcp(target, signal);
  const secured = connectTls({
    socket,
    ca: [...tls.roots],
    minVersion: 'TLSv1.2',
    ...(isIP(target.host) === 0 ? { servername: target.host } : { host: target.host }),
    ...(tls.alpn === undefined ? {} : { ALPNProtocols: [tls.alpn] }),
    ...(tls.identity === undefined ? {} : { cert: tls.identity.certificate, key: tls.identity.key }),
  });
  try {
    await settled(secured, 'secureConnect', signal);
  } catch (error) {
    secured.destroy();
    if (codeOf(error) !== 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') throw tlsFailure(target, error);
  }
  if (secured.destroyed || (tls.alpn !== undefined && secured.alpnProtocol !== tls.alpn)) {
    secured.destroy();
    throw new CheckFailure(
      `${target.host} does not speak ${tls.alpn} on port ${target.port}`,
      'something else answers there: see cloud.dataPlane.endpoint and port',
    );
  }
  return secured;
}

/** One GET, of which the status and the date are of interest. `undefined`: the connection was closed without an answer. */
export async function exchange(
  target: Target,
  tls: TlsPart,
  path: string,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  const socket = await openTls(target, tls, signal);
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

async function openDirectly({ host, port }: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host, port });
  try {
    await settled(socket, 'connect', signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw new CheckFailure(
      `no connection to ${host}, port ${port}: ${codeOf(error)}`,
      'let this host connect there: firewall, routing, network; or set cloud.proxy.url',
    );
  }
}

async function openThrough(
  { host, port }: Target,
  proxy: ProxyAddress,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${host}:${port}`;
  const request = (proxy.tls ? httpsRequest : httpRequest)({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    signal,
    headers: { host: authority, ...proxy.headers },
  });
  const name = `the proxy ${proxy}`;
  try {
    return await new Promise<Socket>((resolve, reject) => {
      request.once('connect', ({ statusCode = 0 }, socket: Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(refusedBy(name, statusCode, authority));
      });
      request.once('response', ({ statusCode = 0 }) => reject(refusedBy(name, statusCode, authority)));
      request.once('error', (error) => {
        if (signal.aborted) reject(error);
        else
          reject(
            new CheckFailure(
              `no connection through ${name}: ${codeOf(error)}`,
              'see cloud.proxy.url, HTTPS_PROXY and ALL_PROXY',
            ),
          );
      });
      request.end();
    });
  } catch (error) {
    request.destroy();
    throw error;
  }
}

function refusedBy(name: string, status: number, authority: string): CheckFailure {
  return status === 407
    ? new CheckFailure(`${name} wants other credentials (407)`, 'put user and password into cloud.proxy.url')
    : new CheckFailure(
        `${name} does not connect to ${authority} (${status})`,
        'let the proxy connect there, or name the host in cloud.proxy.noProxy',
      );
}

/** What may be told of a failed handshake, and what it means. */
function tlsFailure({ host }: Target, error: unknown): Error {
  const code = codeOf(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new CheckFailure(
      `what answers as ${host} shows a certificate of another name`,
      'see the endpoint of the configuration; or name resolution leads elsewhere',
    );
  if (UNTRUSTED.has(code))
    return new CheckFailure(
      `what answers as ${host} shows a certificate that none of the roots vouches for (${code})`,
      'a proxy or firewall that opens TLS must leave this host alone; roots of your own are for cloud.rootCaFile',
    );
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return new CheckFailure(`the certificate of ${host} is not valid now (${code})`, "set this host's clock");
  return new CheckFailure(
    `no TLS with ${host}: ${code}`,
    'see whether something between here and there breaks or refuses TLS 1.2 and 1.3',
  );
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** Resolves with the event; rejects with the socket's error, its early end, or the signal's reason. */
function settled(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const close = (): void => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const done = (then: () => void) => (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('close', close);
      then();
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);
    socket.once('close', close);
    socket.once(event, done(resolve));
    // Also what comes after, which nobody is interested in any more.
    socket.on('error', (error) => done(() => reject(error))());
  });
}

function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: readonly { code?: unknown }[] };
  if (typeof code === 'string') return code;
  const first = errors?.[0]?.code;
  return typeof first === 'string' ? first : 'unknown cause';
}
