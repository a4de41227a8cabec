/**
 * Rooms that a test scripts, behind real endpoints on a real socket: for what the endpoints do by themselves. What
 * they do together with the real rooms is in `test/conformance` and `test/e2e`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../../../src/clock.ts';
import { Endpoints } from '../../../src/endpoints/endpoints.ts';
import type { ListenerConfig } from '../../../src/endpoints/listeners/listener-config.ts';
import type {
  AuthorizeResult,
  CallObserver,
  CallRefusal,
  DecidedBatch,
  EndedCall,
  GrantSets,
  Hello,
  Identity,
  IdentityVerdict,
  Logger,
  OpenedSession,
  OpenRequest,
  OpenResult,
  Sessions,
  UnansweredCall,
  UpdateSubscription,
} from '../../../src/endpoints/ports.ts';
import type {
  CertificateSubscription,
  CertificateSubscriptionRequest,
  CertificateUpdate,
  Pkcs12Encoder,
  ServerCertificates,
} from '../../../src/pki/certificates-api.ts';
import type { SequencedEvent, SessionEvent } from '../../../src/sessions/session-events.ts';
import { Caller, contract } from './caller.ts';

export const TOKEN = '8d5f0cf4-35a0-4c0e-9d0b-6f3a0f8f1a11';
export const LIMITS = { maxMessageBytes: 1024 * 1024, maxConcurrentCalls: 1000, maxCallsPerSecond: 0 };

export const SESSION: OpenedSession = {
  token: TOKEN,
  grants: { setIds: ['a'.repeat(64)], variables: new Map([['iot:Connection.Thing.ThingName', 'sensor-17']]) },
  leaseMs: 300_000,
  certificateRemainingMs: 2 ** 40,
  epoch: 'an-epoch',
  sequence: 7,
  thingName: 'sensor-17',
  certificateId: 'c'.repeat(64),
};

/** One subscribed plugin. */
export class ScriptedUpdates implements UpdateSubscription {
  readonly hello: Hello;
  readonly emit: (event: SessionEvent) => void;
  readonly heldChunks: { readonly tokens: readonly string[]; readonly last: boolean }[] = [];
  readonly usage: string[] = [];
  readonly closedTokens: string[] = [];
  readonly unanswered: UnansweredCall[] = [];
  ends = 0;
  #sequence = 0;

