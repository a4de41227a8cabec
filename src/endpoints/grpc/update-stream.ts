/**
 * One plugin's SubscribeToSessionUpdates stream: holds the caller to the protocol (hello, held chunks, then usage and
 * closed messages), and carries the session room's events down in order. Events wait here, already serialized, while the caller does not
 * read; one that falls too far behind is ended with RESOURCE_EXHAUSTED, so that it comes back and takes a snapshot.
 * A snapshot is not counted, for the caller asked for it; while much of one waits, held tokens are not read on.
 * The subscription ends with the stream, exactly once.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { ClosedTokens__Output } from '../../contract/generated/deviceauth/v1/ClosedTokens.ts';
import type { SessionUpdate } from '../../contract/generated/deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest__Output } from '../../contract/generated/deviceauth/v1/SessionUpdatesRequest.ts';
import { DaemonError } from '../../errors.ts';
import type { SequencedEvent } from '../../sessions/session-events.ts';
import type { Sessions, UpdateSubscription } from '../ports.ts';
import { brokerInstanceId, callerName, invalid, tokens, unansweredCalls } from './arguments.ts';
import { type CallRunner, isMalformed, malformed } from './calls.ts';
import { sessionUpdate } from './wire.ts';

const OPERATION = 'SubscribeToSessionUpdates';
const HELLO_WITHIN_MS = 10_000;
const LARGEST_CHUNK = 1000;
/** What one caller may claim to hold: far above any session limit, so that memory stays bounded. */
const MOST_HELD = 1_000_000;
/** Bounds of what waits for a slow reader. Snapshots, which the caller asked for, are not counted. */
const MOST_WAITING_EVENTS = 1000;
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
/** Of snapshots: more than a plugin with 100,000 sessions needs to write all it holds before it begins to read. */
const MOST_SNAPSHOT_BYTES = 64 * 1024 * 1024;
const RESYNC_AFTER_MS = 1000;

export type UpdateCall = ServerDuplexStream<SessionUpdatesRequest__Output, Buffer>;

interface Waiting {
  readonly bytes: Buffer;
  readonly counted: boolean;
}

export interface UpdateStreamParts {
  readonly sessions: Sessions;
  readonly runner: CallRunner;
  readonly serialize: (update: SessionUpdate) => Buffer;
}

export function serveUpdates(call: UpdateCall, parts: UpdateStreamParts): void {
  const { gate, clock } = parts.runner;
  const full = gate.takeUpdateStream();
  if (full === undefined) new UpdateStream(call, parts).start();
  else parts.runner.failStream(call, OPERATION, full, clock.monotonic());
}

class UpdateStream {
  readonly #call: UpdateCall;
  readonly #parts: UpdateStreamParts;
  readonly #opened: number;
  #expects: 'hello' | 'held' | 'usage or closed' = 'hello';
  #over = false;
  #subscription: UpdateSubscription | undefined;
  #held = 0;
  #cancelTimer: () => void = () => {};
  #queue: Waiting[] = [];
  #waitingEvents = 0;
  #waitingBytes = 0;
  #snapshotBytes = 0;
  #blocked = false;
  #isOverRate = false;

  constructor(call: UpdateCall, parts: UpdateStreamParts) {
    this.#call = call;
    this.#parts = parts;
    this.#opened = parts.runner.clock.monotonic();
  }

