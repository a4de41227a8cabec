/**
 * EMQX's side of ExHook, as its gRPC client (grpc-erl on gun) puts it on the wire; seen on a running EMQX 5.8.9. HTTP/2 by Node
 * itself, so that every header and frame is the test's.
 */
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import type { MethodDefinition } from '@grpc/proto-loader';
import { loadContract } from '../../src/contract/index.ts';
import type { TestCertificate } from './certificates.ts';

export const PACKAGES = ['v2', 'v3'] as const;
export type Package = (typeof PACKAGES)[number];

const contract = loadContract();

export interface CallOptions {
  /** In the place of the usual ones; undefined takes one away. */
  readonly headers?: OutgoingHttpHeaders;
  /** The frame is cut after each of these bytes. */
  readonly cut?: readonly number[];
  /** Raw bytes of the message, instead of a message. */
  readonly bytes?: Buffer;
}

export interface Answer {
  readonly grpcStatus: string;
  /** Undefined: there was none. */
  readonly bytes: Buffer | undefined;
  /** 1: compressed. */
  readonly compression: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ClientInfo {
  readonly clientid?: string;
  readonly username?: string;
  readonly peerhost?: string;
  readonly peerport?: number;
  readonly sockport?: number;
  readonly cn?: string;
  readonly dn?: string;
  readonly is_superuser?: boolean;
}

export const META = { node: 'emqx@127.0.0.1', version: '5.8.9', sysdescr: 'EMQX', clusterName: 'emqxcl' };

/** A device as EMQX tells of it, connected to its port of mutual TLS. */
export function clientInfo(device: TestCertificate, clientid: string, change: object = {}): object {
  const dn = device.subject.map(({ type, value }) => `${type}=${value}`).toReversed();
  return {
    node: META.node,
    clientid,
    username: device.der.toString('base64'),
    peerhost: '127.0.0.1',
    peerport: 50_001,
    sockport: 8883,
    protocol: 'mqtt',
    anonymous: true,
    cn: device.subject.flatMap(({ type, value }) => (type === 'CN' ? [value] : [])).join(','),
    dn: dn.join(','),
    ...change,
  };
}

export class ExHookClient {
  readonly #session: ClientHttp2Session;
  readonly #scheme: string;
  readonly #authority: string;

  static async connect(
    port: number,
    tls?: { readonly ca: TestCertificate; readonly client?: TestCertificate | undefined },
  ): Promise<ExHookClient> {
    const scheme = tls === undefined ? 'http' : 'https';
    const session = connect(`${scheme}://127.0.0.1:${port}`, {
      settings: { initialWindowSize: 8_000_000 },
      ...(tls === undefined
        ? {}
        : {
            ca: tls.ca.pem,
            ...(tls.client && { cert: tls.client.pem, key: tls.client.keyPem }),
            checkServerIdentity: () => undefined,
          }),
    });
    session.on('error', () => {});
    await Promise.race([
      once(session, 'remoteSettings'),
      once(session, 'close').then(() => {
        throw new Error('the connection was closed');
      }),
    ]);
    return new ExHookClient(session, scheme, `127.0.0.1:${port}`);
  }

  private constructor(session: ClientHttp2Session, scheme: string, authority: string) {
    this.#session = session;
    this.#scheme = scheme;
    this.#authority = authority;
  }

  close(): void {
    this.#session.destroy();
  }

  get isClosed(): boolean {
    return this.#session.destroyed || this.#session.closed;
  }

  async call(version: Package, method: string, message: object, options: CallOptions = {}): Promise<Answer> {
    const bytes = options.bytes ?? encode(version, method, message);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    const frame = Buffer.concat([head, bytes]);
    const stream = this.#session.request(
      defined({
        ':method': 'POST',
        ':scheme': this.#scheme,
        ':authority': this.#authority,
        ':path': `/emqx.exhook.${version}.HookProvider/${method}`,
        'content-type': 'application/grpc+proto',
        'user-agent': 'grpc-erlang/0.1.0',
        'grpc-encoding': 'identity',
        'grpc-message-type': `emqx.exhook.${version}.${method.slice(2)}Request`,
        'grpc-timeout': '5S',
        te: 'trailers',
        ...options.headers,
      }),
      { endStream: false },
    );
    const gone = new Promise<Answer>((resolve) => {
      const collected: Buffer[] = [];
      let headers: Record<string, unknown> = {};
      let trailers: Record<string, unknown> = {};
      stream.on('response', (given) => {
        headers = { ...given };
      });
      stream.on('trailers', (given) => {
        trailers = { ...given };
      });
      stream.on('data', (data: Buffer) => collected.push(data));
      stream.on('error', () => {});
      stream.on('close', () => resolve(answerOf(Buffer.concat(collected), headers, trailers)));
    });
    let from = 0;
    for (const to of [...(options.cut ?? []), frame.length]) {
      await new Promise<void>((resolve) => stream.write(frame.subarray(from, to), () => resolve()));
      from = to;
    }
    stream.end();
    return gone;
  }

  /** The answer of OnClientAuthenticate or OnClientAuthorize: undefined: it was none. */
  async decide(
    version: Package,
    method: string,
    message: object,
    options?: CallOptions,
  ): Promise<boolean | undefined> {
    const { bytes } = await this.call(version, method, message, options);
    if (bytes === undefined) return undefined;
    // type = STOP_AND_RETURN; bool_result, which is there also when it is false.
    if (bytes.equals(Buffer.from('08021801', 'hex'))) return true;
    if (bytes.equals(Buffer.from('08021800', 'hex'))) return false;
    throw new Error(`an answer that EMQX may take for anything: ${bytes.toString('hex')}`);
  }

  authenticate(version: Package, clientinfo: object, options?: CallOptions): Promise<boolean | undefined> {
    return this.decide(version, 'OnClientAuthenticate', { clientinfo, result: false }, options);
  }

  authorize(
    version: Package,
    clientinfo: object,
    type: 'PUBLISH' | 'SUBSCRIBE',
    topic: string,
    options?: CallOptions,
  ): Promise<boolean | undefined> {
    return this.decide(version, 'OnClientAuthorize', { clientinfo, type, topic, result: false }, options);
  }

  disconnected(version: Package, clientinfo: object, reason = 'normal'): Promise<Answer> {
    return this.call(version, 'OnClientDisconnected', { clientinfo, reason });
  }

  encode(version: Package, method: string, message: object): Buffer {
    return encode(version, method, message);
  }
}

/** A request with what EMQX says of itself in each. */
export function encode(version: Package, method: string, message: object): Buffer {
  const methods = contract.exhook[version] as unknown as Record<string, MethodDefinition<object, object>>;
  const found = methods[method];
  if (found === undefined) throw new Error(`${method} is none of ${version}`);
  return found.requestSerialize({ ...message, meta: META });
}

function defined(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

function answerOf(
  body: Buffer,
  headers: Readonly<Record<string, unknown>>,
  trailers: Readonly<Record<string, unknown>>,
): Answer {
  const grpcStatus = String(
    trailers['grpc-status'] ??
      headers['grpc-status'] ??
      `HTTP ${String(headers[constants.HTTP2_HEADER_STATUS])}`,
  );
  if (body.length < 5) return { grpcStatus, bytes: undefined, compression: undefined, headers };
  if (body.readUInt32BE(1) !== body.length - 5) throw new Error('more or less than one message');
  return { grpcStatus, bytes: body.subarray(5), compression: body[0], headers };
}
