/**
 * Everything for one EMQX of the configuration: its clients' sessions, what it is told, and the ports where it asks. Opened and
 * closed together; what it cannot be told by its REST API is denied when it asks. Its own listeners, where it leaves that to the
 * daemon, are opened last of all.
 */
import type { Clock } from '../../clock.ts';
import type { Contract } from '../../contract/index.ts';
import type { CertificateParser } from '../../identity/certificate.ts';
import type { Decision, SessionGrants } from '../../policy/grants.ts';
import { type AclRule, aclOf } from '../emqx-http/acl.ts';
import { EmqxHttpPort } from '../emqx-http/emqx-http-port.ts';
import { EmqxRequests } from '../emqx-http/emqx-requests.ts';
import { ExHookService, STANDING_ANSWERS } from '../exhook/exhook-service.ts';
import { Listener, type ListenerState } from '../listeners/listener.ts';
import { ListenerError } from '../listeners/listener-error.ts';
import type { CallObserver, Finding, Logger, Sessions } from '../ports.ts';
import type { DoorPorts } from './asks-here.ts';
import { EmqxBroker } from './emqx-broker.ts';
import type { EmqxConfig } from './emqx-config.ts';
import { Enforcer } from './enforcer.ts';
import { ListenerOpening } from './listener-opening.ts';
import { ManagementApi } from './management-api.ts';

/** What EMQX may be told of grants. */
export interface EmqxPolicy {
  grantSet(id: string): { readonly bytes: Uint8Array } | undefined;
  evaluate(grants: SessionGrants, operation: string, resource: string): Decision;
}

export interface EmqxDoorParts {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: CallObserver;
  readonly sessions: Sessions;
  readonly policy: EmqxPolicy;
  readonly certificates: Pick<CertificateParser, 'parse'>;
  /** The PEM of a certificate that was seen before; undefined: it was not. */
  readonly knownCertificate: (id: string) => Promise<string | undefined>;
  /** At least 0 and less than 1. */
  readonly random?: () => number;
}

/** One port where it asks. */
type Port = Pick<Listener, 'name' | 'listening' | 'state' | 'findings' | 'reloadCertificates' | 'stop'>;

export class EmqxDoor {
  readonly name: string;
  readonly #broker: EmqxBroker;
  readonly #api: ManagementApi | undefined;
  readonly #enforcer: Enforcer | undefined;
  #opening: ListenerOpening | undefined = undefined;
  readonly #ports: Port[] = [];

  /** Rejects with a `ListenerError`, and then has left nothing open. */
  static async open(name: string, config: EmqxConfig, parts: EmqxDoorParts): Promise<EmqxDoor> {
    const door = new EmqxDoor(name, config, parts);
    try {
      await door.#listen(config, parts);
      door.#openListeners(config, parts);
      return door;
    } catch (error) {
      await door.stop(0);
      throw error;
    }
  }

