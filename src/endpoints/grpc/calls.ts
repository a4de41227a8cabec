/**
 * Runs the handlers of one listener: whatever a handler throws becomes a status, an answer is sent once, and the
 * observer hears of every call. Nothing thrown here reaches grpc-js or the process.
 */
import type { EventEmitter } from 'node:events';
import type {
  handleUnaryCall,
  ServerDuplexStream,
  ServerWritableStream,
  ServiceDefinition,
} from '@grpc/grpc-js';
import type { Clock } from '../../clock.ts';
import { DaemonError, type ErrorReason } from '../../errors.ts';
import type { ListenerGate } from '../gate.ts';
import type { CallObserver, CallRefusal, CallResult, Logger } from '../ports.ts';
import { correlationId } from './arguments.ts';
import { reasonOf, type StatusMapper } from './status.ts';

/** Stands for a message that is not valid protobuf, so that we, not grpc-js, answer it. */
const MALFORMED: unique symbol = Symbol('malformed');
const MALFORMED_MESSAGE = { [MALFORMED]: true };

/** What the endpoints refuse by themselves; the other refusals are told by the room that made them. */
const REFUSED_HERE: ReadonlySet<ErrorReason> = new Set([
  'UNAUTHORIZED',
  'LIMIT_EXCEEDED',
  'INVALID_ARGUMENTS',
  'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
]);

export function isMalformed(message: unknown): boolean {
  return message === MALFORMED_MESSAGE;
}

function correlationOf(request: unknown): string {
  const { correlationId: given } = (request ?? {}) as { readonly correlationId?: unknown };
  return correlationId(typeof given === 'string' ? given : '');
}

export function malformed(operation: string): DaemonError {
  return new DaemonError('INVALID_ARGUMENTS', `the request of ${operation} is not a valid protobuf message`);
}

/** The same service, whose unreadable requests reach the handlers as malformed messages. */
export function tolerant<D extends object>(definition: D): D & ServiceDefinition {
  const methods = Object.entries(definition as ServiceDefinition).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch {
        return MALFORMED_MESSAGE;
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods) as D & ServiceDefinition;
}

/** What a handler may know of the call it answers. */
export interface CallContext {
  /** Aborts when the caller gives up or its deadline passes, not when the call is answered. */
  readonly signal: AbortSignal;
}

class UnaryContext implements CallContext {
  readonly #call: EventEmitter;
  #controller: AbortController | undefined;
  #answered = false;

  constructor(call: EventEmitter) {
    this.#call = call;
  }

  /** Made when it is asked for: most calls are answered at once. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    // grpc-js says "cancelled" at the end of every call, answered ones too.
    this.#call.once('cancelled', () => {
      if (!this.#answered) controller.abort(new DOMException('the caller gave up', 'AbortError'));
    });
    return controller.signal;
  }

  answered(): void {
    this.#answered = true;
  }
}

export interface CallRunnerOptions {
  readonly gate: ListenerGate;
  readonly statuses: StatusMapper;
  readonly observer: CallObserver;
  readonly logger: Logger;
  readonly clock: Clock;
}

export class CallRunner {
  readonly gate: ListenerGate;
  readonly clock: Clock;
  readonly #statuses: StatusMapper;
  readonly #observer: CallObserver;
  readonly #logger: Logger;

  constructor(options: CallRunnerOptions) {
    this.gate = options.gate;
    this.clock = options.clock;
    this.#statuses = options.statuses;
    this.#observer = options.observer;
    this.#logger = options.logger;
  }

  get listener(): string {
    return this.gate.listener;
  }

  /** @param succeeded whether an answer counts as a success; one that says "no" does not. */
  unary<Request, Response>(
    operation: string,
    body: (request: Request, call: CallContext) => Response | Promise<Response>,
    succeeded: (response: Response) => boolean = () => true,
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const started = this.clock.monotonic();
      const context = new UnaryContext(call);
      const answer = (response: Response): void => {
        context.answered();
        callback(null, response);
        this.observe(operation, succeeded(response) ? 'success' : 'failure', undefined, started);
      };
      const fail = (error: unknown): void => {
        context.answered();
        callback(this.failed(operation, error, started, call.request));
      };
      try {
        if (isMalformed(call.request)) throw malformed(operation);
        const response = body(call.request, context);
        if (response instanceof Promise) response.then(answer).catch(fail);
        else answer(response);
      } catch (error) {
        fail(error);
      }
    };
  }

  /** Ends a stream with an error, after what was written before. */
  failStream(
    // biome-ignore lint/suspicious/noExplicitAny: the messages do not matter here, and grpc-js's types are invariant
    call: ServerDuplexStream<any, any> | ServerWritableStream<any, any>,
    operation: string,
    error: unknown,
    started: number,
  ): void {
    // grpc-js turns an "error" that is emitted on a server's stream into the call's status.
    call.emit('error', this.failed(operation, error, started));
  }

  /** @param request names the caller's correlation id, where there is one. */
  failed(
    operation: string,
    error: unknown,
    started: number,
    request?: unknown,
  ): ReturnType<StatusMapper['statusOf']> {
    const reason = reasonOf(error);
    if (error instanceof DaemonError && REFUSED_HERE.has(reason)) {
      this.refused({ operation, reason, message: error.message, correlationId: correlationOf(request) });
    }
    this.observe(operation, reason === 'SERVICE_ERROR' ? 'service_error' : 'failure', reason, started);
    return this.#statuses.statusOf(error, { listener: this.listener, operation });
  }

  observe(operation: string, result: CallResult, reason: ErrorReason | undefined, started: number): void {
    const milliseconds = this.clock.monotonic() - started;
    this.#tell(() =>
      this.#observer.ended({ listener: this.listener, operation, result, reason, milliseconds }),
    );
  }

  refused(refusal: Omit<CallRefusal, 'listener'>): void {
    this.#tell(() => this.#observer.refused({ ...refusal, listener: this.listener }));
  }

  observeBatch(successes: number, failures: number, started: number): void {
    const milliseconds = this.clock.monotonic() - started;
    this.#tell(() => this.#observer.decided({ listener: this.listener, successes, failures, milliseconds }));
  }

  #tell(report: () => void): void {
    try {
      report();
    } catch (error) {
      this.#logger.error({ err: error }, 'the observer of calls failed');
    }
  }
}
