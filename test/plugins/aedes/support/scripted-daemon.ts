/**
 * A daemon whose every word a test decides, behind the same port as the real one. Answers and updates are given out
 * only when the test says so, in the order it says so. It computes nothing: what is true is the test's to know.
 */
import { createHash } from 'node:crypto';
import type {
  Credential,
  DaemonPort,
  TokenAnswer,
  Update,
  UpdateCall,
  UpdateListener,
} from '../../../../plugins/aedes/daemon-port.ts';
import type { SessionUpdatesRequest } from '../../../../src/contract/generated/deviceauth/v1/SessionUpdatesRequest.ts';
import { DaemonError } from '../../../../src/errors.ts';

export interface PendingOpen {
  readonly credential: Credential;
  readonly answer: (answer: Partial<TokenAnswer>) => void;
  readonly fail: (error: Error) => void;
}

export class ScriptedStream implements UpdateCall {
  readonly sent: SessionUpdatesRequest[] = [];
  cancelled = false;
  readonly #listener: UpdateListener;

  constructor(listener: UpdateListener) {
    this.#listener = listener;
  }

  send(message: SessionUpdatesRequest): void {
    this.sent.push(message);
  }

  cancel(): void {
    this.cancelled = true;
  }

  get held(): string[] {
    return this.sent.flatMap((message) => message.held?.clientDeviceAuthTokens ?? []);
  }

  get used(): string[] {
    return this.sent.flatMap((message) => message.usage?.clientDeviceAuthTokens ?? []);
  }

  get unanswered(): string[] {
    const calls = this.sent.flatMap((message) => message.closed?.unanswered ?? []);
    return calls.map(({ clientId, correlationId }) => `${clientId} ${correlationId}`);
  }

  update(epoch: string, sequence: number, event: Partial<Update>): void {
    if (!this.cancelled) this.#listener.onUpdate({ epoch, sequence, ...event } as Update);
  }

  /** A snapshot that is complete at once. */
  snapshot(
    epoch: string,
    sequence: number,
    sessions: readonly { token: string; sets: readonly string[]; leaseMs?: number }[] = [],
    unknownTokens: readonly string[] = [],
  ): void {
    this.update(epoch, sequence, {
      snapshot: {
        sessions: sessions.map(({ token, sets, leaseMs = 300_000 }) => ({
          clientDeviceAuthToken: token,
          grants: { grantSetIds: [...sets], variables: {} },
          leaseMs,
          certificateRemainingMs: 2 ** 32 - 1,
        })),
        unknownTokens: [...unknownTokens],
        last: true,
      },
    });
  }

  changed(
    epoch: string,
    sequence: number,
    tokens: readonly string[],
    sets: readonly string[],
    variables: Readonly<Record<string, string>>[] = [],
  ): void {
    this.update(epoch, sequence, {
      sessionsChanged: {
        changes: [
          {
            clientDeviceAuthTokens: [...tokens],
            grantSetIds: [...sets],
            variables: variables.map((values) => ({ values })),
          },
        ],
      },
    });
  }

  ended(epoch: string, sequence: number, tokens: readonly string[], reason = 'END_REASON_REVOKED'): void {
    this.update(epoch, sequence, {
      sessionsEnded: {
        clientDeviceAuthTokens: [...tokens],
        reason: reason as 'END_REASON_REVOKED',
        correlationId: '',
      },
    });
  }

  heartbeat(epoch: string, sequence: number, leaseMs: number): void {
    this.update(epoch, sequence, { heartbeat: { leaseMs, closedTokens: 0 } });
  }

  breakOff(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.#listener.onEnd(new Error('cut'));
  }
}

export class ScriptedDaemon implements DaemonPort {
  readonly opens: PendingOpen[] = [];
  readonly streams: ScriptedStream[] = [];
  readonly closed: string[] = [];
  readonly fetched: string[] = [];
  readonly #sets = new Map<string, Uint8Array>();

  /** A set that allows exactly these resources; its id. */
  define(...resources: string[]): string {
    const bytes = this.bytesOf(...resources);
    const id = createHash('sha256').update(bytes).digest('hex');
    this.#sets.set(id, bytes);
    return id;
  }

  bytesOf(...resources: string[]): Buffer {
    return Buffer.from(JSON.stringify(resources));
  }

  forge(id: string, ...resources: string[]): void {
    this.#sets.set(id, this.bytesOf(...resources));
  }

  forget(id: string): void {
    this.#sets.delete(id);
  }

  get stream(): ScriptedStream {
    const last = this.streams.at(-1);
    if (last === undefined) throw new Error('no stream was opened');
    return last;
  }

  openSession(credential: Credential): Promise<TokenAnswer> {
    return new Promise((resolve, reject) => {
      this.opens.push({
        credential,
        answer: (answer) =>
          resolve({
            clientDeviceAuthToken: 'token',
            grants: { grantSetIds: [], variables: {} },
            leaseMs: 300_000,
            certificateRemainingMs: 2 ** 32 - 1,
            epoch: 'A',
            sequence: 0,
            thingName: credential.clientId,
            certificateId: 'ab',
            correlationId: '',
            ...answer,
          }),
        fail: reject,
      });
    });
  }

  async grantSet(id: string): Promise<Uint8Array> {
    this.fetched.push(id);
    const bytes = this.#sets.get(id);
    if (bytes === undefined) throw new DaemonError('NOT_FOUND', 'no such grant set');
    return bytes;
  }

  async closeSession(token: string): Promise<void> {
    this.closed.push(token);
  }

  openUpdates(listener: UpdateListener): UpdateCall {
    const stream = new ScriptedStream(listener);
    this.streams.push(stream);
    return stream;
  }
}
