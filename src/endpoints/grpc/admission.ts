/**
 * Puts a listener's gate in front of every call, before its message is read, and gives the errors that grpc-js makes
 * by itself the form of ours.
 *
 * grpc-js tells a call's listener `onCancel` at the end of every call, completed ones too, once metadata was received:
 * so that is where an admitted call is counted off. Its `ServerInterceptingCall` would do this with a dozen objects a
 * call, a tenth of the cost of a decision; so two methods of the call itself are wrapped instead.
 */
import type {
  Metadata,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
  ServerInterceptor,
} from '@grpc/grpc-js';
import type { ListenerGate, OpenStream } from '../gate.ts';
import type { CallRunner } from './calls.ts';
import { answerAlways, type StandingAnswers } from './standing-answers.ts';
import { STOPPING, type StatusMapper } from './status.ts';

type CallListener = Parameters<ServerInterceptingCallInterface['start']>[0];

export function operationOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function admission(
  gate: ListenerGate,
  statuses: StatusMapper,
  runner: CallRunner,
  standing: StandingAnswers = new Map(),
): ServerInterceptor {
  return (method, call) => {
    const answer = standing.get(operationOf(method.path));
    if (answer !== undefined) answerAlways(call, answer);
    const start = call.start;
    const sendStatus = call.sendStatus;
    const isStream = method.requestStream || method.responseStream;
    call.sendStatus = (status) => sendStatus.call(call, statuses.complete(status));
    call.start = (listener) => {
      start.call(call, new Admission(call, listener, { path: method.path, isStream, gate, runner }));
    };
    // grpc-js only calls the methods of the interface.
    return call as ServerInterceptingCall;
  };
}

interface Parts {
  readonly path: string;
  readonly isStream: boolean;
  readonly gate: ListenerGate;
  readonly runner: CallRunner;
}

/** Stands between one call and its handler. A handler that was not admitted hears nothing. */
class Admission implements CallListener, OpenStream {
  readonly #call: ServerInterceptingCallInterface;
  readonly #next: CallListener;
  readonly #parts: Parts;
  #admitted = false;

  constructor(call: ServerInterceptingCallInterface, next: CallListener, parts: Parts) {
    this.#call = call;
    this.#next = next;
    this.#parts = parts;
  }

  onReceiveMetadata(metadata: Metadata): void {
    const { gate, runner, path, isStream } = this.#parts;
    const operation = operationOf(path);
    const refusal = gate.admit(operation);
    if (refusal === undefined) {
      this.#admitted = true;
      if (isStream) gate.opened(this);
      this.#next.onReceiveMetadata(metadata);
    } else if (refusal === 'stopping') {
      this.#call.sendStatus(STOPPING);
    } else {
      this.#call.sendStatus(runner.failed(operation, refusal, runner.clock.monotonic()));
    }
  }

  onReceiveMessage(message: unknown): void {
    if (this.#admitted) this.#next.onReceiveMessage(message);
  }

  onReceiveHalfClose(): void {
    if (this.#admitted) this.#next.onReceiveHalfClose();
  }

  onCancel(): void {
    if (!this.#admitted) return;
    this.#admitted = false;
    const { gate, isStream } = this.#parts;
    gate.release();
    if (isStream) gate.closed(this);
    this.#next.onCancel();
  }

  /** The listener stops. */
  end(): void {
    this.#call.sendStatus(STOPPING);
  }
}
