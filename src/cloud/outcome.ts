/**
 * What came of one try at a service of AWS, in the words of docs/aws.md. Only `answered` says anything about a device; all
 * else is `unavailable` to whoever asked, and differs in what is done about it.
 */

/**
 * - `throttled`: too many requests; worth trying again, later.
 * - `misconfigured`: this host's credentials, permissions, endpoint or clock; for the operator. Never about a device.
 * - `unreachable`: no answer: no network, a closed connection, no time left.
 * - `server-error`: the service says that it failed; worth trying again.
 * - `unexpected`: an answer that means nothing to us; for the operator.
 */
export type TroubleKind = 'throttled' | 'misconfigured' | 'unreachable' | 'server-error' | 'unexpected';

export interface Trouble {
  readonly kind: 'trouble';
  readonly trouble: TroubleKind;
  /** One sentence for the operator, without secrets and PEMs. */
  readonly message: string;
  /** What the service asked to wait (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** It was found here or on the way: nothing of the cloud was heard, nor is it known to be out of reach. */
  readonly unheard?: true;
}

export interface Answered<T> {
  readonly kind: 'answered';
  readonly value: T;
}

export type Outcome<T> = Answered<T> | Trouble;

export function answered<T>(value: T): Answered<T> {
  return { kind: 'answered', value };
}

export function trouble(kind: TroubleKind, message: string, retryAfterMs?: number): Trouble {
  return { kind: 'trouble', trouble: kind, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Files, credentials or a proxy of this host, or a server that is not AWS's: see `unheard`. */
export function misconfiguredHere(message: string): Trouble {
  return { ...trouble('misconfigured', message), unheard: true };
}

/** It may be otherwise next time, without anybody doing anything. */
export function isWorthRetrying({ trouble: kind }: Trouble): boolean {
  return kind === 'throttled' || kind === 'unreachable' || kind === 'server-error';
}
