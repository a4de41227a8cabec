/**
 * The session room with the real policy engine, a clock that stands still, and an authenticator that says what the
 * test tells it to: by default yes, the client id being the thing's name and the certificate its own.
 */
import { loadContract } from '../../src/contract/index.ts';
import { compileDeviceGroups } from '../../src/policy/device-groups.ts';
import { PolicyEngine } from '../../src/policy/policy-engine.ts';
import type { Pace } from '../../src/sessions/grants-refresh.ts';
import type {
  AuthenticationResult,
  Finding,
  PolicyPort,
  RecheckResult,
  SessionEnd,
  SessionRefusal,
  ThingProperties,
} from '../../src/sessions/ports.ts';
import type { OpenedSession, OpenResult } from '../../src/sessions/session-api.ts';
import type { SequencedEvent, SessionEvent } from '../../src/sessions/session-events.ts';
import { SessionService, type SessionServiceOptions } from '../../src/sessions/session-service.ts';
import { ManualClock } from '../support/manual-clock.ts';

const codec = loadContract().grantSet;

const OWN = `\${iot:Connection.Thing.ThingName}`;

export const YEAR = 365 * 86_400_000;

/** Everyone may publish to these topics. */
export function everyoneMay(...topics: string[]): unknown {
  return groups({ everyone: { rule: 'thingName: *', topics } });
}

/** `OWN` in a topic is the thing's name. */
export function groups(of: Record<string, { rule: string; topics: string[] }>): unknown {
  const definitions: Record<string, unknown> = {};
  const policies: Record<string, unknown> = {};
  for (const [name, { rule, topics }] of Object.entries(of)) {
    definitions[name] = { selectionRule: rule, policyName: name };
    const resources = topics.map((topic) => `mqtt:topic:${topic.replace('OWN', OWN)}`);
    policies[name] = { s: { operations: ['mqtt:publish'], resources } };
  }
  return { formatVersion: '2021-03-05', definitions, policies };
}

export function authenticated(
  clientId: string,
  over: Partial<Record<string, unknown>> = {},
): AuthenticationResult {
  return {
    kind: 'authenticated',
    thingName: clientId,
    clientId,
    certificateId: `certificate of ${clientId}`,
    certificatePem: `PEM of ${clientId}`,
    issuer: 'CN=a CA',
    serialNumber: `number of ${clientId}`,
    notAfter: Date.UTC(2026, 0, 1) + YEAR,
    ...over,
  };
}

export class Stream {
  readonly received: SequencedEvent[] = [];
  readonly subscription;
  ended: string | undefined;

  constructor(room: Room, instanceId: string, listener: string) {
    const hello = { broker: { listener, instanceId }, caller: 'test', epoch: '' };
    this.subscription = room.service.subscribe(
      hello,
      (event) => this.received.push(event),
      (end) => {
        this.ended = end;
      },
    );
  }

  get events(): SessionEvent[] {
    return this.received.map(({ event }) => event);
  }

  of<K extends SessionEvent['kind']>(kind: K): Extract<SessionEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<SessionEvent, { kind: K }> => event.kind === kind);
  }

  /** What came since the last call. */
  take(): SessionEvent[] {
    return this.received.splice(0).map(({ event }) => event);
  }
}

export class Room {
  readonly clock = new ManualClock();
  /** The trusted clock's lead over the wall clock. */
  lead = 0;
  readonly settings = {
    maxActiveAuthTokens: 2_500,
    minimumHeldSeconds: 60,
    maxPerClientId: 4,
    outageGraceSeconds: 300,
    liveRevalidationSeconds: 3_600,
  };
  readonly engine: PolicyEngine;
  readonly things = new Map<string, ThingProperties>();
  readonly refusals: SessionRefusal[] = [];
  readonly ends: SessionEnd[] = [];
  readonly findings: Finding[] = [];
  readonly faults: string[] = [];
  readonly service: SessionService;
  authenticate: (clientId: string, signal: AbortSignal) => Promise<AuthenticationResult> = (clientId) =>
    Promise.resolve(authenticated(clientId));
  recheck: (
    certificateId: string,
    thingName: string,
    pem: string,
    clientId: string,
  ) => Promise<RecheckResult> = () => Promise.resolve('confirmed');
  readThing: (name: string) => Promise<ThingProperties | undefined> = (name) =>
    Promise.resolve(this.things.get(name));

