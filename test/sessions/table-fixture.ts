/** A session table with everything a test wants to turn. */
import type { SessionGrants } from '../../src/policy/grants.ts';
import type { Session } from '../../src/sessions/session.ts';
import type { Broker } from '../../src/sessions/session-events.ts';
import { type Admission, SessionTable } from '../../src/sessions/session-table.ts';
import { ManualClock } from '../support/manual-clock.ts';

const NO_GRANTS: SessionGrants = { setIds: [], variables: new Map() };

export const broker = (instanceId: string, listener = 'mosquitto'): Broker => ({ listener, instanceId });

export class TableFixture {
  readonly clock = new ManualClock();
  readonly settings = { maxActiveAuthTokens: 3, maxPerClientId: 4, minimumHeldSeconds: 60 };
  readonly removed: Session[] = [];
  readonly table: SessionTable;
  #drawn = 0;
  /** What the token generator answers next, before it goes back to counting. */
  readonly nextTokens: string[] = [];

  constructor() {
    this.table = new SessionTable({
      clock: this.clock,
      settings: () => this.settings,
      createToken: () => {
        this.#drawn += 1;
        return this.nextTokens.shift() ?? `token-${this.#drawn}`;
      },
      onRemoved: (session) => this.removed.push(session),
    });
  }

  admit(
    clientId: string,
    by: Broker = broker('b1'),
    certificateId = `certificate of ${clientId}`,
    thingName = clientId,
  ): Admission {
    return this.table.admit({
      broker: by,
      clientId,
      correlationId: '',
      thingName,
      thing: { type: '', attributes: {}, groups: [] },
      certificateId,
      issuer: 'CN=a CA',
      serialNumber: certificateId,
      notAfter: Number.MAX_SAFE_INTEGER,
      pem: '',
      grants: NO_GRANTS,
      generation: 1,
    });
  }

  /** Throws when there is no room. */
  session(clientId: string, by?: Broker, certificateId?: string): Session {
    const admission = this.admit(clientId, by, certificateId);
    if (admission.kind === 'full') throw new Error('the table is full');
    return admission.session;
  }

  alive(): string[] {
    return [...this.table.all()].map((session) => session.clientId);
  }
}

export function causes(admission: Admission): string[] {
  return admission.departures.map(({ cause, session }) => `${cause} ${session.clientId}`);
}
