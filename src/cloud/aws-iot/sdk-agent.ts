/**
 * The connections on which AWS's SDK asks, whichever host it asks. Always true: each is opened by the daemon's own dialer, so that the
 * roots and the proxy of `cloud` count for all of them, and no client certificate is shown.
 */
import { Agent, type AgentOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { DialError } from '../connection-failure.ts';
import { CoreFileError } from '../core-credentials.ts';
import { Dialer, handOver } from '../dialer.ts';
import { misconfiguredHere, trouble } from '../outcome.ts';
import type { ProxyAddress } from '../proxy.ts';

export interface SdkAgentOptions {
  /** See `readRoots`. Read when a host is asked for the first time; what it throws is found out again by the next connection. */
  readonly rootCaPems: () => readonly string[];
  /** By which proxy a host is reached; see `proxyFor`. */
  readonly proxyOf: (host: string, port: number) => ProxyAddress | undefined;
  /** How long opening a connection may take, in milliseconds; read for each. */
  readonly timeoutMs: () => number;
  readonly clock: Clock;
}

/** A server that closes later than this only makes us ask once more. */
const IDLE_MS = 30_000;
const MOST_IDLE = 8;
/** The SDK asks two or three hosts. */
const MOST_HOSTS = 16;

interface Dialing {
  readonly underWay: ReadonlySet<AbortController>;
  forget(): void;
}

/** Destroyed, it gives up what it dials: that would keep the process from its end. */
export class SdkAgent extends Agent {
  readonly #dialing: Dialing;

  constructor(dialing: Dialing, options: AgentOptions) {
    super(options);
    this.#dialing = dialing;
  }

  /** The roots may be others: they count for new connections. Throws `CoreFileError`; those before stay in use then. */
  reload(): void {
    this.#dialing.forget();
  }

  override destroy(): void {
    for (const each of this.#dialing.underWay) each.abort();
    super.destroy();
  }
}

/** Whoever makes it destroys it. */
export function createSdkAgent(options: SdkAgentOptions): SdkAgent {
  const { clock, timeoutMs } = options;
  const dialers = new Map<string, Dialer>();
  const dialing = new Set<AbortController>();
  const dialerTo = (host: string, port: number): Dialer => {
    const place = `${host} ${port}`;
    const known = dialers.get(place);
    if (known !== undefined) return known;
    const rootCaPems = options.rootCaPems();
    const proxy = options.proxyOf(host, port);
    const made = new Dialer({
      host,
      port,
      alpn: undefined,
      credentials: { rootCaPems },
      proxy,
      lookup: undefined,
    });
    if (dialers.size >= MOST_HOSTS) dialers.clear();
    dialers.set(place, made);
    return made;
  };
  const dial = async (host: string, port: number): Promise<TLSSocket> => {
    const late = new AbortController();
    dialing.add(late);
    const cancel = clock.after(timeoutMs(), () => late.abort());
    try {
      return await dialerTo(host, port).dial(late.signal);
    } catch (error) {
      throw error instanceof CoreFileError ? new DialError(misconfiguredHere(error.message)) : error;
    } finally {
      cancel();
      dialing.delete(late);
    }
  };
  const forget = (): void => {
    options.rootCaPems();
    dialers.clear();
  };
  const agent = new SdkAgent(
    { underWay: dialing, forget },
    {
      keepAlive: true,
      timeout: IDLE_MS,
      maxFreeSockets: MOST_IDLE,
      maxCachedSessions: 0,
    },
  );
  agent.createConnection = ({ host, port }, callback) => {
    if (typeof host !== 'string') {
      callback?.(
        new DialError(trouble('unexpected', 'a connection to no host was asked for')),
        undefined as never,
      );
      return undefined;
    }
    handOver(dial(host, Number(port ?? 443)), callback);
    return undefined;
  };
  return agent;
}
