/**
 * From a credential to an authenticated candidate for a session, or a refusal. What was taken away in between is
 * never missed: the verdict is asked for again when a change of its certificate or thing crossed it.
 */
import { DaemonError } from '../errors.ts';
import type {
  AuthenticationResult,
  AuthenticatorPort,
  SessionRefusal,
  ThingProperties,
  ThingsPort,
} from './ports.ts';
import type { RevocationFence } from './revocation-fence.ts';

const MOST_ATTEMPTS = 3;
const CROSSED_RETRY_MS = 1_000;
const NO_PROPERTIES: ThingProperties = { type: '', attributes: {}, groups: [] };

export type Authenticated = Extract<AuthenticationResult, { kind: 'authenticated' }>;
export type RefusalReason = SessionRefusal['reason'];

export interface Refused {
  readonly kind: 'refused';
  readonly error: DaemonError;
  /** For the operator; undefined when nobody is refused: the caller went away. */
  readonly why:
    | { readonly reason: RefusalReason; readonly message: string; readonly certificateId: string }
    | undefined;
}

export interface OpeningOptions {
  readonly authenticator: Pick<AuthenticatorPort, 'authenticate'>;
  readonly things: ThingsPort;
  readonly fence: RevocationFence;
  /** Is a certificate with this notAfter past its time? */
  readonly isExpired: (notAfter: number) => boolean;
}

export class SessionOpening {
  readonly #options: OpeningOptions;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  /** `issue` runs in the very tick in which the verdict was found to stand. */
  async open<T>(
    credential: { readonly clientId: string; readonly certificatePem: string },
    signal: AbortSignal,
    issue: (device: Authenticated, thing: ThingProperties) => T,
  ): Promise<T | Refused> {
    const { authenticator, fence, isExpired, things } = this.#options;
    const mark = fence.enter();
    try {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
        fence.renew(mark);
        const device = await authenticator.authenticate(credential, signal);
        if (device.kind !== 'authenticated') return signal.aborted ? callerGone(signal) : refusal(device);
        const thing = (await things.thing(device.thingName)) ?? NO_PROPERTIES;
        if (signal.aborted) return callerGone(signal);
        if (fence.crossed(mark, device.certificateId, device.thingName, device.clientId)) continue;
        return isExpired(device.notAfter) ? expired(device) : issue(device, thing);
      }
      return unsettled();
    } catch (error) {
      if (signal.aborted) return callerGone(signal);
      throw error;
    } finally {
      fence.leave(mark);
    }
  }
}

function refusal(result: Exclude<AuthenticationResult, { kind: 'authenticated' }>): Refused {
  const certificateId = result.certificateId ?? '';
  if (result.kind === 'rejected') {
    return {
      kind: 'refused',
      error: invalidCredential(result.category),
      why: { reason: result.reason, message: result.message, certificateId },
    };
  }
  const reason = result.queueFull ? 'CLOUD_QUEUE_FULL' : 'VERIFICATION_UNAVAILABLE';
  const message = result.queueFull
    ? 'too many verifications wait already'
    : 'the device could not be verified now';
  const retry = result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs };
  return {
    kind: 'refused',
    error: new DaemonError(reason, message, retry),
    why: { reason, message: result.cause, certificateId },
  };
}

/** The same words for every reason: why is for the operator. */
function invalidCredential(category: 'CERTIFICATE' | 'CLIENT_ID'): DaemonError {
  return new DaemonError('INVALID_CREDENTIAL', 'the device is refused', {
    metadata: { category: `REFUSAL_${category}` },
  });
}

function expired(device: Authenticated): Refused {
  return {
    kind: 'refused',
    error: invalidCredential('CERTIFICATE'),
    why: {
      reason: 'CERTIFICATE_EXPIRED',
      message: 'the certificate expired while it was being verified',
      certificateId: device.certificateId,
    },
  };
}

function unsettled(): Refused {
  const reason = 'VERIFICATION_UNAVAILABLE';
  const message = 'the device or its certificate keeps being changed while it is verified';
  const error = new DaemonError(reason, 'the device could not be verified now', {
    retryAfterMs: CROSSED_RETRY_MS,
  });
  return { kind: 'refused', error, why: { reason, message, certificateId: '' } };
}

export function noRoom(retryAfterMs: number, limit: number, certificateId: string): Refused {
  const reason = 'TOKEN_CACHE_FULL';
  const message = `all ${limit} sessions (performance.maxActiveAuthTokens) are held and in use`;
  const error = new DaemonError(reason, 'there is no room for another session now', { retryAfterMs });
  return { kind: 'refused', error, why: { reason, message, certificateId } };
}

/** Nobody waits for the answer any more, so nobody is refused and no token made. */
export function abandoned(error: DaemonError): Refused {
  return { kind: 'refused', error, why: undefined };
}

function callerGone(signal: AbortSignal): Refused {
  const details = { cause: signal.reason as unknown };
  return abandoned(new DaemonError('VERIFICATION_UNAVAILABLE', 'the caller no longer waits', details));
}
