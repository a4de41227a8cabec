/**
 * Short-lived AWS credentials for the core device's own certificate, from AWS IoT's credential provider. Always true:
 * - They are asked for once, however many wait; and anew well before they expire, while the old ones are in use.
 * - While the provider cannot be had, the last ones are used until they expire, and no longer.
 * - They are in memory only, and in no message.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { jsonObject, retryAfterMs } from '../aws-error.ts';
import { type Answered, answered, isWorthRetrying, type Outcome, type Trouble, trouble } from '../outcome.ts';
import type { ServiceAnswer, ServiceConnection } from '../service-connection.ts';
import type { CredentialsSource } from './sdk-calls.ts';
import { CredentialsTrouble } from './sdk-failure.ts';

export interface RoleAliasCredentialsOptions {
  /** To `cloud.awsIot.credentialEndpoint`, as the core device. */
  readonly connection: ServiceConnection;
  /** A name as `cloud.awsIot.roleAlias` has it: it goes into the path as it is. */
  readonly roleAlias: string;
  /** The core's: the policy may be about it. */
  readonly thingName: string;
  readonly clock: Clock;
  /** How long one request may take, in milliseconds; read for each. */
  readonly requestTimeoutMs: () => number;
}

/** In the form in which the SDK takes them. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

interface Held {
  readonly credentials: TemporaryCredentials;
  /** Wall clock; from then on new ones are asked for. */
  readonly refreshAt: number;
}

/** The SDK asks again from five minutes before the end; by then there shall be new ones. */
const REFRESH_BEFORE_END = 600_000;
/** A request that is signed now is judged later, by another's clock. */
const MARGIN = 30_000;
/** What takes an operator is not asked for again and again. */
const TROUBLE_LASTS = 10_000;
const RENEWAL_PAUSE = 30_000;

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[\x21-\x7e]+$/);

const ANSWER = z.object({
  credentials: z.object({
    accessKeyId: text(128),
    secretAccessKey: text(256),
    sessionToken: text(16_384),
    expiration: z.iso.datetime({ offset: true }),
  }),
});

export class RoleAliasCredentials {
  readonly #options: RoleAliasCredentialsOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #held: Held | undefined;
  #asking: Promise<Outcome<TemporaryCredentials>> | undefined;
  #lastTrouble: { readonly trouble: Trouble; readonly until: number } | undefined;

  constructor(options: RoleAliasCredentialsOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** For the SDK: the credentials, or throws `CredentialsTrouble`. Takes no longer than one request. */
  readonly provide: CredentialsSource = async (options) => {
    if (options?.forceRefresh === true) this.#held = undefined;
    const outcome = await this.get();
    // A copy, since the SDK writes into what it is given.
    if (outcome.kind === 'answered') return { ...outcome.value };
    throw new CredentialsTrouble(outcome);
  };

  /** Ends what is under way, and asks nothing more. */
  stop(): void {
    this.#stopping.abort();
  }

  async get(): Promise<Outcome<TemporaryCredentials>> {
    const held = this.#usable();
    if (held !== undefined && this.#clock.now() < held.refreshAt) return answered(held.credentials);
    const met = this.#lastTrouble;
    const isFresh = met !== undefined && this.#clock.monotonic() < met.until;
    const asked = isFresh ? Promise.resolve(met.trouble) : this.#ask();
    // They are good yet: nobody waits for the new ones.
    return held === undefined ? await asked : answered(held.credentials);
  }

  #usable(): Held | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    if (this.#clock.now() < held.credentials.expiration.getTime() - MARGIN) return held;
    this.#held = undefined;
    return undefined;
  }

  #ask(): Promise<Outcome<TemporaryCredentials>> {
    this.#asking ??= this.#request()
      .then((outcome) => this.#keep(outcome))
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  #keep(outcome: Outcome<TemporaryCredentials>): Outcome<TemporaryCredentials> {
    if (outcome.kind === 'answered') {
      const end = outcome.value.expiration.getTime();
      const left = end - this.#clock.now();
      this.#held = { credentials: outcome.value, refreshAt: end - Math.min(REFRESH_BEFORE_END, left / 2) };
      this.#lastTrouble = undefined;
      return outcome;
    }
    const asLong = this.#usable() === undefined ? 0 : RENEWAL_PAUSE;
    const pause = isWorthRetrying(outcome)
      ? (outcome.retryAfterMs ?? asLong)
      : Math.max(asLong, TROUBLE_LASTS);
    this.#lastTrouble = { trouble: outcome, until: this.#clock.monotonic() + pause };
    return outcome;
  }

  async #request(): Promise<Outcome<TemporaryCredentials>> {
    const { connection, roleAlias, thingName, requestTimeoutMs } = this.#options;
    if (this.#stopping.signal.aborted) return trouble('unreachable', 'the daemon stops');
    const late = new AbortController();
    const abort = (): void => late.abort();
    const cancel = this.#clock.after(requestTimeoutMs(), abort);
    this.#stopping.signal.addEventListener('abort', abort, { once: true });
    try {
      const answer = await connection.send({
        method: 'GET',
        path: `/role-aliases/${roleAlias}/credentials`,
        headers: { 'x-amzn-iot-thingname': thingName },
        signal: late.signal,
      });
      return answer.kind === 'answered' ? this.#read(answer) : answer;
    } catch {
      // Nobody may be waiting; and what was thrown may hold the answer.
      return trouble('unexpected', "AWS IoT's credential provider could not be asked");
    } finally {
      cancel();
      this.#stopping.signal.removeEventListener('abort', abort);
    }
  }

  #read({ value: { status, headers, body } }: Answered<ServiceAnswer>): Outcome<TemporaryCredentials> {
    const who = "AWS IoT's credential provider";
    const wait = retryAfterMs(headers['retry-after'], this.#clock.now());
    if (status === 429) return trouble('throttled', `${who} answered HTTP 429`, wait);
    if (status >= 500) return trouble('server-error', `${who} answered HTTP ${status}`, wait);
    if (status === 401 || status === 403 || status === 404) {
      return trouble(
        'misconfigured',
        `${who} answered HTTP ${status}: the role alias ${this.#options.roleAlias} does not exist, its role cannot be assumed by credentials.iot.amazonaws.com, or the core's certificate has no policy that allows iot:AssumeRoleWithCertificate on it`,
      );
    }
    if (status !== 200) return trouble('unexpected', `${who} answered HTTP ${status}`);
    const parsed = ANSWER.safeParse(jsonObject(body));
    if (!parsed.success) return trouble('unexpected', `${who} answered with something that cannot be read`);
    const { expiration, ...keys } = parsed.data.credentials;
    const end = new Date(expiration);
    if (end.getTime() - MARGIN <= this.#clock.now()) {
      return trouble(
        'misconfigured',
        `${who} gave credentials that have expired by the clock of this host, which is wrong`,
      );
    }
    return answered({ ...keys, expiration: end });
  }
}
