/** Sessions and brokers as the operator sees them: never a whole token. */
import type { Clock } from '../clock.ts';
import { DaemonError } from '../errors.ts';
import type { LostStream } from './broker-outages.ts';
import type { Session } from './session.ts';
import { brokerKey } from './session.ts';
import type { Broker } from './session-events.ts';
import type { SessionTable } from './session-table.ts';
import type { UpdateHub } from './update-hub.ts';

const PREFIX_LENGTH = 8;

/** Times are milliseconds since the Unix epoch. */
export interface SessionSummary {
  readonly tokenPrefix: string;
  readonly thingName: string;
  readonly clientId: string;
  readonly certificateId: string;
  readonly listener: string;
  readonly brokerInstanceId: string;
  readonly issuedAt: number;
  readonly lastUsedAt: number;
  readonly held: boolean;
  readonly grantSetIds: readonly string[];
  readonly correlationId: string;
}

export interface SessionPageRequest {
  /** Only this thing's. */
  readonly thingName?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly size: number;
}

export interface SessionPage {
  readonly items: readonly SessionSummary[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
  /** Of all pages. */
  readonly total: number;
}

export interface BrokerSummary {
  readonly listener: string;
  readonly instanceId: string;
  readonly caller: string;
  readonly connected: boolean;
  readonly sessions: number;
  readonly since: number;
}

/** In the order of issue. */
export function listSessions(table: SessionTable, clock: Clock, page: SessionPageRequest): SessionPage {
  const after = page.after === undefined || page.after === '' ? 0 : Number(page.after);
  if (!Number.isSafeInteger(after) || after < 0)
    throw new DaemonError('INVALID_ARGUMENTS', 'unknown page_token');
  const whole = page.thingName === undefined || page.thingName === '';
  const thing = whole ? undefined : table.thing(page.thingName ?? '');
  const sessions = whole ? table.all() : (thing?.sessions.toArray() ?? []);
  const found: Session[] = [];
  for (const session of sessions) {
    if (session.serial <= after) continue;
    if (found.length === page.size + 1) break;
    found.push(session);
  }
  const items = found.slice(0, page.size);
  return {
    items: items.map((session) => summary(session, clock)),
    next: found.length > page.size ? String(items.at(-1)?.serial) : undefined,
    total: whole ? table.size : (thing?.sessions.size ?? 0),
  };
}

function summary(session: Session, clock: Clock): SessionSummary {
  return {
    tokenPrefix: session.token.slice(0, PREFIX_LENGTH),
    thingName: session.thing.name,
    clientId: session.clientId,
    certificateId: session.certificate.id,
    listener: session.broker.listener,
    brokerInstanceId: session.broker.instanceId,
    issuedAt: session.issuedAt,
    lastUsedAt: Math.round(clock.now() - (clock.monotonic() - session.usedTick)),
    held: session.broker.held,
    grantSetIds: session.grants.setIds,
    correlationId: session.correlationId,
  };
}

/** Those with a stream, those that lost theirs, and those that have sessions and never had one. */
export function listBrokers(
  table: SessionTable,
  hub: UpdateHub,
  absent: Iterable<LostStream>,
): BrokerSummary[] {
  const known = new Map<string, BrokerSummary>();
  const add = (broker: Broker, caller: string, connected: boolean, since: number): void => {
    const key = brokerKey(broker);
    if (known.has(key)) return;
    const { instanceId, listener } = broker;
    known.set(key, {
      listener,
      instanceId,
      caller,
      connected,
      sessions: table.broker(broker)?.count ?? 0,
      since,
    });
  };
  for (const stream of hub.streams()) add(stream.broker, stream.caller, true, stream.since);
  for (const { broker, caller, since } of absent) add(broker, caller, false, since);
  for (const broker of table.brokers()) add(broker, '', false, broker.since);
  return [...known.values()];
}
