/**
 * `emqx.exhook.v2` and `.v3` on one listener: what EMQX asks about its clients. Always true:
 * - Whether a client may connect or act is answered with STOP_AND_RETURN and a yes or a no, whatever the request and whatever goes
 *   wrong here: every other answer of ExHook ends in a yes in some version or other.
 * - A yes is only for a client whose certificate EMQX has proven (see `provenClient`), and is the session room's.
 * - What was decided before, by EMQX or another provider, is not looked at.
 */
import type { handleUnaryCall, Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ClientAuthorizeRequest__Output } from '../../contract/generated/emqx/exhook/v3/ClientAuthorizeRequest.ts';
import type { ClientInfo__Output } from '../../contract/generated/emqx/exhook/v3/ClientInfo.ts';
import type { LoadedResponse } from '../../contract/generated/emqx/exhook/v3/LoadedResponse.ts';
import type { ProviderLoadedRequest__Output } from '../../contract/generated/emqx/exhook/v3/ProviderLoadedRequest.ts';
import type { ValuedResponse } from '../../contract/generated/emqx/exhook/v3/ValuedResponse.ts';
import type { Contract } from '../../contract/index.ts';
import type { ParseResult } from '../../identity/certificate.ts';
import type { EmqxClient, EmqxSessions } from '../emqx/emqx-ports.ts';
import type { CallContext, CallRunner } from '../grpc/calls.ts';
import type { StandingAnswers } from '../grpc/standing-answers.ts';
import type { Logger } from '../ports.ts';
import { provenClient } from './proven-client.ts';

export interface ExHookParts {
  readonly contract: Contract;
  readonly sessions: EmqxSessions;
  readonly mutualTlsPorts: readonly number[];
  readonly parse: (text: string) => ParseResult;
  readonly logger: Logger;
}

/** What EMQX is to ask: fewer hooks are fewer calls. */
const HOOKS = ['client.authenticate', 'client.authorize', 'client.disconnected', 'session.resumed'];
const YES: ValuedResponse = { type: 'STOP_AND_RETURN', boolResult: true };
const NO: ValuedResponse = { type: 'STOP_AND_RETURN', boolResult: false };
/** The message stays as it is. */
const UNCHANGED: ValuedResponse = { type: 'IGNORE' };
const NOTED = {};
/** Its listener has to be given them: full, stopping or over a limit it says no too, for an error is up to `failed_action`. */
export const STANDING_ANSWERS: StandingAnswers = new Map([
  ['OnClientAuthenticate', NO],
  ['OnClientAuthorize', NO],
]);
/** Stands for a request that is not valid protobuf: nothing is known of the client. */
const UNREADABLE = { clientinfo: null, broker: null, meta: null };

interface AboutClient {
  readonly clientinfo: ClientInfo__Output | null;
}

export class ExHookService {
  readonly #parts: ExHookParts;
  readonly #runner: CallRunner;

  constructor(parts: ExHookParts, runner: CallRunner) {
    this.#parts = parts;
    this.#runner = runner;
  }

  addTo(server: Server): void {
    const { v2, v3 } = this.#parts.contract.exhook;
    for (const definition of [v2, v3]) {
      const service = forgiving(definition);
      server.addService(service, this.#handlers(service));
    }
  }

  #handlers(service: ServiceDefinition): UntypedServiceImplementation {
    const runner = this.#runner;
    const handlers: Record<string, handleUnaryCall<never, object>> = {};
    for (const name of Object.keys(service)) handlers[name] = runner.unary(name, () => NOTED);
    return {
      ...handlers,
      OnProviderLoaded: runner.unary('OnProviderLoaded', (request: ProviderLoadedRequest__Output) =>
        this.#loaded(request),
      ),
      OnProviderUnloaded: runner.unary('OnProviderUnloaded', () => this.#unloaded()),
      OnClientAuthenticate: this.#decision('OnClientAuthenticate', (client, _, signal) =>
        this.#authenticate(client, signal),
      ),
      OnClientAuthorize: this.#decision(
        'OnClientAuthorize',
        (client, request: ClientAuthorizeRequest__Output, signal) => this.#authorize(client, request, signal),
      ),
      OnClientDisconnected: runner.unary('OnClientDisconnected', (request: AboutClient) => {
        const proven = this.#proven(request.clientinfo);
        if (proven.kind === 'proven') this.#parts.sessions.disconnected(proven.client);
        return NOTED;
      }),
      OnSessionResumed: runner.unary('OnSessionResumed', (request: AboutClient) => {
        const proven = this.#proven(request.clientinfo);
        if (proven.kind === 'proven') this.#parts.sessions.resumed(proven.client.clientId);
        return NOTED;
      }),
      OnMessagePublish: runner.unary('OnMessagePublish', () => UNCHANGED),
    };
  }

  #loaded({ broker, meta }: ProviderLoadedRequest__Output): LoadedResponse {
    const { listener } = this.#runner;
    const version = broker?.version ?? '';
    this.#parts.logger.info({ listener, version, node: meta?.node ?? '' }, 'EMQX asks here from now on');
    this.#parts.sessions.began();
    return { hooks: HOOKS.map((name) => ({ name, topics: [] })) };
  }

  #unloaded(): object {
    const { listener } = this.#runner;
    this.#parts.logger.warn(
      { listener },
      'EMQX does not ask here any more: it was disabled there, or EMQX stops',
    );
    return NOTED;
  }

  /** Never an error where an answer is possible. */
  #decision<Request extends AboutClient>(
    operation: string,
    decide: (client: EmqxClient, request: Request, signal: AbortSignal) => Promise<boolean>,
  ): handleUnaryCall<Request, ValuedResponse> {
    const answer = async (request: Request, call: CallContext): Promise<ValuedResponse> => {
      try {
        const proven = this.#proven(request.clientinfo);
        if (proven.kind === 'proven') return (await decide(proven.client, request, call.signal)) ? YES : NO;
        const { kind: _, ...refusal } = proven;
        this.#runner.refused({ operation, ...refusal });
      } catch (err) {
        const { listener } = this.#runner;
        this.#parts.logger.error(
          { listener, operation, err },
          'a call of EMQX failed by a defect; the answer was no',
        );
      }
      return NO;
    };
    return this.#runner.unary(operation, answer, (response) => response === YES);
  }

  #proven(info: ClientInfo__Output | null): ReturnType<typeof provenClient> {
    return provenClient(info, this.#parts);
  }

  async #authenticate(client: EmqxClient, signal: AbortSignal): Promise<boolean> {
    const verdict = await this.#parts.sessions.authenticate(client, () => 'asked', signal);
    return verdict.kind === 'allowed';
  }

  #authorize(
    client: EmqxClient,
    { type, topic }: ClientAuthorizeRequest__Output,
    signal: AbortSignal,
  ): Promise<boolean> {
    // A number that has no name here is nothing that anybody may do.
    if (type !== 'PUBLISH' && type !== 'SUBSCRIBE') return Promise.resolve(false);
    return this.#parts.sessions.authorize(
      client,
      type === 'PUBLISH' ? 'publish' : 'subscribe',
      topic,
      'asked',
      signal,
    );
  }
}

function forgiving(definition: object): ServiceDefinition {
  const methods = Object.entries(definition as ServiceDefinition).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch {
        return UNREADABLE;
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods) as ServiceDefinition;
}
