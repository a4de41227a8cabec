/**
 * Every way in which the daemon ends sessions. Whatever takes a session's ground away ends it in the same tick, and
 * the event for its broker is out when the call returns.
 */
import { DaemonError } from '../errors.ts';
import type { RegistryChange } from '../identity/registry/store.ts';
import type { RejectionReason } from '../identity/verifier.ts';
import type { SessionEnd } from './ports.ts';
import type { RevocationFence } from './revocation-fence.ts';
import type { Session } from './session.ts';
import type { SessionFilter } from './session-api.ts';
import type { Departure, SessionTable } from './session-table.ts';
import type { UpdateHub } from './update-hub.ts';

const SHORTEST_TOKEN_PREFIX = 8;

const WHY = {
  evicted: 'the token cache was full and no update stream held the session',
  displaced: 'the token cache was full and the session the least recently used',
  superseded: 'the client id has too many sessions at this broker',
} as const;

/** What a rejection is about; every other reason is about the certificate. */
const ABOUT_CLIENT_ID: ReadonlySet<RejectionReason> = new Set([
  'CLIENT_ID_INVALID',
  'CLIENT_ID_TOO_LONG',
  'CLIENT_ID_NOT_ALLOWED',
]);
const ABOUT_ATTACHMENT: ReadonlySet<RejectionReason> = new Set(['NOT_ATTACHED', 'THING_UNKNOWN']);

export interface SessionEndsOptions {
  readonly table: SessionTable;
  readonly hub: UpdateHub;
  readonly fence: RevocationFence;
  readonly onEnd: (end: SessionEnd) => void;
}

export class SessionEnds {
  readonly #options: SessionEndsOptions;

  constructor(options: SessionEndsOptions) {
    this.#options = options;
  }

  revoke(sessions: readonly Session[], why: string, correlationId = ''): void {
    const { hub, table } = this.#options;
    const ended = sessions.filter((session) => table.remove(session));
    hub.ended(ended, 'REVOKED', correlationId);
    for (const session of ended) this.#observe(session, 'revoked', why);
  }

  /** Throws INVALID_ARGUMENTS when nothing is named, or too little to be meant. Answers how many ended. */
  revokeMatching(filter: SessionFilter, correlationId: string): number {
    const { certificateId = '', thingName = '', tokenPrefix = '' } = filter;
    if (certificateId === '' && thingName === '' && tokenPrefix === '') {
      throw new DaemonError('INVALID_ARGUMENTS', 'name a token prefix, a thing or a certificate');
    }
    if (tokenPrefix !== '' && tokenPrefix.length < SHORTEST_TOKEN_PREFIX) {
      throw new DaemonError(
        'INVALID_ARGUMENTS',
        `token_prefix must have ${SHORTEST_TOKEN_PREFIX} characters or more`,
      );
    }
    const { table } = this.#options;
    let candidates: Session[];
    if (certificateId !== '') candidates = table.certificate(certificateId)?.sessions.toArray() ?? [];
    else if (thingName !== '') candidates = table.thing(thingName)?.sessions.toArray() ?? [];
    else candidates = [...table.all()];
    const matching = candidates.filter(
      ({ thing, token }) => token.startsWith(tokenPrefix) && (thingName === '' || thing.name === thingName),
    );
    this.revoke(matching, 'an operator ended it', correlationId);
    return matching.length;
  }

  /** A change of a thing's properties ends none of its own sessions. */
  registryChanged(change: RegistryChange): void {
    const { fence, table } = this.#options;
    if ('certificateId' in change) fence.certificateChanged(change.certificateId);
    else if ('thingName' in change) fence.thingChanged(change.thingName);
    switch (change.kind) {
      case 'certificate-status':
        if (change.status !== 'ACTIVE')
          this.#revokeCertificate(change.certificateId, `it is ${change.status}`);
        break;
      case 'certificate-deleted':
        this.#revokeCertificate(change.certificateId, 'it was deleted');
        break;
      case 'detached':
        this.#revokeCertificate(
          change.certificateId,
          'it was detached from the thing',
          ({ thing }) => thing.name === change.thingName,
        );
        break;
      case 'attached':
        // A client id that is not the thing's name rests on an exclusive attachment: let it prove itself anew.
        this.#revokeCertificate(
          change.certificateId,
          'its attachments changed',
          ({ clientId, thing }) => clientId !== thing.name,
        );
        break;
      case 'thing-deleted':
        this.revoke(table.thing(change.thingName)?.sessions.toArray() ?? [], 'the thing was deleted');
        break;
      case 'thing-changed':
        // It may be new, and its name a client id that was free (`clientIdRule: any`): that is now its alone.
        this.revoke(
          table.ofClientId(change.thingName).filter(({ thing }) => thing.name !== change.thingName),
          'its client id is the name of another registered thing',
        );
        break;
      case 'device-cas':
        break;
    }
  }

  /** Its issuer took it back. */
  certificateRevoked(certificateId: string, why: string): void {
    this.#revokeCertificate(certificateId, why);
  }

  /** A verifier says no to a live session: it ends, and with it all that the reason is about. */
  rejected(asked: Session, reason: RejectionReason, message: string): void {
    const { clientId, thing } = asked;
    this.#options.fence.certificateChanged(asked.certificate.id);
    this.#revokeCertificate(asked.certificate.id, `no longer confirmed, ${reason}: ${message}`, (session) => {
      if (ABOUT_CLIENT_ID.has(reason)) return session.clientId === clientId;
      return !ABOUT_ATTACHMENT.has(reason) || session.thing.name === thing.name;
    });
  }

  /** They have left the table already. */
  departed(departures: readonly Departure[]): void {
    const { hub } = this.#options;
    const superseded: Session[] = [];
    const displaced: Session[] = [];
    for (const { cause, session } of departures)
      (cause === 'superseded' ? superseded : displaced).push(session);
    hub.ended(superseded, 'SUPERSEDED', '');
    hub.ended(displaced, 'DISPLACED', '');
    for (const { cause, session } of departures) this.#observe(session, cause, WHY[cause]);
  }

  #revokeCertificate(id: string, why: string, which: (session: Session) => boolean = () => true): void {
    const sessions = this.#options.table.certificate(id)?.sessions.toArray() ?? [];
    this.revoke(sessions.filter(which), `certificate: ${why}`);
  }

  #observe(session: Session, cause: SessionEnd['cause'], why: string): void {
    this.#options.onEnd({
      cause,
      why,
      thingName: session.thing.name,
      clientId: session.clientId,
      certificateId: session.certificate.id,
      listener: session.broker.listener,
      correlationId: session.correlationId,
    });
  }
}
