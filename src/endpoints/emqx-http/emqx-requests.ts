/**
 * What EMQX asks by HTTP: `POST /authenticate` and `POST /authorize`, JSON both ways. Always true:
 * - Every answer about a device is 200 with `result` "allow" or "deny": EMQX takes 204 for a yes, and everything else for "ask the next".
 * - A client may be authenticated only with the certificate of its handshake (`${cert_pem}`). An action counts only with the
 *   certificate that EMQX says as the username, and with its names from the handshake: a client id alone proves nothing, since
 *   EMQX lets clients in while it starts.
 */
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { ParseResult } from '../../identity/certificate.ts';
import type { SessionGrants } from '../../policy/grants.ts';
import {
  CERTIFICATE_ATTRIBUTE,
  type EmqxAction,
  type EmqxSessions,
  GRANTS_ATTRIBUTE,
  THING_ATTRIBUTE,
} from '../emqx/emqx-ports.ts';
import { grantsFingerprint } from '../emqx/grants-fingerprint.ts';
import { whyNotProven } from '../emqx/peer-names.ts';
import type { CallRefusal } from '../ports.ts';
import type { AclRule } from './acl.ts';

export interface EmqxRequestsOptions {
  readonly sessions: EmqxSessions;
  readonly parse: (text: string) => ParseResult;
  /** The rules that decide as these grants do as far as they go; none: EMQX asks about each action. */
  readonly acl: (grants: SessionGrants) => readonly AclRule[];
  readonly clock: Pick<Clock, 'now'>;
  /** Must not throw. */
  readonly refused: (refusal: Omit<CallRefusal, 'listener'>) => void;
}

/** The body of an answer, and whether it is a yes. */
export interface EmqxAnswer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly allowed: boolean;
}

/** The session room counts so far, 49 days. */
const LONGEST_REMAINING_MS = 2 ** 32 - 1;

const DENY: EmqxAnswer = { body: { result: 'deny' }, allowed: false };
const ALLOW: EmqxAnswer = { body: { result: 'allow' }, allowed: true };

const authentication = z.object({ clientid: z.string(), cert: z.string() });
const action = z.object({
  clientid: z.string(),
  username: z.string(),
  cn: z.string(),
  dn: z.string(),
  action: z.enum(['publish', 'subscribe']),
  topic: z.string(),
});

/** Paths that there are, and the names of what is done there. */
export const OPERATIONS: Readonly<Record<string, 'EmqxAuthenticate' | 'EmqxAuthorize'>> = {
  '/authenticate': 'EmqxAuthenticate',
  '/authorize': 'EmqxAuthorize',
};

export class EmqxRequests {
  readonly #options: EmqxRequestsOptions;

  constructor(options: EmqxRequestsOptions) {
    this.#options = options;
  }

  /** `body` is what was parsed as JSON. */
  answer(
    operation: 'EmqxAuthenticate' | 'EmqxAuthorize',
    body: unknown,
    signal: AbortSignal,
  ): Promise<EmqxAnswer> {
    return operation === 'EmqxAuthenticate'
      ? this.#authenticate(body, signal)
      : this.#authorize(body, signal);
  }

  async #authenticate(body: unknown, signal: AbortSignal): Promise<EmqxAnswer> {
    const read = authentication.safeParse(body);
    if (!read.success) return this.#refuse('EmqxAuthenticate', missing(body, read.error));
    const { cert, clientid: clientId } = read.data;
    if (cert === '') {
      const message = 'the client showed no certificate: its listener of EMQX asks for none';
      return this.#refuse('EmqxAuthenticate', { reason: 'CERTIFICATE_MISSING', message, clientId });
    }
    let acl: readonly AclRule[] = [];
    const verdict = await this.#options.sessions.authenticate(
      { clientId, certificate: cert, connection: '' },
      (grants) => {
        acl = this.#options.acl(grants);
        return acl.length > 0 ? 'told' : 'asked';
      },
      signal,
    );
    if (verdict.kind === 'refused') return DENY;
    // By HTTP EMQX does not say whether the device comes back to a session of before, with its subscriptions.
    this.#options.sessions.resumed(clientId);
    const { certificateId, certificateRemainingMs, grants, thingName } = verdict.session;
    const end = this.#options.clock.now() + certificateRemainingMs;
    const parsed = this.#options.parse(cert);
    // Not the certificate's end as it is written: where the clock was set back, the session room knows how much is left of it.
    const isCut = certificateRemainingMs >= LONGEST_REMAINING_MS && parsed.ok;
    const expireAt = Math.floor((isCut ? Math.max(end, parsed.certificate.notAfter) : end) / 1_000);
    const told = acl.length > 0;
    return {
      allowed: true,
      body: {
        result: 'allow',
        is_superuser: false,
        expire_at: expireAt,
        client_attrs: {
          [CERTIFICATE_ATTRIBUTE]: certificateId,
          [THING_ATTRIBUTE]: thingName,
          [GRANTS_ATTRIBUTE]: told ? grantsFingerprint(grants) : '',
        },
        ...(told ? { acl } : {}),
      },
    };
  }

  async #authorize(body: unknown, signal: AbortSignal): Promise<EmqxAnswer> {
    const read = action.safeParse(body);
    if (!read.success) return this.#refuse('EmqxAuthorize', missing(body, read.error));
    const { clientid: clientId, cn, dn, topic, username } = read.data;
    const parsed = this.#options.parse(username);
    if (!parsed.ok) {
      const reason = username === '' ? 'CERTIFICATE_MISSING' : parsed.reason;
      const message = `EMQX has to say the certificate as the username: mqtt.peer_cert_as_username = pem; ${parsed.message}`;
      return this.#refuse('EmqxAuthorize', { reason, message, clientId });
    }
    const { id: certificateId, subject } = parsed.certificate;
    const message = whyNotProven(subject, { cn, dn });
    if (message !== undefined) {
      return this.#refuse('EmqxAuthorize', {
        reason: 'CERTIFICATE_NOT_PROVEN',
        message,
        clientId,
        certificateId,
      });
    }
    const asked: EmqxAction = read.data.action;
    const client = { clientId, certificate: username, connection: '' };
    return (await this.#options.sessions.authorize(client, asked, topic, 'told', signal)) ? ALLOW : DENY;
  }

  #refuse(operation: string, refusal: Omit<CallRefusal, 'listener' | 'operation'>): EmqxAnswer {
    this.#options.refused({ operation, ...refusal });
    return DENY;
  }
}

function missing(body: unknown, error: z.ZodError): Omit<CallRefusal, 'listener' | 'operation'> {
  const field = error.issues[0]?.path.join('.') ?? '';
  const message =
    typeof body !== 'object' || body === null
      ? 'the body of EMQX’s request is no JSON object; see plugins/emqx/http.conf'
      : `the body of EMQX’s request lacks "${field}", or it is not as expected; see plugins/emqx/http.conf`;
  return { reason: 'INVALID_ARGUMENTS', message };
}