  constructor(hello: Hello, sink: (event: SequencedEvent) => void) {
    this.hello = hello;
    this.emit = (event) => {
      this.#sequence += 1;
      sink({ epoch: 'an-epoch', sequence: this.#sequence, event });
    };
  }

  held(tokens: readonly string[], last: boolean): void {
    this.heldChunks.push({ tokens, last });
    if (last) this.emit({ kind: 'snapshot', sessions: [], unknown: [...tokens], last: true });
  }

  used(tokens: readonly string[]): void {
    this.usage.push(...tokens);
  }

  closed(tokens: readonly string[], unanswered: readonly UnansweredCall[]): void {
    this.closedTokens.push(...tokens);
    this.unanswered.push(...unanswered);
  }

  end(): void {
    this.ends += 1;
  }
}

export class ScriptedRooms implements Sessions, Identity, GrantSets {
  readonly opens: { readonly request: OpenRequest; readonly signal: AbortSignal }[] = [];
  readonly authorized: (readonly string[])[] = [];
  readonly closes: (readonly string[])[] = [];
  readonly endedListeners: string[] = [];
  readonly subscriptions: ScriptedUpdates[] = [];
  readonly verified: { readonly certificate: string; readonly signal: AbortSignal }[] = [];
  openWith: () => Promise<OpenResult> = () => Promise.resolve({ kind: 'opened', session: SESSION });
  authorizeWith: (token: string, operation: string, resource: string) => AuthorizeResult = () => ({
    kind: 'decision',
    decision: { allowed: true, reason: 'ALLOWED' },
  });
  verifyWith: () => Promise<IdentityVerdict> = () => Promise.resolve({ kind: 'active' });
  readonly clientIds = new Set<string>();
  readonly certificates = new ScriptedCertificates();
  readonly encodePkcs12: Pkcs12Encoder = (_update, { password, alias }) =>
    Promise.resolve(Buffer.from(`${alias}:${password}`));
  isThingWith: (name: string) => Promise<boolean | undefined> = () => Promise.resolve(false);

  open(request: OpenRequest, signal: AbortSignal): Promise<OpenResult> {
    this.opens.push({ request, signal });
    return this.openWith();
  }

  authorize(listener: string, token: string, operation: string, resource: string): AuthorizeResult {
    this.authorized.push([listener, token, operation, resource]);
    return this.authorizeWith(token, operation, resource);
  }

  close(listener: string, token: string): void {
    this.closes.push([listener, token]);
  }

  endListener(listener: string): number {
    this.endedListeners.push(listener);
    return 0;
  }

  subscribe(hello: Hello, sink: (event: SequencedEvent) => void): UpdateSubscription {
    const updates = new ScriptedUpdates(hello, sink);
    this.subscriptions.push(updates);
    return updates;
  }

  verifyIdentity(certificate: string, signal: AbortSignal): Promise<IdentityVerdict> {
    this.verified.push({ certificate, signal });
    return this.verifyWith();
  }

  hasClientId(clientId: string): boolean {
    return this.clientIds.has(clientId);
  }

  isThing(name: string): Promise<boolean | undefined> {
    return this.isThingWith(name);
  }

  grantSet(id: string): { readonly bytes: Uint8Array } | undefined {
    return id === 'a'.repeat(64) ? { bytes: Buffer.from('grants') } : undefined;
  }
}

/** Certificate subscriptions as they came, told by hand. */
export class ScriptedCertificates implements ServerCertificates {
  readonly subscriptions: {
    readonly request: CertificateSubscriptionRequest;
    readonly tell: (update: CertificateUpdate) => void;
  }[] = [];
  ends = 0;
  refusal: Error | undefined;

  subscribe(
    request: CertificateSubscriptionRequest,
    tell: (update: CertificateUpdate) => void,
  ): CertificateSubscription {
    if (this.refusal !== undefined) throw this.refusal;
    this.subscriptions.push({ request, tell });
    return {
      end: () => {
        this.ends += 1;
      },
    };
  }
}

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class Recorder implements Logger, CallObserver {
  readonly lines: LogLine[] = [];
  readonly calls: EndedCall[] = [];
  readonly batches: DecidedBatch[] = [];
  readonly refusals: CallRefusal[] = [];
  readonly debug = this.#log('debug');
  readonly info = this.#log('info');
  readonly warn = this.#log('warn');
  readonly error = this.#log('error');

  ended(call: EndedCall): void {
    this.calls.push(call);
  }

  refused(refusal: CallRefusal): void {
    this.refusals.push(refusal);
  }

  decided(batch: DecidedBatch): void {
    this.batches.push(batch);
  }

  #log(level: string): Logger['info'] {
    return (fields, message) => this.lines.push({ level, fields, message });
  }
}

/** Endpoints on sockets in a directory of their own, with everything a test may look at. */
export class House {
  readonly directory = mkdtempSync(join(tmpdir(), 'dae-'));
  readonly rooms = new ScriptedRooms();
  readonly recorder = new Recorder();
  readonly #callers: Caller[] = [];
  #endpoints: Endpoints | undefined;

  /** By default one listener, `broker`, that allows everything. */
  static async open(
    listeners: (directory: string) => Readonly<Record<string, ListenerConfig>> = (directory) => ({
      broker: unixListener(join(directory, 'broker.sock')),
    }),
    clock: Clock = new SystemClock(),
    inherited: ReadonlyMap<string, number> = new Map(),
  ): Promise<House> {
    const house = new House();
    const { rooms, recorder } = house;
    house.#endpoints = await Endpoints.open({
      contract,
      clock,
      logger: recorder,
      observer: recorder,
      sessions: rooms,
      identity: rooms,
      grantSets: rooms,
      certificates: rooms.certificates,
      encodePkcs12: rooms.encodePkcs12,
      admin: undefined,
      listeners: listeners(house.directory),
      inherited,
    }).catch((error: unknown) => {
      rmSync(house.directory, { recursive: true, force: true });
      throw error;
    });
    return house;
  }

  get endpoints(): Endpoints {
    if (this.#endpoints === undefined) throw new Error('not open');
    return this.#endpoints;
  }

  path(name = 'broker'): string {
    return join(this.directory, `${name}.sock`);
  }

  caller(name = 'broker', options: object = {}): Caller {
    const caller = new Caller(`unix:${this.path(name)}`, undefined, options);
    this.#callers.push(caller);
    return caller;
  }

  /** Rejects if the endpoints do. */
  async close(graceMs = 1000): Promise<void> {
    for (const caller of this.#callers) caller.close();
    await this.endpoints.stop(graceMs);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function unixListener(socket: string, change: Partial<ListenerConfig> = {}): ListenerConfig {
  return { socket, mode: '0600', operations: ['broker'], limits: LIMITS, ...change };
}
