/**
 * How AWS's SDK is used, whichever of its clients. Always true:
 * - One call is one request: the retries are the daemon's, who knows the deadline and everybody else's requests. It is sent again
 *   only if its connection was closed before the answer began, as idle ones are; all that is asked may be asked twice.
 * - It goes over https to servers that the given agent trusts, by the proxy that the agent uses; no variable of the environment
 *   and no shared file moves it elsewhere.
 * - Credentials that the service refuses are looked for anew before the next call, so that replaced ones need no restart.
 * - It ends when its signal is aborted, even where the SDK is still looking for credentials; its answer is bounded.
 * - The SDK logs nothing.
 */
import type { Agent } from 'node:https';
import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { type Answered, answered } from '../outcome.ts';
import {
  classifyCredentials,
  classifyRequest,
  refusesCredentials,
  type SdkFailure,
  type SdkOperation,
  unansweredInTime,
  unreadableAnswer,
  wasClosedUnheard,
} from './sdk-failure.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** `forceRefresh`: the last ones were refused. */
export type CredentialsSource = (options?: { readonly forceRefresh?: boolean }) => Promise<AwsCredentials>;

export interface SdkConnectionOptions {
  readonly region: string;
  /** An https:// address instead of the region's own; undefined: as the SDK knows the region and its partition. */
  readonly endpoint?: string | undefined;
  /** Kept alive, with the roots that are trusted and the proxy; closed by whoever made it. */
  readonly agent: Agent;
  /** How long one request may take, in milliseconds; read for each. */
  readonly requestTimeoutMs: () => number;
  /** Undefined: the SDK's default chain. */
  readonly credentials?: CredentialsSource | undefined;
  readonly clock: Clock;
}

/** Of a client of the SDK, what is used here. */
export interface SdkClient {
  readonly config: {
    readonly credentials: (options?: { readonly forceRefresh?: boolean }) => Promise<unknown>;
  };
}

export interface SdkSendOptions {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

/** Bytes of an answer: a page of 250 names and a certificate are a tenth of it. */
const LONGEST_BODY = 1024 * 1024;

/** A role server is not asked more often for what the service refuses. */
const REFRESH_PAUSE_MS = 10_000;

const SILENT = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

/** A package of the SDK that cannot be loaded: the installation is broken, or was made without it. */
export class SdkMissing extends Error {
  override readonly name = 'SdkMissing';

  constructor(library: string, cause: unknown) {
    super(`${library} cannot be loaded: it is needed for what is configured under cloud`, { cause });
  }
}

/** Loads a package of the SDK: large, and of use to those who configured it only. */
export async function loadSdk<T>(library: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new SdkMissing(library, error);
  }
}

/** What every client of the SDK is made with. */
export function clientConfiguration({ region, endpoint, agent, credentials }: SdkConnectionOptions) {
  if (endpoint !== undefined && !endpoint.startsWith('https://')) {
    throw new TypeError('the endpoint must be an https:// address');
  }
  return {
    region,
    maxAttempts: 1,
    // `adaptive` would hold requests back by itself.
    retryMode: 'standard',
    ignoreConfiguredEndpointUrls: true,
    ...(endpoint === undefined ? {} : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: { httpsAgent: agent, throwOnRequestTimeout: true, logger: SILENT },
    streamCollector: collect,
    logger: SILENT,
    // For the default chain: shared files are read again when it is gone through again.
    ignoreCache: true,
  };
}

export class SdkCalls {
  readonly #client: SdkClient;
  readonly #agent: Agent;
  readonly #clock: Clock;
  readonly #requestTimeoutMs: () => number;
  #refused = false;
  #noRefreshBefore = Number.NEGATIVE_INFINITY;

  constructor(client: SdkClient, { agent, clock, requestTimeoutMs }: SdkConnectionOptions) {
    this.#client = client;
    this.#agent = agent;
    this.#clock = clock;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  async send<T>(
    operation: SdkOperation,
    signal: AbortSignal,
    send: (options: SdkSendOptions) => Promise<T>,
  ): Promise<Answered<T> | SdkFailure> {
    if (signal.aborted) return unansweredInTime(operation);
    const aborted = Promise.withResolvers<SdkFailure>();
    const abort = (): void => aborted.resolve(unansweredInTime(operation));
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([this.#send(operation, signal, send), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #send<T>(
    operation: SdkOperation,
    signal: AbortSignal,
    send: (options: SdkSendOptions) => Promise<T>,
  ): Promise<Answered<T> | SdkFailure> {
    try {
      // The client keeps them; asked for here, so that what goes wrong with them is not taken for the service's answer.
      await this.#client.config.credentials({ forceRefresh: this.#isToRefresh() });
    } catch (error) {
      return classifyCredentials(error, this.#clock.now());
    }
    try {
      return answered(await this.#heard(signal, send));
    } catch (error) {
      if (signal.aborted) return unansweredInTime(operation);
      const failure = classifyRequest(error, operation, this.#clock.now());
      this.#refused ||= refusesCredentials(failure);
      return failure;
    }
  }

  async #heard<T>(signal: AbortSignal, send: (options: SdkSendOptions) => Promise<T>): Promise<T> {
    const how = (): SdkSendOptions => ({ abortSignal: signal, requestTimeout: this.#requestTimeoutMs() });
    try {
      return await send(how());
    } catch (error) {
      if (signal.aborted || !wasClosedUnheard(error)) throw error;
    }
    for (const socket of Object.values(this.#agent.freeSockets).flat()) socket?.destroy();
    return await send(how());
  }

  #isToRefresh(): boolean {
    const now = this.#clock.monotonic();
    if (!this.#refused || now < this.#noRefreshBefore) return false;
    this.#refused = false;
    this.#noRefreshBefore = now + REFRESH_PAUSE_MS;
    return true;
  }
}

/** The answer as it is said to be, for the SDK does not look. */
export function checked<T>(
  operation: SdkOperation,
  schema: z.ZodType<T>,
  answer: Answered<unknown> | SdkFailure,
): Answered<T> | SdkFailure {
  if (answer.kind !== 'answered') return answer;
  const parsed = schema.safeParse(answer.value);
  return parsed.success ? answered(parsed.data) : unreadableAnswer(operation);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new RangeError('the answer is too long');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function ignore(): void {}