  private constructor(name: string, config: EmqxConfig, parts: EmqxDoorParts) {
    const { certificates, clock, knownCertificate, logger, sessions } = parts;
    this.name = name;
    this.#broker = new EmqxBroker({
      name,
      clock,
      logger,
      sessions,
      certificateId: (text) => {
        const parsed = certificates.parse(text);
        return parsed.ok ? parsed.certificate.id : undefined;
      },
      knownCertificate,
      onBegan: () => this.#opening?.look(),
    });
    this.#api = openApi(name, config, parts);
    this.#enforcer = openEnforcer(name, this.#broker, this.#api, config, parts);
    this.#broker.start(this.#enforcer);
  }

  listeners(): readonly ListenerState[] {
    return this.#ports.map((port) => port.state());
  }

  findings(): readonly Finding[] {
    const told = [...(this.#enforcer?.findings() ?? []), ...(this.#opening?.findings() ?? [])];
    return [...this.#ports.flatMap((port) => port.findings()), ...told];
  }

  /** Names of the ports that take no connections any more. */
  closed(): readonly string[] {
    return this.#ports.filter((port) => !port.listening).map((port) => port.name);
  }

  /** Reads TLS files, secrets and keys again. The answer holds what went wrong; that goes on with what it has. */
  reloadFiles(): readonly ListenerError[] {
    const reloads: readonly (readonly [string, () => void])[] = [
      ...this.#ports.map((port) => [port.name, () => port.reloadCertificates()] as const),
      [`${this.name}/api`, () => this.#enforcer?.reload()],
    ];
    const failed = reloads.flatMap(([name, reload]) => {
      try {
        reload();
        return [];
      } catch (error) {
        return [asListenerError(name, error)];
      }
    });
    this.#opening?.look();
    return failed;
  }

  /** Resolves when every connection is closed. */
  async stop(graceMs: number): Promise<void> {
    await this.#opening?.stop();
    await Promise.all(this.#ports.map((port) => port.stop(graceMs)));
    this.#broker.stop();
    await this.#enforcer?.stop();
  }

  /** Once it listens: EMQX is not to be told anything before it can ask. */
  #openListeners({ exhook, http, listeners }: EmqxConfig, { clock, logger }: EmqxDoorParts): void {
    const api = this.#api;
    if (api === undefined || listeners.length === 0) return;
    const ports: DoorPorts = {
      ...(exhook && { exhook: this.#portOf('exhook') ?? exhook.port }),
      ...(http && { http: this.#portOf('http') ?? http.port }),
    };
    const onAnswer = (): void => this.#enforcer?.apiAnswered();
    this.#opening = new ListenerOpening({
      broker: this.name,
      listeners,
      ports,
      api,
      onAnswer,
      clock,
      logger,
    });
    this.#opening.look();
  }

  /** As it was bound. */
  #portOf(door: 'exhook' | 'http'): number | undefined {
    const address = this.#ports.find(({ name }) => name === `${this.name}/${door}`)?.state().address;
    const port = Number(address?.split(':').at(-1));
    return Number.isInteger(port) ? port : undefined;
  }

  async #listen(config: EmqxConfig, parts: EmqxDoorParts): Promise<void> {
    const { certificates, clock, contract, logger, observer } = parts;
    if (config.exhook !== undefined) {
      const { mutualTlsPorts } = config;
      const parse = (text: string) => certificates.parse(text);
      const service = { contract, sessions: this.#broker, mutualTlsPorts, parse, logger };
      const listener = await Listener.open(
        {
          name: `${this.name}/exhook`,
          config: config.exhook,
          operations: 'all',
          limits: config.exhook.limits,
          inherited: undefined,
        },
        {
          contract,
          clock,
          logger,
          observer,
          serve: (server, runner) => new ExHookService(service, runner).addTo(server),
          standingAnswers: STANDING_ANSWERS,
        },
      );
      this.#ports.push(listener);
    }
    if (config.http !== undefined) {
      const name = `${this.name}/http`;
      const { acl: mode } = config.http;
      const requests = new EmqxRequests({
        sessions: this.#broker,
        parse: (text) => certificates.parse(text),
        acl: (grants) => (mode === 'none' ? [] : rulesOf(grants, mode, parts)),
        clock,
        refused: (refusal) => observer.refused({ listener: name, ...refusal }),
      });
      this.#ports.push(
        await EmqxHttpPort.open({ name, config: config.http, clock, logger, observer, requests }),
      );
    }
  }
}

/** None, if a set is gone already: then EMQX asks. */
function rulesOf(
  grants: SessionGrants,
  mode: 'exact' | 'prefixes',
  { contract, policy }: EmqxDoorParts,
): readonly AclRule[] {
  const sets = grants.setIds.flatMap((id) => {
    const set = policy.grantSet(id);
    return set === undefined ? [] : [contract.grantSet.deserialize(Buffer.from(set.bytes))];
  });
  if (sets.length < grants.setIds.length) return [];
  const evaluate = (...asked: Parameters<EmqxPolicy['evaluate']>) => policy.evaluate(...asked);
  return aclOf(grants, sets, { mode, evaluate });
}

function openEnforcer(
  name: string,
  clients: EmqxBroker,
  api: ManagementApi | undefined,
  config: EmqxConfig,
  { certificates, clock, logger, random = Math.random }: EmqxDoorParts,
): Enforcer | undefined {
  if (api === undefined || config.api === undefined) return undefined;
  const { requestsPerSecond, retrySeconds } = config.api;
  return new Enforcer({
    broker: name,
    api,
    clients,
    parser: certificates,
    requestsPerSecond,
    retrySeconds,
    clock,
    random,
    logger,
  });
}

function asListenerError(name: string, error: unknown): ListenerError {
  if (error instanceof ListenerError) return error;
  return new ListenerError(name, error instanceof Error ? error.message : String(error), error);
}

function openApi(
  name: string,
  { api }: EmqxConfig,
  { clock, logger }: EmqxDoorParts,
): ManagementApi | undefined {
  if (api === undefined) return undefined;
  const { caFile, keyFile, url } = api;
  try {
    const warn = (message: string): void => logger.warn({ broker: name }, message);
    return new ManagementApi({ url, keyFile, caFile, clock, warn });
  } catch (error) {
    throw asListenerError(`${name}/api`, error);
  }
}
