/**
 * AuthorizeClientDeviceAction, once and as a stream. Both ask the same question in the same order; the stream answers
 * each message with as many results, in order, and reads no further while its caller does not read.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { AuthorizationResult } from '../../contract/generated/deviceauth/v1/AuthorizationResult.ts';
import type { AuthorizeClientDeviceActionRequest__Output } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { AuthorizeClientDeviceActionsRequest__Output } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionsRequest.ts';
import type { AuthorizeClientDeviceActionsResponse } from '../../contract/generated/deviceauth/v1/AuthorizeClientDeviceActionsResponse.ts';
import { DaemonError } from '../../errors.ts';
import type { Sessions } from '../ports.ts';
import { decisionProblem, invalid } from './arguments.ts';
import { type CallRunner, isMalformed, malformed } from './calls.ts';

const OPERATION = 'AuthorizeClientDeviceActions';
const LONGEST_BATCH = 1000;

type Refusal = 'INVALID_ARGUMENTS' | 'INVALID_CLIENT_DEVICE_AUTH_TOKEN';
type Outcome = boolean | { readonly reason: Refusal; readonly message: string };

const ALLOWED: AuthorizationResult = { isAuthorized: true };
const DENIED: AuthorizationResult = { isAuthorized: false };

type DecisionStreamCall = ServerDuplexStream<
  AuthorizeClientDeviceActionsRequest__Output,
  AuthorizeClientDeviceActionsResponse
>;

export class Decisions {
  readonly #sessions: Sessions;
  readonly #runner: CallRunner;

  constructor(sessions: Sessions, runner: CallRunner) {
    this.#sessions = sessions;
    this.#runner = runner;
  }

  /** Throws a `DaemonError` for what the stream reports within a result. */
  authorize(request: AuthorizeClientDeviceActionRequest__Output): boolean {
    const outcome = this.#decide(request);
    if (typeof outcome === 'boolean') return outcome;
    throw new DaemonError(outcome.reason, outcome.message);
  }

  result(request: AuthorizeClientDeviceActionRequest__Output): AuthorizationResult {
    const outcome = this.#decide(request);
    if (typeof outcome === 'boolean') return outcome ? ALLOWED : DENIED;
    this.#runner.refused({ operation: OPERATION, ...outcome });
    return { isAuthorized: false, error: outcome.reason, errorMessage: outcome.message };
  }

  #decide(request: AuthorizeClientDeviceActionRequest__Output): Outcome {
    const problem = decisionProblem(request);
    if (problem !== undefined) return { reason: 'INVALID_ARGUMENTS', message: problem };
    const { clientDeviceAuthToken, operation, resource } = request;
    const answer = this.#sessions.authorize(
      this.#runner.listener,
      clientDeviceAuthToken,
      operation,
      resource,
    );
    if (answer.kind === 'invalid-token') {
      return {
        reason: 'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
        message: 'client_device_auth_token is not a live session',
      };
    }
    if (answer.decision.reason === 'SERVICE_MISMATCH') {
      return { reason: 'INVALID_ARGUMENTS', message: 'operation and resource are of different services' };
    }
    return answer.decision.allowed;
  }
}

/** Serves one stream until its caller ends it, or a message that cannot be answered does. */
export function serveDecisions(call: DecisionStreamCall, decisions: Decisions, runner: CallRunner): void {
  const opened = runner.clock.monotonic();
  let over = false;

  const fail = (error: unknown): void => {
    if (over) return;
    over = true;
    runner.failStream(call, OPERATION, error, opened);
  };

  const answer = (message: AuthorizeClientDeviceActionsRequest__Output): void => {
    const started = runner.clock.monotonic();
    if (isMalformed(message)) throw malformed(OPERATION);
    const { requests } = message;
    if (requests.length === 0) throw invalid('requests is required');
    if (requests.length > LONGEST_BATCH) throw invalid(`requests holds more than ${LONGEST_BATCH}`);
    const admitted = runner.gate.takeRequests(requests.length);
    const results: AuthorizationResult[] = [];
    let successes = 0;
    for (let index = 0; index < requests.length; index += 1) {
      const request = requests[index];
      const result =
        request !== undefined && index < admitted
          ? decisions.result(request)
          : overLimit(runner.gate.retryAfterMs());
      if (result.isAuthorized) successes += 1;
      results.push(result);
    }
    if (!call.write({ results })) call.pause();
    runner.observeBatch(successes, results.length - successes, started);
  };

  call.on('drain', () => call.resume());
  call.on('data', (message: AuthorizeClientDeviceActionsRequest__Output) => {
    if (over) return;
    try {
      answer(message);
    } catch (error) {
      fail(error);
    }
  });
  call.on('end', () => {
    if (over) return;
    over = true;
    runner.observe(OPERATION, 'success', undefined, opened);
    call.end();
  });
  call.on('cancelled', () => {
    over = true;
  });
}

/** A stream is not ended for being quick: what is over the limit is denied, and says so. */
function overLimit(retryAfterMs: number): AuthorizationResult {
  return {
    isAuthorized: false,
    error: 'LIMIT_EXCEEDED',
    errorMessage: `more requests than the listener takes; try again in ${retryAfterMs} ms`,
  };
}
