/** The operator's calls about the running daemon: status, sessions, explanations, configuration, clock. */
import type { AcceptClockResponse } from '../../contract/generated/deviceauth/v1/AcceptClockResponse.ts';
import type { ExplainRequest__Output } from '../../contract/generated/deviceauth/v1/ExplainRequest.ts';
import type { ExplainResponse } from '../../contract/generated/deviceauth/v1/ExplainResponse.ts';
import type { GetConfigurationResponse } from '../../contract/generated/deviceauth/v1/GetConfigurationResponse.ts';
import type { GetStatusResponse } from '../../contract/generated/deviceauth/v1/GetStatusResponse.ts';
import type { ListRefusalsRequest__Output } from '../../contract/generated/deviceauth/v1/ListRefusalsRequest.ts';
import type { ListRefusalsResponse } from '../../contract/generated/deviceauth/v1/ListRefusalsResponse.ts';
import type { ListSessionsRequest__Output } from '../../contract/generated/deviceauth/v1/ListSessionsRequest.ts';
import type { ListSessionsResponse } from '../../contract/generated/deviceauth/v1/ListSessionsResponse.ts';
import type { RevokeSessionsRequest__Output } from '../../contract/generated/deviceauth/v1/RevokeSessionsRequest.ts';
import type { RevokeSessionsResponse } from '../../contract/generated/deviceauth/v1/RevokeSessionsResponse.ts';
import type { SessionFilter } from '../../sessions/session-api.ts';
import { invalid, required } from '../grpc/arguments.ts';
import type { ListenerState } from '../listeners/listener.ts';
import type { Finding, Severity } from '../ports.ts';
import { type AdminContext, newCorrelationId, pageRequest } from './admin-context.ts';
import { configurationMessage, explainMessage } from './messages.ts';

const DEFAULT_REFUSALS = 50;
const MOST_REFUSALS = 1000;
const WORST_FIRST: readonly Severity[] = ['ALARM', 'WARNING', 'INFO'];

/** What is known of the listeners; nothing while they are being opened. */
export interface Doors {
  listeners(): readonly ListenerState[];
  findings(): readonly Finding[];
}

export class DaemonCalls {
  readonly #context: AdminContext;
  readonly #doors: () => Doors | undefined;

  constructor(context: AdminContext, doors: () => Doors | undefined) {
    this.#context = context;
    this.#doors = doors;
  }

  async status(): Promise<GetStatusResponse> {
    const { daemon, registry, sessions, clock } = this.#context.rooms;
    const facts = daemon.facts();
    const { version, epoch, startedAt, verifier, configurationFile, cloudQueue, hostAddresses } = facts;
    const findings = [...facts.findings, ...(this.#doors()?.findings() ?? [])];
    return {
      version,
      epoch,
      startedAt,
      processId: process.pid,
      verifier,
      configurationFile,
      findings: findings
        .toSorted((one, other) => WORST_FIRST.indexOf(one.severity) - WORST_FIRST.indexOf(other.severity))
        .map((finding) => ({ ...finding })),
      listeners: (this.#doors()?.listeners() ?? []).map((state) => ({
        ...state,
        operations: [...state.operations],
      })),
      sessions: { ...sessions.stats() },
      registry: await registry.counts(),
      clock: { ...clock.status() },
      brokers: sessions
        .brokers()
        .map(({ instanceId, ...broker }) => ({ ...broker, brokerInstanceId: instanceId })),
      hostAddresses: hostAddresses.map(({ host, ...rest }) => ({ address: host, ...rest })),
      ...(cloudQueue === undefined ? {} : { cloudQueue: { ...cloudQueue } }),
    };
  }

  listSessions(request: ListSessionsRequest__Output): ListSessionsResponse {
    const { items, next, total } = this.#context.rooms.sessions.list({
      ...pageRequest(request.pageToken, request.pageSize),
      ...(request.thingName === '' ? {} : { thingName: request.thingName }),
    });
    return {
      sessions: items.map((entry) => ({ ...entry, grantSetIds: [...entry.grantSetIds] })),
      nextPageToken: next ?? '',
      total,
    };
  }

  revokeSessions(request: RevokeSessionsRequest__Output): RevokeSessionsResponse {
    const { tokenPrefix, thingName, certificateId } = request;
    const filter: SessionFilter = {
      ...(tokenPrefix === '' ? {} : { tokenPrefix }),
      ...(thingName === '' ? {} : { thingName }),
      ...(certificateId === '' ? {} : { certificateId }),
    };
    if (Object.keys(filter).length === 0) {
      throw invalid('one of token_prefix, thing_name and certificate_id is required');
    }
    const correlationId = newCorrelationId();
    const revoked = this.#context.rooms.sessions.revoke(filter, correlationId);
    this.#context.audit('session.revoke', { ...filter, revoked }, correlationId);
    return { revoked };
  }

  async explain(request: ExplainRequest__Output): Promise<ExplainResponse> {
    const thingName = required(request.thingName, 'thing_name');
    const operation = required(request.operation, 'operation');
    const resource = required(request.resource, 'resource');
    const thing = await this.#context.rooms.registry.thing(thingName);
    const device = {
      thingName,
      clientId: thingName,
      thingType: thing?.type ?? '',
      attributes: thing?.attributes ?? {},
      groups: thing?.groups ?? [],
    };
    const explanation = this.#context.rooms.policy.explain(device, operation, resource);
    return explainMessage(explanation, thing !== undefined, thingName);
  }

  listRefusals(request: ListRefusalsRequest__Output): ListRefusalsResponse {
    if (request.limit > MOST_REFUSALS) throw invalid(`limit is above ${MOST_REFUSALS}`);
    const limit = request.limit === 0 ? DEFAULT_REFUSALS : request.limit;
    const refusals = this.#context.rooms.refusals.list(limit);
    return {
      refusals: refusals.map(({ repeated, ...refusal }) => ({ ...refusal, repeatedCount: repeated })),
    };
  }

  configuration(): GetConfigurationResponse {
    return configurationMessage(this.#context.rooms.configuration.view());
  }

  async reloadConfiguration(): Promise<GetConfigurationResponse> {
    await this.#context.rooms.configuration.reload();
    const view = this.#context.rooms.configuration.view();
    this.#context.audit('configuration.reload', { loaded: view.errors.length === 0 });
    return configurationMessage(view);
  }

  async acceptClock(): Promise<AcceptClockResponse> {
    const before = this.#context.rooms.clock.status();
    await this.#context.rooms.clock.accept();
    const clock = this.#context.rooms.clock.status();
    this.#context.audit('clock.accept', { markBefore: before.highWaterMark, markAfter: clock.highWaterMark });
    return { clock: { ...clock } };
  }
}
