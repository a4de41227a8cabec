/**
 * One call of a component, from its first message to the one that ends its stream. Always true: it ends once, by an answer, an error,
 * or because nobody waits for it any more; then it is counted off and reported, and nothing is sent on its stream after it.
 */

import type { Clock } from '../../clock.ts';
import type { ComponentOperation } from '../../components/component.ts';
import { DaemonError, type ErrorReason } from '../../errors.ts';
import type { ListenerGate } from '../gate.ts';
import type { CallObserver, CallRefusal, CallResult, Logger } from '../ports.ts';
import { ERROR, MESSAGE, TERMINATE_STREAM } from './message.ts';
import { type Dismissal, dismissalOnTheWire, type ErrorName, errorOnTheWire } from './service-errors.ts';

const NAMESPACE = 'aws.greengrass#';
/** What is called that we do not have, for counting: a caller's own words are no name for a counter. */
export const UNKNOWN_OPERATION = 'UnknownOperation';

/** What the endpoints refuse by themselves; the other refusals are told by the room that made them. */
const REFUSED_HERE: ReadonlySet<ErrorReason> = new Set([
  'UNAUTHORIZED',
  'LIMIT_EXCEEDED',
  'INVALID_ARGUMENTS',
  'INVALID_CLIENT_DEVICE_AUTH_TOKEN',
  'UNIMPLEMENTED',
]);

/** A call's stream, as the connection offers it. */
export interface CallStream {
  send(type: number, flags: number, shape: string, json: string): void;
  /** Much is unsent: only what must be sent should be. */
  readonly isBlocked: boolean;
  /** Once, when it is no longer so; a later task takes the place of an earlier one. */
  whenUnblocked(task: () => void): void;
  /** The call is over. */
  ended(): void;
}

export interface CallParts {
  readonly gate: ListenerGate;
  readonly observer: CallObserver;
  readonly logger: Logger;
  readonly clock: Clock;
}

export class Call {
  /** Undefined: one that we do not have. */
  readonly operation: ComponentOperation | undefined;
  readonly stream: CallStream;
  readonly #parts: CallParts;
  readonly #started: number;
  #controller: AbortController | undefined;
  #isAdmitted = false;
  #isOver = false;
  #release: (() => void) | undefined;

  constructor(operation: ComponentOperation | undefined, stream: CallStream, parts: CallParts) {
    this.operation = operation;
    this.stream = stream;
    this.#parts = parts;
    this.#started = parts.clock.monotonic();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A subscription, which would not end by itself. */
  get isOpenEnded(): boolean {
    return this.#release !== undefined;
  }

  /** Aborts when nobody waits for an answer any more. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** From now on the gate counts it. */
  admitted(): void {
    this.#isAdmitted = true;
  }

  /** It goes on after its first answer; `release` when it is over. */
  open(release: () => void): void {
    if (this.#isOver) release();
    else this.#release = release;
  }

  /** One of many. */
  send(shape: string, payload: object): void {
    if (!this.#isOver) this.stream.send(MESSAGE, 0, NAMESPACE + shape, JSON.stringify(payload));
  }

  /** The only one. False: nobody took it. */
  answer(shape: string, payload: object, result: CallResult = 'success'): boolean {
    if (this.#isOver) return false;
    this.stream.send(MESSAGE, TERMINATE_STREAM, NAMESPACE + shape, JSON.stringify(payload));
    this.#end(result, undefined);
    return true;
  }

  /** @param as the name that the caller gets, if not the one that the error's reason stands for. */
  fail(error: unknown, as?: ErrorName): void {
    if (this.#isOver) return;
    const { name, json } = errorOnTheWire(error, this.operation, as);
    this.stream.send(ERROR, TERMINATE_STREAM, NAMESPACE + name, json);
    const reason = error instanceof DaemonError ? error.reason : 'SERVICE_ERROR';
    if (reason === 'SERVICE_ERROR') {
      const { listener } = this.#parts.gate;
      this.#parts.logger.error({ listener, operation: this.#name, err: error }, 'a call failed by a defect');
    } else if (error instanceof DaemonError && REFUSED_HERE.has(reason)) {
      this.refused({ reason, message: error.message });
    }
    this.#end(reason === 'SERVICE_ERROR' ? 'service_error' : 'failure', reason);
  }

  /** The door ends it: no fault of anybody's. */
  dismiss(why: Dismissal): void {
    if (this.#isOver) return;
    const { name, json } = dismissalOnTheWire(why);
    this.stream.send(ERROR, TERMINATE_STREAM, NAMESPACE + name, json);
    this.#end(this.isOpenEnded ? 'success' : 'failure', undefined);
  }

  /** The component ended it, or is gone. */
  abandon(): void {
    if (!this.#isOver) this.#end(this.isOpenEnded ? 'success' : 'failure', undefined);
  }

  refused(refusal: Pick<CallRefusal, 'reason' | 'message' | 'certificateId'>): void {
    const { listener } = this.#parts.gate;
    this.#tell((observer) => observer.refused({ ...refusal, operation: this.#name, listener }));
  }

  get #name(): string {
    return this.operation ?? UNKNOWN_OPERATION;
  }

  #end(result: CallResult, reason: ErrorReason | undefined): void {
    this.#isOver = true;
    const release = this.#release;
    const { gate, clock } = this.#parts;
    if (this.#isAdmitted) gate.release();
    this.stream.ended();
    this.#controller?.abort(new DOMException('nobody waits for the answer', 'AbortError'));
    release?.();
    const { listener } = gate;
    const milliseconds = clock.monotonic() - this.#started;
    this.#tell((observer) =>
      observer.ended({ listener, operation: this.#name, result, reason, milliseconds }),
    );
  }

  #tell(report: (observer: CallObserver) => void): void {
    try {
      report(this.#parts.observer);
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'the observer of calls failed');
    }
  }
}