  start(): void {
    this.#cancelTimer = this.#parts.runner.clock.after(HELLO_WITHIN_MS, () => {
      this.#fail(invalid(`the first message must be a hello; none came within ${HELLO_WITHIN_MS / 1000} s`));
    });
    this.#call.on('data', (message: SessionUpdatesRequest__Output) =>
      this.#guard(() => this.#receive(message)),
    );
    this.#call.on('drain', () => {
      this.#blocked = false;
      this.#guard(() => this.#pump());
    });
    this.#call.on('end', () => this.#finish());
    this.#call.on('cancelled', () => {
      if (this.#close()) this.#parts.runner.observe(OPERATION, 'success', undefined, this.#opened);
    });
  }

  #receive(message: SessionUpdatesRequest__Output): void {
    if (this.#over) return;
    this.#restIfOverLimit();
    if (isMalformed(message)) throw malformed(OPERATION);
    if (!this.#isExpected(message)) throw invalid(this.#expectation());
    if (message.hello) this.#hello(message.hello);
    else if (message.held) this.#receiveHeld(message.held.clientDeviceAuthTokens, message.held.last);
    else if (message.usage)
      this.#subscription?.used(tokens(message.usage.clientDeviceAuthTokens, LARGEST_CHUNK));
    else if (message.closed) this.#receiveClosed(message.closed);
  }

  #isExpected({ message }: SessionUpdatesRequest__Output): boolean {
    if (this.#expects === 'usage or closed') return message === 'usage' || message === 'closed';
    return message === this.#expects;
  }

  #hello(hello: NonNullable<SessionUpdatesRequest__Output['hello']>): void {
    const instanceId = brokerInstanceId(hello.brokerInstanceId, false);
    if (hello.epoch.length > 128) throw invalid('epoch is longer than 128 characters');
    this.#cancelTimer();
    this.#expects = 'held';
    const broker = { listener: this.#parts.runner.listener, instanceId };
    const subscription = this.#parts.sessions.subscribe(
      { broker, caller: callerName(hello.caller), epoch: hello.epoch },
      (event) => this.#guard(() => this.#send(event)),
      // Another stream of this broker took its place, or the daemon stops: what is written is sent, then the end.
      () => this.#finish(),
    );
    // The sink may have been called already, and may have ended the stream.
    if (this.#over) subscription.end();
    else this.#subscription = subscription;
  }

  #receiveHeld(values: readonly string[], last: boolean): void {
    this.#held += tokens(values, LARGEST_CHUNK).length;
    if (this.#held > MOST_HELD) throw invalid(`more than ${MOST_HELD} held tokens`);
    if (last) this.#expects = 'usage or closed';
    this.#subscription?.held(values, last);
  }

  #receiveClosed({ clientDeviceAuthTokens, unanswered }: ClosedTokens__Output): void {
    const closed = tokens(clientDeviceAuthTokens, LARGEST_CHUNK);
    if (closed.length + unanswered.length > LARGEST_CHUNK) {
      throw invalid(`client_device_auth_tokens and unanswered together hold more than ${LARGEST_CHUNK}`);
    }
    this.#subscription?.closed(closed, unansweredCalls(unanswered));
  }

  #finish(): void {
    if (!this.#close()) return;
    this.#parts.runner.observe(OPERATION, 'success', undefined, this.#opened);
    this.#call.end();
  }

  #expectation(): string {
    switch (this.#expects) {
      case 'hello':
        return 'the first message must be a hello';
      case 'held':
        return 'after the hello come held messages, until one is marked last';
      case 'usage or closed':
        return 'after the last held message come usage and closed messages only';
    }
  }

  /** Messages count as calls; a caller over the rate is read more slowly, since ending the stream would cost more. */
  #restIfOverLimit(): void {
    const { gate, clock } = this.#parts.runner;
    if (gate.takeRequests(1) === 1) return;
    this.#isOverRate = true;
    this.#call.pause();
    clock.after(gate.retryAfterMs(), () => {
      this.#isOverRate = false;
      this.#readOn();
    });
  }

  #readOn(): void {
    if (!this.#over && !this.#isOverRate && this.#snapshotBytes <= MOST_SNAPSHOT_BYTES) this.#call.resume();
  }

  #send(event: SequencedEvent): void {
    if (this.#over) return;
    const bytes = this.#parts.serialize(sessionUpdate(event));
    const counted = event.event.kind !== 'snapshot';
    this.#queue.push({ bytes, counted });
    if (counted) {
      this.#waitingEvents += 1;
      this.#waitingBytes += bytes.length;
    } else this.#snapshotBytes += bytes.length;
    this.#pump();
    if (this.#snapshotBytes > MOST_SNAPSHOT_BYTES) this.#call.pause();
    if (this.#waitingEvents > MOST_WAITING_EVENTS || this.#waitingBytes > MOST_WAITING_BYTES) {
      const message = 'the caller reads its updates too slowly; connect again and take a snapshot';
      throw new DaemonError('LIMIT_EXCEEDED', message, { retryAfterMs: RESYNC_AFTER_MS });
    }
  }

  #pump(): void {
    let written = 0;
    while (!this.#blocked && !this.#over) {
      const next = this.#queue[written];
      if (next === undefined) break;
      written += 1;
      if (next.counted) {
        this.#waitingEvents -= 1;
        this.#waitingBytes -= next.bytes.length;
      } else this.#snapshotBytes -= next.bytes.length;
      this.#blocked = !this.#call.write(next.bytes);
    }
    if (written > 0) this.#queue = this.#queue.slice(written);
    if (this.#call.isPaused()) this.#readOn();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#close()) this.#parts.runner.failStream(this.#call, OPERATION, error, this.#opened);
  }

  /** False if it was closed before. */
  #close(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#queue = [];
    this.#cancelTimer();
    this.#parts.runner.gate.releaseUpdateStream();
    try {
      this.#subscription?.end();
    } catch (error) {
      this.#parts.runner.failed(OPERATION, error, this.#opened);
    }
    return true;
  }
}