  constructor(over: Partial<SessionServiceOptions> & { wrap?: (engine: PolicyEngine) => PolicyPort } = {}) {
    const { wrap = (engine) => engine, ...options } = over;
    this.engine = new PolicyEngine({ codec, clock: this.clock });
    this.service = new SessionService({
      clock: this.clock,
      trusted: { now: () => this.clock.now() + this.lead },
      authenticator: {
        authenticate: ({ clientId }, signal) => this.authenticate(clientId, signal),
        recheck: (...asked) => this.recheck(...asked),
      },
      things: { thing: (name) => this.readThing(name) },
      policy: wrap(this.engine),
      settings: () => this.settings,
      liveRechecks: false,
      pace: UNHURRIED,
      observer: {
        onRefusal: (refusal) => this.refusals.push(refusal),
        onEnd: (end) => this.ends.push(end),
        onFinding: (finding) => this.findings.push(finding),
        onFault: (what) => this.faults.push(what),
      },
      ...options,
    });
  }

  apply(document: unknown): Promise<void> {
    this.engine.apply(compileDeviceGroups(document));
    return this.service.policyChanged();
  }

  tryOpen(
    clientId: string,
    instanceId = 'b1',
    listener = 'mosquitto',
    signal?: AbortSignal,
  ): Promise<OpenResult> {
    return this.service.open(
      {
        clientId,
        certificatePem: `PEM of ${clientId}`,
        broker: { listener, instanceId },
        correlationId: `call ${clientId}`,
      },
      signal ?? new AbortController().signal,
    );
  }

  /** Throws the error of a refusal. */
  async open(clientId: string, instanceId?: string, listener?: string): Promise<OpenedSession> {
    const result = await this.tryOpen(clientId, instanceId, listener);
    if (result.kind === 'refused') throw result.error;
    return result.session;
  }

  subscribe(instanceId = 'b1', listener = 'mosquitto'): Stream {
    return new Stream(this, instanceId, listener);
  }

  /** A stream that holds these tokens and has had its snapshot. */
  connected(tokens: readonly string[] = [], instanceId = 'b1', listener = 'mosquitto'): Stream {
    const stream = this.subscribe(instanceId, listener);
    stream.subscription.held(tokens, true);
    stream.take();
    return stream;
  }

  /** May it publish? Undefined: the token is not known. */
  may(token: string, topic: string, listener = 'mosquitto'): boolean | undefined {
    const result = this.service.authorize(listener, token, 'mqtt:publish', `mqtt:topic:${topic}`);
    return result.kind === 'decision' ? result.decision.allowed : undefined;
  }

  knows(token: string): boolean {
    return this.may(token, 'anything') !== undefined;
  }
}

/** No slice ever ends, however slow the machine. */
const UNHURRIED: Pace = { sliceMs: 1, now: () => 0, yield: settled };

/** A pace under which every slice holds exactly so many looks at the clock, and that goes on when told to. */
export class StepPace implements Pace {
  readonly sliceMs = 1;
  readonly #step: number;
  #time = 0;
  #go: (() => void) | undefined = undefined;
  yields = 0;

  constructor(looksPerSlice: number) {
    this.#step = 1 / looksPerSlice;
  }

  now(): number {
    this.#time += this.#step;
    return this.#time;
  }

  yield(): Promise<void> {
    this.yields += 1;
    return new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  /** Lets the next slice run; false when nothing waits for it. */
  async step(): Promise<boolean> {
    const go = this.#go;
    this.#go = undefined;
    go?.();
    await settled();
    return go !== undefined;
  }

  async finish(): Promise<void> {
    while (await this.step());
  }
}

/** Everything that was only waiting for its turn has had it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise that the test settles. */
export class Gate<T> {
  readonly promise: Promise<T>;
  open!: (value: T) => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
